"""Statements that rehearsals read many orders with, a few statements for a chunk of them."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from decimal import Decimal
from itertools import accumulate

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.domain.address import Buyer
from hub.domain.certificate import Certificate
from hub.domain.order import OrderStatus
from hub.store.buyers import SAME_ORDER, open_buyer
from hub.store.certificates import certificate_from_json
from hub.store.customers import OrderCustomer, customers_of
from hub.store.orders import StoredOrder, load_orders
from hub.store.secrets import Vault
from hub.store.tables import buyer, order_key, orders

NOT_BOOKED = [OrderStatus.CANCELLED.value, OrderStatus.PLATFORM.value]


@dataclass(frozen=True, slots=True)
class Kept:
    """An order with what is kept of its buyer and of how it was booked."""

    stored: StoredOrder
    buyer: Buyer | None
    certificate: Certificate | None
    customer: OrderCustomer = field(default_factory=OrderCustomer)


async def recent_orders(
    connection: AsyncConnection, tenant_id: str, channel_id: str, since: datetime, at_most: int
) -> list[str]:
    """Return the ids of a channel's orders placed since then that are or may be for the books, newest first."""
    statement = select(orders.c.order_id).where(
        orders.c.tenant_id == tenant_id,
        orders.c.channel_id == channel_id,
        orders.c.placed_at >= since,
        orders.c.status.not_in(NOT_BOOKED),
    )
    newest = statement.order_by(orders.c.placed_at.desc(), orders.c.order_id).limit(at_most)
    return list((await connection.execute(newest)).scalars())


async def kept_orders(connection: AsyncConnection, vault: Vault, tenant_id: str, ids: Sequence[str]) -> list[Kept]:
    """Return orders in the order of their ids, with their buyers opened; raises KeyMissing or SealBroken."""
    stored = {one.order_id: one for one in await load_orders(connection, tenant_id, ids)}
    people = await _buyers(connection, vault, tenant_id, ids)
    derived = select(orders.c.order_id, orders.c.derivation)
    rows = await connection.execute(derived.where(orders.c.tenant_id == tenant_id, orders.c.order_id.in_(ids)))
    certificates = {row.order_id: certificate_from_json(row.derivation) for row in rows.all()}
    customers = await customers_of(connection, tenant_id, ids)
    nobody = OrderCustomer()
    return [
        Kept(stored[one], people.get(one), certificates.get(one), customers.get(one, nobody))
        for one in ids
        if one in stored
    ]


async def _buyers(connection: AsyncConnection, vault: Vault, tenant_id: str, ids: Sequence[str]) -> dict[str, Buyer]:
    statement = (
        select(buyer.c.order_id, buyer.c.sealed, order_key.c.sealed.label("key"))
        .join_from(buyer, order_key, SAME_ORDER, isouter=True)
        .where(buyer.c.tenant_id == tenant_id, buyer.c.order_id.in_(ids))
    )
    rows = (await connection.execute(statement)).all()
    return {row.order_id: open_buyer(vault, tenant_id, row.order_id, row.sealed, row.key) for row in rows}


class DistanceSales:
    """Distance sales of a tenant over time, to be asked what was sold before any moment."""

    def __init__(self, rows: Sequence[tuple[datetime, Decimal]]) -> None:
        ordered = sorted(rows)
        self._moments = [moment for moment, _ in ordered]
        self._sums = [Decimal(0), *accumulate(amount for _, amount in ordered)]

    def before(self, moment: datetime, zone: tzinfo) -> dict[int, Decimal]:
        """Return EUR without VAT sold before a moment (UTC) in its calendar year of a zone, and in the year before."""
        year = moment.astimezone(zone).year
        starts = [datetime(each, 1, 1, tzinfo=zone) for each in (year - 1, year)]
        ends = [starts[1], moment]
        return {
            each: self._until(end) - self._until(start)
            for each, start, end in zip((year - 1, year), starts, ends, strict=True)
        }

    def _until(self, moment: datetime) -> Decimal:
        return self._sums[bisect_left(self._moments, moment)]


async def distance_sales_by_time(connection: AsyncConnection, tenant_id: str) -> DistanceSales:
    """Return a tenant's distance sales on all channels, from the moment that their forwarding begins."""
    statement = select(orders.c.placed_at, orders.c.distance_sale).where(
        orders.c.tenant_id == tenant_id,
        orders.c.distance_sale.is_not(None),
        orders.c.status.in_([OrderStatus.SENDING.value, OrderStatus.FORWARDED.value]),
    )
    return DistanceSales([(row.placed_at, row.distance_sale) for row in (await connection.execute(statement)).all()])
