"""Heads commit to their rows, which are found by their case; what failed is found in the log."""

import sqlalchemy as sa
from alembic import op

from casework.vault.integrity.commitments import NOTHING_BOUND
from casework.vault.integrity.signed_rows import Layout

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None
# Heads were signed without the new column. `casework upgrade` fills it in from the rows, all of which it has verified.
before = {'head': Layout('head', ('commune_id', 'id', 'kind', 'listing', 'n', 'v'))}
_FOUND_BY_CASE = ('ground', 'notice', 'referral')


def upgrade() -> None:
    op.add_column('head', sa.Column('bound', sa.LargeBinary(), nullable=True))
    op.execute(sa.text('UPDATE head SET bound = :nothing').bindparams(nothing=NOTHING_BOUND))
    with op.batch_alter_table('head') as head:
        head.alter_column('bound', existing_type=sa.LargeBinary(), nullable=False)
    for table in _FOUND_BY_CASE:
        op.create_index(op.f(f'ix_{table}_case_id'), table, ['case_id'], unique=False)
    failed = sa.text("outcome = 'failed'")
    op.create_index('ix_audit_line_failed', 'audit_line', ['commune_id', 'n'], unique=False, sqlite_where=failed, postgresql_where=failed)


def downgrade() -> None:
    op.drop_index('ix_audit_line_failed', table_name='audit_line')
    for table in _FOUND_BY_CASE:
        op.drop_index(op.f(f'ix_{table}_case_id'), table_name=table)
    with op.batch_alter_table('head') as head:
        head.drop_column('bound')
