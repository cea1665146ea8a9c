"""A step of a newer program that rewrites what signed rows say: every duty phone gets its new prefix."""

import sqlalchemy as sa
from alembic import op

from casework.vault.integrity.signed_rows import Layout

revision = "9001"
down_revision = "the newest"
branch_labels = None
depends_on = None

_SIGNED = ("circle", "commune_id", "duty_phone", "epoch", "id", "kind", "name", "rotation_due", "state")
before = {"agency": Layout("agency", _SIGNED, head="id")}


def upgrade() -> None:
    """Write the new prefix before every phone."""
    agency = sa.table("agency", sa.column("duty_phone", sa.String()))
    op.execute(agency.update().values(duty_phone="9-" + agency.c.duty_phone))
    op.create_index("ix_document_section", "document", ["commune_id", "section"])


def downgrade() -> None:
    """Not needed: an upgrade that fails puts the old database back."""
