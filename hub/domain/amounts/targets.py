"""What each line of an order should come to in the books, with its item and its VAT code."""

from __future__ import annotations

from decimal import Decimal

from hub.domain.amounts.goods import Target
from hub.domain.case import Case
from hub.domain.order import HoldCause
from hub.domain.owed import owed_gross, owed_vat
from hub.domain.product import ErpItem, VatCode
from hub.domain.tax import Regime, Treatment
from hub.domain.taxing import code_of_treatment, must_agree
from hub.domain.to_forward import Hold, LineToForward
from hub.domain.told_rates import code_as_mapped, rate_as_told, several_rates
from hub.domain.vat_mapping import vat_code_problem, voucher_code


def item_of(line: LineToForward, case: Case) -> str | None:
    """Return Exact's item of a line; of a gift card that nothing maps the one that the settings name."""
    item = case.books.items.get(line.product_id or "")
    if item is None:
        return case.settings.amounts.voucher_item if line.voucher else None
    return item.item_id


def target_of(line: LineToForward, case: Case, treatment: Treatment | None) -> Target:
    """Return what a line should come to; its item must be known. Raises Hold where no VAT code or rate fits."""
    item_id = item_of(line, case) or ""
    if line.voucher:
        return _voucher(line, item_id, case, treatment)
    item = case.books.items[line.product_id or ""]
    rate, code = _rate_and_code(line, item, case, treatment)
    _must_be_sold_so(item, line)
    zero = treatment is not None and treatment.regime.zero
    vat = Decimal(0) if zero else owed_vat(line, rate)
    return Target(line, item_id, rate, code, owed_gross(line, treatment), vat, treatment)


def _must_be_sold_so(item: ErpItem, line: LineToForward) -> None:
    quantity = line.wanted * line.units_per_offer
    if quantity != quantity.to_integral_value() and not item.fractional:
        raise Hold(
            HoldCause.UNKNOWN_PRODUCT,
            f"Item {item.code} is sold in whole units, {line.name} takes {quantity:f}; correct the listing's units.",
            lines=[line.line_id],
        )


def _voucher(line: LineToForward, item_id: str, case: Case, treatment: Treatment | None) -> Target:
    """A gift card that is sold carries no VAT, and needs a VAT code that was chosen for it."""
    code = case.books.vat_codes.get(voucher_code(case.settings.vat_rules) or "")
    if code is None:
        told = f"{line.name} is a gift card that is sold: map a VAT code for the regime voucher (0 %)."
        raise Hold(HoldCause.NO_VAT_CODE, told, line=line.line_id, regime=Regime.VOUCHER.value)
    if problem := vat_code_problem(code, Decimal(0), case.books.day_of(case.order), untaxed=True):
        raise Hold(HoldCause.NO_VAT_CODE, problem, line=line.line_id, code=code.code)
    if line.vat:
        told = f"The channel charged VAT on the gift card {line.name}; it is taxed when it is used."
        raise Hold(HoldCause.VAT_DIFFERS, told, line=line.line_id)
    return Target(line, item_id, Decimal(0), code, owed_gross(line, None), Decimal(0), treatment)


def _rate_and_code(
    line: LineToForward, item: ErpItem, case: Case, treatment: Treatment | None
) -> tuple[Decimal, VatCode]:
    if treatment is None or case.facts is None:
        rate = rate_as_told(line, item, case.order, case.books)
        return rate, code_as_mapped(rate, case.order, case.settings, case.books)
    if line.vat_rate is None and line.vat:
        raise several_rates(line.name)
    must_agree(line.name, treatment, line.vat_rate)
    code = code_of_treatment(treatment, case.order, case.settings, case.books, case.facts)
    return treatment.rate or Decimal(0), code
