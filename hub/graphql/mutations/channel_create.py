"""channelCreate"""

from __future__ import annotations

from datetime import datetime

import strawberry

from hub.actors import commands
from hub.actors.commands import CommandRefused
from hub.domain.channel import ChannelSettings, ChannelStatus
from hub.domain.platform import Platform
from hub.domain.tenant import Principal
from hub.graphql.context import GraphQLDependencies, Info
from hub.graphql.mutations.checks import address, text
from hub.graphql.mutations.credentials import ChannelCredentialsInput, sealed
from hub.graphql.mutations.payload import UserError, carry_out
from hub.graphql.mutations.settings_input import ChannelSettingsInput
from hub.graphql.types.channel import Channel
from hub.store.channels import StoredChannel
from hub.store.engine import Work
from hub.store.tenants import BadSlug, checked_slug


@strawberry.input
class ChannelCreateInput:
    slug: str = strawberry.field(
        description="Lower-case letters, digits and hyphens; stays the channel's name for good."
    )
    platform: Platform
    name: str
    base_url: str | None = strawberry.field(
        default=None, description="The shop's address, or the platform's usual one."
    )
    credentials: ChannelCredentialsInput
    settings: ChannelSettingsInput | None = None


@strawberry.type
class ChannelCreatePayload:
    channel: Channel | None
    user_errors: list[UserError]


async def channel_create(info: Info, input: ChannelCreateInput) -> ChannelCreatePayload:
    """Create a channel and begin to read its listings and orders."""

    async def create(work: Work, who: Principal, now: datetime) -> str:
        made = read_channel(info.context.needs, who.tenant_id, input)
        await commands.create_channel(work, who, now, made)
        return made.channel_id

    answer = await carry_out(info, create)
    return ChannelCreatePayload(channel=await Channel.find(info, answer.value), user_errors=answer.user_errors)


def read_channel(needs: GraphQLDependencies, tenant_id: str, given: ChannelCreateInput) -> StoredChannel:
    """Return the channel to be created; refuses input that makes none."""
    try:
        slug = checked_slug(given.slug)
    except BadSlug as problem:
        raise CommandRefused("SLUG_UNFIT", f"{problem}.".capitalize(), ("slug",)) from None
    usual = ChannelSettings.usual(given.platform)
    credentials, hook_secret = sealed(needs, tenant_id, slug, given.platform, given.credentials)
    return StoredChannel(
        tenant_id=tenant_id,
        channel_id=slug,
        platform=given.platform,
        name=text(given.name, "name"),
        base_url=address(given.base_url, needs.platform_urls.get(given.platform.value), "baseUrl"),
        status=ChannelStatus.ACTIVE,
        settings=usual if given.settings is None else given.settings.over(usual),
        credentials=credentials,
        hook_secret=hook_secret,
    )
