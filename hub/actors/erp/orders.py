"""The order lane of a division: one channel order becomes one sales order, whatever happens on the way."""

from __future__ import annotations

from hub.actors.each import for_each
from hub.actors.erp.comparing import difference, expected_lines, is_off, match_lines
from hub.actors.erp.ends import Ends, Standing
from hub.actors.erp.scene import Scene
from hub.actors.messages import ForwardOrder, ReadDeliveriesOf
from hub.actors.refusals import discreetly
from hub.actors.runtime.message import Envelope
from hub.actors.runtime.turn import Turn
from hub.domain.channel import ChannelSettings
from hub.domain.forwarding import Books, Hold, draft_sales_order
from hub.domain.order import HoldCause, OrderStatus
from hub.domain.sales_order import SalesOrder, SalesOrderDraft
from hub.outcome import Rejected, Throttled, Unavailable
from hub.store.catalogue import items_of, vat_codes_of
from hub.store.channels import load_channel
from hub.store.divisions import load_division
from hub.store.engine import Work
from hub.store.order_state import begin_attempt, lose_attempt, take_back_attempt
from hub.store.orders import StoredOrder, load_order
from hub.store.stock import reads_begun


class OrderLane:
    """Forwards orders, each exactly once: intent, look-up after an unknown outcome, post, read back, compare."""

    batch = 8

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.ends = Ends(scene)

    async def handle(self, turn: Turn) -> None:
        """Forward the orders named, side by side; one that is held or must wait blocks no other."""
        await for_each(turn, turn.messages, self._forward)

    async def _forward(self, turn: Turn, envelope: Envelope) -> None:
        assert isinstance(envelope.body, ForwardOrder)
        async with discreetly(self.scene.desk, self.scene.tenant, envelope.body.order_id):
            await self._go_on(turn, envelope.body.order_id)

    async def _go_on(self, turn: Turn, order_id: str) -> None:
        order, settings, books = await self._load(order_id)
        if order is None or settings is None:
            return
        match order.status:
            case OrderStatus.SENDING if order.division == self.scene.division:
                await self._resume(turn, order, settings, books)
            case OrderStatus.READY if not settings.forwarding or settings.division != self.scene.division:
                return
            case OrderStatus.READY if order.your_ref is not None:
                await self._resume(turn, order, settings, books)
            case OrderStatus.READY:
                await self._post(turn, order, settings, books)
            case _:
                return

    async def _load(self, order_id: str) -> tuple[StoredOrder | None, ChannelSettings | None, Books]:
        async with self.scene.desk.database.read() as connection:
            order = await load_order(connection, self.scene.tenant, order_id)
            if order is None:
                return None, None, Books({}, {})
            channel = await load_channel(connection, self.scene.tenant, order.channel_id)
            products = {line.product_id for line in order.lines if line.product_id is not None}
            items = await items_of(connection, *self.scene.key, products)
            codes = await vat_codes_of(connection, *self.scene.key)
            division = await load_division(connection, *self.scene.key)
        if channel is None or division is None:
            return None, None, Books({}, {})
        return order, channel.settings, Books(items, codes, division.currency)

    async def _resume(self, turn: Turn, order: StoredOrder, settings: ChannelSettings, books: Books) -> None:
        """An earlier attempt began and its outcome is not stored: look it up, never guess."""
        found = await self.scene.erp.find_sales_order(order.your_ref or "")
        if found is not None:
            self._found(turn, order, settings, books, found)
            return
        self._let_it_land(order)
        if is_off(order):
            turn.write(lambda work: self.ends.cancelled(work, order))
        else:
            await self._post(turn, order, settings, books)

    def _let_it_land(self, order: StoredOrder) -> None:
        """What was sent and never answered may still arrive for a while, unseen by a look-up."""
        if order.attempt_at is None:
            return
        wait = self.scene.desk.pace.settle - (self.scene.desk.clock.now() - order.attempt_at).total_seconds()
        if wait > 0:
            raise Throttled(wait, "an earlier attempt may still land in Exact")

    async def _post(self, turn: Turn, order: StoredOrder, settings: ChannelSettings, books: Books) -> None:
        try:
            draft = draft_sales_order(order.to_forward(), settings, books)
        except Hold as hold:
            self._hold(turn, order, hold)
            return
        reads = await self._begin(turn, order, draft)
        if reads is None:
            turn.write(lambda work: self.ends.cancelled(work, order))
            return
        try:
            order_id = await self.scene.erp.create_sales_order(draft)
        except Rejected as refusal:
            self._hold(turn, order, Hold(HoldCause.REFUSED_BY_ERP, refusal.reason, code=refusal.code))
            return
        except (Throttled, Unavailable) as wait:
            await self._note_outcome(turn, order, wait)
            raise
        found = await self._read_back(turn, order, order_id)
        self._finish(turn, order, books, found, difference(draft, found), reads)

    async def _read_back(self, turn: Turn, order: StoredOrder, order_id: str) -> SalesOrder:
        """Read what was posted; one that Exact does not show yet is for a later look-up, not for a person."""
        try:
            return await self.scene.erp.sales_order(order_id)
        except Rejected as refusal:
            wait = Unavailable(f"the sales order just made cannot be read back: {refusal.reason}", unknown=True)
            await self._note_outcome(turn, order, wait)
            raise wait from refusal

    async def _begin(self, turn: Turn, order: StoredOrder, draft: SalesOrderDraft) -> int | None:
        """Write the intent down; returns the number of the last stock read, None where nothing is to be sent."""

        async def begin(work: Work) -> int | None:
            begun = await begin_attempt(
                work,
                self.scene.tenant,
                order.order_id,
                division=self.scene.division,
                your_ref=draft.your_ref,
                fingerprint=draft.fingerprint(),
                now=work.clock.now(),
            )
            return await reads_begun(work, *self.scene.key) if begun else None

        return await turn.checkpoint(begin)

    async def _note_outcome(self, turn: Turn, order: StoredOrder, wait: Throttled | Unavailable) -> None:
        """Only an order that was never tried before can be said not to have been sent at all."""
        tenant, one = self.scene.tenant, order.order_id
        if isinstance(wait, Unavailable) and wait.unknown:
            await turn.checkpoint(lambda work: lose_attempt(work, tenant, one, work.clock.now()))
        elif order.status is OrderStatus.READY:
            await turn.checkpoint(lambda work: take_back_attempt(work, tenant, one, order.your_ref))

    def _found(
        self, turn: Turn, order: StoredOrder, settings: ChannelSettings, books: Books, found: SalesOrder
    ) -> None:
        """The order stands in Exact: goods may have left before the hub knew, and passed as somebody else's."""
        problem: Hold | None
        try:
            problem = difference(draft_sales_order(order.to_forward(), settings, books), found)
        except Hold as hold:
            problem = hold
        self._finish(turn, order, books, found, problem, None)
        turn.post(turn.address, ReadDeliveriesOf(order.order_id))

    def _finish(
        self, turn: Turn, order: StoredOrder, books: Books, found: SalesOrder, problem: Hold | None, reads: int | None
    ) -> None:
        lines = match_lines(expected_lines(order, books), found.lines)
        standing = Standing(found, lines, problem, reads)
        turn.write(lambda work: self.ends.forwarded(work, order, standing))

    def _hold(self, turn: Turn, order: StoredOrder, hold: Hold) -> None:
        turn.write(lambda work: self.ends.held(work, order, hold))
