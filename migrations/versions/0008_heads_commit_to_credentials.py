"""Heads of members commit to the ids of their slots, phone and passkeys; no table changes."""

from casework.vault.integrity.signed_rows import Layout

revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None
# Signed as before. `casework upgrade` computes what heads commit to from the rows, all of which it has verified.
before = {
    'passkey': Layout(
        'passkey',
        ('blob', 'commune_id', 'created', 'id', 'member_id'),
        head='member_id',
    ),
    'slot': Layout(
        'slot',
        ('blob', 'commune_id', 'id', 'kind', 'member_id', 'memory_kib', 'passes', 'salt'),
        head='member_id',
    ),
    'totp': Layout(
        'totp',
        ('blob', 'commune_id', 'created', 'member_id'),
        head='member_id',
    ),
}


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
