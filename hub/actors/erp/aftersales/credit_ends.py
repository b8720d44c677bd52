"""How the booking of a refund ends: credited, covered by a return, or held."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from hub.actors.erp.aftersales.ledger import OrderLedger, book_credits_of
from hub.actors.erp.scene import Scene
from hub.actors.refusals import said_of
from hub.domain.crediting import Parts, Unbookable
from hub.domain.invoicing import SalesDocument
from hub.domain.life.goods_return import GOODS_RETURN
from hub.domain.life.refund import REFUND, RefundCause, RefundState
from hub.store.engine import Work
from hub.store.goods_returns import change_return, load_return
from hub.store.invoices import mark_made, save_documents
from hub.store.refunds import (
    OF_RETURN,
    RefundOrigin,
    StoredRefund,
    change_refund,
    note_covered,
)


@dataclass(frozen=True, slots=True)
class Case:
    """A refund with the ledger of its order."""

    refund: StoredRefund
    ledger: OrderLedger


class CreditEnds:
    """Writes the end of a refund, with everything that follows from it."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene

    async def credited(self, work: Work, case: Case, found: SalesDocument, wanted: Decimal | None) -> None:
        """Store the credit note as read back, and call a person where it differs from what was wanted."""
        order, refund = case.ledger.order, case.refund
        key = (order.order_id, case.ledger.sales_order_id, order.currency)
        await save_documents(work, self.scene.tenant, key, self.scene.division, [found])
        await mark_made(work, self.scene.tenant, [found.invoice_id])
        differs = wanted is not None and wanted != found.total
        problem = f"Exact credits {found.total:.2f}, the refund comes to {wanted:.2f}." if differs else None
        await change_refund(
            work,
            self.scene.tenant,
            refund.refund_id,
            REFUND.after(RefundState.SENDING, "find"),
            cause=RefundCause.DIFFERS.value if differs else None,
            problem=problem,
            invoice_id=found.invoice_id,
            invoice_number=found.number,
            credited=found.total,
        )
        await self._end_return(work, refund)
        await book_credits_of(work, self.scene.tenant, order.order_id)
        words = f"A refund of order {order.number} is credit note {found.number or found.your_ref} in Exact"
        self._tell(work, case, "refund.credited", words, credit_note=found.number, credited=str(found.total))
        if problem is not None:
            self._tell(work, case, "refund.differs", f"Order {order.number}: {problem}", "error")

    async def _end_return(self, work: Work, refund: StoredRefund) -> None:
        """Goods that were written off are done with once their money stands in the books."""
        if refund.origin is not RefundOrigin.RETURN:
            return
        goods = await load_return(work.connection, self.scene.tenant, refund.told.refund_id.removeprefix(OF_RETURN))
        if (
            goods is not None
            and GOODS_RETURN.allows(goods.status, "credit")
            and not any(one.good for one in goods.lines)
        ):
            closed = GOODS_RETURN.after(GOODS_RETURN.after(goods.status, "credit"), "close")
            await change_return(work, self.scene.tenant, goods.return_id, closed)

    async def covered(self, work: Work, case: Case, parts: Parts) -> None:
        """Note that a return in Exact credits all of a refund."""
        state = case.refund.status
        words = "The goods came back, and their return in Exact credits them."
        await note_covered(work, self.scene.tenant, case.refund.refund_id, parts.covered)
        await change_refund(
            work, self.scene.tenant, case.refund.refund_id, REFUND.after(state, "cover"), cause=None, problem=words
        )
        self._tell(work, case, "refund.covered", f"A refund of order {case.ledger.order.number}: {words}")

    async def held(self, work: Work, case: Case, problem: Unbookable) -> None:
        """Let a refund wait for a person."""
        message = problem.message
        if problem.cause is RefundCause.REFUSED_BY_ERP:
            desk, order_id = self.scene.desk, case.ledger.order.order_id
            message = await said_of(work.connection, desk, self.scene.tenant, order_id, message)
        held = REFUND.after(case.refund.status, "hold")
        values = {"cause": problem.cause.value, "problem": message, "attempt_at": None, "parts": None, "your_ref": None}
        await change_refund(work, self.scene.tenant, case.refund.refund_id, held, **values)
        words = f"A refund of order {case.ledger.order.number} waits: {message}"
        self._tell(work, case, "refund.held", words, "warning", cause=problem.cause.value)

    def _tell(
        self, work: Work, case: Case, kind: str, message: str, level: str = "info", **detail: str | int | None
    ) -> None:
        self.scene.tell_of(work, case.ledger.order, kind, message, level, refund=case.refund.refund_id, **detail)
