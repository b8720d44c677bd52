"""channelPause"""

from __future__ import annotations

import strawberry
from strawberry import relay

from hub.actors import commands
from hub.graphql.arguments import key_of
from hub.graphql.context import Info
from hub.graphql.mutations.payload import UserError, carry_out
from hub.graphql.types.channel import Channel


@strawberry.input
class ChannelPauseInput:
    channel_id: relay.GlobalID


@strawberry.type
class ChannelPausePayload:
    channel: Channel | None
    user_errors: list[UserError]


async def channel_pause(info: Info, input: ChannelPauseInput) -> ChannelPausePayload:
    """Stop all traffic with a channel; mail keeps collecting, nothing is lost."""
    key = key_of("Channel", input.channel_id, "channelId")
    answer = await carry_out(info, commands.pause_channel, key)
    return ChannelPausePayload(
        channel=await Channel.find(info, key) if answer.done else None, user_errors=answer.user_errors
    )
