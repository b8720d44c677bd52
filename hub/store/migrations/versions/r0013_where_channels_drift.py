"""Where channels show another number than Exact says, when each listing was seen last, and at what price."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from hub.store.types import Instant, Micros, Money

revision = "0013_0011"
down_revision = "0012_0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table(
        "stock_difference",
        sa.Column("tenant_id", sa.String(length=64), nullable=False),
        sa.Column("listing_id", sa.String(length=64), nullable=False),
        sa.Column("channel_id", sa.String(length=64), nullable=False),
        sa.Column("cause", sa.String(length=24), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("settled", sa.Boolean(), nullable=False),
        sa.Column("asked", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("says", sa.Integer(), nullable=True),
        sa.Column("believed", sa.Integer(), nullable=True),
        sa.Column("shown", sa.Integer(), nullable=True),
        sa.Column("units", sa.Integer(), nullable=False),
        sa.Column("price", Money(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=True),
        sa.Column("amount", Micros(), nullable=True),
        sa.Column("since", Instant(), nullable=False),
        sa.Column("found_at", Instant(), nullable=False),
        sa.Column("looked_at", Instant(), nullable=False),
        sa.Column("healed_at", Instant(), nullable=True),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "listing_id", name=op.f("pk_stock_difference")),
    )
    op.create_index("ix_stock_difference_state", "stock_difference", ["tenant_id", "channel_id", "state"])
    op.create_index("ix_stock_difference_since", "stock_difference", ["tenant_id", "since", "listing_id"])
    with op.batch_alter_table("listing") as table:
        table.add_column(sa.Column("listed_at", Instant(), nullable=True))
        table.add_column(sa.Column("price", Money(), nullable=True))
        table.add_column(sa.Column("currency", sa.String(length=3), nullable=True))
