"""Storing an order as the channel tells it, with the products that its lines stand for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Row, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.domain.order import ChannelOrder, Charge, OrderLine, OrderStatus
from hub.store.engine import Work
from hub.store.orders import StoredLine, StoredOrder, order_id
from hub.store.tables import listing, order_line, orders
from hub.store.upsert import fitting, upsert

EAN_LENGTH = 32
NOTHING = {"quantity": 0, "cancelled": 0, "given_up": 0, "gross": Decimal(0), "vat": None, "discount": Decimal(0)}
"""What is left of a line that an edit took off an order while Exact still has it: the channel's total is without it."""


async def save_order(
    work: Work,
    tenant_id: str,
    channel_id: str,
    fetched: ChannelOrder,
    status: OrderStatus,
    now: datetime,
    trace_id: str | None,
    *,
    units_per_offer: int = 1,
    keep_products: bool = False,
) -> str:
    """Store an order as fetched, with its products resolved; returns the hub's id. Repeatable.

    ``units_per_offer`` holds for listings without a rule of their own. ``keep_products`` leaves the products of
    known lines as they went to Exact, whatever the mapping says today.
    """
    one = order_id(tenant_id, channel_id, fetched.external_id)
    head = _head(tenant_id, channel_id, one, fetched) | {
        "status": status.value,
        "imported_at": now,
        "trace_id": trace_id,
    }
    await upsert(work.connection, orders, [head], keep=("imported_at", "trace_id", "placed_at"))
    products = await resolve_products(work.connection, tenant_id, channel_id, fetched.lines, units_per_offer)
    await _save_lines(work, tenant_id, one, fetched.lines, products, keep_products)
    return one


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
    }


async def _save_lines(
    work: Work,
    tenant_id: str,
    one: str,
    lines: Sequence[OrderLine],
    products: Mapping[str, tuple[str | None, int]],
    keep_products: bool,
) -> None:
    gone = (
        order_line.c.tenant_id == tenant_id,
        order_line.c.order_id == one,
        order_line.c.line_id.not_in([line.line_id for line in lines]),
    )
    await work.execute(delete(order_line).where(*gone, order_line.c.sales_order_line_id.is_(None)))
    await work.execute(update(order_line).where(*gone).values(**NOTHING))
    rows = [_line_row(tenant_id, one, place, line, products) for place, line in enumerate(lines)]
    kept = ("product_id", "units_per_offer") if keep_products else ()
    await upsert(work.connection, order_line, rows, keep=kept)


def _line_row(
    tenant_id: str, one: str, place: int, line: OrderLine, products: Mapping[str, tuple[str | None, int]]
) -> dict[str, Any]:
    product, units = products[line.line_id]
    return {
        "tenant_id": tenant_id,
        "order_id": one,
        "line_id": line.line_id,
        "place": place,
        "sku": line.sku,
        "ean": fitting(line.ean, EAN_LENGTH),
        "title": line.title,
        "external_listing_id": line.external_listing_id,
        "product_id": product,
        "units_per_offer": units,
        "quantity": line.quantity,
        "cancelled": line.cancelled,
        "shipped": line.shipped,
        "cancellation_requested": line.cancellation_requested,
        "gross": line.gross,
        "vat_rate": line.vat_rate,
        "vat": line.vat,
        "discount": line.discount,
        "deemed": None if line.deemed is None else line.deemed.value,
    }


async def resolve_products(
    connection: AsyncConnection, tenant_id: str, channel_id: str, lines: Sequence[OrderLine], units_per_offer: int
) -> dict[str, tuple[str | None, int]]:
    """Return (product id, units per offer) by line id: by the listing's own id, then its SKU, then its EAN.

    ``units_per_offer`` is the channel's, for listings without a rule of their own.
    """
    found = await _listings_named(connection, tenant_id, channel_id, lines)
    return {line.line_id: _match(line, found, units_per_offer) for line in lines}


async def _listings_named(
    connection: AsyncConnection, tenant_id: str, channel_id: str, lines: Sequence[OrderLine]
) -> Sequence[Any]:
    externals = [line.external_listing_id for line in lines if line.external_listing_id]
    skus = [line.sku for line in lines if line.sku]
    eans = [line.ean for line in lines if line.ean]
    named = listing.c.external_id.in_(externals) | listing.c.sku.in_(skus) | listing.c.ean.in_(eans)
    statement = select(listing.c.external_id, listing.c.sku, listing.c.ean, listing.c.product_id, listing.c.rule).where(
        listing.c.tenant_id == tenant_id, listing.c.channel_id == channel_id, named
    )
    return (await connection.execute(statement)).all()


def _match(line: OrderLine, found: Sequence[Row[Any]], units_per_offer: int) -> tuple[str | None, int]:
    for name, value in (("external_id", line.external_listing_id), ("sku", line.sku), ("ean", line.ean)):
        for row in found:
            if value and getattr(row, name) == value and row.product_id is not None:
                return row.product_id, (row.rule or {}).get("units_per_offer", units_per_offer)
    return None, units_per_offer


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
                    order_line.c.tenant_id == tenant_id, order_line.c.product_id.is_(None)
                )
            ),
        )
        .order_by(orders.c.placed_at)
    )
    return list((await connection.execute(statement)).scalars())


async def rematch_lines(work: Work, stored: StoredOrder, units_per_offer: int) -> None:
    """Resolve again the products of lines that had none, after a mapping was repaired."""
    missing = [line for line in stored.lines if line.product_id is None]
    if not missing:
        return
    statement = select(order_line.c.line_id, order_line.c.external_listing_id).where(
        order_line.c.tenant_id == stored.tenant_id, order_line.c.order_id == stored.order_id
    )
    externals = {row.line_id: row.external_listing_id for row in (await work.connection.execute(statement)).all()}
    asked = [_asked(line, externals.get(line.line_id)) for line in missing]
    products = await resolve_products(work.connection, stored.tenant_id, stored.channel_id, asked, units_per_offer)
    for line_id, (product, units) in products.items():
        await work.execute(
            update(order_line)
            .where(
                order_line.c.tenant_id == stored.tenant_id,
                order_line.c.order_id == stored.order_id,
                order_line.c.line_id == line_id,
            )
            .values(product_id=product, units_per_offer=units)
        )


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
