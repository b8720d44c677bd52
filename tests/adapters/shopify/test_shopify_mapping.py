"""Shopify's orders in the hub's words: to the cent, in the currency of the shop, nothing guessed."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.adapters.fields import Fields
from hub.adapters.shopify.mapping import channel_order, listing
from hub.domain.money import cents, total
from hub.domain.order import ChannelOrder, ChargeKind, PaymentState
from hub.domain.tax.supply import DeemedScheme
from hub.outcome import Rejected
from tests.adapters.shopify.orders_made import Made, MadeOrder, bag, rounded

RATES = (Decimal("0.21"), Decimal("0.09"), Decimal(0))


def mapped(made: MadeOrder, sent: dict[str, int] | None = None, **changes: Any) -> ChannelOrder:
    node = Fields(made.node(**changes), "order")
    page = node.maybe_child("lineItems")
    assert page is not None
    return channel_order(node, page.children("nodes"), sent)


def forwarded(order: ChannelOrder) -> Decimal:
    """Return what goes to the books: the lines' share of what is still wanted, and the charges."""
    lines = [
        line.gross if not line.cancelled else cents(line.gross * (line.quantity - line.cancelled) / line.quantity)
        for line in order.lines
    ]
    return total(lines) + total(charge.gross for charge in order.charges)


@st.composite
def lines(draw: st.DrawFn) -> Made:
    quantity = draw(st.integers(1, 12))
    unit = Decimal(draw(st.integers(1, 500_00))) / 100
    discount = Decimal(draw(st.integers(0, int(unit * quantity * 100)))) / 100 if draw(st.booleans()) else Decimal(0)
    return Made(unit, quantity, draw(st.integers(0, quantity)), draw(st.sampled_from(RATES)), discount)


@st.composite
def orders(draw: st.DrawFn, *, whole: bool = False, rate: Decimal = Decimal(1)) -> MadeOrder:
    made = draw(st.lists(lines(), min_size=1, max_size=6))
    for line in made if whole else ():
        line.current = line.quantity
    return MadeOrder(made, draw(st.booleans()), Decimal(draw(st.integers(0, 2000))) / 100, rate)


@given(orders(whole=True))
def test_an_order_comes_to_what_shopify_says(made: MadeOrder) -> None:
    order = mapped(made)
    assert order.total == order.stated_sum == made.total(now=True)
    assert forwarded(order) == order.total
    assert not any(line.cancelled for line in order.lines)


@given(orders())
def test_what_is_left_after_cancellations_is_forwarded_to_the_cent(made: MadeOrder) -> None:
    order = mapped(made)
    assert order.stated_sum == order.total
    assert forwarded(order) == made.total(now=True)
    assert [line.quantity - line.cancelled for line in order.lines] == [line.current for line in made.lines]
    assert all(line.gross >= 0 for line in order.lines)


@given(orders(whole=True, rate=Decimal("0.9227")))
def test_books_are_in_the_shops_currency_to_its_cent(made: MadeOrder) -> None:
    order = mapped(made)
    assert order.currency == "EUR"
    assert order.total == order.stated_sum == rounded(made.total(now=True) * made.rate)
    assert any("USD" in remark for remark in order.remarks)


@given(orders(whole=True), st.integers(1, 500))
def test_a_total_that_nothing_explains_is_left_for_a_person(made: MadeOrder, off: int) -> None:
    wrong = made.total(now=True) + Decimal(off) / 100
    order = mapped(made, currentTotalPriceSet=bag(wrong))
    assert order.total == wrong
    assert order.stated_sum == made.total(now=True)


LINE = Made(Decimal("12.10"), 3, 3)


def test_a_plain_line_states_its_vat_and_its_listing() -> None:
    [line] = mapped(MadeOrder([LINE])).lines
    assert (line.line_id, line.sku, line.ean, line.external_listing_id) == ("1", "SKU-1", "8710000000017", "901")
    assert (line.gross, line.vat, line.vat_rate) == (Decimal("36.30"), Decimal("6.30"), Decimal("0.21"))


