"""What happens to orders after they were placed: cancellations, and certificates that newer ones have replaced."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, Integer, String, Table, Text

from hub.store.tables.metadata import key, metadata, tenant_key
from hub.store.types import Instant, Json

cancellation = Table(
    "cancellation",
    metadata,
    tenant_key(),
    key("cancellation_id"),
    Column("order_id", String(64), nullable=False),
    Column("channel_id", String(64), nullable=False),
    Column("reference", String(90), nullable=False),
    Column("asked_by", String(16), nullable=False),
    Column("reason", String(16), nullable=False),
    Column("units", Json, nullable=False),
    Column("whole", Boolean, nullable=False),
    Column("state", String(16), nullable=False),
    Column("asked_at", Instant, nullable=False),
    Column("until", Instant),
    Column("changed_at", Instant, nullable=False),
    Column("attempt_at", Instant),
    Column("process_id", Text),
    Column("problem", Text),
    Index("ix_cancellation_reference", "tenant_id", "reference", unique=True),
    Index("ix_cancellation_order", "tenant_id", "order_id"),
    Index("ix_cancellation_asked", "tenant_id", "asked_at", "cancellation_id"),
)

past_certificate = Table(
    "past_certificate",
    metadata,
    tenant_key(),
    key("order_id"),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("derivation", Json, nullable=False),
    Column("replaced_at", Instant, nullable=False),
)
