"""${message}."""

import sqlalchemy as sa
from alembic import op

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = None
depends_on = None
# How the rows of each table that this step touches were signed before it (casework.vault.macs.Layout), None for a
# table that it makes. `casework upgrade` checks every row so, and signs those tables as the program does.
before = {}


def upgrade() -> None:
    ${upgrades if upgrades else "pass"}


def downgrade() -> None:
    ${downgrades if downgrades else "pass"}
