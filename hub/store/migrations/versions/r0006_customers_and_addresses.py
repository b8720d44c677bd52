"""Whom orders are booked on, and what is thought of their addresses."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from hub.store.types import Instant, Json

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema forward; the numbers of known accounts come when they are next read."""
    op.create_table(
        "order_customer",
        sa.Column("tenant_id", sa.String(length=64), nullable=False),
        sa.Column("order_id", sa.String(length=64), nullable=False),
        sa.Column("division", sa.Integer(), nullable=True),
        sa.Column("account_id", sa.String(length=64), nullable=True),
        sa.Column("matched_by", sa.String(length=24), nullable=True),
        sa.Column("address_id", sa.String(length=64), nullable=True),
        sa.Column("identity", sa.String(length=64), nullable=True),
        sa.Column("may_create", sa.Boolean(), nullable=False),
        sa.Column("decided_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "order_id", name=op.f("pk_order_customer")),
    )
    op.create_table(
        "customer_link",
        sa.Column("tenant_id", sa.String(length=64), nullable=False),
        sa.Column("channel_id", sa.String(length=64), nullable=False),
        sa.Column("division", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("identity", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.String(length=64), nullable=False),
        sa.Column("confirmed_at", Instant(), nullable=False),
        sa.Column("confirmed_by", sa.String(length=128), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "channel_id", "division", "identity", name=op.f("pk_customer_link")),
    )
    op.create_table(
        "account_attempt",
        sa.Column("tenant_id", sa.String(length=64), nullable=False),
        sa.Column("division", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("identity", sa.String(length=64), nullable=False),
        sa.Column("order_id", sa.String(length=64), nullable=False),
        sa.Column("begun_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "division", "identity", name=op.f("pk_account_attempt")),
    )
    op.create_table(
        "identity_key",
        sa.Column("tenant_id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=16), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "name", name=op.f("pk_identity_key")),
    )
    op.create_table(
        "order_address",
        sa.Column("tenant_id", sa.String(length=64), nullable=False),
        sa.Column("order_id", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.Column("doubts", Json, nullable=False),
        sa.Column("checked_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "order_id", name=op.f("pk_order_address")),
    )
    with op.batch_alter_table("customer", schema=None) as batch_op:
        batch_op.add_column(sa.Column("vat_number", sa.String(length=40), nullable=True))
        batch_op.add_column(sa.Column("chamber_of_commerce", sa.String(length=40), nullable=True))
        batch_op.add_column(sa.Column("country", sa.String(length=2), nullable=True))
        batch_op.add_column(sa.Column("status", sa.String(length=1), nullable=True))
        batch_op.add_column(sa.Column("blocked", sa.Boolean(), nullable=True))
        batch_op.create_index("ix_customer_vat_number", ["tenant_id", "division", "vat_number"])
        batch_op.create_index("ix_customer_chamber", ["tenant_id", "division", "chamber_of_commerce"])
