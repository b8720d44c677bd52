"""Statements about returns: goods that come back, what inspection found, and where they stand in Exact."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy import Row, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.domain.goods_return import ReturnAnswer
from hub.domain.life.goods_return import ReturnCause, ReturnState
from hub.store.engine import Work
from hub.store.tables import goods_return, goods_return_line, orders


@dataclass(frozen=True, slots=True)
class StoredReturnLine:
    """Offers of one article of a return; None for what is not known before inspection.

    ``credited`` is what Exact credits of it, in the channel's money, for so many ``credited_units``.
    ``answer_status``: ``todo``, ``sent``, ``accepted`` or ``refused``.
    """

    place: int
    external_id: str
    line_id: str | None
    ean: str | None
    reason: str
    quantity: int
    good: int | None = None
    written_off: int | None = None
    credited_units: int | None = None
    credited: Decimal | None = None
    answer: ReturnAnswer | None = None
    answer_status: str | None = None
    answer_process: str | None = None
    answer_problem: str | None = None


@dataclass(frozen=True, slots=True)
class StoredReturn:
    """A return as stored; ``parts`` counts stock units by goods delivery line of Exact."""

    tenant_id: str
    return_id: str
    order_id: str
    channel_id: str
    external_id: str
    by_hand: bool
    registered_at: datetime
    status: ReturnState
    cause: ReturnCause | None
    problem: str | None
    reference: str | None
    attempt_at: datetime | None
    parts: Mapping[str, Decimal] | None
    planned_return_id: str | None
    return_number: int | None
    stored_at: datetime
    lines: tuple[StoredReturnLine, ...]


def return_id(tenant_id: str, channel_id: str, external_id: str, order_id: str) -> str:
    """Return the hub's id of a return: the same however often it is told."""
    return uuid5(NAMESPACE_URL, f"handelhub:return:{tenant_id}:{channel_id}:{external_id}:{order_id}").hex


async def insert_return(work: Work, stored: StoredReturn) -> bool:
    """Store a return unless it is stored already; says whether it was new. Repeatable."""
    key = (goods_return.c.tenant_id == stored.tenant_id) & (goods_return.c.return_id == stored.return_id)
    if (await work.execute(select(goods_return.c.return_id).where(key))).scalar_one_or_none() is not None:
        return False
    names = [name for name in StoredReturn.__dataclass_fields__ if name not in ("lines", "status", "cause", "parts")]
    head = {name: getattr(stored, name) for name in names}
    await work.execute(insert(goods_return).values(head | {"status": stored.status.value}))
    place = {"tenant_id": stored.tenant_id, "return_id": stored.return_id}
    await work.execute(insert(goods_return_line), [place | _plain(line) for line in stored.lines])
    return True


def _plain(line: StoredReturnLine) -> dict[str, Any]:
    plain = {name: getattr(line, name) for name in StoredReturnLine.__dataclass_fields__}
    return plain | {"answer": None if line.answer is None else line.answer.value}


async def load_return(connection: AsyncConnection, tenant_id: str, one: str) -> StoredReturn | None:
    """Return one return of the tenant, None if there is none."""
    statement = select(goods_return).where(goods_return.c.tenant_id == tenant_id, goods_return.c.return_id == one)
    found = await _whole(connection, tenant_id, (await connection.execute(statement)).all())
    return found[0] if found else None


async def returns_of(connection: AsyncConnection, tenant_id: str, order_id: str) -> list[StoredReturn]:
    """Return the returns of an order, oldest first."""
    table = goods_return.c
    statement = select(goods_return).where(table.tenant_id == tenant_id, table.order_id == order_id)
    rows = (await connection.execute(statement.order_by(table.registered_at, table.return_id))).all()
    return await _whole(connection, tenant_id, rows)


async def returns_in(
    connection: AsyncConnection, tenant_id: str, division: int, statuses: Iterable[ReturnState], most: int
) -> list[StoredReturn]:
    """Return at most so many returns in some states whose orders stand in a division, oldest first."""
    table = goods_return.c
    statement = (
        select(goods_return)
        .join(orders, (orders.c.tenant_id == table.tenant_id) & (orders.c.order_id == table.order_id))
        .where(
            table.tenant_id == tenant_id,
            table.status.in_([one.value for one in statuses]),
            orders.c.division == division,
        )
        .order_by(table.registered_at)
        .limit(most)
    )
    return await _whole(connection, tenant_id, (await connection.execute(statement)).all())


