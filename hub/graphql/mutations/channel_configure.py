"""channelConfigure"""

from __future__ import annotations

from datetime import datetime

import strawberry
from strawberry import relay

from hub.actors import commands
from hub.actors.commands import CommandRefused
from hub.domain.tenant import Principal
from hub.graphql.arguments import key_of
from hub.graphql.context import Info
from hub.graphql.mutations.payload import UserError, carry_out
from hub.graphql.mutations.settings_input import ChannelSettingsInput
from hub.graphql.types.channel import Channel
from hub.store.channels import load_channel
from hub.store.engine import Work


@strawberry.input
class ChannelConfigureInput:
    channel_id: relay.GlobalID
    settings: ChannelSettingsInput


@strawberry.type
class ChannelConfigurePayload:
    channel: Channel | None
    user_errors: list[UserError]


async def channel_configure(info: Info, input: ChannelConfigureInput) -> ChannelConfigurePayload:
    """Change some settings; a mapping that names what Exact does not have is refused here and now."""
    key = key_of("Channel", input.channel_id, "channelId")
    answer = await carry_out(info, _configure, key, input.settings)
    return ChannelConfigurePayload(
        channel=await Channel.find(info, key) if answer.done else None, user_errors=answer.user_errors
    )


async def _configure(work: Work, who: Principal, now: datetime, key: str, change: ChannelSettingsInput) -> None:
    found = await load_channel(work.connection, who.tenant_id, key)
    if found is None:
        raise CommandRefused("NOT_FOUND", "There is no such channel.", ("channelId",))
    await commands.change_settings(work, who, now, key, change.over(found.settings))
