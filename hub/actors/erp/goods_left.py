"""Goods that left may complete what an invoice waits for."""

from __future__ import annotations

from collections.abc import Set

from hub.actors.erp.scene import Scene
from hub.actors.messages_after_sale import InvoiceOrder
from hub.actors.runtime.mailbox import post
from hub.domain.invoicing import InvoicePolicy
from hub.store.channels import StoredChannel, list_channels
from hub.store.engine import Work


async def invoice_what_left(work: Work, scene: Scene, order_ids: Set[str]) -> None:
    """Let orders be looked at whose goods left, where any channel of the tenant has them invoiced then."""
    if not order_ids or not any(map(_when_delivered, await list_channels(work.connection, scene.tenant))):
        return
    for order_id in sorted(order_ids):
        post(work, scene.teller.address, InvoiceOrder(order_id, left=True))


def _when_delivered(channel: StoredChannel) -> bool:
    return channel.settings.invoicing.policy is InvoicePolicy.WHEN_DELIVERED
