"""The command that follows a restore: what the hub did since the backup, it no longer knows of."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import update

from hub.actors.commands.channels import republish_channel
from hub.actors.commands.refusal import record
from hub.actors.desk import channel_address, erp_address
from hub.actors.messages import CheckErpHooks, ReadCatalogue, SweepDeliveries, SweepOrders, SweepStock
from hub.actors.runtime import mailbox
from hub.domain.tenant import Principal
from hub.store.channels import StoredChannel, change_channel, list_channels
from hub.store.connections import list_connections
from hub.store.divisions import list_divisions
from hub.store.engine import Work
from hub.store.settings_codec import settings_to_json
from hub.store.tables import parcel

CLOCKS_APART = timedelta(minutes=10)
"""How far a platform's clock may be from ours: orders placed so shortly after the restore are doubted as well."""


async def put_back(work: Work, who: Principal, now: datetime) -> None:
    """Doubt what a tenant's older state says is still to be done, and read anew what it says of others.

    For orders placed before now every sales order, goods delivery and shipment is looked up before it is made, every
    number is published again, and the hub looks for what it missed. To be done before any node works. Repeatable.
    """
    for channel in await list_channels(work.connection, who.tenant_id):
        await _doubt(work, who, now, channel)
    begun = update(parcel).where(parcel.c.tenant_id == who.tenant_id, parcel.c.goods_delivery == "todo")
    await work.execute(begun.values(goods_delivery="began"))
    for connection in await list_connections(work.connection, who.tenant_id):
        for division in await list_divisions(work.connection, who.tenant_id, connection.connection_id):
            if division.enabled:
                _read_anew(work, who.tenant_id, division.code)
    record(work, who, now, "hub.restored", "The hub was put back from a backup", level="warning")


async def _doubt(work: Work, who: Principal, now: datetime, channel: StoredChannel) -> None:
    settings = replace(channel.settings, look_up_before=now + CLOCKS_APART)
    await change_channel(work, who.tenant_id, channel.channel_id, settings=settings)
    record(work, who, now, "channel.configured", f"What {channel.name} asks for is looked up before it is done again",
           channel_id=channel.channel_id, before=settings_to_json(channel.settings),
           after=settings_to_json(settings))  # fmt: skip
    mailbox.post(work, channel_address(who.tenant_id, channel.channel_id), SweepOrders(tick=False))
    if settings.stock:
        await republish_channel(work, who, now, channel.channel_id)


def _read_anew(work: Work, tenant_id: str, code: int) -> None:
    for message in (ReadCatalogue, SweepStock, SweepDeliveries, CheckErpHooks):
        mailbox.post(work, erp_address(tenant_id, code), message(tick=False))
