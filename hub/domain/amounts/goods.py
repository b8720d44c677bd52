"""The lines of an order: what each should come to in the books, and the unit price that makes Exact come to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from hub.domain.amounts.booked import Booked, EntryKind
from hub.domain.amounts.differences import AmountOf, Difference
from hub.domain.amounts.policy import AmountPolicy
from hub.domain.amounts.posting import Priced, charge_parts, is_taken_over, line_parts, price_line
from hub.domain.money import CENT, vat_within
from hub.domain.product import VatCode
from hub.domain.sales_order import DraftCharge, DraftLine
from hub.domain.tax import Treatment
from hub.domain.to_forward import LineToForward


@dataclass(frozen=True, slots=True)
class Target:
    """A line with its item and VAT code, and what it should come to; ``vat`` is None where the rate alone gives it."""

    line: LineToForward
    item_id: str
    rate: Decimal
    code: VatCode
    gross: Decimal
    vat: Decimal | None
    treatment: Treatment | None = None

    @property
    def quantity(self) -> Decimal:
        return Decimal(self.line.wanted * self.line.units_per_offer)


def carry(targets: Sequence[Target], cents_of: Mapping[str, Decimal]) -> tuple[list[Target], list[Difference]]:
    """Return the lines with cents of VAT, by VAT code, that charges of that code could not hold, and what is left.

    The largest line takes the first cent, the next one the second; so VAT per code stays the channel's.
    """
    carried, differences = list(targets), []
    for code, left in cents_of.items():
        places = [at for at, one in enumerate(targets) if one.code.code == code and not one.line.voucher]
        places.sort(key=lambda at: targets[at].gross, reverse=True)
        cent = CENT.copy_sign(left)
        for at in places[: int(left / cent)]:
            carried[at] = _with_vat(targets[at], cent)
            left -= cent
        if left:
            differences.append(Difference(f"charges of VAT code {code}", AmountOf.VAT, left, Decimal(0)))
    return carried, differences


def _with_vat(target: Target, cent: Decimal) -> Target:
    vat = vat_within(target.gross, target.rate) if target.vat is None else target.vat
    return replace(target, vat=vat + cent)


def book_goods(targets: Iterable[Target], policy: AmountPolicy) -> tuple[list[Booked], list[Difference]]:
    """Return the lines as they are posted, each with its rounding where it needs one, and what cannot be exact."""
    booked: list[Booked] = []
    differences: list[Difference] = []
    for one in targets:
        priced = price_line(one.gross, one.vat, one.quantity, one.rate, one.code.kind, policy.price_places)
        booked.append(_booked(one, priced))
        if not is_taken_over(priced, one.quantity, one.rate, one.code.kind):
            differences.append(_vat_differs(one, priced))
        if priced.left and policy.rounds and abs(priced.left) <= CENT:
            booked.append(_rounding(one, priced.left, policy))
        elif priced.left:
            gross = priced.parts.gross
            differences.append(Difference(one.line.name, AmountOf.GROSS, one.gross, gross, one.line.line_id))
    return booked, differences


def _booked(one: Target, priced: Priced) -> Booked:
    line = DraftLine(
        order_line_id=one.line.line_id,
        item_id=one.item_id,
        quantity=one.quantity,
        net_price=priced.price,
        vat_code=one.code.code,
        vat_rate=one.rate,
        gross=priced.parts.gross,
        vat=priced.vat,
        description=one.line.title[:60],
    )
    return Booked(
        EntryKind.VOUCHER if one.line.voucher else EntryKind.GOODS,
        line,
        one.treatment,
        priced.parts,
        stated=one.vat is not None,
        discount=one.line.share(one.line.discount),
        paid_by_platform=one.line.share(one.line.paid_by_platform),
    )


def _rounding(one: Target, left: Decimal, policy: AmountPolicy) -> Booked:
    name = f"Rounding {one.line.name}"[:60]
    charge = DraftCharge(left, one.code.code, one.rate, name, shipping=False, charge_id=policy.rounding_charge_id)
    return Booked(EntryKind.ROUNDING, charge, one.treatment, charge_parts(left, one.rate), stated=True)


def _vat_differs(one: Target, priced: Priced) -> Difference:
    own = line_parts(one.quantity, priced.price, one.rate, one.code.kind).vat
    return Difference(one.line.name, AmountOf.VAT, priced.vat or Decimal(0), own, one.line.line_id)
