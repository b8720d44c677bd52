"""What channels are believed to show, and which listings wait for a write to end."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema forward."""
    with op.batch_alter_table("listing", schema=None) as batch_op:
        batch_op.add_column(sa.Column("believed", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("again", sa.Boolean(), server_default=sa.false(), nullable=False))
