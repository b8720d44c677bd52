"""Statements about what stands in Exact of each order, amount by amount."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import Row, Select, delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.domain.booking import Booking, BookingKind, Goods, bookings_of, fees_of
from hub.domain.money import cents
from hub.domain.order import ChannelFee
from hub.store.certificates import certificate_from_json
from hub.store.engine import Work
from hub.store.tables import booking, division, erp_item, order_line, orders
from hub.store.types import MICROS
from hub.store.upsert import fitting, upsert

AMOUNTS = ("rate", "net", "vat", "discount", "cost", "unit_cost")
OF_THE_SALE = [kind.value for kind in BookingKind if kind is not BookingKind.CREDIT]


async def book_order(work: Work, tenant_id: str, one: str) -> None:
    """Write down what an order's certificate says was booked, in the work that makes it final; nothing without one.

    Repeatable: it replaces what was booked of the sale and the channel's fees before, at the cost of the first time,
    and leaves credits alone.
    """
    await book_orders(work, tenant_id, [one])


async def book_orders(work: Work, tenant_id: str, order_ids: Collection[str]) -> None:
    """Write down what was booked of some orders, as ``book_order`` does of one."""
    heads = (await work.execute(_heads(tenant_id, order_ids))).all()
    certified = [(head, one) for head in heads if (one := certificate_from_json(head.derivation)) is not None]
    ids = [head.order_id for head, _ in certified]
    if not ids:
        return
    goods = await _goods(work.connection, tenant_id, ids)
    await _clear(work, tenant_id, ids, OF_THE_SALE)
    rows = []
    for head, one in certified:
        fees = fees_of(fees_from_json(head.fees), one.day)
        booked = [*bookings_of(one, goods.get(head.order_id, {})), *fees]
        rows += [_row(tenant_id, head.order_id, head.channel_id, each) for each in booked]
    await upsert(work.connection, booking, rows)


def _heads(tenant_id: str, order_ids: Collection[str]) -> Select[Any]:
    columns = orders.c.order_id, orders.c.channel_id, orders.c.derivation, orders.c.fees
    return select(*columns).where(orders.c.tenant_id == tenant_id, orders.c.order_id.in_(order_ids))


async def unbook_order(work: Work, tenant_id: str, one: str) -> None:
    """Take back what an order booked, once its sales order is gone from Exact; credits stay. Repeatable."""
    await _clear(work, tenant_id, [one], OF_THE_SALE)


async def book_credits(work: Work, tenant_id: str, one: str, channel_id: str, credits: Sequence[Booking]) -> None:
    """Write down all that was given back of an order, in place of what was before. Repeatable."""
    await _clear(work, tenant_id, [one], [BookingKind.CREDIT.value])
    await add_bookings(work, tenant_id, one, channel_id, credits)


async def book_fees(work: Work, tenant_id: str, one: str, fees: Sequence[ChannelFee]) -> None:
    """Write down what the channel keeps of an order that stands in Exact, in place of what it kept before."""
    if not fees:
        return
    head = (await work.execute(_heads(tenant_id, [one]))).one()
    certificate = certificate_from_json(head.derivation)
    if certificate is not None:
        await _clear(work, tenant_id, [one], [BookingKind.CHANNEL_FEE.value])
        await add_bookings(work, tenant_id, one, head.channel_id, fees_of(fees, certificate.day))


async def add_bookings(work: Work, tenant_id: str, one: str, channel_id: str, found: Sequence[Booking]) -> None:
    """Write bookings of an order; one of the same kind and place replaces the one before."""
    rows = [_row(tenant_id, one, channel_id, each) for each in found]
    if rows:
        await upsert(work.connection, booking, rows)


async def _clear(work: Work, tenant_id: str, order_ids: Collection[str], kinds: Sequence[str]) -> None:
    statement = delete(booking).where(booking.c.tenant_id == tenant_id, booking.c.order_id.in_(order_ids))
    await work.execute(statement.where(booking.c.kind.in_(kinds)))


def _row(tenant_id: str, one: str, channel_id: str, each: Booking) -> dict[str, Any]:
    plain = {name: getattr(each, name) for name in Booking.__dataclass_fields__}
    exact = {name: plain[name].quantize(MICROS) for name in AMOUNTS if plain[name] is not None}
    days = {"day": each.day.isoformat(), "supplied_on": each.supplied_on.isoformat()}
    texts = {"kind": each.kind.value, "ships_from": fitting(each.ships_from, 2), "code": fitting(each.code, 16)}
    key = {"tenant_id": tenant_id, "order_id": one, "channel_id": channel_id}
    return key | plain | exact | days | texts


async def _goods(
    connection: AsyncConnection, tenant_id: str, order_ids: Collection[str]
) -> dict[str, dict[str, Goods]]:
    """Return what the lines of orders cost, by order: as booked before, else what the division's items cost today."""
    before = select(booking.c.order_id, booking.c.line_id, booking.c.unit_cost).where(
        booking.c.tenant_id == tenant_id, booking.c.order_id.in_(order_ids), booking.c.unit_cost.is_not(None)
    )
    known = {(row.order_id, row.line_id): row.unit_cost for row in (await connection.execute(before)).all()}
    found: dict[str, dict[str, Goods]] = defaultdict(dict)
    for row in (await connection.execute(_lines(tenant_id, order_ids))).all():
        cost = known.get((row.order_id, row.line_id), _unit_cost(row))
        found[row.order_id][row.line_id] = Goods(_discount(row), cost)
    return found


def _lines(tenant_id: str, order_ids: Collection[str]) -> Select[Any]:
    line, item, head = order_line.c, erp_item.c, orders.c
    same_order = (head.tenant_id == line.tenant_id) & (head.order_id == line.order_id)
    same_item = (item.tenant_id == line.tenant_id) & (item.product_id == line.product_id)
    same_books = (division.c.tenant_id == line.tenant_id) & (division.c.code == head.division)
    return (
        select(
            line.order_id, line.line_id, line.quantity, line.cancelled, line.discount,
            item.cost_price, item.cost_currency, division.c.currency,
        )
        .join(orders, same_order)
        .outerjoin(erp_item, same_item & (item.division == head.division) & item.ended.is_(False))
        .outerjoin(division, same_books)
        .where(line.tenant_id == tenant_id, line.order_id.in_(order_ids))
    )  # fmt: skip


def _discount(row: Row[Any]) -> Decimal:
    wanted = row.quantity - row.cancelled
    return row.discount if not row.cancelled else cents(row.discount * wanted / row.quantity)


def _unit_cost(row: Row[Any]) -> Decimal | None:
    """A cost price in another currency than the books' is none that can be held against what was sold."""
    return row.cost_price if row.cost_currency in (None, row.currency) else None


def fees_to_json(fees: Sequence[ChannelFee]) -> list[dict[str, Any]]:
    """Return fees as plain JSON."""
    return [
        {"kind": fee.kind, "amount": str(fee.amount), "currency": fee.currency, "line_id": fee.line_id} for fee in fees
    ]


def fees_from_json(plain: Sequence[Mapping[str, Any]] | None) -> list[ChannelFee]:
    """Read fees back from JSON; none where none were kept."""
    return [ChannelFee(one["kind"], Decimal(one["amount"]), one["currency"], one["line_id"]) for one in plain or ()]
