"""What can be followed live, resumed without a gap."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Hashable
from contextlib import aclosing
from typing import Annotated, cast

import strawberry
from strawberry import relay

from hub.graphql.arguments import id_of, key_of
from hub.graphql.context import ApiContext, Info
from hub.graphql.cursor import decode_cursor, encode_cursor
from hub.graphql.errors import BadInput, Unauthenticated
from hub.graphql.fields import streamed
from hub.graphql.sharing import alike, pages_of
from hub.graphql.types.channel import Channel
from hub.graphql.types.drift import StockDifference
from hub.graphql.types.event import SyncEvent, SyncEventFilter
from hub.store.events import EventFilter, newest_event

BEAT_SECONDS = 30.0
DRIFT_KINDS = ("stock.drift", "stock.drift_healed")


@strawberry.type(description="A channel as it stands after an event.")
class ChannelUpdate:
    cursor: str = strawberry.field(description="The last event that this state includes.")
    channel: Channel


@strawberry.type(description="A difference between a channel and Exact as it stands after it was found or healed.")
class StockDifferenceUpdate:
    cursor: str = strawberry.field(description="The event that told of it; begin behind it to miss none.")
    difference: StockDifference | None = strawberry.field(description="As it is now; null where it is not kept.")


class Welcome:
    """Asks about the token again while a stream lasts: one that is revoked or runs out ends it within a minute."""

    def __init__(self, context: ApiContext) -> None:
        self._context = context
        self._asked = context.needs.clock.monotonic()

    async def __call__(self) -> None:
        """Raise ``Unauthenticated`` where the token no longer belongs to the principal."""
        context, now = self._context, self._context.needs.clock.monotonic()
        if now - self._asked < BEAT_SECONDS:
            return
        self._asked = now
        if context.token is None or await context.needs.authenticate(context.token) != context.principal:
            raise Unauthenticated


def _told_like(info: Info) -> Hashable:
    """Return what others must ask to be told the same; nobody does where the document is not known as text."""
    operation = info._raw_info.operation
    if operation.loc is None:
        return object()
    name = operation.name.value if operation.name else None
    return name, alike(operation.loc.source.body, info.variable_values)


@strawberry.type(description="What can be followed live.")
class Subscription:
    @streamed("The activity log as it grows, oldest first.")
    async def sync_events(
        self,
        info: Info,
        after: Annotated[
            str | None,
            strawberry.argument(
                description="Begin behind the event with this cursor, so that a reconnect misses none."
            ),
        ] = None,
        filter: SyncEventFilter | None = None,
    ) -> AsyncGenerator[SyncEvent, None]:
        context = info.context
        context.share_loaders()
        context.told_like = _told_like(info)
        begin = None if after is None else decode_cursor(after, (int,), "after")[0]
        only = EventFilter() if filter is None else filter.read()
        announcer = context.needs.announcer
        follow = announcer.follow(context.tenant_id, begin, only, BEAT_SECONDS, Welcome(context))
        async with aclosing(follow) as pages:
            async for page in pages:
                for told in pages_of(page):
                    yield cast("SyncEvent", told)

    @streamed("Differences between channels and Exact as they are found, explained and healed.")
    async def stock_differences(
        self,
        info: Info,
        channel_id: relay.GlobalID | None = None,
        after: Annotated[
            str | None,
            strawberry.argument(
                description="Begin behind the update with this cursor, so that a reconnect misses none."
            ),
        ] = None,
    ) -> AsyncGenerator[StockDifferenceUpdate, None]:
        context = info.context
        context.share_loaders()
        begin = None if after is None else decode_cursor(after, (int,), "after")[0]
        only = EventFilter(channel_id=id_of("Channel", channel_id, "channelId"), kinds=DRIFT_KINDS)
        follow = context.needs.announcer.follow(context.tenant_id, begin, only, BEAT_SECONDS, Welcome(context))
        async with aclosing(follow) as pages:
            async for page in pages:
                for row in page:
                    difference = await StockDifference.find(info, row.subject_id)
                    yield StockDifferenceUpdate(cursor=encode_cursor([row.seq]), difference=difference)

    @streamed("A channel now, and again after everything that happens to it.")
    async def channel_status(self, info: Info, channel_id: relay.GlobalID) -> AsyncGenerator[ChannelUpdate, None]:
        context, key = info.context, key_of("Channel", channel_id, "channelId")
        context.share_loaders()
        async with context.needs.database.read() as reading:
            begin = await newest_event(reading, context.tenant_id)
        channel = await Channel.find(info, key)
        if channel is None:
            raise BadInput("There is no such channel.", argument="channelId")
        yield ChannelUpdate(cursor=encode_cursor([begin]), channel=channel)
        announcer, only = context.needs.announcer, EventFilter(channel_id=key)
        follow = announcer.follow(context.tenant_id, begin, only, BEAT_SECONDS, Welcome(context))
        async with aclosing(follow) as pages:
            async for page in pages:
                channel = await Channel.find(info, key)
                if channel is None:
                    return
                yield ChannelUpdate(cursor=encode_cursor([page[-1].seq]), channel=channel)
