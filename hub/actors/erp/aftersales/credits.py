"""Credit notes of refunds: intent, look-up after an unknown outcome, post, read back, compare."""

from __future__ import annotations

from decimal import Decimal

from hub.actors.erp.aftersales.credit_ends import Case, CreditEnds
from hub.actors.erp.aftersales.ledger import load_ledger
from hub.actors.erp.landing import Landing
from hub.actors.erp.scene import Scene
from hub.actors.refusals import discreetly
from hub.actors.runtime.turn import Turn
from hub.domain.crediting import Parts, Unbookable, credit_lines, parts_of
from hub.domain.invoicing import CreditNoteDraft, DocumentKind, Progress, SalesDocument
from hub.domain.life.refund import RefundCause, RefundState
from hub.domain.money import total
from hub.outcome import Rejected, Throttled, Unavailable
from hub.store.engine import Work
from hub.store.invoices import save_documents
from hub.store.refunds import (
    RefundOrigin,
    begin_refund,
    change_refund,
    load_refund,
    lose_refund,
)

BOOKABLE = (RefundState.READY, RefundState.SENDING)


class Credits:
    """Brings refunds into Exact, each as one credit note."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.ends = CreditEnds(scene)
        self.landing = Landing(scene.desk)

    async def book(self, turn: Turn, refund_id: str) -> None:
        """Book one refund; one whose order has no invoice yet waits for it."""
        async with self.scene.desk.database.read() as connection:
            refund = await load_refund(connection, self.scene.tenant, refund_id)
        if refund is None or refund.status not in BOOKABLE:
            return
        ledger = await load_ledger(self.scene, refund.order_id)
        if ledger is None:
            return
        case = Case(refund, ledger)
        async with discreetly(self.scene.desk, self.scene.tenant, refund.order_id):
            if refund.status is RefundState.SENDING and await self._found(turn, case):
                return
            try:
                await self._post(turn, case)
            except Unbookable as problem:
                self._hold(turn, case, problem)
            except Rejected as refusal:
                self._hold(turn, case, Unbookable(RefundCause.REFUSED_BY_ERP, refusal.reason))

    async def _found(self, turn: Turn, case: Case) -> bool:
        """Say whether an earlier try reached Exact; raises Throttled while it still may."""
        found = await self.scene.erp.find_credit_note(case.refund.your_ref or "")
        if found is None:
            self.landing.wait_for(turn, case.refund.refund_id, case.refund.attempt_at)
            return False
        self._credited(turn, case, found)
        return True

    async def _post(self, turn: Turn, case: Case) -> None:
        parts = self._parts(case)
        if not parts.noted:
            turn.write(lambda work: self.ends.covered(work, case, parts))
            return
        number = await self._invoice_number(turn, case)
        if number is None:
            return
        draft = self._draft(case, parts, number)
        if not await self._begin(turn, case, draft, parts):
            return
        try:
            await self.scene.erp.create_credit_note(draft)
        except Rejected as refusal:
            raise Unbookable(RefundCause.REFUSED_BY_ERP, refusal.reason) from refusal
        except (Throttled, Unavailable) as wait:
            await self._note_outcome(turn, case, wait)
            raise
        self._credited(turn, case, await self._read_back(turn, case, draft.your_ref), draft.total)

    async def _read_back(self, turn: Turn, case: Case, your_ref: str) -> SalesDocument:
        """Read what was posted; one that Exact does not show yet is for a later look-up, not for a person."""
        reason = "it is not there yet"
        try:
            found = await self.scene.erp.find_credit_note(your_ref)
        except (Throttled, Unavailable, Rejected) as stop:
            found, reason = None, stop.reason
        if found is not None:
            return found
        lost = Unavailable(f"the credit note just made cannot be read back: {reason}", unknown=True)
        await self._note_outcome(turn, case, lost)
        raise lost

    def _parts(self, case: Case) -> Parts:
        ledger, refund = case.ledger, case.refund
        if ledger.certificate is None:
            raise Unbookable(RefundCause.NO_CERTIFICATE, "How the order was booked is not known; credit it in Exact.")
        of_return = refund.origin is RefundOrigin.RETURN
        return parts_of(refund.told, ledger.sold, ledger.past(but=refund.refund_id), of_return=of_return)

    async def _invoice_number(self, turn: Turn, case: Case) -> str | None:
        """Return what the credit note says of its invoice; None while there is none although goods left."""
        invoices = case.ledger.invoices
        if invoices:
            self._must_hold_all(case, total(one.total for one in invoices))
            return str(invoices[0].number or case.ledger.order.your_ref)
        found = await self._look_for_invoices(turn, case)
        if found:
            self._must_hold_all(case, total(one.of_order(case.ledger.sales_order_id) for one in found))
            return str(found[0].number or case.ledger.order.your_ref)
        sales_order = case.ledger.sales_order_id
        progress = (await self.scene.erp.order_progress([sales_order])).get(sales_order)
        if progress is None or progress.delivered is Progress.NONE:
            raise Unbookable(
                RefundCause.NOTHING_INVOICED,
                "Nothing of the order was delivered or invoiced: cancel it, or book this once there is an invoice.",
            )
        words = "It waits for the invoice of its order."
        turn.write(
            lambda work: change_refund(
                work, self.scene.tenant, case.refund.refund_id, RefundState.READY, problem=words, attempt_at=None
            )
        )
        return None

    def _must_hold_all(self, case: Case, invoiced: Decimal) -> None:
        """An order that was lessened before it was invoiced owes no credit; a person who said so before is heard."""
        certificate, cause = case.ledger.certificate, case.refund.cause
        if certificate is None or invoiced >= certificate.total or cause is RefundCause.INVOICED_LESS:
            return
        raise Unbookable(
            RefundCause.INVOICED_LESS,
            f"{certificate.total:.2f} was forwarded and {invoiced:.2f} is invoiced, which may leave this out already: "
            "book it if the invoice holds it, else dismiss it.",
        )

    async def _look_for_invoices(self, turn: Turn, case: Case) -> list[SalesDocument]:
        """Ask Exact itself: somebody may have invoiced the order by hand."""
        found = await self.scene.erp.documents_of([case.ledger.sales_order_id])
        order = case.ledger.order
        key = (order.order_id, case.ledger.sales_order_id, order.currency)
        tenant, division = self.scene.key

        async def save(work: Work) -> None:
            await save_documents(work, tenant, key, division, found)

        if found:
            turn.write(save)
        return [one for one in found if one.kind is DocumentKind.INVOICE]

    def _draft(self, case: Case, parts: Parts, number: str) -> CreditNoteDraft:
        ledger, refund = case.ledger, case.refund
        journal = ledger.settings.invoicing.journal
        if journal is None or ledger.certificate is None:
            raise Unbookable(RefundCause.NO_JOURNAL, "The channel has no sales journal; choose one in its settings.")
        past = ledger.past(but=refund.refund_id)
        return CreditNoteDraft(
            your_ref=refund.your_ref or f"{number[:20]}-{refund.refund_id[:8]}",
            customer_id=ledger.certificate.customer_id,
            journal=journal,
            currency=refund.currency,
            made_at=refund.told.made_at,
            description=f"Credit of invoice {number}, order {ledger.order.number}"[:60],
            lines=credit_lines(parts.noted, refund.told, ledger.sold, past, ledger.catalogue),
        )

    async def _begin(self, turn: Turn, case: Case, draft: CreditNoteDraft, parts: Parts) -> bool:
        tenant, division = self.scene.key
        one = case.refund.refund_id
        return await turn.checkpoint(
            lambda work: begin_refund(work, tenant, one, division=division, your_ref=draft.your_ref, parts=parts)
        )

    async def _note_outcome(self, turn: Turn, case: Case, wait: Throttled | Unavailable) -> None:
        """Only a refund that was never tried before can be said not to have been sent at all."""
        sent = isinstance(wait, Unavailable) and wait.unknown
        back = not sent and case.refund.status is RefundState.READY
        if sent or back:
            tenant, one = self.scene.tenant, case.refund.refund_id
            await turn.checkpoint(lambda work: lose_refund(work, tenant, one, back=back))

    def _credited(self, turn: Turn, case: Case, found: SalesDocument, wanted: Decimal | None = None) -> None:
        turn.write(lambda work: self.ends.credited(work, case, found, wanted))

    def _hold(self, turn: Turn, case: Case, problem: Unbookable) -> None:
        turn.write(lambda work: self.ends.held(work, case, problem))
