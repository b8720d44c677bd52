"""Storing an order as the channel tells it, with the products that its lines stand for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.domain.kit import ONE, KitBooking
from hub.domain.order import ChannelOrder, Charge, OrderLine, OrderStatus
from hub.store.bookings import book_fees, fees_to_json
from hub.store.engine import Work
from hub.store.orders import StoredLine, StoredOrder, order_id
from hub.store.parts import replace_line_parts
from hub.store.payments import payments_to_json
from hub.store.resolving import Resolved, is_kit, resolve_products
from hub.store.tables import order_line, orders
from hub.store.upsert import fitting, upsert

EAN_LENGTH = 32
NOTHING = {"quantity": 0, "cancelled": 0, "given_up": 0, "gross": Decimal(0), "vat": None, "discount": Decimal(0)}
"""What is left of a line that an edit took off an order that Exact has, or may have: the total is without it."""


async def save_order(
    work: Work,
    tenant_id: str,
    channel_id: str,
    fetched: ChannelOrder,
    status: OrderStatus,
    now: datetime,
    trace_id: str | None,
    *,
    units_per_offer: Decimal = ONE,
    booking: KitBooking = KitBooking.PARTS,
    keep_products: bool = False,
    first: bool = False,
) -> str:
    """Store an order as fetched, with its products resolved; returns the hub's id. Repeatable.

    ``units_per_offer`` holds for listings without a rule of their own, ``booking`` for kits with an item of their own.
    ``keep_products`` leaves the products of known lines as they went to Exact, whatever the mapping says today, and
    lines that the channel no longer tells, for what they claim may be on its way: nothing of them is wanted any more.
    ``first`` says that nothing is stored of the order yet.
    """
    one = order_id(tenant_id, channel_id, fetched.external_id)
    head = _head(tenant_id, channel_id, one, fetched) | {
        "status": status.value,
        "imported_at": now,
        "trace_id": trace_id,
    }
    await upsert(work.connection, orders, [head], keep=("imported_at", "trace_id", "placed_at"))
    known = await _lines_of(work.connection, tenant_id, one) if keep_products else set()
    products = await resolve_products(work.connection, tenant_id, channel_id, fetched.lines, units_per_offer, booking)
    if not first:
        await _end_lines(work, tenant_id, one, fetched.lines, keep_products)
    rows = [_line_row(tenant_id, one, place, line, products) for place, line in enumerate(fetched.lines)]
    await upsert(work.connection, order_line, rows, keep=("product_id", "units_per_offer") if keep_products else ())
    fresh = {line_id: found for line_id, found in products.items() if line_id not in known}
    if not first or any(found.parts for found in fresh.values()):
        await _save_parts(work, tenant_id, one, fresh)
    if status is OrderStatus.FORWARDED:
        await book_fees(work, tenant_id, one, fetched.fees)
    return one


async def _lines_of(connection: AsyncConnection, tenant_id: str, one: str) -> set[str]:
    statement = select(order_line.c.line_id).where(order_line.c.tenant_id == tenant_id, order_line.c.order_id == one)
    return set((await connection.execute(statement)).scalars())


async def _save_parts(work: Work, tenant_id: str, one: str, products: Mapping[str, Resolved]) -> None:
    exploded = {line_id for line_id, found in products.items() if found.product_id is None}
    await replace_line_parts(work, tenant_id, one, {key: found.parts for key, found in products.items()}, exploded)


def _head(tenant_id: str, channel_id: str, one: str, fetched: ChannelOrder) -> dict[str, Any]:
    return {
        "tenant_id": tenant_id,
        "order_id": one,
        "channel_id": channel_id,
        "external_id": fetched.external_id,
        "number": fetched.number,
        "placed_at": fetched.placed_at,
        "changed_at": fetched.changed_at,
        "currency": fetched.currency,
        "total": fetched.total,
        "country": fitting(fetched.country, 2),
        "payment": fetched.payment.value,
        "fulfilled_by": fetched.fulfilled_by.value,
        "ship_by": fetched.ship_by,
        "raw_status": fetched.raw_status,
        "cancelled": fetched.cancelled,
        "charges": [_charge_to_json(charge) for charge in fetched.charges],
        "fees": fees_to_json(fetched.fees),
        "payments": payments_to_json(fetched.payments),
    }


async def _end_lines(work: Work, tenant_id: str, one: str, lines: Sequence[OrderLine], keep_products: bool) -> None:
    """Take off an order what the channel no longer tells."""
    gone = (
        order_line.c.tenant_id == tenant_id,
        order_line.c.order_id == one,
        order_line.c.line_id.not_in([line.line_id for line in lines]),
    )
    if not keep_products:
        standing = order_line.c.sales_order_line_id.is_not(None) | is_kit(in_exact=True)
        await work.execute(delete(order_line).where(*gone, ~standing))
    await work.execute(update(order_line).where(*gone).values(**NOTHING))


def _line_row(
    tenant_id: str, one: str, place: int, line: OrderLine, products: Mapping[str, Resolved]
) -> dict[str, Any]:
    found = products[line.line_id]
    return {
        "tenant_id": tenant_id,
        "order_id": one,
        "line_id": line.line_id,
        "place": place,
        "sku": line.sku,
        "ean": fitting(line.ean, EAN_LENGTH),
        "title": line.title,
        "external_listing_id": line.external_listing_id,
        "product_id": found.product_id,
        "units_per_offer": found.units,
        "quantity": line.quantity,
        "cancelled": line.cancelled,
        "shipped": line.shipped,
        "cancellation_requested": line.cancellation_requested,
        "gross": line.gross,
        "vat_rate": line.vat_rate,
        "vat": line.vat,
        "discount": line.discount,
        "deemed": None if line.deemed is None else line.deemed.value,
        "paid_by_platform": line.paid_by_platform,
        "voucher": line.voucher,
    }


async def orders_without_product(connection: AsyncConnection, tenant_id: str, channel_id: str) -> list[str]:
    """Return the ids of a channel's orders that are not in Exact and have a line without a product, oldest first."""
    statement = (
        select(orders.c.order_id)
        .where(
            orders.c.tenant_id == tenant_id,
            orders.c.channel_id == channel_id,
            orders.c.status.in_([OrderStatus.WAITING.value, OrderStatus.READY.value, OrderStatus.HELD.value]),
            orders.c.order_id.in_(
                select(order_line.c.order_id).where(
                    order_line.c.tenant_id == tenant_id, order_line.c.product_id.is_(None), ~is_kit()
                )
            ),
        )
        .order_by(orders.c.placed_at)
    )
    return list((await connection.execute(statement)).scalars())