def test_prices_without_tax_become_gross() -> None:
    order = mapped(MadeOrder([Made(Decimal("10.00"), 2, 2)], included=False, shipping=Decimal("5.00")))
    assert (order.lines[0].gross, order.charges[0].gross, order.charges[0].vat) == (
        Decimal("24.20"),
        Decimal("6.05"),
        Decimal("1.05"),
    )
    assert order.total == Decimal("30.25")


def test_several_rates_on_one_line_are_not_guessed() -> None:
    taxes = [{"rate": Decimal(rate), "priceSet": bag(Decimal("1.00"))} for rate in ("0.05", "0.0975")]
    order = mapped(MadeOrder([Made(Decimal("12.10"), 1, 1, more={"taxLines": taxes})]))
    assert (order.lines[0].vat_rate, order.lines[0].vat) == (None, Decimal("2.00"))
    assert any("several" in remark for remark in order.remarks)


def test_a_rate_that_costs_nothing_does_not_hide_the_one_that_does() -> None:
    taxes = [{"rate": Decimal(rate), "priceSet": bag(Decimal(price))} for rate, price in (("0", "0"), ("0.21", "2.1"))]
    order = mapped(MadeOrder([Made(Decimal("12.10"), 1, 1, more={"taxLines": taxes})]))
    assert (order.lines[0].vat_rate, order.lines[0].vat) == (Decimal("0.21"), Decimal("2.10"))


def test_no_tax_at_all_is_zero_and_told() -> None:
    order = mapped(MadeOrder([Made(Decimal("12.10"), 1, 1, more={"taxLines": []})]))
    assert (order.lines[0].vat_rate, order.lines[0].vat) == (Decimal(0), Decimal(0))
    assert "Shopify states no VAT on this order" in order.remarks


def test_a_deleted_variant_and_a_missing_sku_leave_the_line_readable() -> None:
    [line] = mapped(MadeOrder([Made(Decimal("1.00"), 1, 1, more={"variant": None, "sku": None})])).lines
    assert (line.sku, line.ean, line.external_listing_id, line.title) == (None, None, None, "Article 1")


@pytest.mark.parametrize(
    ("status", "fully", "state"),
    [
        ("PAID", True, PaymentState.PAID),
        ("PARTIALLY_REFUNDED", True, PaymentState.PARTLY_REFUNDED),
        ("REFUNDED", True, PaymentState.REFUNDED),
        ("PENDING", False, PaymentState.PENDING),
        ("AUTHORIZED", False, PaymentState.AUTHORIZED),
        ("PARTIALLY_PAID", False, PaymentState.PARTLY_PAID),
        ("VOIDED", False, PaymentState.VOIDED),
        ("EXPIRED", False, PaymentState.VOIDED),
        (None, True, PaymentState.PAID),
        (None, False, PaymentState.PENDING),
    ],
)
def test_a_payment_is_as_far_as_shopify_tells(status: str | None, fully: bool, state: PaymentState) -> None:
    assert mapped(MadeOrder([LINE]), displayFinancialStatus=status, fullyPaid=fully).payment is state


@pytest.mark.parametrize("key", ["totalTipReceivedSet", "currentTotalDutiesSet", "currentTotalAdditionalFeesSet"])
def test_tips_duties_and_fees_are_charges(key: str) -> None:
    order = mapped(MadeOrder([LINE], extra=Decimal("2.50")), **{key: bag(Decimal("2.50"))})
    assert [(charge.kind, charge.gross) for charge in order.charges] == [(ChargeKind.FEE, Decimal("2.50"))]
    assert order.stated_sum == order.total == Decimal("38.80")


def test_a_tip_that_is_among_the_lines_already_is_not_counted_twice() -> None:
    order = mapped(MadeOrder([LINE, Made(Decimal("2.50"), 1, 1)]), totalTipReceivedSet=bag(Decimal("2.50")))
    assert order.charges == ()
    assert order.stated_sum == order.total


def test_duties_within_prices_are_no_charge() -> None:
    order = mapped(MadeOrder([LINE]), dutiesIncluded=True, currentTotalDutiesSet=bag(Decimal("3.00")))
    assert order.charges == ()


def test_a_cancelled_order_is_told_as_it_was_placed() -> None:
    gone = Made(Decimal("12.10"), 3, 0)
    order = mapped(MadeOrder([gone]), cancelledAt="2026-11-23T10:00:00Z")
    assert order.cancelled
    assert order.total == order.stated_sum == Decimal("36.30")


