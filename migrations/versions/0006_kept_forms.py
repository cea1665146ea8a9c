"""Forms that were typed into and not sent lie in a table of their own, no longer in the session."""

import sqlalchemy as sa
from alembic import op

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None
# How the rows of each table that this step touches were signed before it (casework.vault.macs.Layout), None for a
# table that it makes. Sessions are not copied by an upgrade.
before = {'kept_form': None}


def upgrade() -> None:
    op.execute(sa.text('DELETE FROM session'))
    with op.batch_alter_table('session') as session:
        session.drop_column('kept')
    op.create_table('kept_form',
    sa.Column('member_id', sa.Uuid(), nullable=False),
    sa.Column('case_id', sa.Uuid(), nullable=True),
    sa.Column('page', sa.String(length=300), nullable=False),
    sa.Column('at', sa.BigInteger(), nullable=False),
    sa.Column('blob', sa.LargeBinary(), nullable=False),
    sa.Column('commune_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('mac', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['commune_id', 'member_id'], ['member.commune_id', 'member.id'], name=op.f('fk_kept_form_commune_id_member_id_member')),
    sa.PrimaryKeyConstraint('commune_id', 'id', name=op.f('pk_kept_form'))
    )
    op.create_index(op.f('ix_kept_form_member_id'), 'kept_form', ['member_id'], unique=False)
    op.create_index(op.f('ix_kept_form_case_id'), 'kept_form', ['case_id'], unique=False)


def downgrade() -> None:
    op.drop_table('kept_form')
    with op.batch_alter_table('session') as session:
        session.add_column(sa.Column('kept', sa.LargeBinary(), nullable=True))
