"""Statements about FreeStock readings and the claims that they do not reflect yet."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, bindparam, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.domain.stock import Reading
from hub.store.engine import Work
from hub.store.orders import StoredLine, StoredOrder, load_order
from hub.store.tables import claim, division, erp_item, order_line_part, stock_reading
from hub.store.upsert import upsert


@dataclass(frozen=True, slots=True)
class FreshReading:
    """FreeStock of a product in a warehouse, as one read delivered it (stock units)."""

    product_id: str
    warehouse_id: str
    free_stock: Decimal
    timestamp: int


async def begin_read(work: Work, tenant_id: str, code: int) -> int:
    """Number a stock read of a division before it begins.

    A sales order that was stored as visible before this number was given is reflected by the read:
    that is how claims are released without trusting any clock.
    """
    statement = (
        update(division)
        .where(division.c.tenant_id == tenant_id, division.c.code == code)
        .values(reads_begun=division.c.reads_begun + 1)
        .returning(division.c.reads_begun)
    )
    number: int = (await work.connection.execute(statement)).scalar_one()
    return number


_READS_BEGUN = select(division.c.reads_begun).where(
    division.c.tenant_id == bindparam("tenant"), division.c.code == bindparam("code")
)


async def reads_begun(work: Work, tenant_id: str, code: int) -> int:
    """Return the number of the stock read that began last."""
    number: int = (await work.execute(_READS_BEGUN, {"tenant": tenant_id, "code": code})).scalar_one()
    return number


async def save_readings(
    work: Work, tenant_id: str, code: int, rows: Sequence[FreshReading], read_no: int, read_at: datetime
) -> set[str]:
    """Store readings that are newer than those in hand and return the ids of products whose FreeStock changed."""
    newest = {(row.product_id, row.warehouse_id): row for row in sorted(rows, key=lambda row: row.timestamp)}
    held = await _held(work.connection, tenant_id, code, {row.product_id for row in newest.values()})
    fresh = [row for place, row in newest.items() if place not in held or held[place][1] < row.timestamp]
    stored = [
        {
            "tenant_id": tenant_id,
            "product_id": row.product_id,
            "division": code,
            "warehouse_id": row.warehouse_id,
            "free_stock": row.free_stock,
            "timestamp": row.timestamp,
            "read_no": read_no,
            "read_at": read_at,
        }
        for row in fresh
    ]
    await upsert(work.connection, stock_reading, stored)
    unchanged = {
        (row.product_id, row.warehouse_id)
        for row in fresh
        if (row.product_id, row.warehouse_id) in held and held[row.product_id, row.warehouse_id][0] == row.free_stock
    }
    return {row.product_id for row in fresh if (row.product_id, row.warehouse_id) not in unchanged}


async def _held(
    connection: AsyncConnection, tenant_id: str, code: int, product_ids: Iterable[str]
) -> dict[tuple[str, str], tuple[Decimal, int]]:
    table = stock_reading
    statement = select(table.c.product_id, table.c.warehouse_id, table.c.free_stock, table.c.timestamp).where(
        table.c.tenant_id == tenant_id, table.c.division == code, table.c.product_id.in_(list(product_ids))
    )
    rows = (await connection.execute(statement)).all()
    return {(row.product_id, row.warehouse_id): (row.free_stock, row.timestamp) for row in rows}


async def items_read_since(
    connection: AsyncConnection, tenant_id: str, code: int, item_ids: Collection[str], read_no: int
) -> set[str]:
    """Return those of a division's items that this read, or a later one, brought news of."""
    brought = (
        select(erp_item.c.item_id)
        .join(
            stock_reading,
            (stock_reading.c.tenant_id == erp_item.c.tenant_id)
            & (stock_reading.c.product_id == erp_item.c.product_id)
            & (stock_reading.c.division == erp_item.c.division),
        )
        .where(
            erp_item.c.tenant_id == tenant_id,
            erp_item.c.division == code,
            erp_item.c.item_id.in_(list(item_ids)),
            stock_reading.c.read_no >= read_no,
        )
    )
    return set((await connection.execute(brought)).scalars())