def test_a_return_after_sending_is_no_cancellation() -> None:
    line = Made(Decimal("10.00"), 3, 1, more={"unfulfilledQuantity": 0})
    order = mapped(MadeOrder([line]), sent={"1": 2})
    assert (order.lines[0].shipped, order.lines[0].cancelled) == (2, 1)
    assert order.stated_sum == order.total
    assert forwarded(order) == Decimal("20.00")


def test_a_buyer_is_read_and_their_vat_number_found_among_the_shops_own_fields() -> None:
    attributes = [{"key": "BTW-nummer", "value": "NL123456789B01"}, {"key": "KvK nummer", "value": "12345678"}]
    buyer = mapped(MadeOrder([LINE]), customAttributes=attributes).buyer
    assert buyer is not None
    assert (buyer.ship_to.street, buyer.ship_to.country, buyer.email) == ("Dorpsstraat 1 bis", "NL", "a@example.test")
    assert (buyer.vat_number, buyer.chamber_of_commerce) == ("NL123456789B01", "12345678")


def test_hidden_personal_data_is_no_buyer_but_keeps_the_country() -> None:
    hidden = {"firstName": None, "lastName": None, "name": None, "address1": None, "countryCodeV2": "NL"}
    order = mapped(MadeOrder([LINE]), shippingAddress=hidden, billingAddress=None, email=None)
    assert (order.buyer, order.country) == (None, "NL")
    assert any("protected customer data" in remark for remark in order.remarks)


def test_remarks_hold_nothing_personal() -> None:
    order = mapped(MadeOrder([LINE]), test=True, displayFulfillmentStatus="ON_HOLD", totalRefundedSet=bag(Decimal(5)))
    assert len(order.remarks) == 3
    assert not any("Vries" in remark or "example" in remark for remark in order.remarks)


@pytest.mark.parametrize("missing", ["id", "name", "updatedAt", "currencyCode", "currentTotalPriceSet"])
def test_an_order_without_what_the_hub_needs_is_refused(missing: str) -> None:
    with pytest.raises(Rejected):
        mapped(MadeOrder([LINE]), **{missing: None})


def test_a_listing_is_its_inventory_item() -> None:
    variant = {
        "id": "gid://shopify/ProductVariant/7",
        "sku": "ART-1",
        "barcode": "",
        "displayName": "Lamp - Red",
        "requiresComponents": False,
        "product": {"id": "gid://shopify/Product/5"},
        "inventoryItem": {
            "id": "gid://shopify/InventoryItem/9",
            "tracked": True,
            "inventoryLevel": {"quantities": [{"quantity": -2}]},
        },
    }
    found = listing(Fields(variant, "variant"))
    assert (found.external_id, found.sku, found.ean, found.quantity) == ("9", "ART-1", None, -2)
    assert found.references == {"inventory_item_id": "9", "variant_id": "7", "product_id": "5", "tracked": "true"}


def taxed(*lines: tuple[str, bool | None]) -> list[dict[str, Any]]:
    """Return tax lines of these amounts, with whether the channel is liable."""
    rate = {"rate": Decimal("0.21"), "ratePercentage": Decimal(21)}
    return [rate | {"priceSet": bag(Decimal(vat)), "channelLiable": liable} for vat, liable in lines]


@pytest.mark.parametrize(
    ("lines", "deemed"),
    [
        ([("2.10", True)], DeemedScheme.FACILITATOR),
        ([("2.10", False)], None),
        ([("2.10", None)], None),
        ([("1.10", True), ("1.00", False)], None),
        ([("2.10", True), ("0.00", False)], DeemedScheme.FACILITATOR),
        ([], None),
    ],
)
def test_tax_that_the_channel_remits_makes_it_the_supplier(
    lines: list[tuple[str, bool | None]], deemed: DeemedScheme | None
) -> None:
    order = mapped(MadeOrder([Made(Decimal("12.10"), 1, 1, more={"taxLines": taxed(*lines)})]))
    assert order.lines[0].deemed is deemed
    told = [remark for remark in order.remarks if "remits the VAT" in remark]
    assert bool(told) is (deemed is not None)
