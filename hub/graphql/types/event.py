"""Sync events: what happened, to what, when and why."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, Self

import strawberry
from sqlalchemy import Row
from strawberry import relay
from strawberry.scalars import JSON

from hub.graphql.arguments import id_of
from hub.graphql.context import Info
from hub.graphql.cursor import encode_cursor
from hub.graphql.fields import shown
from hub.graphql.listed import Listed, Made
from hub.graphql.types.node import Stored, whole
from hub.store import tables
from hub.store.events import EventFilter

if TYPE_CHECKING:
    from hub.graphql.types.channel import Channel

LazyChannel = Annotated["Channel", strawberry.lazy("hub.graphql.types.channel")]


def _part(detail: object, name: str) -> JSON | None:
    return JSON(detail[name]) if isinstance(detail, dict) and detail.get(name) is not None else None


_C = tables.sync_event.c
LISTED: Listed = {
    "id": _C.seq,
    "at": _C.at,
    "kind": _C.kind,
    "level": _C.level,
    "division": _C.division,
    "subjectType": _C.subject_type,
    "subjectId": _C.subject_id,
    "message": _C.message,
    "detail": _C.detail,
    "before": Made(_C.detail, partial(_part, name="before")),
    "after": Made(_C.detail, partial(_part, name="after")),
    "cursor": Made(_C.seq, lambda seq: encode_cursor([seq])),
    "traceId": _C.trace_id,
    "actor": _C.actor,
    "digest": _C.digest,
}


@strawberry.type(description="One line of the activity log; numbered per tenant without a gap, and chained.")
class SyncEvent(Stored):
    key = tables.sync_event.c.seq
    listed = LISTED
    seq: relay.NodeID[int]
    at: datetime
    kind: str
    level: str = strawberry.field(description="info, warning or error.")
    division: str | None
    subject_type: str | None
    subject_id: str | None
    message: str
    detail: JSON
    trace_id: str | None
    actor: str = strawberry.field(description="Who did it: an actor's address, user:<token label> or hub.")
    digest: str = strawberry.field(
        description="SHA-256 over this line and the digest of the line before; `verify-log` computes it anew."
    )
    channel_id: strawberry.Private[str | None]

    @shown("What was there before, where something was changed.")
    def before(self) -> JSON | None:
        return _part(self.detail, "before")

    @shown("What is there since, where something was changed.")
    def after(self) -> JSON | None:
        return _part(self.detail, "after")

    @shown("The opaque number of this event; `after:` of the subscription resumes behind it.")
    def cursor(self) -> str:
        return encode_cursor([self.seq])

    @shown("The channel it happened on.")
    async def channel(self, info: Info) -> LazyChannel | None:
        from hub.graphql.types.channel import Channel

        return await Channel.find(info, self.channel_id)

    @classmethod
    def read_id(cls, node_id: str) -> int:
        return whole(node_id)

    @classmethod
    def of(cls, row: Row[Any]) -> Self:
        return cls(
            seq=row.seq,
            at=row.at,
            kind=row.kind,
            level=row.level,
            division=row.division,
            subject_type=row.subject_type,
            subject_id=row.subject_id,
            message=row.message,
            detail=row.detail,
            trace_id=row.trace_id,
            actor=row.actor,
            digest=row.digest,
            channel_id=row.channel_id,
        )


@strawberry.input(description="Which sync events to see; an absent field takes all.")
class SyncEventFilter:
    channel_id: relay.GlobalID | None = None
    kinds: list[str] | None = None
    levels: list[str] | None = None
    subject_type: str | None = None
    subject_id: str | None = strawberry.field(default=None, description="The hub's own id, as events carry it.")

    def read(self) -> EventFilter:
        """Return the filter for the store."""
        return EventFilter(
            channel_id=id_of("Channel", self.channel_id, "channelId"),
            kinds=tuple(self.kinds or ()),
            levels=tuple(self.levels or ()),
            subject_type=self.subject_type,
            subject_id=self.subject_id,
        )
