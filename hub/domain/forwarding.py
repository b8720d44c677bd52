"""How a channel order becomes the draft of a sales order: customer, items, VAT codes, prices, exact totals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from hub.domain.amounts.booked import Booked, EntryKind
from hub.domain.amounts.charges import book_charges
from hub.domain.amounts.goods import book_goods, carry
from hub.domain.amounts.paying import with_payments
from hub.domain.amounts.targets import item_of, target_of
from hub.domain.amounts.totals import closed
from hub.domain.case import Case as Case
from hub.domain.channel import ChannelSettings
from hub.domain.charging import rated
from hub.domain.customers.debtor import Debtor
from hub.domain.customers.matching import collective_debtor
from hub.domain.money import total
from hub.domain.order import HoldCause
from hub.domain.owed import expected_total, owed_charges
from hub.domain.sales_order import YOUR_REF_LENGTH, DraftCharge, DraftLine, SalesOrderDraft
from hub.domain.tax import Regime, Treatment
from hub.domain.tax.voucher import treat_voucher
from hub.domain.taxing import TaxFacts, must_be_decided, treat_lines
from hub.domain.to_forward import Books as Books
from hub.domain.to_forward import Hold as Hold
from hub.domain.to_forward import LineToForward as LineToForward
from hub.domain.to_forward import OrderToForward as OrderToForward


@dataclass(frozen=True, slots=True)
class Drafted:
    """A draft with all that is booked by it; ``order`` is the one booked, its gift cards told as payments."""

    draft: SalesOrderDraft
    booked: tuple[Booked, ...]
    order: OrderToForward
    owed: Decimal
    debtor: Debtor


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
    debtor = case.debtor or collective_debtor(case.settings.customers, case.settings.customer_id, None)
    _must_take_currency(case)
    _must_know_all(case)
    treatments = _treated(case)
    owed = expected_total(case.order, treatments)
    booked = tuple(_booked(case, treatments, owed))
    return Drafted(_draft(case, debtor, booked, owed), booked, case.order, owed, debtor)


def _must_take_currency(case: Case) -> None:
    """An order in another currency is booked in that one, where the channel allows it; nothing is converted."""
    own, told = case.books.currency, case.order.currency
    if told != own and told not in case.settings.amounts.currencies:
        raise Hold(HoldCause.CURRENCY, f"The order is in {told}, the division books {own}.")


def _must_know_all(case: Case) -> None:
    missing = [line for line in case.order.wanted if item_of(line, case) is None]
    if missing:
        names = ", ".join(line.name for line in missing)
        raise Hold(
            HoldCause.UNKNOWN_PRODUCT,
            f"No item in Exact for: {names}. Map the listing to a product, then retry.",
            lines=[line.line_id for line in missing],
        )


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
    targets = [target_of(line, case, treatments.get(line.line_id)) for line in case.order.wanted]
    goods = rated(targets)
    charges = book_charges(owed_charges(case.order, treatments), case, goods)
    targets, uncarried = carry(targets, charges.carried)
    lines, differences = book_goods(targets, case.settings.amounts)
    differences += [*charges.differences, *uncarried]
    return closed([*lines, *charges.booked], differences, owed, case, goods)


def _draft(case: Case, debtor: Debtor, booked: Sequence[Booked], owed: Decimal) -> SalesOrderDraft:
    order, posted = case.order, [one.posted for one in booked]
    stated = all(one.stated for one in booked if one.kind is not EntryKind.ROUNDING)
    return SalesOrderDraft(
        your_ref=your_ref(case.settings, order.external_id),
        customer_id=debtor.account_id,
        order_date=order.placed_at,
        currency=order.currency,
        description=f"Order {order.number}"[:60],
        lines=tuple(one for one in posted if isinstance(one, DraftLine)),
        charges=tuple(one for one in posted if isinstance(one, DraftCharge)),
        total=owed,
        warehouse_id=case.settings.warehouse_id,
        delivery_address_id=debtor.address_id,
        vat=total(one.parts.vat for one in booked) if stated else None,
    )
