"""What is known of VAT: a tenant's standing, and the register's answers on its buyers' numbers."""

from __future__ import annotations

from sqlalchemy import Column, LargeBinary, Table

from hub.store.tables.metadata import key, metadata, tenant_key
from hub.store.types import Instant, Json

tax_profile = Table(
    "tax_profile",
    metadata,
    tenant_key(),
    Column("profile", Json, nullable=False),
    Column("changed_at", Instant, nullable=False),
)

vat_number = Table(
    "vat_number",
    metadata,
    tenant_key(),
    key("number_key", 64),
    Column("sealed", LargeBinary, nullable=False),
    Column("answered_at", Instant, nullable=False),
)
"""The number of a sole trader is personal data: a row is found by a keyed hash of it, and its answer is sealed."""
