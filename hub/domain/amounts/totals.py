"""The order's total: equal to the cent, or rounded as the channel's settings say, or a difference for a person."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from hub.domain.amounts.booked import Booked, EntryKind
from hub.domain.amounts.differences import AmountOf, Difference, not_exact
from hub.domain.amounts.policy import AmountPolicy
from hub.domain.amounts.posting import charge_parts
from hub.domain.case import Case
from hub.domain.charging import RatedGoods, leading
from hub.domain.money import CENT, ZERO, total
from hub.domain.order import HoldCause
from hub.domain.product import VatCode
from hub.domain.sales_order import DraftCharge, DraftLine
from hub.domain.to_forward import Hold
from hub.domain.vat_mapping import vat_code_problem


def closed(
    booked: Sequence[Booked],
    differences: Sequence[Difference],
    owed: Decimal,
    case: Case,
    goods: Sequence[RatedGoods],
) -> list[Booked]:
    """Return what is booked, with the rounding of the total where there is one; raises Hold with every difference."""
    made = total(one.parts.gross for one in booked)
    if differences:
        raise _cannot(booked, differences, made, owed, case.order.currency)
    if made == owed:
        return list(booked)
    name = _rounding_of(owed - made, len(booked), case)
    if name is None:
        raise _cannot(booked, (), made, owed, case.order.currency)
    rounding = _rounding(name, owed - made, case, goods)
    if rounding.parts.vat:
        raise Hold(HoldCause.NO_VAT_CODE, "Choose a VAT code without VAT for roundings: this one would carry VAT.")
    return [*booked, rounding]


def _rounding_of(left: Decimal, entries: int, case: Case) -> str | None:
    """Say what rounding a difference is, None where it is none that the settings allow."""
    policy, step = case.settings.amounts, case.settings.amounts.total_step
    if step and not case.order.total % step and abs(left) <= step / 2:
        if policy.rounding_charge_id is None:
            raise Hold(HoldCause.CHARGE_UNMAPPED, "The total is rounded; choose an order charge for roundings.")
        return f"Rounding of the total to {step}"
    return "Rounding" if policy.rounds and abs(left) <= CENT * entries else None


def _rounding(name: str, left: Decimal, case: Case, goods: Sequence[RatedGoods]) -> Booked:
    policy = case.settings.amounts
    code, rate, treatment = None, ZERO, None
    if policy.rounding_vat_code is None:
        first = leading(goods)
        code, rate, treatment = first.code, first.rate, first.treatment
    else:
        found = _code_for_roundings(policy, case)
        code, rate = found.code, found.percentage
    charge = DraftCharge(left, code, rate, name, shipping=False, charge_id=policy.rounding_charge_id)
    return Booked(EntryKind.ROUNDING, charge, treatment, charge_parts(left, rate), stated=True)


def _code_for_roundings(policy: AmountPolicy, case: Case) -> VatCode:
    found = case.books.vat_codes.get(policy.rounding_vat_code or "")
    if found is None:
        raise Hold(HoldCause.NO_VAT_CODE, f"The division has no VAT code {policy.rounding_vat_code}.")
    if problem := vat_code_problem(found, found.percentage, case.books.day_of(case.order), untaxed=True):
        raise Hold(HoldCause.NO_VAT_CODE, problem, code=found.code)
    return found


def _cannot(
    booked: Sequence[Booked], differences: Sequence[Difference], made: Decimal, owed: Decimal, currency: str
) -> Hold:
    """Return the hold with a row for everything that is booked, those that differ first, and one for the total."""
    named = {row.line_id or row.name for row in differences}
    rows = [*differences, *(row for row in map(_row, booked) if (row.line_id or row.name) not in named)]
    if made != owed:
        rows.append(Difference("total", AmountOf.TOTAL, owed, made))
    told = f"Lines and charges add up to {made:.2f}, the channel says {owed:.2f} {currency}."
    if differences:
        told = f"Exact cannot hold {'; '.join(str(row) for row in differences[:5])} {currency}."
    return not_exact(told, rows, made - owed if made != owed else total(row.difference for row in differences))


def _row(one: Booked) -> Difference:
    """Return the row of something that is equal on both sides."""
    line_id = one.posted.order_line_id if isinstance(one.posted, DraftLine) else None
    return Difference(one.posted.description, AmountOf.GROSS, one.parts.gross, one.parts.gross, line_id)
