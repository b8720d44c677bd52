"""One entry of a certificate: an amount that was booked, with every reason."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from hub.domain.amounts.booked import Booked, EntryKind
from hub.domain.order import ChargeKind
from hub.domain.sales_order import DraftLine
from hub.domain.tax import Reason, Regime, Treatment
from hub.domain.tax.rates import percent
from hub.domain.to_forward import Books

CHARGES = {
    EntryKind.SHIPPING: ChargeKind.SHIPPING,
    EntryKind.FEE: ChargeKind.FEE,
    EntryKind.DISCOUNT: ChargeKind.DISCOUNT,
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One amount that was booked: a line or a part of a charge. ``regime`` is None where a rate was only mapped.

    ``rounding`` is what the unit price leaves of the amount it stands for, ``discount`` what was taken off a line, and
    ``paid_by_platform`` the part of it that the marketplace pays: it is within the amounts.
    """

    name: str
    regime: Regime | None
    taxed_in: str | None
    rate: Decimal
    code: str
    net: Decimal
    vat: Decimal
    reasons: tuple[Reason, ...]
    line_id: str | None = None
    quantity: Decimal | None = None
    unit_price: Decimal | None = None
    rounding: Decimal = Decimal(0)
    kind: EntryKind = EntryKind.GOODS
    discount: Decimal = Decimal(0)
    paid_by_platform: Decimal = Decimal(0)

    @property
    def charge(self) -> ChargeKind | None:
        """What kind of charge it is; None for a line, and for the cents of a rounding."""
        return CHARGES.get(self.kind)

    @property
    def gross(self) -> Decimal:
        return self.net + self.vat


def entry_of(one: Booked, books: Books) -> Entry:
    """Return the entry of something that is booked."""
    posted, treatment = one.posted, one.treatment
    line = posted if isinstance(posted, DraftLine) else None
    return Entry(
        name=posted.description,
        regime=None if treatment is None else treatment.regime,
        taxed_in=None if treatment is None else treatment.taxed_in,
        rate=posted.vat_rate,
        code=posted.vat_code,
        net=one.parts.net,
        vat=one.parts.vat,
        reasons=tuple(_reasons(one)),
        line_id=None if line is None else line.order_line_id,
        quantity=None if line is None else line.quantity,
        unit_price=None if line is None else line.net_price,
        rounding=Decimal(0) if line is None else _left(one, line, books),
        kind=one.kind,
        discount=one.discount,
        paid_by_platform=one.paid_by_platform,
    )


def _left(one: Booked, line: DraftLine, books: Books) -> Decimal:
    """What the unit price leaves of the amount that Exact rounds it to."""
    included = books.vat_codes[line.vat_code].kind == "I"
    return (one.parts.gross if included else one.parts.net) - line.net_price * line.quantity


def _reasons(one: Booked) -> Iterable[Reason]:
    yield from _of_kind(one)
    rate, code = percent(one.posted.vat_rate), one.posted.vat_code
    yield from _of_rate(one.treatment, rate, stated=one.stated)
    yield Reason("VAT code", f"{rate} is booked with VAT code {code}.", "the channel's settings")


def _of_kind(one: Booked) -> Iterable[Reason]:
    match one.kind:
        case EntryKind.SHIPPING | EntryKind.FEE:
            yield Reason("charge", "A charge follows the goods that it belongs to.", "VAT directive, article 78(b)")
        case EntryKind.DISCOUNT:
            says = "A discount on the order lowers the price of all its goods."
            yield Reason("discount", says, "VAT directive, article 79(b)")
        case EntryKind.ROUNDING:
            yield Reason("rounding", "Cents that the lines cannot hold, or the shop rounds away.", "the settings")
        case _ if one.paid_by_platform:
            says = f"The marketplace pays {one.paid_by_platform:.2f} of the price, which counts in full."
            yield Reason("discount", says, "VAT directive, article 73")


def _of_rate(treatment: Treatment | None, rate: str, *, stated: bool) -> Iterable[Reason]:
    if treatment is not None:
        yield from treatment.reasons
    else:
        source = "the channel" if stated else "the item's VAT code, or the goods' leading rate"
        yield Reason("rate as told", f"{rate}, and no VAT profile is set to decide otherwise.", source)
