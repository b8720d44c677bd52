"""The runtime's tables: who acts where, what waits for them, and what nobody could handle."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table, Text

from hub.store.tables.metadata import key, metadata, tenant_key
from hub.store.types import Instant, Json

actor = Table(
    "actor",
    metadata,
    tenant_key(),
    key("address", 200),
    Column("status", String(16), nullable=False, server_default="active"),
    Column("reason", Text),
    Column("node", String(100)),
    Column("epoch", BigInteger, nullable=False, server_default="0"),
    Column("lease_until", Instant),
    Column("due_at", Instant),
    Column("next_seq", BigInteger, nullable=False, server_default="1"),
    Column("crashes", Json),
    Column("restarts", Integer, nullable=False, server_default="0"),
    Column("quarantines", Integer, nullable=False, server_default="0"),
    Column("quarantine_until", Instant),
    sqlite_with_rowid=False,
)
"""Directory entry and epoch of one actor.

``due_at`` is when anybody may next claim it: the earliest mail while nobody owns it, null while somebody does or there
is nothing to do. ``next_seq`` numbers its messages. ``lease_until`` is of former versions, whose actors had leases.
"""

Index(
    "ix_actor_due_at",
    actor.c.due_at,
    postgresql_where=actor.c.due_at.is_not(None),
    sqlite_where=actor.c.due_at.is_not(None),
)
Index("ix_actor_node", actor.c.node, postgresql_where=actor.c.node.is_not(None), sqlite_where=actor.c.node.is_not(None))

lane = Table(
    "lane",
    metadata,
    tenant_key(),
    key("address", 200),
    key("lane", 32),
    Column("state", Json),
    Column("wait_until", Instant),
    Column("attempts", Integer, nullable=False, server_default="0"),
    sqlite_with_rowid=False,
)
"""An actor's small state per lane, and until when the lane waits for its platform."""

message = Table(
    "message",
    metadata,
    tenant_key(),
    key("address", 200),
    key("lane", 32),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("kind", String(64), nullable=False),
    Column("version", Integer, nullable=False),
    Column("body", Json, nullable=False),
    Column("fold", String(300)),
    Column("revision", Integer, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("crashes", Integer, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("posted_at", Instant, nullable=False),
    Column("folded_at", Instant),
    Column("traceparent", String(64)),
    sqlite_with_rowid=False,
)
"""What waits, in strict order of ``seq`` within a lane; ``posted_at`` is the age of the oldest waiting change."""

fold_place = message.c.fold.is_not(None)
Index(
    "uq_message_fold",
    message.c.tenant_id,
    message.c.address,
    message.c.lane,
    message.c.fold,
    unique=True,
    postgresql_where=fold_place,
    sqlite_where=fold_place,
)

parked = Table(
    "parked",
    metadata,
    tenant_key(),
    key("parked_id", 32),
    Column("address", String(200), nullable=False),
    Column("lane", String(32), nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("kind", String(64), nullable=False),
    Column("version", Integer, nullable=False),
    Column("body", Json, nullable=False),
    Column("fold", String(300)),
    Column("revision", Integer, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("crashes", Integer, nullable=False),
    Column("posted_at", Instant, nullable=False),
    Column("traceparent", String(64)),
    Column("code", String(64), nullable=False),
    Column("error", Text, nullable=False),
    Column("parked_at", Instant, nullable=False),
    Column("resolved_at", Instant),
    Column("resolution", String(16)),
    Index("ix_parked_tenant_id_parked_at", "tenant_id", "parked_at"),
)
"""The dead-letter office: never pruned silently; a person retries or discards."""

seen = Table(
    "seen",
    metadata,
    tenant_key(),
    key("address", 200),
    key("dedupe", 200),
    Column("seen_at", Instant, nullable=False),
    Index("ix_seen_seen_at", "seen_at"),
    sqlite_with_rowid=False,
)
"""Identities of inbound events that were posted already."""

node = Table(
    "node",
    metadata,
    Column("name", String(100), primary_key=True),
    Column("started_at", Instant, nullable=False),
    Column("seen_at", Instant, nullable=False),
    Column("lease_until", Instant),
)
"""The processes that act, when each was last seen, and until when what it owns is its own.

That is null for one that was struck off, and for one of a former version, whose actors have leases.
"""