async def rematch_lines(
    work: Work, stored: StoredOrder, units_per_offer: Decimal, booking: KitBooking = KitBooking.PARTS
) -> None:
    """Resolve again the products of lines that had none, after a mapping was repaired."""
    missing = [line for line in stored.lines if not line.known]
    if not missing:
        return
    statement = select(order_line.c.line_id, order_line.c.external_listing_id).where(
        order_line.c.tenant_id == stored.tenant_id, order_line.c.order_id == stored.order_id
    )
    externals = {row.line_id: row.external_listing_id for row in (await work.connection.execute(statement)).all()}
    asked = [_asked(line, externals.get(line.line_id)) for line in missing]
    place = stored.tenant_id, stored.channel_id
    products = await resolve_products(work.connection, *place, asked, units_per_offer, booking)
    for line_id, found in products.items():
        await work.execute(
            update(order_line)
            .where(
                order_line.c.tenant_id == stored.tenant_id,
                order_line.c.order_id == stored.order_id,
                order_line.c.line_id == line_id,
            )
            .values(product_id=found.product_id, units_per_offer=found.units)
        )
    await _save_parts(work, stored.tenant_id, stored.order_id, products)


def _asked(line: StoredLine, external: str | None) -> OrderLine:
    return OrderLine(
        line.line_id, line.sku, line.ean, line.title, line.quantity, line.gross, external_listing_id=external
    )


def _charge_to_json(charge: Charge) -> dict[str, Any]:
    return {
        "kind": charge.kind.value,
        "description": charge.description,
        "gross": str(charge.gross),
        "vat_rate": None if charge.vat_rate is None else str(charge.vat_rate),
        "vat": None if charge.vat is None else str(charge.vat),
    }
