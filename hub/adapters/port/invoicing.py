"""What the hub asks of an ERP after an order was forwarded: invoices, credit notes, returns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from hub.domain.goods_return import DeliveredLine, PlannedReturn, ReturnDraft
from hub.domain.invoicing import CreditNoteDraft, Invoiced, InvoicedQuantity, OrderProgress, SalesDocument

MOST_LINES = 500
"""Lines of sales orders that one call may invoice."""


class Invoicing(Protocol):
    """One division's invoices, credit notes and returns."""

    async def order_progress(self, sales_order_ids: Sequence[str]) -> Mapping[str, OrderProgress]:
        """Say how far sales orders are delivered and invoiced; one that is gone is absent. Repeatable."""
        ...

    async def invoice_orders(
        self, sales_order_ids: Sequence[str], *, journal: str, counts: InvoicedQuantity
    ) -> Invoiced:
        """Have one invoice made per sales order, of at most ``MOST_LINES`` lines together.

        NOT repeatable: after ``Unavailable(unknown=True)`` ask ``order_progress`` and ``documents_of`` first.
        """
        ...

    async def documents_of(self, sales_order_ids: Sequence[str]) -> tuple[SalesDocument, ...]:
        """Return the invoices and credit notes whose lines name one of these sales orders. Repeatable.

        A credit note that was posted on its own names none; ``find_credit_note`` finds it.
        """
        ...

    async def create_credit_note(self, draft: CreditNoteDraft) -> str:
        """Post a credit note and return its id.

        NOT repeatable: after ``Unavailable(unknown=True)`` call ``find_credit_note`` before trying again.
        """
        ...

    async def find_credit_note(self, your_ref: str) -> SalesDocument | None:
        """Look a credit note up by its reference; the answer to an unknown outcome. Repeatable."""
        ...

    async def delivered_lines(self, sales_order_line_ids: Sequence[str]) -> tuple[DeliveredLine, ...]:
        """Return what left of sales order lines, by delivery line, the oldest delivery first. Repeatable."""
        ...

    async def plan_return(self, draft: ReturnDraft) -> str:
        """Plan a return of received goods, which the ERP credits once it is processed, and return its id.

        NOT repeatable: after ``Unavailable(unknown=True)`` call ``find_return`` before trying again.
        """
        ...

    async def find_return(self, reference: str) -> PlannedReturn | None:
        """Look a planned return up by its reference. Repeatable."""
        ...

    async def planned_returns(self, return_ids: Sequence[str]) -> tuple[PlannedReturn, ...]:
        """Say how planned returns stand; nothing tells of their changes. Repeatable."""
        ...
