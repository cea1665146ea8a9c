"""Notices to the chair."""

import sqlalchemy as sa
from alembic import op

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None
# How the rows of each table that this step touches were signed before it (casework.vault.macs.Layout), None for a
# table that it makes. `casework upgrade` checks every row so, and signs those tables as the program does.
before = {'notice': None}


def upgrade() -> None:
    op.create_table('notice',
    sa.Column('case_id', sa.Uuid(), nullable=False),
    sa.Column('to_id', sa.Uuid(), nullable=True),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('sent', sa.BigInteger(), nullable=False),
    sa.Column('commune_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('mac', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['commune_id', 'case_id'], ['case_file.commune_id', 'case_file.id'], name=op.f('fk_notice_commune_id_case_id_case_file')),
    sa.ForeignKeyConstraint(['commune_id', 'to_id'], ['agency.commune_id', 'agency.id'], name=op.f('fk_notice_commune_id_to_id_agency')),
    sa.PrimaryKeyConstraint('commune_id', 'id', name=op.f('pk_notice')),
    info={'guarded': True}
    )


def downgrade() -> None:
    op.drop_table('notice')