async def forget_readings(work: Work, tenant_id: str, code: int) -> None:
    """Let every reading of a division be replaced by the next read, for when its timestamps start anew."""
    await work.execute(
        update(stock_reading)
        .where(stock_reading.c.tenant_id == tenant_id, stock_reading.c.division == code)
        .values(timestamp=0)
    )


async def empty_forgotten(work: Work, tenant_id: str, code: int, read_no: int, read_at: datetime) -> set[str]:
    """Set forgotten readings that no row replaced to nothing, and return the products that had stock by them.

    For the end of a reading that began anew: what it did not meet is no longer in the division.
    """
    table = stock_reading
    forgotten = (table.c.tenant_id == tenant_id, table.c.division == code, table.c.timestamp == 0)
    return await _empty(work, forgotten, read_no, read_at)


async def end_items(
    work: Work, tenant_id: str, code: int, item_ids: Collection[str], read_no: int, read_at: datetime
) -> set[str]:
    """End deleted items of a division, empty their readings and return the products that had stock by them.

    A product that another item of the division stands for keeps its readings.
    """
    here = (erp_item.c.tenant_id == tenant_id, erp_item.c.division == code)
    ended = update(erp_item).where(*here, erp_item.c.item_id.in_(list(item_ids))).values(ended=True)
    products = set((await work.connection.execute(ended.returning(erp_item.c.product_id))).scalars())
    alive = select(erp_item.c.product_id).where(
        *here, erp_item.c.product_id.in_(list(products)), erp_item.c.ended.is_(False)
    )
    products -= set((await work.connection.execute(alive)).scalars())
    table = stock_reading
    theirs = (table.c.tenant_id == tenant_id, table.c.division == code, table.c.product_id.in_(list(products)))
    return await _empty(work, theirs, read_no, read_at)


async def _empty(work: Work, which: Sequence[ColumnElement[bool]], read_no: int, read_at: datetime) -> set[str]:
    held = select(stock_reading.c.product_id, stock_reading.c.free_stock).where(*which)
    filled = {row.product_id for row in (await work.connection.execute(held)).all() if row.free_stock}
    nothing = {"free_stock": Decimal(0), "read_no": read_no, "read_at": read_at}
    await work.execute(update(stock_reading).where(*which).values(nothing))
    return filled


def _released_by(tenant_id: str, code: int, read_no: int) -> tuple[ColumnElement[bool], ...]:
    return (
        claim.c.tenant_id == tenant_id,
        claim.c.division == code,
        claim.c.released_at.is_(None),
        claim.c.visible_read < read_no,
    )


async def finish_read(work: Work, tenant_id: str, code: int, read_no: int, read_at: datetime) -> set[str]:
    """Mark a read as stored to its end, release the claims it reflects and return their products."""
    done = update(division).where(division.c.tenant_id == tenant_id, division.c.code == code)
    await work.execute(done.values(reads_done=read_no, read_at=read_at))
    release = (
        update(claim)
        .where(*_released_by(tenant_id, code, read_no))
        .values(released_at=read_at, released_by="reading")
        .returning(claim.c.product_id)
    )
    return set((await work.connection.execute(release)).scalars())


async def make_claims(work: Work, tenant_id: str, order_id: str, made_at: datetime) -> set[str]:
    """Claim what an order that is not forwarded yet still wants, kits part by part; return the products concerned.

    Repeatable: the claims are set to what the stored lines say, never added up. What is claimed for a product that a
    line no longer stands for is released. A gift card sold claims nothing.
    """
    return await set_claims(work, await load_order(work.connection, tenant_id, order_id), made_at)


async def set_claims(work: Work, order: StoredOrder | None, made_at: datetime, *, first: bool = False) -> set[str]:
    """Do as ``make_claims`` does for an order as it was just stored; ``first`` says that it cannot have claims yet."""
    if order is None:
        return set()
    rows = [
        {
            "tenant_id": order.tenant_id,
            "product_id": product_id,
            "order_id": order.order_id,
            "line_id": line.line_id,
            "beyond": False,
            "quantity": units,
            "made_at": made_at,
            "division": None,
            "visible_read": None,
            "released_at": None,
            "released_by": None,
        }
        for line in order.lines
        for product_id, units in units_of(line, line.quantity - line.cancelled).items()
    ]
    kept = [(row["line_id"], row["product_id"]) for row in rows]
    released = set() if first else await _release_others(work, order.tenant_id, order.order_id, kept)
    await upsert(work.connection, claim, rows, keep=("made_at",))
    return released | {str(row["product_id"]) for row in rows}


