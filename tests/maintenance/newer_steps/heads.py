"""A step of a newer program whose heads commit to their rows in another way: what they said before is worth nothing."""

import sqlalchemy as sa
from alembic import op

from casework.vault.integrity.signed_rows import Layout

revision = "9001"
down_revision = "the newest"
branch_labels = None
depends_on = None

before = {"head": Layout("head", ("bound", "commune_id", "id", "kind", "listing", "n", "v"))}


def upgrade() -> None:
    """Forget what heads commit to."""
    head = sa.table("head", sa.column("bound", sa.LargeBinary()))
    op.execute(head.update().values(bound=b"nothing"))


def downgrade() -> None:
    """Not needed: an upgrade that fails puts the old database back."""
