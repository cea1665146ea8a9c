"""Agencies keep a duty roster; their heads commit to it."""

import sqlalchemy as sa
from alembic import op

revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None
# A table that this step makes. `casework upgrade` computes what heads commit to from the rows, of which there are none.
before = {'duty_roster': None}


def upgrade() -> None:
    op.create_table('duty_roster',
    sa.Column('commune_id', sa.Uuid(), nullable=False),
    sa.Column('agency_id', sa.Uuid(), nullable=False),
    sa.Column('blob', sa.LargeBinary(), nullable=False),
    sa.Column('mac', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['commune_id', 'agency_id'], ['agency.commune_id', 'agency.id'], name=op.f('fk_duty_roster_commune_id_agency_id_agency')),
    sa.PrimaryKeyConstraint('commune_id', 'agency_id', name=op.f('pk_duty_roster'))
    )


def downgrade() -> None:
    op.drop_table('duty_roster')
