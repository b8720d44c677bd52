"""What refunds and returns take back of what an order booked, amount by amount, as reports add it up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from hub.domain.booking import Booking, BookingKind, booking_of
from hub.domain.certificate import Certificate
from hub.domain.crediting import Sold, amounts_of
from hub.domain.money import ZERO


@dataclass(frozen=True, slots=True)
class GivenBack:
    """Money that stands in the books as given back on a day: the channel's amounts, by place of the certificate."""

    day: date
    parts: Mapping[int, Decimal]


def credit_bookings(certificate: Certificate, sold: Sequence[Sold], given: Iterable[GivenBack]) -> list[Booking]:
    """Return the credits of an order, negative, at the rate and place of what was sold; all of it comes to zero."""
    before: dict[int, Decimal] = {}
    found: list[Booking] = []
    for one in sorted(given, key=lambda each: each.day):
        for place, amount in sorted(one.parts.items()):
            found.append(_credit(len(found), one.day, certificate, sold[place], before.get(place, ZERO), amount))
            before[place] = before.get(place, ZERO) + amount
    return found


def _credit(number: int, day: date, certificate: Certificate, sold: Sold, before: Decimal, amount: Decimal) -> Booking:
    gross, vat = amounts_of(sold, before, amount)
    booked = booking_of(number, sold.entry, certificate)
    return replace(booked, kind=BookingKind.CREDIT, day=day, net=vat - gross, vat=-vat)
