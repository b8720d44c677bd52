"""Kits, fractions, SKUs mapped by hand, and claims that the database itself keeps right."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa
from alembic import op

from hub.store.types import Instant, Money

revision = "0008_0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_LINE = ("tenant_id", "order_id", "line_id")
_TIDY = (
    "DELETE FROM claim WHERE NOT EXISTS (SELECT 1 FROM order_line WHERE order_line.tenant_id = claim.tenant_id"
    " AND order_line.order_id = claim.order_id AND order_line.line_id = claim.line_id)",
    "UPDATE claim SET quantity = '0' WHERE CAST(quantity AS NUMERIC) < 0",
    "UPDATE claim SET released_by = 'unknown' WHERE released_at IS NOT NULL AND released_by IS NULL",
    "UPDATE claim SET released_by = NULL WHERE released_at IS NULL AND released_by IS NOT NULL",
    "UPDATE claim SET division = NULL, visible_read = NULL WHERE (division IS NULL) <> (visible_read IS NULL)",
    "UPDATE order_line SET units_per_offer = '1' WHERE CAST(units_per_offer AS NUMERIC) <= 0",
)
_CLAIM_CHECKS = {
    "ck_claim_quantity": "CAST(quantity AS NUMERIC) >= 0",
    "ck_claim_released": "(released_at IS NULL) = (released_by IS NULL)",
    "ck_claim_visible": "(division IS NULL) = (visible_read IS NULL)",
}


def upgrade() -> None:
    """Bring the schema forward; a claim of a line that is gone goes, for it promises nothing to anybody."""
    _alter("product", [sa.Column("safety_stock", Money(), nullable=True)])
    _alter(
        "erp_item",
        [
            sa.Column("ends_at", Instant(), nullable=True),
            sa.Column("fractional", sa.Boolean(), server_default=sa.false(), nullable=False),
        ],
    )
    _alter("listing", [sa.Column("zero_due", Instant(), nullable=True)])
    _retype_units()
    for statement in _TIDY:
        op.execute(statement)
    with op.batch_alter_table("order_line", schema=None) as batch_op:
        batch_op.create_check_constraint("ck_order_line_units_per_offer", "CAST(units_per_offer AS NUMERIC) > 0")
    with op.batch_alter_table("claim", schema=None) as batch_op:
        batch_op.add_column(sa.Column("beyond", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.drop_constraint("pk_claim", type_="primary")
        batch_op.create_primary_key("pk_claim", ["tenant_id", "product_id", "order_id", "line_id", "beyond"])
        batch_op.create_foreign_key("fk_claim_order_line", "order_line", list(_LINE), list(_LINE), ondelete="CASCADE")
        for name, condition in _CLAIM_CHECKS.items():
            batch_op.create_check_constraint(name, condition)
    _create_parts()


def _alter(table: str, columns: Iterable[sa.Column[Any]]) -> None:
    with op.batch_alter_table(table, schema=None) as batch_op:
        for column in columns:
            batch_op.add_column(column)


def _retype_units() -> None:
    """Half a kilogram may be an offer too."""
    with op.batch_alter_table("order_line", schema=None) as batch_op:
        batch_op.alter_column("units_per_offer", existing_type=sa.Integer(), type_=Money(), existing_nullable=False)


def _create_parts() -> None:
    op.create_table("listing_part", *_columns({"listing_id": 64, "product_id": 64}, "listing_part"))
    op.create_index("ix_listing_part_product", "listing_part", ["tenant_id", "product_id"])
    op.create_table(
        "sku_mapping",
        sa.Column("tenant_id", sa.String(length=64), nullable=False),
        sa.Column("channel_id", sa.String(length=64), nullable=False),
        sa.Column("sku", sa.String(length=128), nullable=False),
        sa.Column("product_id", sa.String(length=64), nullable=False),
        sa.Column("units", Money(), nullable=False),
        sa.CheckConstraint("CAST(units AS NUMERIC) > 0", name="ck_sku_mapping_units"),
        sa.PrimaryKeyConstraint("tenant_id", "channel_id", "sku", name=op.f("pk_sku_mapping")),
    )
    op.create_table(
        "order_line_part",
        *_columns({"order_id": 64, "line_id": 128, "product_id": 64}, "order_line_part"),
        sa.Column("booked", sa.Boolean(), nullable=False),
        sa.Column("sales_order_line_id", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(
            _LINE, [f"order_line.{name}" for name in _LINE], name="fk_order_line_part_order_line", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_order_line_part_sales_order_line", "order_line_part", ["tenant_id", "sales_order_line_id"])


def _columns(keys: Mapping[str, int], table: str) -> list[Any]:
    return [
        sa.Column("tenant_id", sa.String(length=64), nullable=False),
        *(sa.Column(name, sa.String(length=length), nullable=False) for name, length in keys.items()),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("units", Money(), nullable=False),
        sa.Column("weight", Money(), nullable=True),
        sa.CheckConstraint("CAST(units AS NUMERIC) > 0", name=f"ck_{table}_units"),
        sa.PrimaryKeyConstraint("tenant_id", *keys, name=op.f(f"pk_{table}")),
    ]
