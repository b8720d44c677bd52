"""What is kept of a person: every buyer of the tenant is opened to look, for nothing personal can be searched."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, select

from hub.domain.address import Buyer
from hub.store.buyers import SAME_ORDER, open_buyer
from hub.store.engine import Database
from hub.store.secrets import Vault
from hub.store.tables import buyer, order_key, orders

BATCH = 200


@dataclass(frozen=True, slots=True)
class Kept:
    """All personal data that is kept of one order, with what names the order. ``placed_at`` is UTC."""

    order_id: str
    channel_id: str
    number: str
    placed_at: datetime
    buyer: Buyer

    def plain(self) -> dict[str, Any]:
        """Return it as plain JSON."""
        return {**asdict(self), "placed_at": self.placed_at.isoformat()}


def of_person(email: str) -> Callable[[Kept], bool]:
    """Return what finds the orders of an e-mail address; upper and lower case are the same."""
    wanted = email.strip().casefold()
    return lambda kept: (kept.buyer.email or "").strip().casefold() == wanted


async def kept_of_order(database: Database, vault: Vault, tenant_id: str, order_id: str) -> Kept | None:
    """Return the personal data of one order, None where none is kept; raises KeyMissing or SealBroken."""
    async with database.read() as connection:
        statement = _kept(tenant_id).where(buyer.c.order_id == order_id)
        row = (await connection.execute(statement)).one_or_none()
    return None if row is None else _opened(vault, tenant_id, row)


async def kept_of_tenant(database: Database, vault: Vault, tenant_id: str) -> AsyncIterator[Kept]:
    """Yield the personal data of all of a tenant's orders, some at a time; raises KeyMissing or SealBroken."""
    after = ""
    while True:
        async with database.read() as connection:
            statement = _kept(tenant_id).where(buyer.c.order_id > after).limit(BATCH)
            rows = (await connection.execute(statement)).all()
        for row in rows:
            yield _opened(vault, tenant_id, row)
        if len(rows) < BATCH:
            return
        after = rows[-1].order_id


def _kept(tenant_id: str) -> Select[Any]:
    names = (orders.c.channel_id, orders.c.number, orders.c.placed_at)
    return (
        select(buyer.c.order_id, buyer.c.sealed, order_key.c.sealed.label("key"), *names)
        .join_from(buyer, order_key, SAME_ORDER, isouter=True)
        .join(orders, (orders.c.tenant_id == buyer.c.tenant_id) & (orders.c.order_id == buyer.c.order_id))
        .where(buyer.c.tenant_id == tenant_id)
        .order_by(buyer.c.order_id)
    )


def _opened(vault: Vault, tenant_id: str, row: Row[Any]) -> Kept:
    found = open_buyer(vault, tenant_id, row.order_id, row.sealed, row.key)
    return Kept(row.order_id, row.channel_id, row.number, row.placed_at, found)
