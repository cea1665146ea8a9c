"""A commune that goes into another one takes no new cases from a day on; its head commits to that."""

import sqlalchemy as sa
from alembic import op

revision = '0012'
down_revision = '0011'
branch_labels = None
depends_on = None
# How the rows of each table that this step touches were signed before it (casework.vault.macs.Layout), None for a
# table that it makes.
before = {'merger': None}


def upgrade() -> None:
    op.create_table('merger',
    sa.Column('commune_id', sa.Uuid(), nullable=False),
    sa.Column('into_name', sa.String(length=200), nullable=False),
    sa.Column('since', sa.BigInteger(), nullable=False),
    sa.Column('mac', sa.LargeBinary(), nullable=False),
    sa.PrimaryKeyConstraint('commune_id', name=op.f('pk_merger'))
    )


def downgrade() -> None:
    op.drop_table('merger')
