"""New mail and plain acknowledgements alone, on PostgreSQL: one statement, which is a transaction of its own.

That is one way to the server where ``BEGIN``, four statements and ``COMMIT`` are six. Where something is not as plain
as it seemed, the statement fails as a whole, and the long way is taken.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from sqlalchemy import ARRAY, BigInteger, DateTime, Integer, Text, and_, bindparam, case, delete, func, select, update
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.expression import column, literal_column
from sqlalchemy.types import TypeEngine

from hub.actors.runtime.mailbox.arrival import fold_into, row_of
from hub.actors.runtime.mailbox.delivery import advance, by_key
from hub.actors.runtime.mailbox.departure import AS_NEW
from hub.actors.runtime.mailbox.folding import folded
from hub.actors.runtime.mailbox.letters import Letter, Post, Settlement, Status, chosen
from hub.store.engine import BySize, alone
from hub.store.tables.mailbox import actor, message
from hub.store.types import INSTANT

ONE: Any = literal_column("1")
NONE: Any = literal_column("0")
NUMBERS = ("seq", "revision", "next_seq", "epoch")
KEY = ("tenant_id", "address")
ROWS, FENCES = (*KEY, "due_at", "next_seq"), (*KEY, "epoch")
DONE = (*KEY, "lane", "seq", "revision")
LETTERS = tuple(message.c.keys())
HELD = (*(actor.c[name] for name in KEY), actor.c.next_seq, actor.c.epoch, actor.c.status)
MAIL, ACKNOWLEDGED = 1, 2


def _kind(name: str) -> TypeEngine[Any]:
    """Return the type of the values given under a name, without the length of the column they are for."""
    if name in NUMBERS:
        return BigInteger()
    if name == "body":
        return JSONB()
    if name.endswith("_at"):
        return DateTime(timezone=True)
    return Integer() if name in ("version", "attempts", "crashes") else Text()


def _given(table: str, names: Sequence[str]) -> Any:
    """Return rows that are given as one array per column.

    How long the first is, the server cannot tell beforehand; else it would plan the statement anew each time.
    """
    arrays: list[Any] = [bindparam(f"{table}_{name}", type_=ARRAY(_kind(name))) for name in names]
    arrays[0] = select(arrays[0]).scalar_subquery()
    columns: list[Any] = [column(name, _kind(name)) for name in names]
    return func.unnest(*arrays).table_valued(*columns).render_derived(name=table)


def _same(one: Any, other: Any, names: Sequence[str]) -> Any:
    return and_(*(one.c[name] == other.c[name] for name in names))


def _statement(parts: int) -> Any:
    """Return the statement for mail, acknowledgements or both.

    Actors' rows are locked in the order of their keys before anything else; what was handled goes out before new mail
    comes in, which waits for the number that went.
    """
    rows = _given("rows", ROWS)
    if parts == MAIL:
        return _brought(_advanced(rows), None)
    held = _advanced(rows) if parts & MAIL else _locked(rows)
    fences, done = _given("fences", FENCES), _given("done", DONE)
    owned = select(func.count().label("many")).select_from(held).join(fences, _same(held, fences, FENCES)).cte("owned")
    ours = select(owned.c.many).scalar_subquery() == bindparam("owners", type_=BigInteger)
    place, as_handled = _same(message, done, DONE[:-1]), message.c.revision == done.c.revision
    went = _many(delete(message).where(place, as_handled, ours), "gone")
    kept = _many(update(message).where(place, ~as_handled, ours).values(AS_NEW), "kept")
    plain = and_(ours, went + kept == bindparam("handled", type_=BigInteger))
    answer = select(*(held.c[name] for name in (*KEY, "status")), ONE / case((plain, ONE), else_=NONE))
    return answer.add_cte(_brought(held, went).cte("brought")) if parts & MAIL else answer


def _many(change: Any, name: str) -> Any:
    """Make a change part of the statement, and return how many rows it is about."""
    return select(func.count()).select_from(change.returning(ONE.label("one")).cte(name)).scalar_subquery()


def _advanced(rows: Any) -> Any:
    insert = postgresql.insert(actor).from_select(ROWS, select(rows))
    return advance(insert).returning(*HELD).cte("held")


def _locked(rows: Any) -> Any:
    locked = select(*HELD).join(rows, _same(actor, rows, KEY)).order_by(*HELD[:2]).with_for_update(of=actor)
    return locked.cte("held")


def _brought(held: Any, went: Any) -> Any:
    letters = _given("letters", LETTERS)
    values = [held.c.next_seq - letters.c.seq if name == "seq" else letters.c[name] for name in LETTERS]
    source = select(*values).select_from(letters).join(held, _same(letters, held, KEY))
    insert = postgresql.insert(message).from_select(LETTERS, source if went is None else source.where(went >= NONE))
    return fold_into(insert)


STATEMENTS = BySize(_statement)


async def write_whole(connection: AsyncConnection, letters: Sequence[Letter]) -> bool:
    """Write new mail and plain acknowledgements; False, and nothing written, where there is more or it is refused."""
    if not all(_is_plain(one) for one in letters):
        return False
    posts, settlements = chosen(letters, Post), chosen(letters, Settlement)
    statement = STATEMENTS.of(MAIL * bool(posts) + ACKNOWLEDGED * bool(settlements), connection.dialect)
    given = _values(posts, settlements, partial(INSTANT.process_bind_param, dialect=connection.dialect))
    try:
        found = await alone(connection, statement.text, [given[name] for name in statement.names])
    except DBAPIError:
        return False
    statuses = {(tenant, address): Status(status) for tenant, address, status, _ in found}
    if not all(one.key in statuses for one in settlements):
        return False
    for one in settlements:
        one.status = statuses[one.key]
    return True


def _is_plain(letter: Letter) -> bool:
    match letter:
        case Post():
            return not letter.stale and letter.dedupe is None
        case Settlement():
            return not (letter.retried or letter.parked or letter.memory or letter.trouble)
        case _:
            return False


def _values(posts: Sequence[Post], settlements: Sequence[Settlement], stored: Any) -> dict[str, Any]:
    by_actor = by_key(folded(posts))
    keys = sorted({*by_actor, *(one.key for one in settlements)})
    rows, letters = [], []
    for key in keys:
        mail = by_actor.get(key, [])
        rows.append((*key, stored(min((one.due_at for one in mail), default=None)), 1 + len(mail)))
        letters += [row_of(one, (len(mail) - place,), stored) for place, one in enumerate(mail)]
    done = [(*one.key, one.lane, *place) for one in settlements for place in one.done]
    return {
        **_arrays("rows", ROWS, rows),
        **_arrays("letters", LETTERS, letters),
        **_arrays("fences", FENCES, [(*one.key, one.epoch) for one in settlements]),
        **_arrays("done", DONE, done),
        "owners": len(settlements),
        "handled": len(done),
    }


def _arrays(table: str, names: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> Mapping[str, Any]:
    columns: Iterable[Sequence[Any]] = zip(*rows, strict=True) if rows else [()] * len(names)
    return {f"{table}_{name}": values for name, values in zip(names, columns, strict=True)}
