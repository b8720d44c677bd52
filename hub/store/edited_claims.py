"""Claims of orders that stand in Exact and were changed since: more is promised at once, less once Exact follows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from sqlalchemy import select, update

from hub.domain.editing import Sold
from hub.store.engine import Work
from hub.store.orders import StoredOrder
from hub.store.tables import claim
from hub.store.upsert import upsert

MORE = "+"
"""Ends the line id of a claim on what was added to a line after its order went to Exact."""


async def claim_more(work: Work, order: StoredOrder, sold: Sold) -> set[str]:
    """Claim what an order wants beyond what was sold when it went to Exact, and return the products concerned.

    Repeatable: claims are set, never added up; what is no longer wanted beyond that is released.
    """
    then = {line.line_id: line.quantity for line in sold.lines}
    wanted = {
        f"{line.line_id}{MORE}": (
            line.product_id,
            Decimal(max(0, line.quantity - line.cancelled - then.get(line.line_id, 0)) * line.units_per_offer),
        )
        for line in order.lines
        if line.product_id is not None
    }
    if order.off:
        wanted = {}
    standing = await _open(work, order)
    changed = {one: each for one, each in wanted.items() if each[1] and standing.get((each[0] or "", one)) != each[1]}
    now = work.clock.now()
    await upsert(work.connection, claim, [_row(order, one, *each, now) for one, each in changed.items()])
    surplus = [key for key in standing if key[1].endswith(MORE) and not wanted.get(key[1], (None, 0))[1]]
    for product_id, line_id in surplus:
        await _set(work, order, product_id, line_id, released_at=now, released_by="edited back")
    return {each[0] for each in changed.values() if each[0]} | {product_id for product_id, _ in surplus}


async def lower_claims(work: Work, order: StoredOrder) -> set[str]:
    """Lower the open claims of an order to what it wants, once Exact has followed; returns the products concerned.

    A reading that reflects the order released its claims already; one that does not shows FreeStock without it.
    """
    wanted = {
        line.line_id: Decimal(max(0, line.quantity - line.cancelled) * line.units_per_offer) for line in order.lines
    }
    now, changed = work.clock.now(), set()
    for (product_id, line_id), quantity in (await _open(work, order)).items():
        most = Decimal(0) if order.off else wanted.get(line_id.removesuffix(MORE), Decimal(0))
        if most < quantity:
            changed.add(product_id)
            if most:
                await _set(work, order, product_id, line_id, quantity=most)
            else:
                await _set(work, order, product_id, line_id, released_at=now, released_by="cancelled")
    return changed


async def _open(work: Work, order: StoredOrder) -> Mapping[tuple[str, str], Decimal]:
    statement = select(claim.c.product_id, claim.c.line_id, claim.c.quantity).where(
        claim.c.tenant_id == order.tenant_id, claim.c.order_id == order.order_id, claim.c.released_at.is_(None)
    )
    return {(row.product_id, row.line_id): row.quantity for row in (await work.execute(statement)).all()}


def _row(
    order: StoredOrder, line_id: str, product_id: str | None, quantity: Decimal, now: datetime
) -> dict[str, object]:
    return {
        "tenant_id": order.tenant_id,
        "product_id": product_id,
        "order_id": order.order_id,
        "line_id": line_id,
        "quantity": quantity,
        "made_at": now,
        "division": None,
        "visible_read": None,
        "released_at": None,
        "released_by": None,
    }


async def _set(work: Work, order: StoredOrder, product_id: str, line_id: str, **values: object) -> None:
    this = (
        claim.c.tenant_id == order.tenant_id,
        claim.c.order_id == order.order_id,
        claim.c.product_id == product_id,
        claim.c.line_id == line_id,
    )
    await work.execute(update(claim).where(*this).values(**values))
