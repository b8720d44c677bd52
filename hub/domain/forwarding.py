"""How a channel order becomes the draft of a sales order: customer, items, VAT codes, prices, exact totals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from hub.domain.channel import ChannelSettings
from hub.domain.charging import ChargePart, RatedGoods, draft_charge, parts_of_charge, rated
from hub.domain.customers.debtor import Debtor
from hub.domain.customers.matching import collective_debtor
from hub.domain.money import cents, total, vat_within
from hub.domain.order import Charge, HoldCause
from hub.domain.owed import expected_total, marketplaces_vat, owed_charges
from hub.domain.product import ErpItem, VatCode
from hub.domain.sales_order import YOUR_REF_LENGTH, DraftCharge, DraftLine, SalesOrderDraft
from hub.domain.tax import Treatment
from hub.domain.taxing import TaxFacts, code_of_treatment, must_agree, must_be_decided, treat_lines
from hub.domain.to_forward import Books as Books
from hub.domain.to_forward import Hold as Hold
from hub.domain.to_forward import LineToForward as LineToForward
from hub.domain.to_forward import OrderToForward as OrderToForward
from hub.domain.told_rates import code_as_mapped, rate_as_told, several_rates

PRICE_PLACES = Decimal("0.000001")


@dataclass(frozen=True, slots=True)
class Case:
    """An order to be forwarded with all that decides how; without ``facts`` the channel's own rates are mapped.

    ``debtor`` is whom it is booked on; without one it is the channel's fixed account.
    """

    order: OrderToForward
    settings: ChannelSettings
    books: Books
    facts: TaxFacts | None = None
    debtor: Debtor | None = None


@dataclass(frozen=True, slots=True)
class Drafted:
    """A draft with what VAT made of its lines, and of each of its charges, in their order."""

    draft: SalesOrderDraft
    treatments: Mapping[str, Treatment] = field(default_factory=dict)
    charges: tuple[Treatment | None, ...] = ()


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
    """Return the sales order to post with what VAT made of it; raises Hold with a cause a person can act on."""
    order, settings, books = case.order, case.settings, case.books
    debtor = case.debtor or collective_debtor(settings.customers, settings.customer_id, None)
    if order.currency != books.currency:
        raise Hold(HoldCause.CURRENCY, f"The order is in {order.currency}, the division books {books.currency}.")
    wanted = _all_known([line for line in order.lines if line.wanted > 0], books)
    treatments = treat_lines(order, settings, books, case.facts) if case.facts is not None else {}
    must_be_decided(treatments)
    lines = tuple(_draft_line(line, case, treatments.get(line.line_id)) for line in wanted)
    charges = _draft_charges(owed_charges(order, treatments), case, rated(lines, treatments))
    draft = SalesOrderDraft(
        your_ref=your_ref(settings, order.external_id),
        customer_id=debtor.account_id,
        order_date=order.placed_at,
        currency=order.currency,
        description=f"Order {order.number}"[:60],
        lines=lines,
        charges=tuple(charge for charge, _ in charges),
        total=total(line.gross for line in lines) + total(charge.gross for charge, _ in charges),
        warehouse_id=settings.warehouse_id,
        delivery_address_id=debtor.address_id,
    )
    _must_equal(draft, expected_total(order, treatments), order)
    return Drafted(draft, treatments, tuple(treatment for _, treatment in charges))


def _all_known(lines: Sequence[LineToForward], books: Books) -> Sequence[LineToForward]:
    missing = [line for line in lines if line.product_id is None or line.product_id not in books.items]
    if missing:
        names = ", ".join(line.name for line in missing)
        raise Hold(
            HoldCause.UNKNOWN_PRODUCT,
            f"No item in Exact for: {names}. Map the listing to a product, then retry.",
            lines=[line.line_id for line in missing],
        )
    return lines


def _draft_line(line: LineToForward, case: Case, treatment: Treatment | None) -> DraftLine:
    item = case.books.items[line.product_id or ""]
    rate, code = _rate_and_code(line, item, case, treatment)
    quantity = line.wanted * line.units_per_offer
    _must_be_sold_so(item, quantity, line)
    gross = line.share(line.gross) - marketplaces_vat(line, treatment)
    vat = _stated_vat(line, treatment)
    net = gross if code.kind == "I" else gross - (vat if vat is not None else vat_within(gross, rate))
    return DraftLine(
        order_line_id=line.line_id,
        item_id=item.item_id,
        quantity=quantity,
        net_price=_unit_price(net, quantity, line),
        vat_code=code.code,
        vat_rate=rate,
        gross=gross,
        vat=vat,
        description=line.title[:60],
    )


def _must_be_sold_so(item: ErpItem, quantity: Decimal, line: LineToForward) -> None:
    if quantity != quantity.to_integral_value() and not item.fractional:
        raise Hold(
            HoldCause.UNKNOWN_PRODUCT,
            f"Item {item.code} is sold in whole units, {line.name} takes {quantity:f}; correct the listing's units.",
            lines=[line.line_id],
        )


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


def _stated_vat(line: LineToForward, treatment: Treatment | None) -> Decimal | None:
    if treatment is not None and treatment.regime.zero:
        return Decimal(0)
    return None if line.vat is None else line.share(line.vat)


def _unit_price(net: Decimal, quantity: Decimal, line: LineToForward) -> Decimal:
    price = (net / quantity).quantize(PRICE_PLACES)
    if cents(price * quantity) != cents(net):
        raise Hold(
            HoldCause.TOTALS_DIFFER,
            f"{net} for {quantity} units of {line.name} has no unit price that gives it back to the cent.",
            line=line.line_id,
        )
    return price


def _draft_charges(
    charges: Sequence[Charge], case: Case, goods: Sequence[RatedGoods]
) -> list[tuple[DraftCharge, Treatment | None]]:
    return [
        _draft_part(charge, part, case)
        for charge in charges
        if charge.gross
        for part in parts_of_charge(charge, goods, case.settings)
    ]


def _draft_part(charge: Charge, part: ChargePart, case: Case) -> tuple[DraftCharge, Treatment | None]:
    if charge.vat_rate is None and charge.vat is not None and not _untaxed(part):
        raise several_rates(charge.description)
    treatment = part.goods.treatment
    if treatment is None or case.facts is None:
        rate = part.goods.rate if part.stated is None else part.stated
        mapped = code_as_mapped(rate, case.order, case.settings, case.books)
        return draft_charge(charge, part, mapped.code, rate, case.settings), None
    if treatment.regime.zero:
        must_agree(charge.description, treatment, part.stated)
    elif part.stated is not None:
        treatment = Treatment(treatment.regime, treatment.taxed_in, part.stated, treatment.reasons)
    code = code_of_treatment(treatment, case.order, case.settings, case.books, case.facts)
    return draft_charge(charge, part, code.code, treatment.rate or Decimal(0), case.settings), treatment


def _untaxed(part: ChargePart) -> bool:
    return part.goods.treatment is not None and part.goods.treatment.regime.zero


def _must_equal(draft: SalesOrderDraft, expected: Decimal, order: OrderToForward) -> None:
    if draft.total == expected:
        return
    raise Hold(
        HoldCause.TOTALS_DIFFER,
        f"Lines and charges add up to {draft.total:.2f}, the channel says {expected:.2f} {order.currency}.",
        difference=str(draft.total - expected),
        lines=[{"line": line.order_line_id, "gross": str(line.gross)} for line in draft.lines],
        charges=[{"charge": charge.description, "gross": str(charge.gross)} for charge in draft.charges],
    )
