"""What the one stop shop asks for a quarter: taxable amount and VAT per member state and rate, and corrections."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from hub.domain.money import total
from hub.domain.report import quarter_of


@dataclass(frozen=True, slots=True)
class OssSum:
    """Bookings under the one stop shop added up; ``month`` is that of the sale that they belong to."""

    taxed_in: str
    ships_from: str | None
    rate: Decimal
    currency: str
    month: str
    net: Decimal
    vat: Decimal

    @property
    def state(self) -> str:
        """The member state of consumption; a region of it (PT-AC) is declared with it."""
        return self.taxed_in.partition("-")[0]


@dataclass(frozen=True, slots=True)
class OssLine:
    """Sales to a member state at a rate (a fraction), by the country that the goods left from."""

    state: str
    ships_from: str | None
    rate: Decimal
    currency: str
    net: Decimal
    vat: Decimal


@dataclass(frozen=True, slots=True)
class OssCorrection:
    """VAT to be added (or, negative, taken off) for an earlier quarter and a member state.

    The return names corrections by quarter and state alone, without a rate (Implementing Regulation (EU) 2020/194).
    """

    quarter: str
    state: str
    currency: str
    net: Decimal
    vat: Decimal


@dataclass(frozen=True, slots=True)
class OssReturn:
    """The figures of one quarter (2026-Q4)."""

    quarter: str
    lines: tuple[OssLine, ...]
    corrections: tuple[OssCorrection, ...]

    @property
    def vat(self) -> Decimal:
        """What is to be paid, corrections included; amounts are of one currency as long as the books are."""
        return total(one.vat for one in self.lines) + total(one.vat for one in self.corrections)


def oss_return(quarter: str, sums: Iterable[OssSum]) -> OssReturn:
    """Return the figures of a quarter from everything that was booked in it under the one stop shop."""
    lines: dict[tuple[str, str, Decimal, str], list[OssSum]] = {}
    corrections: dict[tuple[str, str, str], list[OssSum]] = {}
    for one in sums:
        sold_in = quarter_of(one.month)
        if sold_in == quarter:
            lines.setdefault((one.state, one.ships_from or "", one.rate, one.currency), []).append(one)
        else:
            corrections.setdefault((sold_in, one.state, one.currency), []).append(one)
    return OssReturn(
        quarter,
        tuple(
            OssLine(state, origin or None, rate, currency, *_both(group))
            for (state, origin, rate, currency), group in sorted(lines.items())
        ),
        tuple(OssCorrection(*key, *_both(group)) for key, group in sorted(corrections.items())),
    )


def _both(group: Iterable[OssSum]) -> tuple[Decimal, Decimal]:
    listed = list(group)
    return total(one.net for one in listed), total(one.vat for one in listed)


def months_of(quarter: str) -> tuple[str, str]:
    """Return the first day of a quarter (2026-Q4) and that of the next one, as ISO text; ``ValueError`` for others."""
    year, mark, number = quarter.partition("-Q")
    if not mark or len(year) != 4 or not (year.isascii() and year.isdecimal()) or number not in ("1", "2", "3", "4"):
        raise ValueError(f"give the quarter as 2026-Q4: {quarter}")
    first = 3 * int(number) - 2
    last = (int(year) + 1, 1) if first == 10 else (int(year), first + 3)
    return f"{year}-{first:02}-01", f"{last[0]:04}-{last[1]:02}-01"
