"""How the asking for an invoice ends: it stands in Exact, or Exact refuses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from hub.actors.erp.aftersales.ledger import OrderLedger
from hub.actors.erp.scene import Scene
from hub.actors.refunding import release
from hub.actors.runtime.message import Envelope
from hub.domain.invoicing import (
    DocumentKind,
    InvoicedQuantity,
    OrderProgress,
    SalesDocument,
)
from hub.domain.life.invoice import INVOICE, InvoiceState
from hub.domain.money import total
from hub.store.engine import Work
from hub.store.invoices import (
    StoredInvoicing,
    mark_made,
    note_invoicing,
    save_documents,
)


@dataclass(frozen=True, slots=True)
class Due:
    """An order that this turn was asked to invoice."""

    envelope: Envelope
    ledger: OrderLedger
    before: StoredInvoicing | None
    progress: OrderProgress

    @property
    def state(self) -> InvoiceState:
        return INVOICE.start if self.before is None else self.before.status

    @property
    def order_id(self) -> str:
        return self.ledger.order.order_id

    @property
    def way(self) -> tuple[str, InvoicedQuantity]:
        """How it is invoiced: what one call has in common."""
        return self.ledger.settings.invoicing.journal or "", self.ledger.settings.invoicing.counts


class InvoiceEnds:
    """Writes what is known of an order's invoice."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene

    async def invoiced(self, work: Work, one: Due, own: Sequence[SalesDocument], *, by_hub: bool) -> None:
        """Store the invoices of an order with what they differ by, and let refunds go on that waited for them."""
        fresh = await self.save(work, one, own)
        invoices = [each for each in own if each.kind is DocumentKind.INVOICE]
        if by_hub:
            await mark_made(work, self.scene.tenant, [each.invoice_id for each in invoices if each.invoice_id in fresh])
        difference = self._difference(one, invoices)
        told = ", ".join(str(each.number or "without a number yet") for each in invoices)
        problem = f"Invoices differ by {difference:.2f} from what was forwarded." if difference else None
        await note_invoicing(
            work, *self._key(one), InvoiceState.INVOICED, difference=difference or None, problem=problem
        )
        if fresh:
            kind = "invoice.made" if by_hub else "invoice.noticed"
            self._tell(work, one, kind, f"Order {one.ledger.order.number} has invoice {told}")
        if fresh and problem is not None:
            self._tell(work, one, "invoice.differs", f"Order {one.ledger.order.number}: {problem}", "error")
        await release(work, self.scene.teller, one.ledger.order, one.ledger.settings)

    def _difference(self, one: Due, invoices: Sequence[SalesDocument]) -> Decimal:
        certificate = one.ledger.certificate
        if certificate is None:
            return Decimal(0)
        return total(each.of_order(one.ledger.sales_order_id) for each in invoices) - certificate.total

    async def save(self, work: Work, one: Due, own: Sequence[SalesDocument]) -> list[str]:
        """Store what stands in Exact of an order; returns the ids that are new. Repeatable."""
        order = one.ledger.order
        key = (order.order_id, one.ledger.sales_order_id, order.currency)
        return await save_documents(work, self.scene.tenant, key, self.scene.division, own)

    def _key(self, one: Due) -> tuple[str, str, int]:
        return self.scene.tenant, one.order_id, self.scene.division

    def _tell(self, work: Work, one: Due, kind: str, message: str, level: str = "info") -> None:
        self.scene.tell_of(work, one.ledger.order, kind, message, level)

    async def refused(self, work: Work, one: Due, reason: str) -> None:
        """Let an order's invoice wait for a person."""
        await note_invoicing(work, *self._key(one), INVOICE.after(one.state, "refuse"), problem=reason)
        words = f"Exact does not invoice order {one.ledger.order.number}: {reason}"
        self._tell(work, one, "invoice.refused", words, "error")
