"""How a channel order becomes the draft of a sales order: customer, items, VAT codes, prices, exact totals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from hub.domain.amounts.booked import Booked, EntryKind
from hub.domain.amounts.charges import book_charges
from hub.domain.amounts.goods import Target, book_goods, carry
from hub.domain.amounts.paying import with_payments
from hub.domain.amounts.totals import closed
from hub.domain.case import Case as Case
from hub.domain.channel import ChannelSettings
from hub.domain.charging import rated
from hub.domain.money import total
from hub.domain.order import HoldCause
from hub.domain.owed import expected_total, owed_charges, owed_gross, owed_vat
from hub.domain.product import ErpItem, VatCode
from hub.domain.sales_order import YOUR_REF_LENGTH, DraftCharge, DraftLine, SalesOrderDraft
from hub.domain.tax import Regime, Treatment
from hub.domain.tax.voucher import treat_voucher
from hub.domain.taxing import TaxFacts, code_of_treatment, must_agree, must_be_decided, treat_lines
from hub.domain.to_forward import Books as Books
from hub.domain.to_forward import Hold as Hold
from hub.domain.to_forward import LineToForward as LineToForward
from hub.domain.to_forward import OrderToForward as OrderToForward
from hub.domain.told_rates import code_as_mapped, rate_as_told, several_rates
from hub.domain.vat_mapping import vat_code_problem, voucher_code


@dataclass(frozen=True, slots=True)
class Drafted:
    """A draft with all that is booked by it; ``order`` is the one booked, its gift cards told as payments."""

    draft: SalesOrderDraft
    booked: tuple[Booked, ...]
    order: OrderToForward
    owed: Decimal


def your_ref(settings: ChannelSettings, external_id: str) -> str:
    """Return the deterministic reference of an order: the channel's prefix and the channel's own id."""
    reference = f"{settings.reference_prefix}{external_id}"
    if len(reference) > YOUR_REF_LENGTH:
        raise Hold(
            HoldCause.REFERENCE_TOO_LONG,
            f"The reference {reference!r} is longer than {YOUR_REF_LENGTH} characters; shorten the channel's prefix.",
        )
    return reference


def draft_sales_order(
    order: OrderToForward, settings: ChannelSettings, books: Books, facts: TaxFacts | None = None
) -> SalesOrderDraft:
    """Return the sales order to post; raises Hold with a cause a person can act on."""
    return draft_case(Case(order, settings, books, facts)).draft


def draft_case(case: Case) -> Drafted:
    """Return the sales order to post with all that is booked by it; raises Hold with a cause a person can act on."""
    case = replace(case, order=with_payments(case.order, case.settings.amounts))
    if case.settings.customer_id is None:
        raise Hold(HoldCause.NO_CUSTOMER, "The channel has no customer account; choose one in its settings.")
    _must_take_currency(case)
    _must_know_all(case)
    treatments = _treated(case)
    owed = expected_total(case.order, treatments)
    booked = tuple(_booked(case, treatments, owed))
    return Drafted(_draft(case, booked, owed), booked, case.order, owed)


def _must_take_currency(case: Case) -> None:
    """An order in another currency is booked in that one, where the channel allows it; nothing is converted."""
    own, told = case.books.currency, case.order.currency
    if told != own and told not in case.settings.amounts.currencies:
        raise Hold(HoldCause.CURRENCY, f"The order is in {told}, the division books {own}.")


def _must_know_all(case: Case) -> None:
    missing = [line for line in case.order.wanted if _item_id(line, case) is None]
    if missing:
        names = ", ".join(line.name for line in missing)
        raise Hold(
            HoldCause.UNKNOWN_PRODUCT,
            f"No item in Exact for: {names}. Map the listing to a product, then retry.",
            lines=[line.line_id for line in missing],
        )


def _item_id(line: LineToForward, case: Case) -> str | None:
    item = case.books.items.get(line.product_id or "")
    if item is None:
        return case.settings.amounts.voucher_item if line.voucher else None
    return item.item_id


def _treated(case: Case) -> dict[str, Treatment]:
    """Return what VAT makes of every line; without facts that is known of vouchers only."""
    if case.facts is None:
        return {line.line_id: treat_voucher(None) for line in case.order.wanted if line.voucher}
    treatments = treat_lines(case.order, case.settings, case.books, case.facts)
    must_be_decided(treatments)
    below = any(one.regime is Regime.BELOW_THRESHOLD for one in treatments.values())
    if below and case.order.currency != case.books.currency:
        told = f"An order in {case.order.currency} cannot be counted towards the threshold of distance sales."
        raise Hold(HoldCause.CURRENCY, told)
    return treatments


def _booked(case: Case, treatments: Mapping[str, Treatment], owed: Decimal) -> list[Booked]:
    targets = [_target(line, case, treatments.get(line.line_id)) for line in case.order.wanted]
    goods = rated(targets)
    charges = book_charges(owed_charges(case.order, treatments), case, goods)
    targets, uncarried = carry(targets, charges.carried)
    lines, differences = book_goods(targets, case.settings.amounts)
    differences += [*charges.differences, *uncarried]
    return closed([*lines, *charges.booked], differences, owed, case, goods)


def _target(line: LineToForward, case: Case, treatment: Treatment | None) -> Target:
    item_id = _item_id(line, case) or ""
    if line.voucher:
        return _voucher(line, item_id, case, treatment)
    item = case.books.items[line.product_id or ""]
    rate, code = _rate_and_code(line, item, case, treatment)
    zero = treatment is not None and treatment.regime.zero
    vat = Decimal(0) if zero else owed_vat(line, rate)
    return Target(line, item_id, rate, code, owed_gross(line, treatment), vat, treatment)


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


def _draft(case: Case, booked: Sequence[Booked], owed: Decimal) -> SalesOrderDraft:
    order, posted = case.order, [one.posted for one in booked]
    stated = all(one.stated for one in booked if one.kind is not EntryKind.ROUNDING)
    return SalesOrderDraft(
        your_ref=your_ref(case.settings, order.external_id),
        customer_id=case.settings.customer_id or "",
        order_date=order.placed_at,
        currency=order.currency,
        description=f"Order {order.number}"[:60],
        lines=tuple(one for one in posted if isinstance(one, DraftLine)),
        charges=tuple(one for one in posted if isinstance(one, DraftCharge)),
        total=owed,
        vat=total(one.parts.vat for one in booked) if stated else None,
    )
