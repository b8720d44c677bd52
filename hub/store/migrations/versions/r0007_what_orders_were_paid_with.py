"""What orders were paid with, gift cards that are sold, and what marketplaces pay of a price."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from hub.store.types import Json, Money

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema forward; orders stored before know nothing of these."""
    op.add_column("orders", sa.Column("payments", Json, nullable=True))
    op.add_column("order_line", sa.Column("paid_by_platform", Money(), nullable=False, server_default="0"))
    op.add_column("order_line", sa.Column("voucher", sa.Boolean(), nullable=False, server_default=sa.false()))
