"""The life of a refund: what a channel gave back, on its way to a credit note."""

from __future__ import annotations

from enum import StrEnum

from hub.domain.life.machine import Machine, Move


class RefundState(StrEnum):
    """``WAITING`` for a person, or for its order to stand in Exact · ``READY`` to be booked · ``SENDING`` a try began
    · ``HELD`` a person must act · ``CREDITED`` by a credit note · ``COVERED`` nothing is to be credited: a return in
    Exact does, or the order never stood there · ``DISMISSED`` by a person.
    """

    WAITING = "waiting"
    READY = "ready"
    SENDING = "sending"
    HELD = "held"
    CREDITED = "credited"
    COVERED = "covered"
    DISMISSED = "dismissed"


S = RefundState
REFUND: Machine[RefundState] = Machine(
    "Refund",
    S.WAITING,
    (
        Move(S.WAITING, "book", S.READY, "refundBook"),
        Move(S.WAITING, "book by policy", S.READY),
        Move(S.WAITING, "cover", S.COVERED),
        Move(S.WAITING, "dismiss", S.DISMISSED, "refundDismiss"),
        Move(S.READY, "begin", S.SENDING),
        Move(S.READY, "cover", S.COVERED),
        Move(S.READY, "hold", S.HELD),
        Move(S.SENDING, "begin", S.SENDING),
        Move(S.SENDING, "take back", S.READY),
        Move(S.SENDING, "find", S.CREDITED),
        Move(S.SENDING, "cover", S.COVERED),
        Move(S.SENDING, "hold", S.HELD),
        Move(S.HELD, "book", S.READY, "refundBook"),
        Move(S.HELD, "dismiss", S.DISMISSED, "refundDismiss"),
    ),
)


class RefundCause(StrEnum):
    """Why a refund waits for a person; each names the thing to repair.

    ``NOTHING_INVOICED`` nothing of its order was delivered or invoiced: it is a cancellation ·
    ``BEFORE_FORWARDING`` it was given before its order was forwarded, which may have left it out already ·
    ``INVOICED_LESS`` the invoices come to less than what was forwarded, as if they left it out already ·
    ``MORE_THAN_SOLD`` it comes to more than what is left of the order.
    """

    NOTHING_INVOICED = "nothing_invoiced"
    BEFORE_FORWARDING = "before_forwarding"
    INVOICED_LESS = "invoiced_less"
    MORE_THAN_SOLD = "more_than_sold"
    UNKNOWN_LINE = "unknown_line"
    NO_CERTIFICATE = "no_certificate"
    NO_JOURNAL = "no_journal"
    NO_ITEM = "no_item"
    CHARGE_UNMAPPED = "charge_unmapped"
    REFUSED_BY_ERP = "refused_by_erp"
    DIFFERS = "differs"
