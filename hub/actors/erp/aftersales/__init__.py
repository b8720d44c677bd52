"""The invoice lane of a division: invoices, credit notes and returns, one after another and apart from forwarding."""

from __future__ import annotations

from datetime import timedelta

from hub.actors.each import for_each
from hub.actors.erp.aftersales.credits import Credits
from hub.actors.erp.aftersales.invoices import Invoices
from hub.actors.erp.aftersales.returns import Returns
from hub.actors.erp.landing import Landing
from hub.actors.erp.scene import Scene
from hub.actors.messages_after_sale import BookRefund, BookReturn, InvoiceOrder, SweepInvoices
from hub.actors.runtime.message import Envelope
from hub.actors.runtime.turn import Turn
from hub.domain.invoicing import InvoicePolicy
from hub.domain.life.goods_return import ReturnState
from hub.domain.life.refund import RefundState
from hub.domain.retention import USUAL_DAYS
from hub.outcome import Rejected
from hub.store.channels import StoredChannel, list_channels
from hub.store.goods_returns import returns_in
from hub.store.invoices import orders_without_invoice
from hub.store.refunds import refunds_in

HORIZON = timedelta(days=USUAL_DAYS)
"""Orders placed before are left alone: their books are closed."""
AT_ONCE = 200


def _invoices(channel: StoredChannel) -> bool:
    return channel.settings.invoicing.policy is not InvoicePolicy.OFF


class InvoiceLane:
    """Books what follows a sale. Every decision about an order's money is made here, one after another."""

    batch = 100

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.landing = Landing(scene.desk)
        self.invoices = Invoices(scene)
        self.credits = Credits(scene)
        self.returns = Returns(scene)

    async def handle(self, turn: Turn) -> None:
        """Invoice first, for refunds wait for it; then refunds and returns, then a sweep if one is due."""
        await self.invoices.handle(turn, [one for one in turn.messages if isinstance(one.body, InvoiceOrder)])
        booked = [one for one in turn.messages if isinstance(one.body, BookRefund | BookReturn)]
        await for_each(turn, booked, self._book, at_once=1)
        for envelope in turn.messages:
            if isinstance(envelope.body, SweepInvoices):
                await self._sweep(turn, tick=envelope.body.tick)

    async def _book(self, turn: Turn, envelope: Envelope) -> None:
        match envelope.body:
            case BookRefund(refund_id):
                await self.credits.book(turn, refund_id)
                self.landing.over(turn, refund_id)
            case BookReturn(return_id):
                await self.returns.book(turn, return_id)
                self.landing.over(turn, return_id)
            case other:
                raise TypeError(f"the invoice lane books no {type(other).__name__}")

    async def _sweep(self, turn: Turn, *, tick: bool) -> None:
        now, tenant = self.scene.desk.clock.now(), self.scene.tenant
        async with self.scene.desk.database.read() as connection:
            channels = [one.channel_id for one in await list_channels(connection, tenant) if _invoices(one)]
            orders = await orders_without_invoice(connection, *self.scene.key, channels, now - HORIZON, AT_ONCE)
            refunds = await refunds_in(connection, *self.scene.key, (RefundState.READY, RefundState.SENDING), AT_ONCE)
            begun = await returns_in(connection, *self.scene.key, (ReturnState.BOOKING,), AT_ONCE)
        for order_id in orders:
            turn.post(turn.address, InvoiceOrder(order_id, left=True))
        for refund_id in refunds:
            turn.post(turn.address, BookRefund(refund_id))
        for one in begun:
            turn.post(turn.address, BookReturn(one.return_id))
        try:
            await self.returns.follow(turn)
        except Rejected as refusal:
            self.scene.refused(turn, "to let planned returns be read", refusal)
        if tick:
            due = now + timedelta(seconds=self.scene.desk.pace.invoice_sweep)
            turn.post(turn.address, SweepInvoices(), due_at=due)
