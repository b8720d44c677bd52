"""New mail and how turns ended, on PostgreSQL: one statement, which is a transaction of its own.

That is one way to the server where ``BEGIN``, four statements or more and ``COMMIT`` are six. Where something is not
as plain as it seemed, the statement fails as a whole, and the long way is taken.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from itertools import chain
from typing import Any

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.actors.runtime.mailbox.arrival import note_new, row_of
from hub.actors.runtime.mailbox.delivery import by_key, note_numbers
from hub.actors.runtime.mailbox.departure import memory_of
from hub.actors.runtime.mailbox.folding import folded
from hub.actors.runtime.mailbox.letters import Key, Letter, Post, Settlement, Status, Trouble, chosen
from hub.actors.runtime.mailbox.whole_statement import STATEMENTS, TABLES, Part
from hub.store.engine import alone
from hub.store.types import INSTANT, json_text

NOTHING: Mapping[str, Any] = {f"{table}_{name}": () for table, names in TABLES.items() for name in names}


async def write_whole(connection: AsyncConnection, letters: Sequence[Letter]) -> bool:
    """Write new mail and how turns ended; False, and nothing written, where there is more or it is refused."""
    if not all(_is_plain(one) for one in letters):
        return False
    settlements, by_actor = chosen(letters, Settlement), by_key(folded(chosen(letters, Post)))
    statement = STATEMENTS.of(_parts(by_actor, settlements), connection.dialect)
    given = _values(by_actor, settlements, partial(INSTANT.process_bind_param, dialect=connection.dialect))
    try:
        found = await alone(connection, statement.text, [given[name] for name in statement.names])
    except DBAPIError:
        return False
    actors = {(tenant, address): (number, status) for tenant, address, number, status, *_ in found if status}
    if not all(one.key in actors for one in settlements):
        return False
    for one in settlements:
        one.status = Status(actors[one.key][1])
    note_numbers(by_actor, ((*key, number) for key, (number, _) in actors.items()))
    note_new(chain(*by_actor.values()), {(*row[:2], *row[4:6]) for row in found if row[3] is None})
    return True


def _is_plain(letter: Letter) -> bool:
    match letter:
        case Post():
            return not letter.stale and letter.dedupe is None
        case Settlement(parked=[], trouble=None | Trouble(status=Status.ACTIVE)):
            return True
        case _:
            return False


def _parts(posts: Mapping[Key, Sequence[Post]], settlements: Sequence[Settlement]) -> int:
    kept = any(one.retried or one.memory for one in settlements)
    crashed = any(one.trouble for one in settlements)
    mail, ended = bool(posts), bool(settlements)
    return Part.MAIL * mail + Part.ENDED * ended + Part.KEPT * kept + Part.CRASHED * crashed


def _values(
    by_actor: Mapping[Key, Sequence[Post]],
    settlements: Sequence[Settlement],
    stored: Callable[[datetime | None], Any],
) -> dict[str, Any]:
    troubles = {one.key: one.trouble for one in settlements if one.trouble is not None}
    rows, letters = [], []
    for key in sorted({*by_actor, *(one.key for one in settlements)}):
        mail = by_actor.get(key, ())
        soonest = stored(min((one.due_at for one in mail), default=None))
        rows.append((*key, soonest, 1 + len(mail), *_fall(troubles.get(key))))
        letters += [row_of(one, (len(mail) - place,), stored) for place, one in enumerate(mail)]
    done = [(*one.key, one.lane, *place) for one in settlements for place in one.done]
    again = [
        (*one.key, one.lane, retry.seq, retry.revision, retry.attempts, retry.crashes, stored(retry.due_at))
        for one in settlements
        for retry in one.retried
    ]
    memories = [memory_of(one, one.memory, stored) for one in settlements if one.memory is not None]
    found = {
        "rows": rows,
        "letters": letters,
        "fences": [(*one.key, one.epoch) for one in settlements],
        "done": done,
        "again": again,
        "memories": memories,
    }
    return {**NOTHING, **_arrays(found), "owners": len(settlements), "handled": len(done)}


def _fall(trouble: Trouble | None) -> tuple[Any, ...]:
    if trouble is None:
        return (None, 0, 0, None)
    return (json_text(trouble.crashes), trouble.restarts, trouble.quarantines, trouble.reason)


def _arrays(found: Mapping[str, Sequence[tuple[Any, ...]]]) -> dict[str, Any]:
    """Return each column of each table that has rows."""
    return {
        f"{table}_{name}": values
        for table, rows in found.items()
        if rows
        for name, values in zip(TABLES[table], zip(*rows, strict=True), strict=True)
    }
