"""Statements about order lines of which the seller gave something up, and what a change in Exact made of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import func, insert, select, update

from hub.domain.certificate import Certificate
from hub.domain.editing import Sold
from hub.domain.life.cancellation import CancellationEvent, CancellationState, UnitsOff
from hub.store.cancellations import cancellations_of, move_cancellation
from hub.store.certificates import certificate_to_json
from hub.store.engine import Work
from hub.store.orders import StoredOrder
from hub.store.sales_lines import note_sales_lines
from hub.store.sold import sold_to_json
from hub.store.tables import order_line, orders, past_certificate


async def give_up(work: Work, order: StoredOrder, units: Iterable[UnitsOff]) -> None:
    """Count units as off from now on, whatever the channel says of them; repeatable."""
    lines = {line.line_id: line for line in order.lines}
    for one in units:
        line = lines[one.line_id]
        await _set(
            work,
            order,
            one.line_id,
            cancelled=max(line.cancelled, one.reaches),
            given_up=max(line.given_up, one.reaches),
        )


async def take_back(work: Work, order: StoredOrder, units: Iterable[UnitsOff], others: Iterable[UnitsOff]) -> None:
    """Count units as wanted again that were given up in vain; ``others`` are those of cancellations that go on."""
    lines = {line.line_id: line for line in order.lines}
    kept = {one.line_id: one.reaches for one in sorted(others, key=lambda one: one.reaches)}
    for one in units:
        line = lines.get(one.line_id)
        if line is not None:
            least = kept.get(one.line_id, 0)
            told = line.cancelled if line.cancelled > one.reaches else one.reaches - one.quantity
            await _set(work, order, one.line_id, cancelled=max(told, least), given_up=least)


async def note_aligned(
    work: Work,
    order: StoredOrder,
    lines: Mapping[str, str],
    sold: Sold,
    certificate: Certificate | None,
    fingerprint: str | None,
) -> None:
    """Store what stands in Exact now: its lines by ours, what was wanted, and a certificate anew; the old one stays."""
    if certificate is not None:
        await _keep_certificate(work, order)
    head: dict[str, Any] = {"sold": sold_to_json(sold)}
    if certificate is not None:
        head |= {
            "derivation": certificate_to_json(certificate),
            "distance_sale": certificate.distance_sale,
            "fingerprint": fingerprint,
        }
    this = orders.c.tenant_id == order.tenant_id, orders.c.order_id == order.order_id
    await work.execute(update(orders).where(*this).values(**head))
    booked = [one for line in order.lines for one in line.bookings if one.sales_order_line_id != lines.get(one.key)]
    await note_sales_lines(work, order.tenant_id, [(order.order_id, one, lines.get(one.key)) for one in booked])


async def keep_certificate(work: Work, tenant_id: str, one: str, certificate: Certificate) -> None:
    """Store the certificate of an order that was found in Exact, and of whose forwarding nothing was kept."""
    values = {"derivation": certificate_to_json(certificate), "distance_sale": certificate.distance_sale}
    this = orders.c.tenant_id == tenant_id, orders.c.order_id == one
    await work.execute(update(orders).where(*this).values(**values))


async def note_settled(work: Work, order: StoredOrder) -> None:
    """Take what is wanted now as what stands in Exact, on a person's word; undecided cancellations end with it."""
    this = orders.c.tenant_id == order.tenant_id, orders.c.order_id == order.order_id
    await work.execute(update(orders).where(*this).values(sold=sold_to_json(order.as_sold())))
    undecided = (CancellationState.PROPOSED, CancellationState.REFUSED)
    for one in await cancellations_of(work.connection, order.tenant_id, order.order_id, undecided):
        await move_cancellation(work, one, CancellationEvent.DECLINE)


async def _keep_certificate(work: Work, order: StoredOrder) -> None:
    this = orders.c.tenant_id == order.tenant_id, orders.c.order_id == order.order_id
    old = (await work.execute(select(orders.c.derivation).where(*this))).scalar_one()
    if old is None:
        return
    count = select(func.count()).where(
        past_certificate.c.tenant_id == order.tenant_id, past_certificate.c.order_id == order.order_id
    )
    version = 1 + (await work.execute(count)).scalar_one()
    row = {"tenant_id": order.tenant_id, "order_id": order.order_id, "version": version, "derivation": old}
    await work.execute(insert(past_certificate).values(**row, replaced_at=work.clock.now()))


async def _set(work: Work, order: StoredOrder, line_id: str, **values: int | str | None) -> None:
    this = (
        order_line.c.tenant_id == order.tenant_id,
        order_line.c.order_id == order.order_id,
        order_line.c.line_id == line_id,
    )
    await work.execute(update(order_line).where(*this).values(**values))
