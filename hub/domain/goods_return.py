"""Goods that come back: announced on a channel or by hand, planned in the books, answered to the channel."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class ReturnedItem:
    """Offers of one article that come back.

    ``external_id`` is the channel's own name of this item within the return. Channels that name no order line give
    the EAN instead. ``handled`` says that the channel was answered already.
    """

    external_id: str
    quantity: int
    line_id: str | None = None
    ean: str | None = None
    reason: str = ""
    handled: bool = False


@dataclass(frozen=True, slots=True)
class ChannelReturn:
    """A return as a channel tells it; time UTC. ``external_order_id`` is the channel's own id of the order.

    One whose items are of several orders is told once per order.
    """

    external_id: str
    external_order_id: str
    registered_at: datetime
    items: tuple[ReturnedItem, ...]


class ReturnAnswer(StrEnum):
    """What the seller does with returned goods, as a marketplace wants to hear it."""

    RECEIVED = "received"
    EXCHANGED = "exchanged"
    CONDITIONS_NOT_MET = "conditions_not_met"
    REPAIRED = "repaired"
    BUYER_KEEPS_IT = "buyer_keeps_it"


@dataclass(frozen=True, slots=True)
class AnsweredItem:
    """The answer to one item of a return; ``external_id`` as in ``ReturnedItem``."""

    external_return_id: str
    external_id: str
    answer: ReturnAnswer
    quantity: int


@dataclass(frozen=True, slots=True)
class DeliveredLine:
    """Stock units of a sales order line that left with a goods delivery line of Exact, from one warehouse."""

    delivery_line_id: str
    sales_order_line_id: str
    item_id: str
    quantity: Decimal
    warehouse_id: str


@dataclass(frozen=True, slots=True)
class PlannedLine:
    """Stock units of one delivery line that came back good."""

    delivery_line_id: str
    item_id: str
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class ReturnDraft:
    """A return to be planned in Exact, which then credits it; ``reference`` is deterministic."""

    reference: str
    customer_id: str
    warehouse_id: str
    returned_at: datetime
    lines: tuple[PlannedLine, ...]


@dataclass(frozen=True, slots=True)
class PlannedReturn:
    """A return as it stands in Exact; ``processed`` once its goods are in stock."""

    return_id: str
    number: int | None
    processed: bool
