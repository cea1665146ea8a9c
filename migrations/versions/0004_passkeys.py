"""Passkeys as a second factor."""

import sqlalchemy as sa
from alembic import op

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None
# How the rows of each table that this step touches were signed before it (casework.vault.macs.Layout), None for a
# table that it makes. `casework upgrade` checks every row so, and signs those tables as the program does.
before = {'passkey': None}


def upgrade() -> None:
    op.create_table('passkey',
    sa.Column('member_id', sa.Uuid(), nullable=False),
    sa.Column('created', sa.BigInteger(), nullable=False),
    sa.Column('blob', sa.LargeBinary(), nullable=False),
    sa.Column('commune_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('mac', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['commune_id', 'member_id'], ['member.commune_id', 'member.id'], name=op.f('fk_passkey_commune_id_member_id_member')),
    sa.PrimaryKeyConstraint('commune_id', 'id', name=op.f('pk_passkey'))
    )


def downgrade() -> None:
    op.drop_table('passkey')
