"""The columns that hold sealed bytes, and where each of its rows stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, Table

from hub.store.secrets import Place
from hub.store.tables import buyer, channel, erp_connection, identity_key, oauth_grant, order_key, vat_number


@dataclass(frozen=True, slots=True)
class SealedColumn:
    """One sealed column; ``row`` names the key column that, with the tenant, finds the row."""

    table: Table
    row: str
    column: str

    def place(self, tenant_id: str, row: str) -> Place:
        """Return where the secret of this row stands."""
        return Place(tenant_id, f"{self.table.name}.{self.column}", row)

    @property
    def key(self) -> Column[Any]:
        return self.table.c[self.row]

    @property
    def sealed(self) -> Column[Any]:
        return self.table.c[self.column]


ERP_CREDENTIALS = SealedColumn(erp_connection, "connection_id", "credentials")
OAUTH_GRANT = SealedColumn(oauth_grant, "grant_id", "sealed")
CHANNEL_CREDENTIALS = SealedColumn(channel, "channel_id", "credentials")
CHANNEL_HOOK_SECRET = SealedColumn(channel, "channel_id", "hook_secret")
IDENTITY_KEY = SealedColumn(identity_key, "name", "sealed")
ORDER_KEY = SealedColumn(order_key, "order_id", "sealed")
BUYER = SealedColumn(buyer, "order_id", "sealed")
"""Sealed with the order's own key, so that no rotation touches it."""

VAT_NUMBER = SealedColumn(vat_number, "number_key", "sealed")
"""A cache that the first key finds its way in: rotation drops it."""

SEALED_COLUMNS = (ERP_CREDENTIALS, OAUTH_GRANT, CHANNEL_CREDENTIALS, CHANNEL_HOOK_SECRET, IDENTITY_KEY, ORDER_KEY)
"""What is sealed with the hub's own keys."""
