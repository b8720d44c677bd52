"""channelSweep"""

from __future__ import annotations

import strawberry
from strawberry import relay

from hub.actors import commands
from hub.graphql.arguments import key_of
from hub.graphql.context import Info
from hub.graphql.mutations.payload import UserError, carry_out
from hub.graphql.types.channel import Channel


@strawberry.input
class ChannelSweepInput:
    channel_id: relay.GlobalID


@strawberry.type
class ChannelSweepPayload:
    channel: Channel | None
    user_errors: list[UserError]


async def channel_sweep(info: Info, input: ChannelSweepInput) -> ChannelSweepPayload:
    """Look for changed orders and listings now."""
    key = key_of("Channel", input.channel_id, "channelId")
    answer = await carry_out(info, commands.sweep_channel, key)
    return ChannelSweepPayload(
        channel=await Channel.find(info, key) if answer.done else None, user_errors=answer.user_errors
    )
