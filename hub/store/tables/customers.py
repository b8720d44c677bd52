"""Whom orders are booked on, what a person said of it, and what is thought of their addresses; nothing personal."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Float, Integer, LargeBinary, String, Table

from hub.store.tables.metadata import key, metadata, tenant_key
from hub.store.types import Instant, Json

order_customer = Table(
    "order_customer",
    metadata,
    tenant_key(),
    key("order_id"),
    Column("division", Integer),
    Column("account_id", String(64)),
    Column("matched_by", String(24)),
    Column("address_id", String(64)),
    Column("identity", String(64)),
    Column("may_create", Boolean, nullable=False),
    Column("decided_at", Instant, nullable=False),
)

customer_link = Table(
    "customer_link",
    metadata,
    tenant_key(),
    key("channel_id"),
    Column("division", Integer, primary_key=True, autoincrement=False),
    key("identity"),
    Column("account_id", String(64), nullable=False),
    Column("confirmed_at", Instant, nullable=False),
    Column("confirmed_by", String(128), nullable=False),
)

account_attempt = Table(
    "account_attempt",
    metadata,
    tenant_key(),
    Column("division", Integer, primary_key=True, autoincrement=False),
    key("identity"),
    Column("order_id", String(64), nullable=False),
    Column("begun_at", Instant, nullable=False),
)

identity_key = Table(
    "identity_key",
    metadata,
    tenant_key(),
    key("name", 16),
    Column("sealed", LargeBinary, nullable=False),
    Column("made_at", Instant, nullable=False),
)

order_address = Table(
    "order_address",
    metadata,
    tenant_key(),
    key("order_id"),
    Column("state", String(16), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("confidence", Float, nullable=False),
    Column("doubts", Json, nullable=False),
    Column("checked_at", Instant, nullable=False),
)
