"""Reading the oldest due mail of many lanes in one statement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any, TypeAlias

import orjson
from sqlalchemy import TextualSelect, bindparam, case, func, select, text, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.actors.runtime.mailbox.arrival import NONE
from hub.actors.runtime.mailbox.delivery import ONE
from hub.actors.runtime.mailbox.letters import Key, Post
from hub.store.engine import ByKeys, BySize
from hub.store.engine.keys import chunks
from hub.store.tables.mailbox import lane, message
from hub.store.types import Instant

LanePlace: TypeAlias = tuple[str, str, str]
"""A tenant, an address as text and a lane."""

MOST_LANES = 64
COLUMNS = (
    message.c.tenant_id,
    message.c.address,
    message.c.lane,
    message.c.seq,
    message.c.kind,
    message.c.version,
    message.c.body,
    message.c.fold,
    message.c.revision,
    message.c.attempts,
    message.c.crashes,
    message.c.due_at,
    message.c.posted_at,
    message.c.traceparent,
)
LANES = ByKeys(
    lambda keys: select(
        lane.c.tenant_id, lane.c.address, lane.c.lane, lane.c.state, lane.c.wait_until, lane.c.attempts
    ).where(tuple_(lane.c.tenant_id, lane.c.address).in_(keys)),
    sample=("", ""),
)
PLACE = (message.c.tenant_id, message.c.address, message.c.lane)
AT_ONCE = func.max(case((message.c.due_at == message.c.posted_at, ONE), else_=NONE))
"""Whether there is mail that is no timer: it is due whatever the clock of its poster said."""
SOONEST = select(*PLACE, func.min(message.c.due_at, type_=Instant), AT_ONCE).group_by(*PLACE)
DUE = ByKeys(lambda keys: SOONEST.where(tuple_(*PLACE[:2]).in_(keys)), sample=("", ""))
DUE_IN_LANES = ByKeys(lambda places: SOONEST.where(tuple_(*PLACE).in_(places)), sample=("", "", ""))
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Mail:
    """A message as it is stored."""

    tenant_id: str
    address: str
    lane: str
    seq: int
    kind: str
    version: int
    body: dict[str, Any]
    fold: str | None
    revision: int
    attempts: int
    crashes: int
    due_at: datetime
    posted_at: datetime
    traceparent: str | None

    @classmethod
    def of(cls, letter: Post, seq: int) -> Mail:
        """Return new mail as it would be read, if it folded into nothing that waited."""
        return cls(
            *letter.key,
            letter.lane,
            seq,
            letter.kind,
            letter.version,
            orjson.loads(letter.body),
            letter.fold,
            letter.revision,
            0,
            0,
            letter.due_at,
            letter.posted_at,
            letter.traceparent,
        )

    @property
    def key(self) -> Key:
        """The mailbox it lies in."""
        return (self.tenant_id, self.address)


@dataclass(slots=True)
class LaneRow:
    """What is stored of a lane, and when its next mail is due."""

    state: dict[str, Any]
    wait_until: datetime | None = None
    attempts: int = 0
    due_at: datetime | None = None


@cache
def _heads(lanes: int) -> TextualSelect:
    """Return the statement for so many lanes; each arm walks the key in order and stops at its limit.

    Mail that is no timer is due whatever the clock of its poster said, lest later mail overtakes it.
    """
    names = ", ".join(column.name for column in COLUMNS)
    arms = [
        f"SELECT * FROM (SELECT {names} FROM message WHERE tenant_id = :t{n} AND address = :a{n}"  # noqa: S608
        f" AND lane = :l{n} AND (due_at <= :now OR due_at = posted_at) ORDER BY seq LIMIT :n{n}) AS arm{n}"
        for n in range(lanes)
    ]
    return text(" UNION ALL ".join(arms)).bindparams(bindparam("now", type_=Instant)).columns(*COLUMNS)


HEADS = BySize(_heads)


async def read_mail(
    connection: AsyncConnection, wanted: Mapping[LanePlace, int], now: datetime
) -> tuple[dict[LanePlace, list[Mail]], dict[LanePlace, datetime]]:
    """Return the oldest messages due of each lane, and when lanes that have none will have their next."""
    heads = await read_heads(connection, wanted, now)
    return heads, await read_due(connection, [place for place in wanted if not heads[place]])


async def read_heads(
    connection: AsyncConnection, wanted: Mapping[LanePlace, int], now: datetime
) -> dict[LanePlace, list[Mail]]:
    """Return the oldest messages due at ``now`` of each lane, in order, at most as many as wanted."""
    found: dict[LanePlace, list[Mail]] = {place: [] for place in wanted}
    for chunk in chunks(list(wanted), MOST_LANES):
        statement = HEADS.of(len(chunk), connection.dialect)
        for row in await statement.run(connection, _parameters(chunk, wanted, now)):
            mail = Mail(*row)
            found[(mail.tenant_id, mail.address, mail.lane)].append(mail)
    for mails in found.values():
        mails.sort(key=lambda mail: mail.seq)
    return found


def _parameters(chunk: Sequence[LanePlace], wanted: Mapping[LanePlace, int], now: datetime) -> dict[str, Any]:
    parameters: dict[str, Any] = {"now": now}
    for n, place in enumerate(chunk):
        twin = n > 0 and chunk[n - 1] == place
        parameters |= {f"t{n}": place[0], f"a{n}": place[1], f"l{n}": place[2], f"n{n}": 0 if twin else wanted[place]}
    return parameters


async def read_lanes(connection: AsyncConnection, keys: Sequence[Key]) -> dict[LanePlace, LaneRow]:
    """Return the lanes of actors that hold mail or remember something."""
    found: dict[LanePlace, LaneRow] = {}
    wanted = sorted(keys)
    for tenant, address, name, state, wait, attempts in await LANES.run(connection, wanted):
        found[(tenant, address, name)] = LaneRow(state or {}, wait, attempts)
    for place, due in _due_of(await DUE.run(connection, wanted)).items():
        found.setdefault(place, LaneRow({})).due_at = due
    return found


async def read_due(connection: AsyncConnection, places: Sequence[LanePlace]) -> dict[LanePlace, datetime]:
    """Return when the next mail of each lane is due; lanes without mail are absent."""
    return _due_of(await DUE_IN_LANES.run(connection, sorted(places)))


def _due_of(soonest: Sequence[Sequence[Any]]) -> dict[LanePlace, datetime]:
    return {(tenant, address, name): LONG_AGO if at_once else due for tenant, address, name, due, at_once in soonest}
