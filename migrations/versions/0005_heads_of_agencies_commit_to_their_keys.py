"""Heads of agencies and circles commit to whom their key is sealed; the tables stay as they are."""

from casework.vault.integrity.signed_rows import Layout

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None
# Signed as before. `casework upgrade` computes what heads commit to from the rows, all of which it has verified.
before = {'wrap': Layout('wrap', ('agency_id', 'blob', 'commune_id', 'epoch', 'member_id'), head='agency_id')}


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
