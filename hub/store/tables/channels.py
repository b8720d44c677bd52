"""Channels and their listings, with what was last published and why."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    false,
)

from hub.store.tables.metadata import key, metadata, tenant_key
from hub.store.types import Instant, Json, Money

channel = Table(
    "channel",
    metadata,
    tenant_key(),
    key("channel_id"),
    Column("platform", String(32), nullable=False),
    Column("name", Text, nullable=False),
    Column("base_url", Text, nullable=False),
    Column("status", String(16), nullable=False),
    Column("reason", Text),
    Column("settings", Json, nullable=False),
    Column("credentials", LargeBinary, nullable=False),
    Column("hook_secret", LargeBinary),
    Column("created_at", Instant, nullable=False),
    Column("listings_read_at", Instant),
    Column("orders_swept_at", Instant),
    Column("swept_only", BigInteger, nullable=False, server_default="0"),
    Column("too_old", BigInteger, nullable=False, server_default="0"),
)

listing = Table(
    "listing",
    metadata,
    tenant_key(),
    key("listing_id"),
    Column("channel_id", String(64), nullable=False),
    Column("external_id", String(128), nullable=False),
    Column("product_id", String(64)),
    Column("mapped_by", String(16)),
    Column("sku", String(128)),
    Column("ean", String(32)),
    Column("title", Text, nullable=False),
    Column("refs", Json, nullable=False),
    Column("by_platform", Boolean, nullable=False),
    Column("rule", Json),
    Column("status", String(16), nullable=False),
    Column("problem", Text),
    Column("quantity", Integer),
    Column("quantity_at", Instant),
    Column("believed", Integer),
    Column("sent", Integer),
    Column("again", Boolean, nullable=False, server_default=false()),
    Column("process_id", String(128)),
    Column("terms", Json),
    Column("version", Integer, nullable=False, server_default="0"),
    Column("zero_due", Instant),
    Column("listed_at", Instant),
    Column("price", Money),
    Column("currency", String(3)),
    Index("ix_listing_external", "tenant_id", "channel_id", "external_id", unique=True),
    Index("ix_listing_product", "tenant_id", "product_id"),
)

listing_part = Table(
    "listing_part",
    metadata,
    tenant_key(),
    key("listing_id"),
    key("product_id"),
    Column("place", Integer, nullable=False),
    Column("units", Money, nullable=False),
    Column("weight", Money),
    CheckConstraint("CAST(units AS NUMERIC) > 0", name="ck_listing_part_units"),
    Index("ix_listing_part_product", "tenant_id", "product_id"),
)

sku_mapping = Table(
    "sku_mapping",
    metadata,
    tenant_key(),
    key("channel_id"),
    key("sku", 128),
    Column("product_id", String(64), nullable=False),
    Column("units", Money, nullable=False),
    CheckConstraint("CAST(units AS NUMERIC) > 0", name="ck_sku_mapping_units"),
)
