"""Commands on channels: create, configure, pause, resume, renew credentials, look again, publish again."""

from __future__ import annotations

from datetime import datetime, timedelta

from hub.actors.commands.mapping_check import check_settings
from hub.actors.commands.refusal import CommandRefused, record
from hub.actors.desk import channel_address, erp_address, privacy_address
from hub.actors.messages import (
    CheckChannelHooks,
    ConfirmParcel,
    EraseBuyers,
    ForwardOrder,
    PublishStock,
    ReadDeliveriesOf,
    ReadHookKeys,
    ReadListings,
    SweepOrders,
)
from hub.actors.runtime import mailbox
from hub.domain.channel import ChannelSettings, ChannelStatus, FulfilmentMode
from hub.domain.life.order_states import ORDER, OrderEvent
from hub.domain.life.payment import may_be_forwarded
from hub.domain.order import OrderStatus, PaymentState
from hub.domain.platform import PROFILES
from hub.domain.tenant import Principal
from hub.store.channels import StoredChannel, change_channel, insert_channel, load_channel
from hub.store.deliveries import parcels_to_tell
from hub.store.engine import Work
from hub.store.listings import channel_listings
from hub.store.order_state import orders_awaiting, undelivered_orders
from hub.store.orders import change_order, load_order
from hub.store.settings_codec import settings_to_json
from hub.store.shown import note_forgotten

STILL_AWAITED = timedelta(days=30)
"""Age of an order after which a channel that still waits for its goods is one that does not tell what has left."""


async def find_channel(work: Work, who: Principal, channel_id: str) -> StoredChannel:
    """Return a channel of the principal's tenant or refuse."""
    found = await load_channel(work.connection, who.tenant_id, channel_id)
    if found is None:
        raise CommandRefused("NOT_FOUND", f"There is no channel {channel_id}.", ("channelId",))
    return found


async def create_channel(work: Work, who: Principal, now: datetime, channel: StoredChannel) -> None:
    """Create a channel and begin to read its listings and orders."""
    if await load_channel(work.connection, who.tenant_id, channel.channel_id) is not None:
        raise CommandRefused("TAKEN", f"A channel {channel.channel_id} exists already.", ("channelId",))
    await check_settings(work, who.tenant_id, channel.channel_id, channel.settings)
    await insert_channel(work, channel, now)
    made = {"name": channel.name, "platform": channel.platform.value, "base_url": channel.base_url}
    record(work, who, now, "channel.created", f"Channel {channel.name} was created", channel_id=channel.channel_id,
           before=None, after=made | settings_to_json(channel.settings))  # fmt: skip
    begin(work, who.tenant_id, channel)


def begin(work: Work, tenant_id: str, channel: StoredChannel) -> None:
    """Have a channel's chores done from here on; each goes on by itself. Repeatable."""
    address = channel_address(tenant_id, channel.channel_id)
    mailbox.post(work, address, ReadListings())
    mailbox.post(work, address, SweepOrders())
    mailbox.post(work, address, CheckChannelHooks())
    mailbox.post(work, privacy_address(tenant_id, channel.channel_id), EraseBuyers())
    if PROFILES[channel.platform].signs_itself:
        mailbox.post(work, address, ReadHookKeys())


async def change_settings(
    work: Work, who: Principal, now: datetime, channel_id: str, settings: ChannelSettings
) -> None:
    """Save settings after checking every mapping, then let stock, orders and parcels follow them."""
    before = await find_channel(work, who, channel_id)
    await check_settings(work, who.tenant_id, channel_id, settings)
    await change_channel(work, who.tenant_id, channel_id, settings=settings)
    record(work, who, now, "channel.configured", f"Settings of {before.name} were changed", channel_id=channel_id,
           before=settings_to_json(before.settings), after=settings_to_json(settings))  # fmt: skip
    if settings.matching != before.settings.matching:
        mailbox.post(work, channel_address(who.tenant_id, channel_id), ReadListings(tick=False))
    await _follow_settings(work, who.tenant_id, channel_id, settings, was_off=not before.settings.stock)
    if settings.fulfilment is FulfilmentMode.ERP and before.settings.fulfilment is FulfilmentMode.OFF:
        await _read_what_left(work, who.tenant_id, channel_id, now)


async def _follow_settings(
    work: Work, tenant_id: str, channel_id: str, settings: ChannelSettings, *, was_off: bool
) -> None:
    mailbox.post(work, channel_address(tenant_id, channel_id), SweepOrders())
    mailbox.post(work, privacy_address(tenant_id, channel_id), EraseBuyers())
    if settings.stock:
        await _publish_all(work, tenant_id, channel_id, "settings changed", force=was_off)
    if settings.forwarding and settings.division is not None:
        await _forward_waiting(work, tenant_id, channel_id, settings)
    if settings.fulfilment is not FulfilmentMode.OFF:
        for parcel_id in await parcels_to_tell(work.connection, tenant_id, channel_id):
            mailbox.post(work, channel_address(tenant_id, channel_id), ConfirmParcel(parcel_id))