def units_of(line: StoredLine, offers: int) -> dict[str, Decimal]:
    """Return the stock units, by product, that so many offers of a line take; a gift card takes none."""
    if line.voucher:
        return {}
    offers = max(0, offers)
    if line.parts:
        return {part.product_id: offers * part.units for part in line.parts}
    return {} if line.product_id is None else {line.product_id: offers * line.units_per_offer}


async def _release_others(work: Work, tenant_id: str, order_id: str, wanted: Sequence[tuple[Any, Any]]) -> set[str]:
    kept = tuple_(claim.c.line_id, claim.c.product_id).in_(wanted) & claim.c.beyond.is_(False)
    return await _release(work, tenant_id, order_id, work.clock.now(), "line changed", ~kept)


async def claimed_products(connection: AsyncConnection, tenant_id: str, order_id: str) -> set[str]:
    """Return the products that an order has open claims on."""
    statement = select(claim.c.product_id).where(
        claim.c.tenant_id == tenant_id, claim.c.order_id == order_id, claim.c.released_at.is_(None)
    )
    return set((await connection.execute(statement)).scalars())


async def show_claims(
    work: Work, tenant_id: str, order_ids: Collection[str], code: int, kits: Iterable[str] | None = None
) -> None:
    """Note that the orders' sales orders are visible in Exact: any stock read that begins from now on reflects them.

    Of a kit that stands there as its own item Exact knows no parts: what they are claimed for shows when it has left.
    ``kits`` are the lines of such kits that have.
    """
    number = await reads_begun(work, tenant_id, code)
    which = ~_of_kit() if kits is None else _of_kit() & claim.c.line_id.in_(list(kits))
    await work.execute(
        update(claim)
        .where(claim.c.tenant_id == tenant_id, claim.c.order_id.in_(order_ids), claim.c.visible_read.is_(None), which)
        .values(division=code, visible_read=number)
    )


def _of_kit() -> ColumnElement[bool]:
    """Return the condition that a claim is for a part of a kit that stands as its own item on the sales order."""
    part = order_line_part.c
    same = (part.tenant_id == claim.c.tenant_id, part.order_id == claim.c.order_id, part.line_id == claim.c.line_id)
    return select(part.product_id).where(*same, part.booked.is_(False)).exists()


async def drop_claims(work: Work, tenant_id: str, order_id: str, now: datetime, reason: str) -> set[str]:
    """Release an order's claims because the goods are no longer promised, and return their products."""
    return await _release(work, tenant_id, order_id, now, reason)


async def _release(
    work: Work, tenant_id: str, order_id: str, now: datetime, reason: str, *which: ColumnElement[bool]
) -> set[str]:
    statement = (
        update(claim)
        .where(claim.c.tenant_id == tenant_id, claim.c.order_id == order_id, claim.c.released_at.is_(None), *which)
        .values(released_at=now, released_by=reason)
        .returning(claim.c.product_id)
    )
    return set((await work.connection.execute(statement)).scalars())


async def readings_of(
    connection: AsyncConnection, tenant_id: str, product_ids: Iterable[str]
) -> dict[str, list[Reading]]:
    """Return the readings in hand by product."""
    table = stock_reading
    statement = select(table).where(table.c.tenant_id == tenant_id, table.c.product_id.in_(list(product_ids)))
    found: dict[str, list[Reading]] = defaultdict(list)
    for row in (await connection.execute(statement)).all():
        found[row.product_id].append(Reading(row.division, row.warehouse_id, row.free_stock, row.read_at))
    return found


async def open_claims(connection: AsyncConnection, tenant_id: str, product_ids: Iterable[str]) -> dict[str, Decimal]:
    """Return the units claimed by product (stock units)."""
    statement = select(claim.c.product_id, claim.c.quantity).where(
        claim.c.tenant_id == tenant_id, claim.c.released_at.is_(None), claim.c.product_id.in_(list(product_ids))
    )
    found: dict[str, Decimal] = defaultdict(Decimal)
    for row in (await connection.execute(statement)).all():
        found[row.product_id] += row.quantity
    return found
