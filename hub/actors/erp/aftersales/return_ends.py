"""How the planning of a return ends: in Exact, held, in stock, credited."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hub.actors.erp.aftersales.ledger import OrderLedger, book_credits_of
from hub.actors.erp.scene import Scene
from hub.actors.refusals import said_of
from hub.domain.goods_return import PlannedReturn
from hub.domain.invoicing import DocumentKind, SalesDocument
from hub.domain.life.goods_return import GOODS_RETURN, ReturnCause, ReturnState
from hub.domain.returning import Unplannable
from hub.store.engine import Work
from hub.store.goods_returns import (
    StoredReturn,
    StoredReturnLine,
    change_return,
    take_back_return,
)
from hub.store.invoices import save_documents

PAST = (
    ReturnState.BOOKING,
    ReturnState.BOOKED,
    ReturnState.RESTOCKED,
    ReturnState.CREDITED,
    ReturnState.CLOSED,
)


@dataclass(frozen=True, slots=True)
class Case:
    """A return with the ledger of its order."""

    goods: StoredReturn
    ledger: OrderLedger

    def before(self, line_id: str | None) -> list[StoredReturnLine]:
        """Return the lines of other returns that brought back the same article."""
        others = [one for one in self.ledger.returns if one.return_id != self.goods.return_id and one.status in PAST]
        return [line for one in others for line in one.lines if line.line_id == line_id]


class ReturnEnds:
    """Writes how far a return has come."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene

    async def booked(self, work: Work, case: Case, found: PlannedReturn) -> None:
        """Store that a return is planned in Exact."""
        booked = GOODS_RETURN.after(ReturnState.BOOKING, "find")
        await change_return(
            work,
            self.scene.tenant,
            case.goods.return_id,
            booked,
            cause=None,
            problem=None,
            planned_return_id=found.return_id,
            return_number=found.number,
        )
        words = (
            f"The return of order {case.ledger.order.number} is planned in Exact as {found.number or found.return_id}"
        )
        self._tell(work, case.goods, case.ledger, "return.booked", words)

    async def held(self, work: Work, case: Case, problem: Unplannable) -> None:
        """Let a return wait for a person; Exact credits nothing of it."""
        message = problem.message
        if problem.cause is ReturnCause.REFUSED_BY_ERP:
            desk = self.scene.desk
            message = await said_of(work.connection, desk, self.scene.tenant, case.goods.order_id, message)
        held = GOODS_RETURN.after(case.goods.status, "hold")
        await take_back_return(work, case.goods, held, reference=None, cause=problem.cause.value, problem=message)
        words = f"The return of order {case.ledger.order.number} waits: {message}"
        self._tell(work, case.goods, case.ledger, "return.held", words, "warning")

    async def ended(self, work: Work, goods: StoredReturn, ledger: OrderLedger, own: Sequence[SalesDocument]) -> None:
        """Store that a return was processed, and that it is credited where Exact shows the credit note."""
        key = (ledger.order.order_id, ledger.sales_order_id, ledger.order.currency)
        fresh = await save_documents(work, self.scene.tenant, key, self.scene.division, own)
        credit = any(each.kind is DocumentKind.CREDIT_NOTE and each.invoice_id in fresh for each in own)
        state = goods.status
        if state is ReturnState.BOOKED:
            state = GOODS_RETURN.after(state, "restock")
            words = f"The returned goods of order {ledger.order.number} are in stock in Exact"
            self._tell(work, goods, ledger, "return.restocked", words)
        if credit:
            state = GOODS_RETURN.after(GOODS_RETURN.after(state, "credit"), "close")
            words = f"Exact has credited the return of order {ledger.order.number}"
            self._tell(work, goods, ledger, "return.credited", words)
        await change_return(work, self.scene.tenant, goods.return_id, state)
        await book_credits_of(work, self.scene.tenant, ledger.order.order_id)

    def _tell(
        self, work: Work, goods: StoredReturn, ledger: OrderLedger, kind: str, message: str, level: str = "info"
    ) -> None:
        self.scene.tell_of(work, ledger.order, kind, message, level, goods_return=goods.return_id)
