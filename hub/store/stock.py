"""Statements about FreeStock readings and the claims that they do not reflect yet."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.domain.stock import Reading
from hub.store.engine import Work
from hub.store.tables import claim, division, erp_item, order_line, stock_reading
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


async def reads_begun(work: Work, tenant_id: str, code: int) -> int:
    """Return the number of the stock read that began last."""
    statement = select(division.c.reads_begun).where(division.c.tenant_id == tenant_id, division.c.code == code)
    number: int = (await work.connection.execute(statement)).scalar_one()
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


async def finish_read(work: Work, tenant_id: str, code: int, read_no: int, read_at: datetime) -> set[str]:
    """Mark a read as stored to its end, release the claims it reflects and return their products."""
    done = update(division).where(division.c.tenant_id == tenant_id, division.c.code == code)
    await work.execute(done.values(reads_done=read_no, read_at=read_at))
    release = (
        update(claim)
        .where(
            claim.c.tenant_id == tenant_id,
            claim.c.division == code,
            claim.c.released_at.is_(None),
            claim.c.visible_read < read_no,
        )
        .values(released_at=read_at, released_by="reading")
        .returning(claim.c.product_id)
    )
    return set((await work.connection.execute(release)).scalars())


async def make_claims(work: Work, tenant_id: str, order_id: str, made_at: datetime) -> set[str]:
    """Claim what an order that is not forwarded yet still wants, and return the products concerned.

    Repeatable: the claims are set to what the stored lines say, never added up. What was claimed for a line that is
    gone, or for another product, is promised no more.
    """
    statement = select(order_line).where(order_line.c.tenant_id == tenant_id, order_line.c.order_id == order_id)
    lines = [row for row in (await work.connection.execute(statement)).all() if row.product_id is not None]
    rows = [
        {
            "tenant_id": tenant_id,
            "product_id": row.product_id,
            "order_id": order_id,
            "line_id": row.line_id,
            "quantity": Decimal(max(0, row.quantity - row.cancelled) * row.units_per_offer),
            "made_at": made_at,
            "division": None,
            "visible_read": None,
            "released_at": None,
            "released_by": None,
        }
        for row in lines
    ]
    await upsert(work.connection, claim, rows, keep=("made_at",))
    gone = await _release_others(work, tenant_id, order_id, {(row.product_id, row.line_id) for row in lines}, made_at)
    return {row.product_id for row in lines} | gone


async def _release_others(
    work: Work, tenant_id: str, order_id: str, kept: Collection[tuple[str, str]], now: datetime
) -> set[str]:
    of_order = claim.c.tenant_id == tenant_id, claim.c.order_id == order_id, claim.c.released_at.is_(None)
    rows = (await work.connection.execute(select(claim.c.product_id, claim.c.line_id).where(*of_order))).all()
    gone = [row for row in rows if (row.product_id, row.line_id) not in kept]
    for row in gone:
        this = claim.c.product_id == row.product_id, claim.c.line_id == row.line_id
        await work.execute(update(claim).where(*of_order, *this).values(released_at=now, released_by="line changed"))
    return {row.product_id for row in gone}


async def show_claims(work: Work, tenant_id: str, order_id: str, code: int) -> None:
    """Note that the order's sales order is visible in Exact: any stock read that begins from now on reflects it."""
    number = await reads_begun(work, tenant_id, code)
    await work.execute(
        update(claim)
        .where(claim.c.tenant_id == tenant_id, claim.c.order_id == order_id, claim.c.visible_read.is_(None))
        .values(division=code, visible_read=number)
    )


async def drop_claims(work: Work, tenant_id: str, order_id: str, now: datetime, reason: str) -> set[str]:
    """Release an order's claims because the goods are no longer promised, and return their products."""
    statement = (
        update(claim)
        .where(claim.c.tenant_id == tenant_id, claim.c.order_id == order_id, claim.c.released_at.is_(None))
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
