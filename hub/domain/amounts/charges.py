"""The charges of an order as they are posted: on an order charge or as an item, with the channel's own VAT."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from hub.domain.amounts.booked import Booked, EntryKind
from hub.domain.amounts.differences import AmountOf, Difference
from hub.domain.amounts.policy import MOST_PLACES, ChargeRule
from hub.domain.amounts.posting import VAT_TOLERANCE, charge_parts, is_taken_over, line_parts, price_line
from hub.domain.case import Case
from hub.domain.charging import ChargePart, RatedGoods, parts_of_charge, rule_of
from hub.domain.money import CENT, total
from hub.domain.order import Charge, ChargeKind, HoldCause
from hub.domain.product import VatCode
from hub.domain.sales_order import DraftCharge, DraftLine
from hub.domain.tax import Treatment
from hub.domain.tax.rates import percent
from hub.domain.taxing import code_of_treatment, must_agree
from hub.domain.to_forward import Hold
from hub.domain.told_rates import code_as_mapped, several_rates
from hub.domain.vat_mapping import vat_code_problem


@dataclass(slots=True)
class BookedCharges:
    """All charges as posted; ``carried`` are cents of VAT by VAT code that only lines can hold."""

    booked: list[Booked] = field(default_factory=list)
    carried: dict[str, Decimal] = field(default_factory=dict)
    differences: list[Difference] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Coded:
    """A VAT code with the rate it is booked at, and what VAT made of the goods that the charge follows."""

    code: VatCode
    rate: Decimal
    treatment: Treatment | None


def book_charges(charges: Sequence[Charge], case: Case, goods: Sequence[RatedGoods]) -> BookedCharges:
    """Return the charges as they are posted; raises Hold for one without a place or a VAT code."""
    found = BookedCharges()
    for charge in charges:
        if charge.gross:
            _book(charge, case, goods, found)
    return found


def _book(charge: Charge, case: Case, goods: Sequence[RatedGoods], found: BookedCharges) -> None:
    rule = rule_of(charge, case.settings)
    if rule.vat_code is not None:
        coded = _by_rule(charge, rule.vat_code, case)
        parts = [ChargePart(charge.gross, RatedGoods(coded.rate, coded.code.code, None, Decimal(0)), coded.rate)]
        booked = [_post(charge, parts[0], coded, rule)]
    else:
        parts = parts_of_charge(charge, goods, split=case.settings.split_charges)
        booked = [_post(charge, part, _coded(charge, part, case), rule) for part in parts]
    found.booked += booked
    if charge.vat is not None and not parts[0].untaxed:
        _hold_vat(charge, booked, found)


def _by_rule(charge: Charge, name: str, case: Case) -> _Coded:
    code, day = case.books.vat_codes.get(name), case.books.day_of(case.order)
    if code is None:
        raise Hold(HoldCause.NO_VAT_CODE, f"The division has no VAT code {name}, which {charge.description} needs.")
    rate = code.percentage_on(day) or Decimal(0)
    if problem := vat_code_problem(code, rate, day, untaxed=not rate):
        raise Hold(HoldCause.NO_VAT_CODE, problem, code=name)
    stated = charge.vat_rate if charge.vat is None or charge.vat else Decimal(0)
    if stated is not None and stated != rate:
        told = f"The channel charged {percent(stated)} on {charge.description}, it is booked at {percent(rate)}."
        raise Hold(HoldCause.VAT_DIFFERS, told, stated=str(stated), rate=str(rate))
    return _Coded(code, rate, None)


def _coded(charge: Charge, part: ChargePart, case: Case) -> _Coded:
    treatment = part.goods.treatment
    if treatment is None or case.facts is None:
        rate = part.goods.rate if part.stated is None else part.stated
        return _Coded(code_as_mapped(rate, case.order, case.settings, case.books), rate, None)
    if treatment.regime.zero:
        must_agree(charge.description, treatment, part.stated)
    elif part.stated is not None:
        treatment = Treatment(treatment.regime, treatment.taxed_in, part.stated, treatment.reasons)
    code = code_of_treatment(treatment, case.order, case.settings, case.books, case.facts)
    return _Coded(code, treatment.rate or Decimal(0), treatment)


def _post(charge: Charge, part: ChargePart, coded: _Coded, rule: ChargeRule) -> Booked:
    whole = part.gross == charge.gross
    vat = charge.vat if whole and not part.untaxed else None
    kind, stated = EntryKind(charge.kind.value), charge.vat is not None or part.untaxed
    if rule.item_id is not None:
        return _as_item(charge, part.gross, vat, coded, rule.item_id, stated=stated)
    shipping = charge.kind is ChargeKind.SHIPPING and rule.charge_id is None
    made = DraftCharge(part.gross, coded.code.code, coded.rate, charge.description[:60], shipping, rule.charge_id)
    return Booked(kind, made, coded.treatment, charge_parts(part.gross, coded.rate), stated)


def _as_item(
    charge: Charge, gross: Decimal, vat: Decimal | None, coded: _Coded, item_id: str, *, stated: bool
) -> Booked:
    """Book a charge as one piece of an item, or as one taken back where it is negative (a trade-in line)."""
    quantity, code, rate = Decimal(1 if gross > 0 else -1), coded.code, coded.rate
    priced = price_line(gross, vat, quantity, rate, code.kind, MOST_PLACES)
    if not is_taken_over(priced, quantity, rate, code.kind):
        priced = price_line(gross, None, quantity, rate, code.kind, MOST_PLACES)
    line = DraftLine(None, item_id, quantity, priced.price, code.code, rate, gross, priced.vat, charge.description[:60])
    parts = line_parts(quantity, priced.price, rate, code.kind, priced.vat)
    return Booked(EntryKind(charge.kind.value), line, coded.treatment, parts, stated)


def _hold_vat(charge: Charge, booked: Sequence[Booked], found: BookedCharges) -> None:
    """Let lines carry the cents of VAT that the charge itself cannot hold, a cent each; more is a difference.

    A marketplace sums what it rounded per item; of several rates a cent per part may be left.
    """
    made = total(one.parts.vat for one in booked)
    left = (charge.vat or Decimal(0)) - made
    if charge.vat_rate is None and abs(left) > CENT * len(booked):
        raise several_rates(charge.description)
    if abs(left) > VAT_TOLERANCE:
        found.differences.append(Difference(charge.description, AmountOf.VAT, charge.vat or Decimal(0), made))
    elif left:
        code = booked[0].posted.vat_code
        found.carried[code] = found.carried.get(code, Decimal(0)) + left
