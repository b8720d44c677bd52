"""What stands in Exact of each order, amount by amount, so that a report is one grouped statement."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, String, Table

from hub.store.tables.metadata import key, metadata, tenant_key
from hub.store.types import Micros, Money

booking = Table(
    "booking",
    metadata,
    tenant_key(),
    key("order_id"),
    key("kind", 16),
    Column("place", Integer, primary_key=True, autoincrement=False),
    Column("channel_id", String(64), nullable=False),
    Column("day", String(10), nullable=False),
    Column("supplied_on", String(10), nullable=False),
    Column("currency", String(3), nullable=False),
    Column("regime", String(32)),
    Column("taxed_in", String(16)),
    Column("ships_from", String(2)),
    Column("rate", Money, nullable=False),
    Column("code", String(16)),
    Column("line_id", String(128)),
    Column("net", Micros, nullable=False),
    Column("vat", Micros, nullable=False),
    Column("discount", Micros, nullable=False),
    Column("cost", Micros),
    Column("unit_cost", Money),
    Index("ix_booking_day", "tenant_id", "day"),
)
"""``day`` and ``supplied_on`` are calendar days of the books in ISO text, whose order is the order of time."""
