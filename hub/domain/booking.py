"""What an order comes to in the books, amount by amount, as reports add it up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum

from hub.domain.amounts.booked import EntryKind
from hub.domain.certificate import Certificate, Entry
from hub.domain.money import ZERO, cents
from hub.domain.order import ChannelFee

LARGEST = Decimal(10**12)
CURRENCY_LENGTH = 3


class BookingKind(StrEnum):
    """``LINE`` goods · ``SHIPPING``, ``FEE`` and ``DISCOUNT`` charges of the order · ``CREDIT`` given back, negative ·
    ``CHANNEL_FEE`` what the channel keeps for itself: a cost, which stands in no sales order.
    """

    LINE = "line"
    SHIPPING = "shipping"
    FEE = "fee"
    DISCOUNT = "discount"
    CREDIT = "credit"
    CHANNEL_FEE = "channel_fee"


@dataclass(frozen=True, slots=True)
class Booking:
    """One amount booked on ``day``, a day of the books; ``supplied_on`` is the day of the sale that it belongs to.

    The two differ for credits alone: what was sold in one period and given back in another corrects the first.
    ``rate`` is a fraction; amounts are in ``currency``. ``discount`` (VAT included) is taken off already, ``cost`` is
    what the goods cost, or what the channel keeps; None where nobody knows. ``unit_cost`` is for a stock unit.
    """

    kind: BookingKind
    place: int
    day: date
    supplied_on: date
    currency: str
    regime: str | None = None
    taxed_in: str | None = None
    ships_from: str | None = None
    rate: Decimal = ZERO
    code: str | None = None
    line_id: str | None = None
    net: Decimal = ZERO
    vat: Decimal = ZERO
    discount: Decimal = ZERO
    cost: Decimal | None = None
    unit_cost: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Goods:
    """What a certificate does not tell of a line: its discount (VAT included), and what a stock unit of it costs."""

    discount: Decimal = ZERO
    unit_cost: Decimal | None = None


def bookings_of(certificate: Certificate, goods: Mapping[str, Goods]) -> list[Booking]:
    """Return what a sales order booked, entry by entry; ``goods`` by line id."""
    return [
        _of_entry(place, entry, certificate, goods.get(entry.line_id or "", Goods()))
        for place, entry in enumerate(certificate.entries)
    ]


def fees_of(fees: Iterable[ChannelFee], day: date) -> list[Booking]:
    """Return what the channel keeps of an order booked on a day; what cannot be an amount of money is left out."""
    kind = BookingKind.CHANNEL_FEE
    return [
        Booking(kind, place, day, day, fee.currency, line_id=fee.line_id, code=fee.kind[:16], cost=cents(fee.amount))
        for place, fee in enumerate(fees)
        if len(fee.currency) == CURRENCY_LENGTH and abs(fee.amount) < LARGEST
    ]


def _of_entry(place: int, entry: Entry, certificate: Certificate, goods: Goods) -> Booking:
    return replace(
        booking_of(place, entry, certificate),
        discount=goods.discount if entry.line_id is not None else max(ZERO, -entry.gross),
        cost=_cost(goods, entry),
        unit_cost=goods.unit_cost,
    )


def booking_of(place: int, entry: Entry, certificate: Certificate) -> Booking:
    """Return what one entry booked, without its discount and what the goods cost."""
    return Booking(
        kind=_kind(entry),
        place=place,
        day=certificate.day,
        supplied_on=certificate.day,
        currency=certificate.currency,
        regime=None if entry.regime is None else entry.regime.value,
        taxed_in=entry.taxed_in,
        ships_from=certificate.ships_from,
        rate=entry.rate,
        code=entry.code,
        line_id=entry.line_id,
        net=entry.net,
        vat=entry.vat,
    )


def _cost(goods: Goods, entry: Entry) -> Decimal | None:
    cost = None if goods.unit_cost is None else cents(goods.unit_cost * (entry.quantity or 0))
    return cost if cost is not None and abs(cost) < LARGEST else None


def _kind(entry: Entry) -> BookingKind:
    match entry.kind:
        case EntryKind.GOODS | EntryKind.VOUCHER:
            return BookingKind.LINE
        case EntryKind.ROUNDING:
            return BookingKind.FEE
        case kind:
            return BookingKind(kind.value)
