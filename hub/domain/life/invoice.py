"""The life of an order's invoice."""

from __future__ import annotations

from enum import StrEnum

from hub.domain.life.machine import Machine, Move


class InvoiceState(StrEnum):
    """``DUE`` to be asked for · ``SENDING`` asked for, the end is not stored · ``INVOICED`` stands in Exact ·
    ``REFUSED`` Exact would not.
    """

    DUE = "due"
    SENDING = "sending"
    INVOICED = "invoiced"
    REFUSED = "refused"


INVOICE: Machine[InvoiceState] = Machine(
    "Invoice",
    InvoiceState.DUE,
    (
        Move(InvoiceState.DUE, "ask", InvoiceState.SENDING),
        Move(InvoiceState.SENDING, "ask", InvoiceState.SENDING),
        Move(InvoiceState.SENDING, "take back", InvoiceState.DUE),
        Move(InvoiceState.SENDING, "find", InvoiceState.INVOICED),
        Move(InvoiceState.SENDING, "refuse", InvoiceState.REFUSED),
        Move(InvoiceState.DUE, "find", InvoiceState.INVOICED),
        Move(InvoiceState.DUE, "refuse", InvoiceState.REFUSED),
        Move(InvoiceState.REFUSED, "find", InvoiceState.INVOICED),
        Move(InvoiceState.REFUSED, "retry", InvoiceState.DUE, "invoiceRetry"),
    ),
)
