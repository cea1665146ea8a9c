"""A step of a newer program with a column more in envelopes and in heads: all of them are signed again."""

import sqlalchemy as sa
from alembic import op

from casework.vault.integrity.signed_rows import Layout

revision = "9001"
down_revision = "the newest"
branch_labels = None
depends_on = None

before = {
    "envelope": Layout(
        "envelope", ("agency_id", "blob", "case_id", "commune_id", "document_id", "epoch", "kind"), head="case_id"
    ),
    "head": Layout("head", ("bound", "commune_id", "id", "kind", "listing", "n", "v")),
}


def upgrade() -> None:
    """Add a column to both tables; SQLite rewrites them whole."""
    with op.batch_alter_table("envelope", recreate="always") as envelope:
        envelope.add_column(sa.Column("given", sa.String(20), nullable=False, server_default="before"))
    with op.batch_alter_table("head") as head:
        head.add_column(sa.Column("closed", sa.Boolean(), nullable=True))


def downgrade() -> None:
    """Not needed: an upgrade that fails puts the old database back."""
