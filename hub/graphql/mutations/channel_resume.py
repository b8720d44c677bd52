"""channelResume"""

from __future__ import annotations

import strawberry
from strawberry import relay

from hub.actors import commands
from hub.graphql.arguments import key_of
from hub.graphql.context import Info
from hub.graphql.mutations.payload import UserError, carry_out
from hub.graphql.types.channel import Channel


@strawberry.input
class ChannelResumeInput:
    channel_id: relay.GlobalID


@strawberry.type
class ChannelResumePayload:
    channel: Channel | None
    user_errors: list[UserError]


async def channel_resume(info: Info, input: ChannelResumeInput) -> ChannelResumePayload:
    """Start traffic again, beginning with what collected meanwhile."""
    key = key_of("Channel", input.channel_id, "channelId")
    answer = await carry_out(info, commands.resume_channel, key)
    return ChannelResumePayload(
        channel=await Channel.find(info, key) if answer.done else None, user_errors=answer.user_errors
    )
