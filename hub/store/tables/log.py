"""The activity log: one row per sync event, numbered per tenant without a gap and chained by digests."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, String, Table, Text

from hub.store.tables.metadata import metadata, tenant_key
from hub.store.types import Instant, Json

sync_event = Table(
    "sync_event",
    metadata,
    tenant_key(),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False),
    Column("kind", String(48), nullable=False),
    Column("level", String(8), nullable=False),
    Column("channel_id", String(64)),
    Column("division", String(16)),
    Column("subject_type", String(24)),
    Column("subject_id", String(64)),
    Column("message", Text, nullable=False),
    Column("detail", Json, nullable=False),
    Column("trace_id", String(32)),
    Column("actor", String(128), nullable=False),
    Column("digest", String(64), nullable=False),
    Index("ix_sync_event_subject", "tenant_id", "subject_type", "subject_id", "seq"),
    Index("ix_sync_event_channel", "tenant_id", "channel_id", "seq"),
)
