"""What Exact says of the goods: items, warehouses, FreeStock, VAT codes, customers."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, String, Table, Text, false

from hub.store.tables.metadata import key, metadata, tenant_key
from hub.store.types import Instant, Json, Money


def _division() -> Column[int]:
    return Column("division", Integer, primary_key=True, autoincrement=False)


product = Table(
    "product",
    metadata,
    tenant_key(),
    key("product_id"),
    Column("code", String(128), nullable=False),
    Column("ean", String(32)),
    Column("description", Text, nullable=False),
    Column("safety_stock", Money),
    Index("ix_product_code", "tenant_id", "code", unique=True),
    Index("ix_product_ean", "tenant_id", "ean"),
)

erp_item = Table(
    "erp_item",
    metadata,
    tenant_key(),
    _division(),
    key("item_id"),
    Column("product_id", String(64), nullable=False),
    Column("vat_code", String(16)),
    Column("unit", String(16)),
    Column("stocked", Boolean, nullable=False),
    Column("sold", Boolean, nullable=False),
    Column("ended", Boolean, nullable=False),
    Column("ends_at", Instant),
    Column("fractional", Boolean, nullable=False, server_default=false()),
    Column("cost_price", Money),
    Column("cost_currency", String(3)),
    Index("ix_erp_item_product", "tenant_id", "product_id", "division"),
)

warehouse = Table(
    "warehouse",
    metadata,
    tenant_key(),
    _division(),
    key("warehouse_id"),
    Column("code", String(32), nullable=False),
    Column("description", Text, nullable=False),
    Column("main", Boolean, nullable=False),
)

stock_reading = Table(
    "stock_reading",
    metadata,
    tenant_key(),
    key("product_id"),
    _division(),
    key("warehouse_id"),
    Column("free_stock", Money, nullable=False),
    Column("timestamp", BigInteger, nullable=False),
    Column("read_no", BigInteger, nullable=False),
    Column("read_at", Instant, nullable=False),
)

vat_code = Table(
    "vat_code",
    metadata,
    tenant_key(),
    _division(),
    key("code", 16),
    Column("description", Text, nullable=False),
    Column("percentage", Money, nullable=False),
    Column("kind", String(1), nullable=False),
    Column("transaction", String(1), nullable=False),
    Column("blocked", Boolean, nullable=False),
    Column("periods", Json),
)

customer = Table(
    "customer",
    metadata,
    tenant_key(),
    _division(),
    key("account_id"),
    Column("code", String(32), nullable=False),
    Column("name", Text, nullable=False),
    Column("is_customer", Boolean, nullable=False),
    Column("vat_number", String(40)),
    Column("chamber_of_commerce", String(40)),
    Column("country", String(2)),
    Column("status", String(1)),
    Column("blocked", Boolean),
    Index("ix_customer_vat_number", "tenant_id", "division", "vat_number"),
    Index("ix_customer_chamber", "tenant_id", "division", "chamber_of_commerce"),
)

shipping_method = Table(
    "shipping_method",
    metadata,
    tenant_key(),
    _division(),
    key("method_id"),
    Column("code", String(32), nullable=False),
    Column("description", Text, nullable=False),
    Column("tracking_url", Text),
)
