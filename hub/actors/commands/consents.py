"""Commands on the consent of a channel's account: asked for, and given."""

from __future__ import annotations

from datetime import datetime

from hub.actors.commands.channels import begin, find_channel
from hub.actors.commands.refusal import CommandRefused, record
from hub.actors.desk import channel_address
from hub.actors.runtime import mailbox
from hub.domain.platform import PROFILES, Platform
from hub.domain.tenant import Principal
from hub.store.channels import change_channel
from hub.store.engine import Work


async def ask_consent(work: Work, who: Principal, now: datetime, channel_id: str) -> Platform:
    """Note that a person is asked for a channel's consent, and return its platform; refuses one that has none."""
    found = await find_channel(work, who, channel_id)
    if not PROFILES[found.platform].consent:
        title = PROFILES[found.platform].title
        raise CommandRefused("NO_CONSENT", f"{title} is connected by its credentials alone.", ("channelId",))
    record(work, who, now, "channel.consent", f"The consent of {found.name} is asked for", channel_id=channel_id)
    return found.platform


async def channel_granted(
    work: Work, who: Principal, now: datetime, channel_id: str, credentials: bytes | None
) -> None:
    """Store what a consent told along with its grant, and wake the actor that waited for it."""
    before = await find_channel(work, who, channel_id)
    if credentials is not None:
        await change_channel(work, who.tenant_id, channel_id, credentials=credentials)
    await mailbox.resume(work, channel_address(who.tenant_id, channel_id))
    begin(work, who.tenant_id, before)
    record(work, who, now, "channel.connected", f"{before.name} was connected by a consent", channel_id=channel_id,
           before={"credentials": "set"},
           after={"credentials": "set" if credentials is None else "replaced", "grant": "replaced"})  # fmt: skip