async def _read_what_left(work: Work, tenant_id: str, channel_id: str, now: datetime) -> None:
    """What left while nobody was to be told of it is told now, of orders that the channel still waits for."""
    found = await undelivered_orders(work.connection, tenant_id, channel_id, now - STILL_AWAITED)
    for order_id, division in found:
        mailbox.post(work, erp_address(tenant_id, division), ReadDeliveriesOf(order_id))


async def _forward_waiting(work: Work, tenant_id: str, channel_id: str, settings: ChannelSettings) -> None:
    """Orders that waited only for the switch are forwarded now; unpaid ones go on waiting."""
    assert settings.division is not None
    for order_id in await orders_awaiting(work.connection, tenant_id, channel_id, (OrderStatus.WAITING.value,)):
        if await _is_due(work, tenant_id, order_id, settings):
            ready = ORDER.after(OrderStatus.WAITING, OrderEvent.RELEASED).value
            await change_order(work, tenant_id, order_id, status=ready)
    for order_id in await orders_awaiting(work.connection, tenant_id, channel_id, (OrderStatus.READY.value,)):
        mailbox.post(work, erp_address(tenant_id, settings.division), ForwardOrder(order_id))


async def _is_due(work: Work, tenant_id: str, order_id: str, settings: ChannelSettings) -> bool:
    order = await load_order(work.connection, tenant_id, order_id)
    return order is not None and may_be_forwarded(PaymentState(order.payment), settings)


async def pause_channel(work: Work, who: Principal, now: datetime, channel_id: str) -> None:
    """Stop all traffic with a channel; mail keeps collecting, nothing is lost."""
    before = await find_channel(work, who, channel_id)
    await change_channel(work, who.tenant_id, channel_id, status=ChannelStatus.PAUSED.value)
    await mailbox.pause(work, channel_address(who.tenant_id, channel_id))
    record(work, who, now, "channel.paused", f"{before.name} was paused", channel_id=channel_id,
           before={"status": before.status.value}, after={"status": ChannelStatus.PAUSED.value})  # fmt: skip


async def resume_channel(work: Work, who: Principal, now: datetime, channel_id: str) -> None:
    """Start traffic again, beginning with what collected meanwhile."""
    before = await find_channel(work, who, channel_id)
    await change_channel(work, who.tenant_id, channel_id, status=ChannelStatus.ACTIVE.value, reason=None)
    await mailbox.resume(work, channel_address(who.tenant_id, channel_id))
    record(work, who, now, "channel.resumed", f"{before.name} was resumed", channel_id=channel_id,
           before={"status": before.status.value}, after={"status": ChannelStatus.ACTIVE.value})  # fmt: skip


async def replace_credentials(
    work: Work, who: Principal, now: datetime, channel_id: str, credentials: bytes, hook_secret: bytes | None
) -> None:
    """Store new sealed credentials, wake an actor that stopped because of the old ones, and read its webhook keys."""
    before = await find_channel(work, who, channel_id)
    secret = hook_secret if hook_secret is not None else before.hook_secret
    await change_channel(work, who.tenant_id, channel_id, credentials=credentials, hook_secret=secret)
    await mailbox.resume(work, channel_address(who.tenant_id, channel_id))
    mailbox.post(work, channel_address(who.tenant_id, channel_id), ReadHookKeys())
    was, kept = "set" if before.hook_secret else "none", "set" if secret else "none"
    record(work, who, now, "channel.credentials", f"Credentials of {before.name} were replaced", channel_id=channel_id,
           before={"credentials": "set", "hook_secret": was},
           after={"credentials": "replaced", "hook_secret": "replaced" if hook_secret else kept})  # fmt: skip


async def sweep_channel(work: Work, who: Principal, now: datetime, channel_id: str) -> None:
    """Look for changed orders and listings now."""
    await find_channel(work, who, channel_id)
    address = channel_address(who.tenant_id, channel_id)
    mailbox.post(work, address, SweepOrders(tick=False))
    mailbox.post(work, address, ReadListings(tick=False))
    record(work, who, now, "channel.swept", "A sweep was asked for", channel_id=channel_id)


async def republish_channel(work: Work, who: Principal, now: datetime, channel_id: str) -> None:
    """Send every listing's quantity again, changed or not."""
    await find_channel(work, who, channel_id)
    count = await _publish_all(work, who.tenant_id, channel_id, "asked for by a person", force=True)
    record(work, who, now, "channel.republished", f"{count} listings are published again", channel_id=channel_id)


async def _publish_all(work: Work, tenant_id: str, channel_id: str, cause: str, *, force: bool) -> int:
    listings = await channel_listings(work.connection, tenant_id, channel_id)
    due = [one for one in listings if one.sells]
    if force:
        await note_forgotten(work, tenant_id, [one.listing_id for one in due])
    for one in due:
        mailbox.post(work, channel_address(tenant_id, channel_id), PublishStock(one.listing_id, cause, force=force))
    return len(due)
