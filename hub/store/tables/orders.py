"""Orders, their claims on stock, their buyers (sealed, each with its order's own key), and the parcels that left."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    false,
    text,
)

from hub.store.tables.metadata import key, metadata, tenant_key
from hub.store.types import Instant, Json, Money

orders = Table(
    "orders",
    metadata,
    tenant_key(),
    key("order_id"),
    Column("channel_id", String(64), nullable=False),
    Column("external_id", String(128), nullable=False),
    Column("number", String(128), nullable=False),
    Column("placed_at", Instant, nullable=False),
    Column("changed_at", Instant, nullable=False),
    Column("imported_at", Instant, nullable=False),
    Column("currency", String(3), nullable=False),
    Column("total", Money, nullable=False),
    Column("country", String(2)),
    Column("payment", String(16), nullable=False),
    Column("fulfilled_by", String(16), nullable=False),
    Column("ship_by", Instant),
    Column("raw_status", String(64), nullable=False),
    Column("cancelled", Boolean, nullable=False),
    Column("charges", Json, nullable=False),
    Column("fees", Json),
    Column("payments", Json),
    Column("status", String(16), nullable=False),
    Column("hold_cause", String(32)),
    Column("hold_detail", Json),
    Column("division", Integer),
    Column("your_ref", String(64)),
    Column("fingerprint", String(64)),
    Column("attempt_at", Instant),
    Column("sales_order_id", String(64)),
    Column("sales_order_number", Integer),
    Column("forwarded_at", Instant),
    Column("derivation", Json),
    Column("distance_sale", Money),
    Column("sold", Json),
    Column("trace_id", String(32)),
    Index("ix_orders_external", "tenant_id", "channel_id", "external_id", unique=True),
    Index("ix_orders_placed", "tenant_id", "placed_at", "order_id"),
    Index("ix_orders_status", "tenant_id", "status"),
    Index("ix_orders_sales_order", "tenant_id", "sales_order_id"),
)

order_line = Table(
    "order_line",
    metadata,
    tenant_key(),
    key("order_id"),
    key("line_id", 128),
    Column("place", Integer, nullable=False),
    Column("sku", String(128)),
    Column("ean", String(32)),
    Column("title", Text, nullable=False),
    Column("external_listing_id", String(128)),
    Column("product_id", String(64)),
    Column("units_per_offer", Money, nullable=False),
    Column("quantity", Integer, nullable=False),
    Column("cancelled", Integer, nullable=False),
    Column("shipped", Integer, nullable=False),
    Column("cancellation_requested", Boolean, nullable=False),
    Column("gross", Money, nullable=False),
    Column("vat_rate", Money),
    Column("vat", Money),
    Column("discount", Money, nullable=False),
    Column("deemed", String(16)),
    Column("paid_by_platform", Money, nullable=False, server_default="0"),
    Column("voucher", Boolean, nullable=False, server_default=false()),
    Column("sales_order_line_id", String(64)),
    CheckConstraint("CAST(units_per_offer AS NUMERIC) > 0", name="ck_order_line_units_per_offer"),
    Column("given_up", Integer, nullable=False, server_default="0"),
    Index("ix_order_line_sales_order_line", "tenant_id", "sales_order_line_id"),
)


def _of_order_line(table: str) -> ForeignKeyConstraint:
    """What belongs to an order line goes with it."""
    line = ["tenant_id", "order_id", "line_id"]
    return ForeignKeyConstraint(
        line, [f"order_line.{name}" for name in line], name=f"fk_{table}_order_line", ondelete="CASCADE"
    )


order_line_part = Table(
    "order_line_part",
    metadata,
    tenant_key(),
    key("order_id"),
    key("line_id", 128),
    key("product_id"),
    Column("place", Integer, nullable=False),
    Column("units", Money, nullable=False),
    Column("weight", Money),
    Column("booked", Boolean, nullable=False),
    Column("sales_order_line_id", String(64)),
    _of_order_line("order_line_part"),
    CheckConstraint("CAST(units AS NUMERIC) > 0", name="ck_order_line_part_units"),
    Index("ix_order_line_part_sales_order_line", "tenant_id", "sales_order_line_id"),
)

claim = Table(
    "claim",
    metadata,
    tenant_key(),
    key("product_id"),
    key("order_id"),
    key("line_id", 128),
    Column("beyond", Boolean, primary_key=True, server_default=false()),
    Column("quantity", Money, nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("division", Integer),
    Column("visible_read", BigInteger),
    Column("released_at", Instant),
    Column("released_by", String(32)),
    _of_order_line("claim"),
    CheckConstraint("CAST(quantity AS NUMERIC) >= 0", name="ck_claim_quantity"),
    CheckConstraint("(released_at IS NULL) = (released_by IS NULL)", name="ck_claim_released"),
    CheckConstraint("(division IS NULL) = (visible_read IS NULL)", name="ck_claim_visible"),
    Index(
        "ix_claim_open",
        "tenant_id",
        "product_id",
        sqlite_where=text("released_at IS NULL"),
        postgresql_where=text("released_at IS NULL"),
    ),
    Index("ix_claim_order", "tenant_id", "order_id"),
)

buyer = Table(
    "buyer",
    metadata,
    tenant_key(),
    key("order_id"),
    Column("sealed", LargeBinary, nullable=False),
    Column("stored_at", Instant, nullable=False),
)

order_key = Table(
    "order_key",
    metadata,
    tenant_key(),
    key("order_id"),
    Column("sealed", LargeBinary),
    Column("made_at", Instant, nullable=False),
    Column("destroyed_at", Instant),
    Column("destroyed_by", String(16)),
)

delivery = Table(
    "delivery",
    metadata,
    tenant_key(),
    key("delivery_id"),
    Column("division", Integer, nullable=False),
    Column("entry_id", String(64), nullable=False),
    Column("number", Integer),
    Column("delivered_at", Instant, nullable=False),
    Column("tracking", String(255)),
    Column("shipping_method_id", String(64)),
    Column("stored_at", Instant, nullable=False),
    Index("ix_delivery_entry", "tenant_id", "division", "entry_id", unique=True),
)

parcel = Table(
    "parcel",
    metadata,
    tenant_key(),
    key("parcel_id"),
    Column("order_id", String(64), nullable=False),
    Column("channel_id", String(64), nullable=False),
    Column("delivery_id", String(64)),
    Column("reference", String(90), nullable=False),
    Column("carrier", String(64)),
    Column("tracking", String(255)),
    Column("units", Json, nullable=False),
    Column("status", String(16), nullable=False),
    Column("problem", Text),
    Column("process_id", String(128)),
    Column("attempt_at", Instant),
    Column("shipped_at", Instant, nullable=False),
    Column("stored_at", Instant, nullable=False),
    Column("confirmed_at", Instant),
    Column("goods_delivery", String(16), nullable=False),
    Column("entry_id", String(64)),
    Index("ix_parcel_reference", "tenant_id", "channel_id", "reference", unique=True),
    Index("ix_parcel_order", "tenant_id", "order_id"),
)