async def returns_to_follow(connection: AsyncConnection, tenant_id: str, channel_id: str) -> list[StoredReturn]:
    """Return the returns of a channel with an answer that the channel still works on."""
    line, table = goods_return_line.c, goods_return.c
    pending = select(line.return_id).where(line.tenant_id == tenant_id, line.answer_status == "sent")
    statement = select(goods_return).where(
        table.tenant_id == tenant_id, table.channel_id == channel_id, table.return_id.in_(pending)
    )
    return await _whole(connection, tenant_id, (await connection.execute(statement)).all())


async def change_return(work: Work, tenant_id: str, one: str, status: ReturnState, **values: Any) -> None:
    """Set the state of a return, and columns with it."""
    mine = (goods_return.c.tenant_id == tenant_id) & (goods_return.c.return_id == one)
    await work.execute(update(goods_return).where(mine).values(status=status.value, **values))


async def change_return_line(work: Work, tenant_id: str, one: str, place: int, **values: Any) -> None:
    """Set columns of one line of a return."""
    line = goods_return_line.c
    mine = (line.tenant_id == tenant_id) & (line.return_id == one) & (line.place == place)
    await work.execute(update(goods_return_line).where(mine).values(**values))


async def begin_return(
    work: Work,
    stored: StoredReturn,
    *,
    division: int,
    reference: str,
    parts: Mapping[str, Decimal],
    credited: Mapping[int, tuple[int, Decimal]],
) -> bool:
    """Write down that planning the return in Exact is about to begin; False where it is no longer to be planned.

    ``credited`` is what Exact will credit: units and amount by line of the return.
    """
    table = goods_return.c
    open_states = [ReturnState.INSPECTED.value, ReturnState.BOOKING.value]
    statement = (
        update(goods_return)
        .where(
            table.tenant_id == stored.tenant_id,
            table.return_id == stored.return_id,
            table.status.in_(open_states),
        )
        .values(
            status=ReturnState.BOOKING.value,
            division=division,
            reference=reference,
            parts={line: str(units) for line, units in parts.items()},
            attempt_at=work.clock.now(),
            cause=None,
            problem=None,
        )
        .returning(table.return_id)
    )
    if (await work.connection.execute(statement)).scalar_one_or_none() is None:
        return False
    for place, (units, amount) in credited.items():
        await change_return_line(work, stored.tenant_id, stored.return_id, place, credited_units=units, credited=amount)
    return True


async def take_back_return(work: Work, stored: StoredReturn, status: ReturnState, **values: Any) -> None:
    """Write down that Exact credits nothing of a return after all."""
    await change_return(work, stored.tenant_id, stored.return_id, status, parts=None, attempt_at=None, **values)
    line = goods_return_line.c
    mine = (line.tenant_id == stored.tenant_id) & (line.return_id == stored.return_id)
    await work.execute(update(goods_return_line).where(mine).values(credited_units=None, credited=None))


async def _whole(connection: AsyncConnection, tenant_id: str, rows: Sequence[Row[Any]]) -> list[StoredReturn]:
    ids, line = [row.return_id for row in rows], goods_return_line.c
    statement = select(goods_return_line).where(line.tenant_id == tenant_id, line.return_id.in_(ids))
    lines: dict[str, list[StoredReturnLine]] = {}
    for row in (await connection.execute(statement.order_by(line.place))).all():
        lines.setdefault(row.return_id, []).append(_line(row))
    return [_stored(row, lines.get(row.return_id, [])) for row in rows]


def _line(row: Row[Any]) -> StoredReturnLine:
    values = {name: getattr(row, name) for name in StoredReturnLine.__dataclass_fields__}
    return StoredReturnLine(**values | {"answer": None if row.answer is None else ReturnAnswer(row.answer)})


def _stored(row: Row[Any], lines: Sequence[StoredReturnLine]) -> StoredReturn:
    names = [name for name in StoredReturn.__dataclass_fields__ if name != "lines"]
    values = {name: getattr(row, name) for name in names}
    values["status"] = ReturnState(row.status)
    values["cause"] = None if row.cause is None else ReturnCause(row.cause)
    values["parts"] = None if row.parts is None else {line: Decimal(units) for line, units in row.parts.items()}
    return StoredReturn(**values, lines=tuple(lines))
