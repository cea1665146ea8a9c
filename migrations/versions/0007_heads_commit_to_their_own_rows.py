"""Heads of agencies and members commit to their own row, that of the commune to its register; no table changes."""

from casework.vault.integrity.signed_rows import Layout

revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None
# Signed as before. `casework upgrade` computes what heads commit to from the rows, all of which it has verified.
before = {
    'address': Layout(
        'address',
        (
            'capacity',
            'commune_id',
            'contact',
            'hamlet',
            'host',
            'id',
            'kind',
            'name',
            'note',
            'opening',
            'state',
        ),
        head='commune_id',
    ),
    'agency': Layout(
        'agency',
        ('circle', 'commune_id', 'duty_phone', 'epoch', 'id', 'kind', 'name', 'rotation_due', 'state'),
        head='id',
    ),
    'member': Layout(
        'member',
        ('agency_id', 'commune_id', 'id', 'name', 'public_key', 'roles', 'state', 'username'),
        head='id',
    ),
}


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
