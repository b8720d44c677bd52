"""Commands on invoices and refunds: tried again, booked, dismissed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from hub.actors.commands.deciding import decided, record_of_order
from hub.actors.commands.orders import find_order
from hub.actors.commands.refusal import CommandRefused
from hub.actors.desk import erp_address
from hub.actors.messages_after_sale import BookRefund, InvoiceOrder
from hub.actors.runtime import mailbox
from hub.domain.life.invoice import INVOICE
from hub.domain.life.refund import REFUND
from hub.domain.tenant import Principal
from hub.store.engine import Work
from hub.store.invoices import load_invoicings, note_invoicing
from hub.store.orders import StoredOrder
from hub.store.refunds import StoredRefund, change_refund, load_refund


async def retry_invoice(work: Work, who: Principal, now: datetime, order_id: str) -> None:
    """Ask Exact again for an invoice that it refused."""
    order = await find_order(work, who, order_id)
    before = (await load_invoicings(work.connection, who.tenant_id, [order_id])).get(order_id)
    if before is None or order.division is None:
        raise CommandRefused("NOTHING_TO_RETRY", "No invoice of this order was refused.", ("orderId",))
    due = decided(INVOICE, before.status, "retry", "orderId")
    await note_invoicing(work, who.tenant_id, order_id, order.division, due)
    mailbox.post(work, erp_address(who.tenant_id, order.division), InvoiceOrder(order_id, left=True))
    record_of_order(work, who, now, order, "invoice.retried", f"The invoice of order {order.number} is asked for again",
                    before={"status": before.status.value}, after={"status": due.value})  # fmt: skip


async def book_refund(work: Work, who: Principal, now: datetime, refund_id: str) -> None:
    """Book a refund that waits, as a credit note in Exact."""
    refund, order = await _refund(work, who, refund_id)
    ready = decided(REFUND, refund.status, "book", "refundId")
    if order.division is None or order.sales_order_id is None:
        raise CommandRefused("NOT_FORWARDED", "The order does not stand in Exact.", ("refundId",))
    await change_refund(work, who.tenant_id, refund_id, ready, problem=None)
    mailbox.post(work, erp_address(who.tenant_id, order.division), BookRefund(refund_id))
    record_of_order(work, who, now, order, "refund.asked", f"A refund of order {order.number} is to be booked",
                    refund=refund_id, before=_refund_state(refund), after={"status": ready.value})  # fmt: skip


async def dismiss_refund(work: Work, who: Principal, now: datetime, refund_id: str) -> None:
    """Leave a refund out of the books for good, because they hold it already or need not."""
    refund, order = await _refund(work, who, refund_id)
    dismissed = decided(REFUND, refund.status, "dismiss", "refundId")
    await change_refund(work, who.tenant_id, refund_id, dismissed)
    record_of_order(work, who, now, order, "refund.dismissed", f"A refund of order {order.number} is not booked",
                    refund=refund_id, before=_refund_state(refund), after={"status": dismissed.value})  # fmt: skip


async def _refund(work: Work, who: Principal, refund_id: str) -> tuple[StoredRefund, StoredOrder]:
    found = await load_refund(work.connection, who.tenant_id, refund_id)
    if found is None:
        raise CommandRefused("NOT_FOUND", "There is no such refund.", ("refundId",))
    return found, await find_order(work, who, found.order_id)


def _refund_state(refund: StoredRefund) -> dict[str, Any]:
    return {"status": refund.status.value, "cause": refund.cause and refund.cause.value}
