"""What the VAT register answered, and how each tenant stands with VAT."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from hub.store.types import Instant, Json, Money

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table(
        "tax_profile",
        sa.Column("tenant_id", sa.String(length=64), nullable=False),
        sa.Column("profile", Json, nullable=False),
        sa.Column("changed_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", name=op.f("pk_tax_profile")),
    )
    op.create_table(
        "vat_number",
        sa.Column("tenant_id", sa.String(length=64), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("status", sa.String(length=8), nullable=False),
        sa.Column("answered_at", Instant(), nullable=False),
        sa.Column("consultation", sa.String(length=64), nullable=True),
        sa.Column("reason", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "number", name=op.f("pk_vat_number")),
    )
    with op.batch_alter_table("orders", schema=None) as batch_op:
        batch_op.add_column(sa.Column("distance_sale", Money(), nullable=True))
    with op.batch_alter_table("order_line", schema=None) as batch_op:
        batch_op.add_column(sa.Column("deemed", sa.String(length=16), nullable=True))
    with op.batch_alter_table("vat_code", schema=None) as batch_op:
        batch_op.add_column(sa.Column("periods", Json, nullable=True))
