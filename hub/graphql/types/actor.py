"""Actors, the lanes of their mailboxes, and messages that nobody could handle."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Self

import strawberry
from sqlalchemy import Row
from strawberry import relay
from strawberry.scalars import JSON

from hub.graphql.context import Info
from hub.graphql.fields import shown
from hub.graphql.listed import Listed, Made
from hub.graphql.types.node import Stored
from hub.store import tables
from hub.store.views.actors import LaneView

LARGEST_INT = 2**31 - 1


def _kind_of(address: str) -> str:
    return address.partition("/")[0]


def _shown_count(count: int) -> int:
    return min(count, LARGEST_INT)


_A, _M = tables.actor.c, tables.parked.c
ACTOR: Listed = {
    "id": _A.address,
    "address": _A.address,
    "kind": Made(_A.address, _kind_of),
    "status": _A.status,
    "reason": _A.reason,
    "node": _A.node,
    "dueAt": _A.due_at,
    "restarts": Made(_A.restarts, _shown_count),
    "quarantines": Made(_A.quarantines, _shown_count),
    "quarantinedUntil": _A.quarantine_until,
}
PARKED: Listed = {
    "id": _M.parked_id,
    "address": _M.address,
    "lane": _M.lane,
    "kind": _M.kind,
    "body": _M.body,
    "attempts": _M.attempts,
    "crashes": _M.crashes,
    "postedAt": _M.posted_at,
    "parkedAt": _M.parked_at,
    "code": _M.code,
    "error": _M.error,
    "resolvedAt": _M.resolved_at,
    "resolution": _M.resolution,
}


@strawberry.type(description="One lane of an actor's mailbox.")
class Lane:
    name: str
    depth: int = strawberry.field(description="Messages that wait.")
    oldest_seconds: float | None = strawberry.field(description="Age of the oldest waiting message.")
    wait_until: datetime | None = strawberry.field(description="Until when the lane waits for its platform.")
    attempts: int

    @classmethod
    def of(cls, view: LaneView, now: datetime) -> Self:
        age = None if view.oldest is None else max(0.0, (now - view.oldest).total_seconds())
        return cls(
            name=view.name, depth=view.depth, oldest_seconds=age, wait_until=view.wait_until, attempts=view.attempts
        )


@strawberry.type(description="One supervised worker: a channel's, its privacy's, or a division's.")
class Actor(Stored):
    key = tables.actor.c.address
    listed = ACTOR
    actor_id: relay.NodeID[str]
    address: str
    kind: str = strawberry.field(description="channel, privacy or erp.")
    status: str
    reason: str | None
    node: str | None = strawberry.field(description="The process that owns it now.")
    due_at: datetime | None = strawberry.field(
        description="When anybody may next claim it; null while a node owns it or nothing waits."
    )
    restarts: int
    quarantines: int
    quarantined_until: datetime | None

    @classmethod
    def of(cls, row: Row[Any]) -> Self:
        return cls(
            actor_id=row.address,
            address=row.address,
            kind=_kind_of(row.address),
            status=row.status,
            reason=row.reason,
            node=row.node,
            due_at=row.due_at,
            restarts=_shown_count(row.restarts),
            quarantines=_shown_count(row.quarantines),
            quarantined_until=row.quarantine_until,
        )

    @shown("Until when it is surely its node's: the end of that node's lease, which is renewed over and over.")
    async def lease_until(self, info: Info) -> datetime | None:
        return await info.context.load.lease_until(self.address)

    @shown("The lanes that hold mail or wait.")
    async def lanes(self, info: Info) -> list[Lane]:
        found = await info.context.load.lanes(self.address)
        return [Lane.of(lane, info.context.now) for lane in found]


@strawberry.type(description="A message that nobody could handle; a person retries or discards it.")
class ParkedMessage(Stored):
    key = tables.parked.c.parked_id
    listed = PARKED
    parked_id: relay.NodeID[str]
    address: str
    lane: str
    kind: str
    body: JSON = strawberry.field(description="References only, never business data.")
    attempts: int
    crashes: int
    posted_at: datetime
    parked_at: datetime
    code: str
    error: str
    resolved_at: datetime | None
    resolution: str | None

    @classmethod
    def of(cls, row: Row[Any]) -> Self:
        return cls(
            parked_id=row.parked_id,
            address=row.address,
            lane=row.lane,
            kind=row.kind,
            body=row.body,
            attempts=row.attempts,
            crashes=row.crashes,
            posted_at=row.posted_at,
            parked_at=row.parked_at,
            code=row.code,
            error=row.error,
            resolved_at=row.resolved_at,
            resolution=row.resolution,
        )

    @shown("The actor it was meant for.")
    async def actor(self, info: Info) -> Actor | None:
        return await Actor.find(info, self.address)
