"""The sealed personal data of buyers, opened where it is needed."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.domain.address import Buyer, PostalAddress
from hub.store.sealed import BUYER
from hub.store.secrets import Vault
from hub.store.tables import buyer


async def load_buyer(connection: AsyncConnection, vault: Vault, tenant_id: str, order_id: str) -> Buyer | None:
    """Return the buyer of an order, None once the personal data was destroyed; raises KeyMissing or SealBroken."""
    statement = select(buyer.c.sealed).where(buyer.c.tenant_id == tenant_id, buyer.c.order_id == order_id)
    sealed = (await connection.execute(statement)).scalar_one_or_none()
    return None if sealed is None else open_buyer(vault, tenant_id, order_id, sealed)


def open_buyer(vault: Vault, tenant_id: str, order_id: str, sealed: bytes) -> Buyer:
    """Return what was sealed of a buyer; raises KeyMissing or SealBroken."""
    plain = vault.open_json(sealed, BUYER.place(tenant_id, order_id))
    return Buyer(**{**plain, "ship_to": PostalAddress(**plain["ship_to"])})
