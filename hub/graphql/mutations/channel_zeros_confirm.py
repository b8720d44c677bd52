"""channelZerosConfirm"""

from __future__ import annotations

import strawberry
from strawberry import relay

from hub.actors import commands
from hub.graphql.arguments import key_of
from hub.graphql.context import Info
from hub.graphql.mutations.payload import UserError, carry_out
from hub.graphql.types.channel import Channel


@strawberry.input
class ChannelZerosConfirmInput:
    channel_id: relay.GlobalID


@strawberry.type
class ChannelZerosConfirmPayload:
    channel: Channel | None
    user_errors: list[UserError]


async def channel_zeros_confirm(info: Info, input: ChannelZerosConfirmInput) -> ChannelZerosConfirmPayload:
    """Let a mass zero go out now that waits for a person; without this it goes out when its time is up."""
    key = key_of("Channel", input.channel_id, "channelId")
    answer = await carry_out(info, commands.confirm_zeros, key)
    return ChannelZerosConfirmPayload(
        channel=await Channel.find(info, key) if answer.done else None, user_errors=answer.user_errors
    )
