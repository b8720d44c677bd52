"""What follows a sale: invoices and credit notes in Exact, refunds of channels, goods that come back."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, Integer, String, Table, Text

from hub.store.tables.metadata import key, metadata, tenant_key
from hub.store.types import Instant, Json, Money

invoicing = Table(
    "invoicing",
    metadata,
    tenant_key(),
    key("order_id"),
    Column("division", Integer, nullable=False),
    Column("status", String(16), nullable=False),
    Column("problem", Text),
    Column("difference", Money),
    Column("attempt_at", Instant),
    Column("changed_at", Instant, nullable=False),
    Index("ix_invoicing_status", "tenant_id", "division", "status"),
)

sales_document = Table(
    "sales_document",
    metadata,
    tenant_key(),
    key("invoice_id"),
    key("order_id"),
    Column("division", Integer, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("number", Integer),
    Column("your_ref", String(64), nullable=False),
    Column("total", Money, nullable=False),
    Column("currency", String(3), nullable=False),
    Column("by_hub", Boolean, nullable=False),
    Column("noted_at", Instant, nullable=False),
    Index("ix_sales_document_order", "tenant_id", "order_id"),
)

refund = Table(
    "refund",
    metadata,
    tenant_key(),
    key("refund_id"),
    Column("order_id", String(64), nullable=False),
    Column("channel_id", String(64), nullable=False),
    Column("external_id", String(128), nullable=False),
    Column("origin", String(16), nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("currency", String(3), nullable=False),
    Column("total", Money, nullable=False),
    Column("reason", String(128), nullable=False),
    Column("status", String(16), nullable=False),
    Column("cause", String(32)),
    Column("problem", Text),
    Column("division", Integer),
    Column("your_ref", String(64)),
    Column("attempt_at", Instant),
    Column("parts", Json),
    Column("invoice_id", String(64)),
    Column("invoice_number", Integer),
    Column("credited", Money),
    Column("stored_at", Instant, nullable=False),
    Index("ix_refund_external", "tenant_id", "channel_id", "external_id", unique=True),
    Index("ix_refund_order", "tenant_id", "order_id"),
    Index("ix_refund_status", "tenant_id", "status"),
)

refund_line = Table(
    "refund_line",
    metadata,
    tenant_key(),
    key("refund_id"),
    Column("place", Integer, primary_key=True, autoincrement=False),
    Column("line_id", String(128)),
    Column("charge", String(16)),
    Column("description", Text, nullable=False),
    Column("quantity", Integer, nullable=False),
    Column("gross", Money, nullable=False),
    Column("vat", Money),
    Column("restock", Boolean, nullable=False),
    Column("covered", Money),
)

goods_return = Table(
    "goods_return",
    metadata,
    tenant_key(),
    key("return_id"),
    Column("order_id", String(64), nullable=False),
    Column("channel_id", String(64), nullable=False),
    Column("external_id", String(128), nullable=False),
    Column("by_hand", Boolean, nullable=False),
    Column("registered_at", Instant, nullable=False),
    Column("status", String(16), nullable=False),
    Column("cause", String(32)),
    Column("problem", Text),
    Column("division", Integer),
    Column("reference", String(64)),
    Column("attempt_at", Instant),
    Column("parts", Json),
    Column("planned_return_id", String(64)),
    Column("return_number", Integer),
    Column("stored_at", Instant, nullable=False),
    Index("ix_goods_return_external", "tenant_id", "channel_id", "external_id", "order_id", unique=True),
    Index("ix_goods_return_order", "tenant_id", "order_id"),
    Index("ix_goods_return_status", "tenant_id", "status"),
)

goods_return_line = Table(
    "goods_return_line",
    metadata,
    tenant_key(),
    key("return_id"),
    Column("place", Integer, primary_key=True, autoincrement=False),
    Column("external_id", String(128), nullable=False),
    Column("line_id", String(128)),
    Column("ean", String(32)),
    Column("reason", String(128), nullable=False),
    Column("quantity", Integer, nullable=False),
    Column("good", Integer),
    Column("written_off", Integer),
    Column("credited_units", Integer),
    Column("credited", Money),
    Column("answer", String(32)),
    Column("answer_status", String(16)),
    Column("answer_process", String(128)),
    Column("answer_problem", Text),
)
