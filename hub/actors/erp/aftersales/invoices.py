"""Invoices of orders: asked for in batches, each order invoiced once, whoever asks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from hub.actors.erp.aftersales.invoice_ends import Due, InvoiceEnds
from hub.actors.erp.aftersales.ledger import OrderLedger, load_ledger
from hub.actors.erp.landing import Landing
from hub.actors.erp.scene import Scene
from hub.actors.messages_after_sale import InvoiceOrder
from hub.actors.refunding import release
from hub.actors.runtime.message import Envelope
from hub.actors.runtime.turn import Turn
from hub.adapters.port import MOST_LINES
from hub.domain.invoicing import (
    DocumentKind,
    InvoicePolicy,
    OrderProgress,
    Progress,
    SalesDocument,
)
from hub.domain.life.invoice import INVOICE, InvoiceState
from hub.domain.life.refund import RefundState
from hub.outcome import Rejected, Throttled, Unavailable
from hub.store.engine import Work
from hub.store.invoices import (
    StoredInvoicing,
    begin_invoices,
    load_invoicings,
    lose_invoices,
)


class Invoices:
    """Has orders invoiced; Exact itself says what is invoiced already, by the hub or by hand."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.ends = InvoiceEnds(scene)
        self.landing = Landing(scene.desk)

    async def handle(self, turn: Turn, asked: Sequence[Envelope]) -> None:
        """Settle every message: found, asked for, not due, or to come again."""
        if not asked:
            return
        await self._settle_all(turn, asked)
        for envelope in asked:
            done = envelope.seq in turn.settled and turn.settled[envelope.seq] is None
            if done and isinstance(envelope.body, InvoiceOrder):
                self.landing.over(turn, envelope.body.order_id)

    async def _settle_all(self, turn: Turn, asked: Sequence[Envelope]) -> None:
        ledgers = await self._ledgers(turn, asked)
        try:
            open_orders = await self._look(turn, ledgers)
            await self._note_found(turn, open_orders)
        except (Throttled, Unavailable) as wait:
            for envelope, _ in ledgers:
                if envelope.seq not in turn.settled:
                    turn.retry(envelope, wait)
            return
        due = [one for one in open_orders if one.envelope.seq not in turn.settled and self._is_due(turn, one)]
        due.sort(key=lambda one: (one.way, one.ledger.order.placed_at))
        for _, group in groupby(due, key=lambda one: one.way):
            for chunk in _chunks(list(group)):
                await self._ask_all(turn, chunk)

    async def _ledgers(self, turn: Turn, asked: Sequence[Envelope]) -> list[tuple[Envelope, OrderLedger]]:
        found: dict[str, tuple[Envelope, OrderLedger]] = {}
        for envelope in asked:
            assert isinstance(envelope.body, InvoiceOrder)
            order_id = envelope.body.order_id
            ledger = None if order_id in found else await load_ledger(self.scene, order_id)
            if ledger is not None and any(one.status is RefundState.WAITING for one in ledger.refunds):
                self._release(turn, ledger)
            if ledger is None or not _may_be_due(ledger, envelope.body):
                turn.done(envelope)
            else:
                found[order_id] = (envelope, ledger)
        return list(found.values())

    def _release(self, turn: Turn, ledger: OrderLedger) -> None:
        turn.write(lambda work: release(work, self.scene.teller, ledger.order, ledger.settings))

    async def _look(self, turn: Turn, ledgers: Sequence[tuple[Envelope, OrderLedger]]) -> list[Due]:
        async with self.scene.desk.database.read() as connection:
            ids = [ledger.order.order_id for _, ledger in ledgers]
            before = await load_invoicings(connection, self.scene.tenant, ids)
        ledgers = [one for one in ledgers if not self._is_invoiced(turn, one, before)]
        progress = await self.scene.erp.order_progress([ledger.sales_order_id for _, ledger in ledgers])
        nothing = OrderProgress(Progress.NONE, Progress.NONE)
        return [
            Due(
                envelope,
                ledger,
                before.get(ledger.order.order_id),
                progress.get(ledger.sales_order_id, nothing),
            )
            for envelope, ledger in ledgers
        ]

    def _is_invoiced(
        self, turn: Turn, one: tuple[Envelope, OrderLedger], before: Mapping[str, StoredInvoicing]
    ) -> bool:
        known = before.get(one[1].order.order_id)
        if known is None or known.status is not InvoiceState.INVOICED:
            return False
        turn.done(one[0])
        return True

    async def _note_found(self, turn: Turn, looked_at: Sequence[Due]) -> None:
        """Store what stands in Exact of orders that have an invoice, made by hand or by a try without an answer."""
        known = [one for one in looked_at if one.progress.invoiced is not Progress.NONE]
        if not known:
            return
        found = await self.scene.erp.documents_of([one.ledger.sales_order_id for one in known])
        for one in known:
            own = _of(one, found)
            if one.progress.invoiced is Progress.ALL and any(each.kind is DocumentKind.INVOICE for each in own):
                self._invoiced(turn, one, own)
                turn.done(one.envelope)
            elif own:
                self._write_documents(turn, one, own)

    def _is_due(self, turn: Turn, one: Due) -> bool:
        """Say whether to ask for an invoice now; a message that needs nothing, or must wait, is settled."""
        policy = one.ledger.settings.invoicing.policy
        try:
            if one.state is InvoiceState.SENDING and one.before is not None:
                self.landing.wait_for(turn, one.ledger.order.order_id, one.before.attempt_at)
        except Throttled as wait:
            turn.retry(one.envelope, wait)
            return False
        delivered = policy is InvoicePolicy.WHEN_DELIVERED and one.progress.delivered is Progress.ALL
        if INVOICE.allows(one.state, "ask") and (policy is InvoicePolicy.WHEN_FORWARDED or delivered):
            return self._can_be_asked(turn, one)
        turn.done(one.envelope)
        return False

    def _can_be_asked(self, turn: Turn, one: Due) -> bool:
        problem = None
        if one.ledger.settings.invoicing.journal is None:
            problem = "The channel has no sales journal; choose one in its settings."
        elif len(one.ledger.order.lines) > MOST_LINES:
            problem = f"Exact invoices at most {MOST_LINES} lines at once; invoice this order there."
        if problem is None:
            return True
        self._refuse(turn, one, problem)
        return False

    async def _ask_all(self, turn: Turn, chunk: Sequence[Due]) -> None:
        """Ask for the invoices of some orders; where Exact refuses them all, the first alone shows why.

        A refusal that it meets again is about what all have in common; else only that one is refused.
        """
        reason = await self._ask(turn, chunk)
        if reason is None:
            return
        first, rest = chunk[0], chunk[1:]
        alone = await self._ask(turn, chunk[:1]) if rest else reason
        if alone is not None:
            self._refuse(turn, first, alone)
        if alone == reason:
            for one in rest:
                self._refuse(turn, one, reason)
        else:
            await self._ask_all(turn, rest)

    async def _ask(self, turn: Turn, chunk: Sequence[Due]) -> str | None:
        """Ask once; returns the reason where Exact refuses the call as a whole."""
        ids, (tenant, division) = [one.order_id for one in chunk], self.scene.key
        await turn.checkpoint(lambda work: begin_invoices(work, tenant, ids, division))
        journal, counts = chunk[0].way
        sales_orders = [one.ledger.sales_order_id for one in chunk]
        try:
            answer = await self.scene.erp.invoice_orders(sales_orders, journal=journal, counts=counts)
        except Rejected as refusal:
            return refusal.reason
        except (Throttled, Unavailable) as wait:
            await self._lost(turn, chunk, wait, sent=isinstance(wait, Unavailable) and wait.unknown)
            return None
        try:
            found = await self.scene.erp.documents_of(sales_orders)
        except (Throttled, Unavailable, Rejected) as stop:
            await self._lost(turn, chunk, Unavailable(f"invoices cannot be read: {stop.reason}"), sent=True)
            return None
        for one in chunk:
            self._settle(turn, one, _of(one, found), answer.problems or "no reason" if answer.failed else None)
        return None

    async def _lost(self, turn: Turn, chunk: Sequence[Due], wait: Throttled | Unavailable, *, sent: bool) -> None:
        """Only orders that were never tried before can be said not to have been asked for at all."""
        tried = [one.order_id for one in chunk if sent or one.state is InvoiceState.SENDING]
        fresh = [one.order_id for one in chunk if one.order_id not in tried]
        tenant = self.scene.tenant
        await turn.checkpoint(lambda work: lose_invoices(work, tenant, tried, back=False))
        await turn.checkpoint(lambda work: lose_invoices(work, tenant, fresh, back=True))
        for one in chunk:
            turn.retry(one.envelope, wait)

    def _settle(self, turn: Turn, one: Due, own: Sequence[SalesDocument], problems: str | None) -> None:
        if any(each.kind is DocumentKind.INVOICE for each in own):
            self._invoiced(turn, one, own, by_hub=True)
            turn.done(one.envelope)
        elif problems is not None:
            self._refuse(turn, one, problems)
        else:
            turn.retry(one.envelope, Throttled(self.scene.desk.pace.follow, "Exact does not show the invoice yet"))

    def _invoiced(self, turn: Turn, one: Due, own: Sequence[SalesDocument], *, by_hub: bool = False) -> None:
        made = by_hub or one.state is InvoiceState.SENDING
        turn.write(lambda work: self.ends.invoiced(work, one, own, by_hub=made))

    def _write_documents(self, turn: Turn, one: Due, own: Sequence[SalesDocument]) -> None:
        async def write(work: Work) -> None:
            if await self.ends.save(work, one, own):
                await release(work, self.scene.teller, one.ledger.order, one.ledger.settings)

        turn.write(write)

    def _refuse(self, turn: Turn, one: Due, reason: str) -> None:
        turn.write(lambda work: self.ends.refused(work, one, reason))
        turn.done(one.envelope)


def _may_be_due(ledger: OrderLedger, asked: InvoiceOrder) -> bool:
    """Say whether it is worth asking Exact how far an order has come."""
    policy = ledger.settings.invoicing.policy
    return policy is InvoicePolicy.WHEN_FORWARDED or (policy is InvoicePolicy.WHEN_DELIVERED and asked.left)


def _of(one: Due, found: Sequence[SalesDocument]) -> list[SalesDocument]:
    return [each for each in found if one.ledger.sales_order_id in dict(each.sales_orders)]


def _chunks(due: Sequence[Due]) -> Iterator[list[Due]]:
    """Yield orders by as many lines as Exact invoices at once."""
    chunk: list[Due] = []
    lines = 0
    for one in due:
        own = len(one.ledger.order.lines)
        if chunk and lines + own > MOST_LINES:
            yield chunk
            chunk, lines = [], 0
        chunk.append(one)
        lines += own
    if chunk:
        yield chunk
