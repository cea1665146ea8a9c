"""Where members want the one sentence sent: address and code encrypted under a key of the server."""

import sqlalchemy as sa
from alembic import op

revision = '0011'
down_revision = '0010'
branch_labels = None
depends_on = None
# How the rows of each table that this step touches were signed before it (casework.vault.macs.Layout), None for a
# table that it makes.
before = {'mail_address': None}


def upgrade() -> None:
    op.create_table('mail_address',
    sa.Column('member_id', sa.Uuid(), nullable=False),
    sa.Column('blob', sa.LargeBinary(), nullable=False),
    sa.Column('commune_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('mac', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['commune_id', 'member_id'], ['member.commune_id', 'member.id'], name=op.f('fk_mail_address_commune_id_member_id_member')),
    sa.PrimaryKeyConstraint('commune_id', 'id', name=op.f('pk_mail_address')),
    sa.UniqueConstraint('commune_id', 'member_id', name=op.f('uq_mail_address_commune_id_member_id'))
    )


def downgrade() -> None:
    op.drop_table('mail_address')
