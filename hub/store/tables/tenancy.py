"""Tenants, the tokens of their people, and their grants to the ERP."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Float, Index, Integer, LargeBinary, String, Table, Text

from hub.store.tables.metadata import key, metadata, tenant_key
from hub.store.types import Instant, Json

tenant = Table(
    "tenant",
    metadata,
    tenant_key(),
    Column("name", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("event_seq", BigInteger, nullable=False, default=0),
    Column("event_digest", String(64), nullable=False, server_default="0" * 64),
)
"""``event_seq`` and ``event_digest`` are the end of the tenant's activity log: a tail cut off is noticed."""

api_token = Table(
    "api_token",
    metadata,
    tenant_key(),
    key("token_id"),
    Column("digest", String(64), nullable=False),
    Column("role", String(16), nullable=False),
    Column("label", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("expires_at", Instant),
    Column("revoked_at", Instant),
    Index("ix_api_token_digest", "digest", unique=True),
)

erp_connection = Table(
    "erp_connection",
    metadata,
    tenant_key(),
    key("connection_id"),
    Column("name", Text, nullable=False),
    Column("base_url", Text, nullable=False),
    Column("status", String(16), nullable=False),
    Column("reason", Text),
    Column("credentials", LargeBinary, nullable=False),
    Column("hooks_checked_at", Instant),
    Column("created_at", Instant, nullable=False),
    Index("ix_erp_connection_connection_id", "connection_id", unique=True),
)

oauth_grant = Table(
    "oauth_grant",
    metadata,
    tenant_key(),
    key("grant_id"),
    Column("sealed", LargeBinary, nullable=False),
    Column("issued_at", Instant, nullable=False),
    Column("expires_in", Float, nullable=False),
    Column("version", Integer, nullable=False),
    Column("reserved_version", Integer),
    Column("reserved_until", Instant),
)

oauth_state = Table(
    "oauth_state",
    metadata,
    tenant_key(),
    key("digest"),
    Column("connection_id", String(64), nullable=False),
    Column("expires_at", Instant, nullable=False),
    Index("ix_oauth_state_digest", "digest", unique=True),
)

division = Table(
    "division",
    metadata,
    tenant_key(),
    Column("code", Integer, primary_key=True, autoincrement=False),
    Column("connection_id", String(64), nullable=False),
    Column("description", Text, nullable=False),
    Column("country", String(8)),
    Column("currency", String(3), nullable=False),
    Column("enabled", Boolean, nullable=False),
    Column("reads_begun", BigInteger, nullable=False, default=0),
    Column("reads_done", BigInteger, nullable=False, default=0),
    Column("read_at", Instant),
    Column("swept_only", BigInteger, nullable=False, default=0),
)

budget = Table(
    "budget",
    metadata,
    tenant_key(),
    key("owner", 128),
    key("name", 96),
    Column("allowed", Integer),
    Column("remaining", Integer),
    Column("resets_at", Instant),
    Column("per_hour", Float),
    Column("refused_at", Json),
    Column("seen_at", Instant, nullable=False),
)
"""What a platform still allows; ``refused_at`` is when it refused what counts against an endpoint, oldest first.

A hub of before revision 14 leaves ``refused_at`` as it is when it writes the other columns.
"""

hook = Table(
    "hook",
    metadata,
    tenant_key(),
    key("owner", 128),
    key("topic"),
    Column("external_id", Text),
    Column("status", String(16), nullable=False),
    Column("problem", Text),
    Column("checked_at", Instant, nullable=False),
)
