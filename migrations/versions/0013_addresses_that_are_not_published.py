"""An address has a record of its own, encrypted under a key of the server; what is not published stands there alone."""

import sqlalchemy as sa
from alembic import op

from casework.vault.integrity.signed_rows import Layout

revision = '0013'
down_revision = '0012'
branch_labels = None
depends_on = None
# Addresses were signed without the new column, which is empty until somebody changes the address.
before = {
    'address': Layout(
        'address',
        ('capacity', 'commune_id', 'contact', 'hamlet', 'host', 'id', 'kind', 'name', 'note', 'opening', 'state'),
        head='commune_id',
    ),
}


def upgrade() -> None:
    op.add_column('address', sa.Column('blob', sa.LargeBinary(), nullable=True))
    op.execute(sa.text('UPDATE address SET blob = :nothing').bindparams(nothing=b''))
    with op.batch_alter_table('address') as address:
        address.alter_column('blob', existing_type=sa.LargeBinary(), nullable=False)


def downgrade() -> None:
    with op.batch_alter_table('address') as address:
        address.drop_column('blob')
