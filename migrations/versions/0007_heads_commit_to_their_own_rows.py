"""Heads of agencies and members commit to their own rows, that of the commune to its register; no table changes."""

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
    'agency_epoch': Layout('agency_epoch', ('agency_id', 'commune_id', 'epoch', 'public_key'), head='agency_id'),
    'epoch_link': Layout('epoch_link', ('agency_id', 'blob', 'commune_id', 'epoch', 'retired'), head='agency_id'),
    'member': Layout(
        'member',
        ('agency_id', 'commune_id', 'id', 'name', 'public_key', 'roles', 'state', 'username'),
        head='id',
    ),
    'recovery': Layout(
        'recovery',
        ('agency_id', 'blob', 'commune_id', 'epoch', 'number', 'public_key'),
        head='agency_id',
    ),
    'recovery_officer': Layout(
        'recovery_officer',
        ('agency_id', 'commune_id', 'drilled', 'name', 'seat', 'tag'),
        head='agency_id',
    ),
    'recovery_pair': Layout(
        'recovery_pair',
        ('agency_id', 'blob', 'commune_id', 'first', 'second'),
        head='agency_id',
    ),
}


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
