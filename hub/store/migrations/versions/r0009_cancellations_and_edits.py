"""Cancellations, edits of orders that stand in Exact, and what only the sweep found."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from hub.store.types import Instant, Json

revision = "0009_0008"
down_revision = "0008_0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema forward; orders that stand in Exact already keep no ``sold`` and are judged as before."""
    op.add_column("orders", sa.Column("sold", Json, nullable=True))
    op.add_column("order_line", sa.Column("given_up", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("channel", sa.Column("swept_only", sa.BigInteger(), nullable=False, server_default="0"))
    op.add_column("channel", sa.Column("too_old", sa.BigInteger(), nullable=False, server_default="0"))
    op.create_table(
        "cancellation",
        sa.Column("tenant_id", sa.String(length=64), nullable=False),
        sa.Column("cancellation_id", sa.String(length=64), nullable=False),
        sa.Column("order_id", sa.String(length=64), nullable=False),
        sa.Column("channel_id", sa.String(length=64), nullable=False),
        sa.Column("reference", sa.String(length=90), nullable=False),
        sa.Column("asked_by", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=16), nullable=False),
        sa.Column("units", Json, nullable=False),
        sa.Column("whole", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("asked_at", Instant(), nullable=False),
        sa.Column("until", Instant(), nullable=True),
        sa.Column("changed_at", Instant(), nullable=False),
        sa.Column("attempt_at", Instant(), nullable=True),
        sa.Column("process_id", sa.Text(), nullable=True),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "cancellation_id", name=op.f("pk_cancellation")),
    )
    op.create_index("ix_cancellation_reference", "cancellation", ["tenant_id", "reference"], unique=True)
    op.create_index("ix_cancellation_order", "cancellation", ["tenant_id", "order_id"])
    op.create_index("ix_cancellation_asked", "cancellation", ["tenant_id", "asked_at", "cancellation_id"])
    op.create_table(
        "past_certificate",
        sa.Column("tenant_id", sa.String(length=64), nullable=False),
        sa.Column("order_id", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("derivation", Json, nullable=False),
        sa.Column("replaced_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "order_id", "version", name=op.f("pk_past_certificate")),
    )
