"""What is registered of a commune and its agencies is changed by two people; the commune's head commits to it."""

import sqlalchemy as sa
from alembic import op

from casework.vault.integrity.signed_rows import Layout

revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None
# The commune's row is signed as before; `casework upgrade` computes what its head commits to.
before = {
    'commune': Layout(
        'commune',
        ('created', 'hamlets', 'id', 'marks', 'name', 'size_class'),
        commune='id',
    ),
    'proposed_change': None,
}


def upgrade() -> None:
    op.create_table('proposed_change',
    sa.Column('agency_id', sa.Uuid(), nullable=True),
    sa.Column('detail', sa.String(length=20), nullable=False),
    sa.Column('value', sa.Text(), nullable=False),
    sa.Column('proposer_id', sa.Uuid(), nullable=False),
    sa.Column('at', sa.BigInteger(), nullable=False),
    sa.Column('commune_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('mac', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['commune_id', 'agency_id'], ['agency.commune_id', 'agency.id'], name=op.f('fk_proposed_change_commune_id_agency_id_agency')),
    sa.ForeignKeyConstraint(['commune_id', 'proposer_id'], ['member.commune_id', 'member.id'], name=op.f('fk_proposed_change_commune_id_proposer_id_member')),
    sa.PrimaryKeyConstraint('commune_id', 'id', name=op.f('pk_proposed_change'))
    )


def downgrade() -> None:
    op.drop_table('proposed_change')
