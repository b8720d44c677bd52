"""channelConnect"""

from __future__ import annotations

from datetime import datetime

import strawberry
from strawberry import relay

from hub.actors import commands
from hub.domain.tenant import Principal
from hub.graphql.arguments import key_of
from hub.graphql.context import Info
from hub.graphql.mutations.payload import UserError, carry_out
from hub.graphql.types.channel import Channel
from hub.store.engine import Work


@strawberry.input
class ChannelConnectInput:
    channel_id: relay.GlobalID


@strawberry.type
class ChannelConnectPayload:
    channel: Channel | None
    authorize_url: str | None = strawberry.field(description="Where a browser gives the consent, once, soon.")
    user_errors: list[UserError]


async def channel_connect(info: Info, input: ChannelConnectInput) -> ChannelConnectPayload:
    """Ask for the consent of a channel's account, at first or after it was lost."""
    key = key_of("Channel", input.channel_id, "channelId")

    async def connect(work: Work, who: Principal, now: datetime) -> str:
        return (await commands.ask_consent(work, who, now, key)).value

    answer = await carry_out(info, connect)
    platform = answer.value
    return ChannelConnectPayload(
        channel=await Channel.find(info, key) if answer.done else None,
        authorize_url=platform and await info.context.needs.authorize_url(info.context.who, platform, key),
        user_errors=answer.user_errors,
    )
