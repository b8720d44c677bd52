"""What a channel brought in a period, as it stands in the books: revenue, VAT, discounts, cost and margin."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from hub.domain.booking import BookingKind
from hub.domain.money import total

LONGEST = timedelta(days=3 * 366)


class Span(StrEnum):
    """What a report has a row for: each calendar month, each quarter, or the time asked for as a whole."""

    MONTH = "month"
    QUARTER = "quarter"
    WHOLE = "whole"


@dataclass(frozen=True, slots=True)
class Asked:
    """The days that a report is about: ``since`` and later, before ``until``, in the books' calendar."""

    since: date
    until: date
    span: Span = Span.WHOLE
    channel_id: str | None = None

    def problem(self) -> str | None:
        """Say why this cannot be asked; None if it can."""
        if self.until <= self.since:
            return "A report ends after the day that it begins on."
        return f"A report spans at most {LONGEST.days} days." if self.until - self.since > LONGEST else None

    def period_of(self, month: str) -> str:
        """Return what the period of a month (2026-11) is called."""
        match self.span:
            case Span.MONTH:
                return month
            case Span.QUARTER:
                return quarter_of(month)
            case Span.WHOLE:
                return f"{self.since}/{self.until}"


def quarter_of(month: str) -> str:
    """Return the quarter (2026-Q4) of a month or day in ISO text."""
    return f"{month[:4]}-Q{(int(month[5:7]) + 2) // 3}"


@dataclass(frozen=True, slots=True)
class BookedSum:
    """Bookings of one channel and month that agree in kind, VAT and currency, added up.

    ``uncosted`` is the part of ``net`` whose goods have no known cost price; ``orders`` counts each order once, among
    the sums of its channel.
    """

    channel_id: str
    month: str
    kind: BookingKind
    regime: str | None
    taxed_in: str | None
    rate: Decimal
    currency: str
    net: Decimal
    vat: Decimal
    discount: Decimal
    cost: Decimal
    uncosted: Decimal
    orders: int

    @property
    def gross(self) -> Decimal:
        return self.net + self.vat

    def plus(self, other: BookedSum) -> BookedSum:
        """Return both added up."""
        names = ("net", "vat", "discount", "cost", "uncosted", "orders")
        return replace(self, **{name: getattr(self, name) + getattr(other, name) for name in names})


@dataclass(frozen=True, slots=True)
class VatSum:
    """What was booked in a place at a rate; ``taxed_in`` is None where the channel's own rate was mapped."""

    regime: str | None
    taxed_in: str | None
    rate: Decimal
    net: Decimal
    vat: Decimal

    @property
    def gross(self) -> Decimal:
        return self.net + self.vat


@dataclass(frozen=True, slots=True)
class ReportRow:
    """One channel in one period and currency; amounts without VAT unless they say otherwise.

    ``net`` is all revenue, of which ``shipping`` and ``credits`` (negative) are parts. ``discounts`` (VAT included) are
    off already. ``fees`` is what the channel kept, as far as it tells. ``cost`` is that of the goods whose cost price
    is known; what was earned with the others is ``uncosted`` and stays out of the margin.
    """

    channel_id: str
    period: str
    currency: str
    orders: int
    net: Decimal
    vat: Decimal
    shipping: Decimal
    credits: Decimal
    discounts: Decimal
    fees: Decimal
    cost: Decimal
    uncosted: Decimal
    rates: tuple[VatSum, ...]

    @property
    def gross(self) -> Decimal:
        return self.net + self.vat

    @property
    def margin(self) -> Decimal:
        return self.net - self.uncosted - self.cost - self.fees


def report_rows(sums: Iterable[BookedSum], asked: Asked) -> list[ReportRow]:
    """Return the rows of a report, by period, channel and currency."""
    groups: dict[tuple[str, str, str], list[BookedSum]] = {}
    for one in sums:
        groups.setdefault((asked.period_of(one.month), one.channel_id, one.currency), []).append(one)
    return [_row(*key, group) for key, group in sorted(groups.items())]


def _row(period: str, channel_id: str, currency: str, group: list[BookedSum]) -> ReportRow:
    booked = [one for one in group if one.kind is not BookingKind.CHANNEL_FEE]
    return ReportRow(
        channel_id=channel_id,
        period=period,
        currency=currency,
        orders=sum(one.orders for one in group),
        net=total(one.net for one in group),
        vat=total(one.vat for one in group),
        shipping=total(one.net for one in group if one.kind is BookingKind.SHIPPING),
        credits=total(one.net for one in group if one.kind is BookingKind.CREDIT),
        discounts=total(one.discount for one in group),
        fees=total(one.cost for one in group if one.kind is BookingKind.CHANNEL_FEE),
        cost=total(one.cost for one in booked),
        uncosted=total(one.uncosted for one in booked),
        rates=vat_sums(booked),
    )


def vat_sums(sums: Iterable[BookedSum]) -> tuple[VatSum, ...]:
    """Return what was booked by regime, place and rate."""
    groups: dict[tuple[str, str, Decimal], list[BookedSum]] = {}
    for one in sums:
        groups.setdefault((one.taxed_in or "", one.regime or "", one.rate), []).append(one)
    return tuple(
        VatSum(regime or None, place or None, rate, total(one.net for one in group), total(one.vat for one in group))
        for (place, regime, rate), group in sorted(groups.items())
    )
