"""The life of a return: goods that come back, looked at before they are for sale again."""

from __future__ import annotations

from enum import StrEnum

from hub.domain.life.machine import Machine, Move


class ReturnState(StrEnum):
    """``ANNOUNCED`` by the channel or a person · ``RECEIVED`` goods are here · ``INSPECTED`` what is good is known ·
    ``BOOKING`` a try to plan the return in Exact began · ``BOOKED`` planned in Exact · ``RESTOCKED`` Exact has
    processed it · ``WRITTEN_OFF`` nothing of it is good · ``CREDITED`` the money stands in the books · ``CLOSED`` ·
    ``REFUSED`` nothing of it is taken back · ``HELD`` a person must act.
    """

    ANNOUNCED = "announced"
    RECEIVED = "received"
    INSPECTED = "inspected"
    BOOKING = "booking"
    BOOKED = "booked"
    RESTOCKED = "restocked"
    WRITTEN_OFF = "written_off"
    CREDITED = "credited"
    CLOSED = "closed"
    REFUSED = "refused"
    HELD = "held"


S = ReturnState
GOODS_RETURN: Machine[ReturnState] = Machine(
    "Return",
    S.ANNOUNCED,
    (
        Move(S.ANNOUNCED, "receive", S.RECEIVED, "returnReceive"),
        Move(S.ANNOUNCED, "inspect", S.INSPECTED, "returnInspect"),
        Move(S.RECEIVED, "inspect", S.INSPECTED, "returnInspect"),
        Move(S.ANNOUNCED, "refuse", S.REFUSED, "returnInspect"),
        Move(S.RECEIVED, "refuse", S.REFUSED, "returnInspect"),
        Move(S.ANNOUNCED, "handled elsewhere", S.CLOSED),
        Move(S.INSPECTED, "write off", S.WRITTEN_OFF),
        Move(S.INSPECTED, "begin", S.BOOKING, "returnBook"),
        Move(S.INSPECTED, "hold", S.HELD),
        Move(S.INSPECTED, "close", S.CLOSED, "returnClose"),
        Move(S.BOOKING, "begin", S.BOOKING),
        Move(S.BOOKING, "take back", S.INSPECTED),
        Move(S.BOOKING, "find", S.BOOKED),
        Move(S.BOOKING, "hold", S.HELD),
        Move(S.BOOKED, "restock", S.RESTOCKED),
        Move(S.RESTOCKED, "credit", S.CREDITED),
        Move(S.WRITTEN_OFF, "credit", S.CREDITED),
        Move(S.WRITTEN_OFF, "close", S.CLOSED, "returnClose"),
        Move(S.RESTOCKED, "close", S.CLOSED, "returnClose"),
        Move(S.CREDITED, "close", S.CLOSED),
        Move(S.HELD, "retry", S.INSPECTED, "returnBook"),
        Move(S.HELD, "close", S.CLOSED, "returnClose"),
    ),
)


class ReturnCause(StrEnum):
    """Why a return waits for a person.

    ``CREDITED_ALREADY`` its money was booked with a refund, and Exact would credit it again · ``NOT_DELIVERED`` no
    delivery in Exact holds as many · ``SEVERAL_WAREHOUSES`` it left from more than one.
    """

    CREDITED_ALREADY = "credited_already"
    NOT_DELIVERED = "not_delivered"
    SEVERAL_WAREHOUSES = "several_warehouses"
    UNKNOWN_LINE = "unknown_line"
    NOT_FORWARDED = "not_forwarded"
    REFUSED_BY_ERP = "refused_by_erp"
