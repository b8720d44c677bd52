"""Claims of orders that stand in Exact and were changed since: more is promised at once, less once Exact follows."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from decimal import Decimal
from typing import TypeAlias

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.domain.editing import Sold
from hub.store.engine import Work
from hub.store.orders import StoredOrder
from hub.store.stock import units_of
from hub.store.tables import claim
from hub.store.upsert import upsert

Place: TypeAlias = tuple[str, str, bool]
"""A product, an order line, and whether the claim is on what was added to the line after its order went to Exact."""


async def claim_more(work: Work, order: StoredOrder, sold: Sold) -> set[str]:
    """Claim what an order wants beyond what was sold when it went to Exact, and return the products concerned.

    Repeatable: claims are set, never added up; what is no longer wanted beyond that is released.
    """
    wanted = {} if order.off else _beyond(order, sold)
    standing = await _open(work, order)
    changed = {place: units for place, units in wanted.items() if standing.get(place) != units}
    now = work.clock.now()
    await upsert(work.connection, claim, [_row(order, place, units, now) for place, units in changed.items()])
    surplus = [place for place in standing if place[2] and place not in wanted]
    for place in surplus:
        await _set(work, order, place, released_at=now, released_by="edited back")
    return {place[0] for place in (*changed, *surplus)}


async def orders_claiming_more(connection: AsyncConnection, tenant_id: str, order_ids: Collection[str]) -> set[str]:
    """Return those of some orders that claim more than was sold when they went to Exact."""
    one = claim.c
    statement = select(one.order_id).where(
        one.tenant_id == tenant_id, one.order_id.in_(order_ids), one.released_at.is_(None), one.beyond.is_(True)
    )
    return set((await connection.execute(statement)).scalars())


def _beyond(order: StoredOrder, sold: Sold) -> dict[Place, Decimal]:
    then = {line.line_id: line.quantity for line in sold.lines}
    return {
        (product, line.line_id, True): units
        for line in order.lines
        for product, units in units_of(line, line.quantity - line.cancelled - then.get(line.line_id, 0)).items()
        if units
    }


async def lower_claims(work: Work, order: StoredOrder) -> set[str]:
    """Lower the open claims of an order to what it wants, once Exact has followed; returns the products concerned.

    A reading that reflects the order released its claims already; one that does not shows FreeStock without it.
    """
    wanted = {
        (product, line.line_id): units
        for line in ([] if order.off else order.lines)
        for product, units in units_of(line, line.quantity - line.cancelled).items()
    }
    now, changed = work.clock.now(), set()
    for place, quantity in (await _open(work, order)).items():
        most = wanted.get(place[:2], Decimal(0))
        if most < quantity:
            changed.add(place[0])
            if most:
                await _set(work, order, place, quantity=most)
            else:
                await _set(work, order, place, released_at=now, released_by="cancelled")
    return changed


async def _open(work: Work, order: StoredOrder) -> Mapping[Place, Decimal]:
    one = claim.c
    statement = select(one.product_id, one.line_id, one.beyond, one.quantity).where(
        one.tenant_id == order.tenant_id, one.order_id == order.order_id, one.released_at.is_(None)
    )
    rows = (await work.execute(statement)).all()
    return {(row.product_id, row.line_id, row.beyond): row.quantity for row in rows}


def _row(order: StoredOrder, place: Place, quantity: Decimal, now: datetime) -> dict[str, object]:
    product_id, line_id, beyond = place
    return {
        "tenant_id": order.tenant_id,
        "product_id": product_id,
        "order_id": order.order_id,
        "line_id": line_id,
        "beyond": beyond,
        "quantity": quantity,
        "made_at": now,
        "division": None,
        "visible_read": None,
        "released_at": None,
        "released_by": None,
    }


async def _set(work: Work, order: StoredOrder, place: Place, **values: object) -> None:
    product_id, line_id, beyond = place
    this = (
        claim.c.tenant_id == order.tenant_id,
        claim.c.order_id == order.order_id,
        claim.c.product_id == product_id,
        claim.c.line_id == line_id,
        claim.c.beyond.is_(beyond),
    )
    await work.execute(update(claim).where(*this).values(**values))
