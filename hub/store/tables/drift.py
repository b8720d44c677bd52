"""Where a channel was found to show another number than Exact says: one row per listing, the last time it did."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, Integer, String, Table, false

from hub.store.tables.metadata import key, metadata, tenant_key
from hub.store.types import Instant, Micros, Money

stock_difference = Table(
    "stock_difference",
    metadata,
    tenant_key(),
    key("listing_id"),
    Column("channel_id", String(64), nullable=False),
    Column("cause", String(24), nullable=False),
    Column("state", String(16), nullable=False),
    Column("settled", Boolean, nullable=False),
    Column("asked", Boolean, nullable=False, server_default=false()),
    Column("says", Integer),
    Column("believed", Integer),
    Column("shown", Integer),
    Column("units", Integer, nullable=False),
    Column("price", Money),
    Column("currency", String(3)),
    Column("amount", Micros),
    Column("since", Instant, nullable=False),
    Column("found_at", Instant, nullable=False),
    Column("looked_at", Instant, nullable=False),
    Column("healed_at", Instant),
    Column("tries", Integer, nullable=False, server_default="0"),
    Index("ix_stock_difference_state", "tenant_id", "channel_id", "state"),
    Index("ix_stock_difference_since", "tenant_id", "since", "listing_id"),
)
