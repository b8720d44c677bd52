"""channelRepublish"""

from __future__ import annotations

import strawberry
from strawberry import relay

from hub.actors import commands
from hub.graphql.arguments import key_of
from hub.graphql.context import Info
from hub.graphql.mutations.payload import UserError, carry_out
from hub.graphql.types.channel import Channel


@strawberry.input
class ChannelRepublishInput:
    channel_id: relay.GlobalID


@strawberry.type
class ChannelRepublishPayload:
    channel: Channel | None
    user_errors: list[UserError]


async def channel_republish(info: Info, input: ChannelRepublishInput) -> ChannelRepublishPayload:
    """Send every listing's quantity again, changed or not."""
    key = key_of("Channel", input.channel_id, "channelId")
    answer = await carry_out(info, commands.republish_channel, key)
    return ChannelRepublishPayload(
        channel=await Channel.find(info, key) if answer.done else None, user_errors=answer.user_errors
    )
