"""channelCredentialsReplace"""

from __future__ import annotations

from datetime import datetime

import strawberry
from strawberry import relay

from hub.actors import commands
from hub.actors.commands import CommandRefused
from hub.domain.tenant import Principal
from hub.graphql.arguments import key_of
from hub.graphql.context import Info
from hub.graphql.mutations.credentials import ChannelCredentialsInput, sealed
from hub.graphql.mutations.payload import UserError, carry_out
from hub.graphql.types.channel import Channel
from hub.store.channels import load_channel
from hub.store.engine import Work


@strawberry.input
class ChannelCredentialsReplaceInput:
    channel_id: relay.GlobalID
    credentials: ChannelCredentialsInput


@strawberry.type
class ChannelCredentialsReplacePayload:
    channel: Channel | None
    user_errors: list[UserError]


async def channel_credentials_replace(
    info: Info, input: ChannelCredentialsReplaceInput
) -> ChannelCredentialsReplacePayload:
    """Store new credentials and wake an actor that stopped because the old ones no longer worked."""
    key = key_of("Channel", input.channel_id, "channelId")

    async def replace(work: Work, who: Principal, now: datetime) -> None:
        found = await load_channel(work.connection, who.tenant_id, key)
        if found is None:
            raise CommandRefused("NOT_FOUND", "There is no such channel.", ("channelId",))
        secrets = sealed(info.context.needs, who.tenant_id, key, found.platform, input.credentials)
        await commands.replace_credentials(work, who, now, key, *secrets)

    answer = await carry_out(info, replace)
    return ChannelCredentialsReplacePayload(
        channel=await Channel.find(info, key) if answer.done else None, user_errors=answer.user_errors
    )
