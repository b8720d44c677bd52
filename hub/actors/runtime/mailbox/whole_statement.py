"""The one statement that writes mail and how turns ended on PostgreSQL, each part of it only where it is needed."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntFlag
from typing import Any

from sqlalchemy import (
    BigInteger,
    DateTime,
    Integer,
    Text,
    and_,
    bindparam,
    case,
    cast,
    delete,
    func,
    null,
    select,
    union_all,
    update,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeEngine

from hub.actors.runtime.mailbox.actor_row import ByCodePoint
from hub.actors.runtime.mailbox.arrival import NONE, TOLD, fold_into
from hub.actors.runtime.mailbox.delivery import ACTIVE, ONE, advance
from hub.actors.runtime.mailbox.departure import AS_NEW, remember
from hub.store.engine import BySize, given
from hub.store.tables.mailbox import actor, lane, message

NUMBERS = ("seq", "revision", "next_seq", "epoch")
DOCUMENTS = ("body", "state", "falls")
COUNTS = ("version", "attempts", "crashes", "restarts", "quarantines")
KEY = ("tenant_id", "address")
ROWS, FENCES = (*KEY, "due_at", "next_seq"), (*KEY, "epoch")
FALLEN = (*ROWS, "falls", "restarts", "quarantines", "reason")
"""``falls`` are the times at which an actor crashed; null where it did not crash now."""
DONE = (*KEY, "lane", "seq", "revision")
AGAIN = (*DONE, "attempts", "crashes", "due_at")
MEMORIES = tuple(lane.c.keys())
LETTERS = tuple(message.c.keys())
TABLES = {
    "rows": FALLEN,
    "letters": LETTERS,
    "fences": FENCES,
    "done": DONE,
    "again": AGAIN,
    "memories": MEMORIES,
}
"""What is given, each as one array per column; where nobody crashed, ``rows`` are no more than ``ROWS``."""
HELD = (*(actor.c[name] for name in KEY), actor.c.next_seq, actor.c.epoch, actor.c.status)
NO_TEXT, NO_NUMBER = cast(null(), Text), cast(null(), BigInteger)


class Part(IntFlag):
    """What a statement is about: how turns ``ENDED``, what is ``KEPT`` of them (mail to be tried again, memories), and
    actors that ``CRASHED``."""

    MAIL = 1
    ENDED = 2
    KEPT = 4
    CRASHED = 8


def _kind(name: str) -> TypeEngine[Any]:
    """Return the type of the values given under a name, without the length of the column they are for."""
    if name in NUMBERS:
        return BigInteger()
    if name in DOCUMENTS:
        return JSONB()
    if name.endswith(("_at", "_until")):
        return DateTime(timezone=True)
    return Integer() if name in COUNTS else Text()


def _given(table: str, names: Sequence[str] = ()) -> Any:
    return given(table, {name: _kind(name) for name in names or TABLES[table]})


def _same(one: Any, other: Any, names: Sequence[str]) -> Any:
    return and_(*(one.c[name] == other.c[name] for name in names))


def _statement(parts: int) -> Any:
    """Return the statement for some parts.

    Actors' rows are locked in the order of their keys before anything else; what was handled goes out, or waits to be
    tried again, before new mail comes in: that waits for the number of both. A row that one of them has changed takes
    no second change, and the statement fails. It returns a row for each actor, with its next number and its status, and
    one for each message that new mail folded into, with its lane and fold key.
    """
    held = _held(parts)
    found = [*(held.c[name] for name in (*KEY, "next_seq", "status")), NO_TEXT, NO_TEXT]
    if parts == Part.MAIL:
        return union_all(select(*found, ONE), _folded(_brought(held, None)))
    fences, done = _given("fences"), _given("done")
    owned = select(func.count().label("many")).select_from(held).join(fences, _same(held, fences, FENCES)).cte("owned")
    ours = select(owned.c.many).scalar_subquery() == bindparam("owners", type_=BigInteger)
    place, as_handled = _same(message, done, DONE[:-1]), message.c.revision == done.c.revision
    went = _many(delete(message).where(place, as_handled, ours), "gone")
    kept = _many(update(message).where(place, ~as_handled, ours).values(AS_NEW), "kept")
    plain = and_(ours, went + kept == bindparam("handled", type_=BigInteger))
    answer = select(*found, ONE / case((plain, ONE), else_=NONE))
    if parts & Part.KEPT:
        waits = _many(_tried_again(ours), "waits")
        went, answer = went + waits, answer.add_cte(_remembered(ours)).where(waits >= NONE)
    return union_all(answer, _folded(_brought(held, went))) if parts & Part.MAIL else answer


def _folded(brought: Any) -> Any:
    into = brought.returning(*TOLD).cte("brought")
    place = (into.c.tenant_id, into.c.address, NO_NUMBER, NO_TEXT, into.c.lane, into.c.fold)
    return select(*place, ONE).where(into.c.folded_at.is_not(None))


def _held(parts: int) -> Any:
    if parts & Part.CRASHED:
        return _fallen(_given("rows"))
    rows = _given("rows", ROWS)
    return _advanced(rows) if parts & Part.MAIL else _locked(rows)


def _many(change: Any, name: str) -> Any:
    """Make a change part of the statement, and return how many rows it is about."""
    return select(func.count()).select_from(change.returning(ONE.label("one")).cte(name)).scalar_subquery()


def _advanced(rows: Any) -> Any:
    insert = postgresql.insert(actor).from_select(ROWS, select(rows))
    return advance(insert, {}).returning(*HELD).cte("held")


def _fallen(rows: Any) -> Any:
    """Note crashes as well; why an actor is out of work for another reason stays as it is."""
    insert = postgresql.insert(actor).from_select((*ROWS, "crashes", *FALLEN[-3:]), select(rows))
    new, fell = insert.excluded, insert.excluded.crashes.is_not(None)
    works = and_(fell, actor.c.status == ACTIVE)
    changes = {
        "crashes": func.coalesce(new.crashes, actor.c.crashes),
        "restarts": case((fell, new.restarts), else_=actor.c.restarts),
        "quarantines": case((fell, new.quarantines), else_=actor.c.quarantines),
        "reason": case((works, new.reason), else_=actor.c.reason),
        "quarantine_until": case((works, null()), else_=actor.c.quarantine_until),
    }
    return advance(insert, changes).returning(*HELD).cte("held")


def _locked(rows: Any) -> Any:
    locked = (
        select(*HELD)
        .join(rows, _same(actor, rows, KEY))
        .order_by(*map(ByCodePoint, HELD[:2]))
        .with_for_update(of=actor)
    )
    return locked.cte("held")


def _tried_again(ours: Any) -> Any:
    again = _given("again")
    values = {name: again.c[name] for name in ("attempts", "crashes", "due_at")}
    return update(message).where(_same(message, again, DONE), ours).values(values)


def _remembered(ours: Any) -> Any:
    memories = _given("memories")
    insert = postgresql.insert(lane).from_select(MEMORIES, select(memories).where(ours))
    return remember(insert).cte("remembered")


def _brought(held: Any, went: Any) -> Any:
    letters = _given("letters")
    values = [held.c.next_seq - letters.c.seq if name == "seq" else letters.c[name] for name in LETTERS]
    source = select(*values).select_from(letters).join(held, _same(letters, held, KEY))
    insert = postgresql.insert(message).from_select(LETTERS, source if went is None else source.where(went >= NONE))
    return fold_into(insert)


STATEMENTS = BySize(_statement)
