"""What the hub makes of a shop's orders and products."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from hub.adapters.fields import Fields, parse
from hub.adapters.woocommerce import mapping
from hub.domain.order import ChannelOrder, ChargeKind, PaymentState
from hub.outcome import Rejected

SAMPLES = Path(__file__).parents[3].parent / "shared/contracts/woocommerce/samples-wc10.0.2.json"
recorded = pytest.mark.skipif(not SAMPLES.exists(), reason="the recorded bodies are not on this machine")


def sample(name: str) -> Any:
    return parse(SAMPLES.read_text())[name]["body"]


def line(**changes: Any) -> dict[str, Any]:
    return {
        "id": 1,
        "name": "A thing",
        "product_id": 10,
        "variation_id": 0,
        "quantity": 2,
        "subtotal": "10.53",
        "subtotal_tax": "2.21",
        "total": "10.53",
        "total_tax": "2.21",
        "taxes": [{"id": 1, "total": "2.21", "subtotal": "2.21"}],
        "sku": "SKU-001",
        "price": 5.264463,
    } | changes


def mapped(*lines: dict[str, Any], **changes: Any) -> ChannelOrder | None:
    document = {
        "id": 54,
        "number": "2026-54",
        "status": "processing",
        "currency": "EUR",
        "date_created_gmt": "2026-11-23T04:17:24",
        "date_modified_gmt": "2026-11-23T04:17:34",
        "date_paid_gmt": None,
        "total": "12.74",
        "total_tax": "2.21",
        "line_items": list(lines) or [line()],
        "tax_lines": [{"rate_id": 1, "rate_percent": 21}, {"rate_id": 4, "rate_percent": 9}],
        "shipping_lines": [],
        "fee_lines": [],
        "refunds": [],
        "meta_data": [],
        "billing": {"first_name": "Ann", "last_name": "Bee", "address_1": "Straat 1", "country": "NL"},
        "shipping": {},
    }
    return mapping.channel_order(Fields.of(parse(json.dumps(document | changes)), "order"))


def order(*lines: dict[str, Any], **changes: Any) -> ChannelOrder:
    found = mapped(*lines, **changes)
    assert found is not None
    return found


@recorded
def test_a_recorded_order_with_two_rates_adds_up_to_its_total() -> None:
    found = mapping.channel_order(Fields.of(sample("order"), "order"))
    assert found is not None
    assert found.total == Decimal("49.49") == found.stated_sum
    assert [each.gross for each in found.lines] == [Decimal("12.74"), Decimal("11.85"), Decimal("19.95")]
    assert [each.vat_rate for each in found.lines] == [Decimal("0.21"), Decimal("0.09"), Decimal("0.21")]
    assert [(charge.kind, charge.gross) for charge in found.charges] == [(ChargeKind.SHIPPING, Decimal("4.95"))]
    assert found.lines[2].external_listing_id == "51"
    assert found.placed_at == datetime(2026, 11, 23, 4, 17, 24, tzinfo=UTC)
    assert found.remarks == ("Refunded in the shop: 7.37",)


@recorded
def test_a_recorded_product_becomes_a_listing() -> None:
    found = mapping.listing(Fields.of(sample("product_simple"), "product"))
    assert (found.external_id, found.sku, found.quantity) == ("10", "SKU-001", 59)
    assert found.references == {"product_id": "10", "manage_stock": "true"}


def test_gross_is_net_plus_vat_and_the_rate_comes_from_the_tax_line() -> None:
    found = order().lines[0]
    assert (found.gross, found.vat, found.vat_rate) == (Decimal("12.74"), Decimal("2.21"), Decimal("0.21"))


def test_a_coupon_is_in_the_line_total_and_shown_as_discount() -> None:
    found = order(line(total="5.27", total_tax="1.10")).lines[0]
    assert (found.gross, found.discount) == (Decimal("6.37"), Decimal("6.37"))


def test_rates_that_do_not_apply_to_a_line_are_listed_empty_by_the_shop() -> None:
    found = order(line(taxes=[{"id": 1, "total": "2.21"}, {"id": 4, "total": ""}]))
    assert found.lines[0].vat_rate == Decimal("0.21")


def test_several_rates_on_one_line_leave_the_rate_open_with_a_remark() -> None:
    found = order(line(taxes=[{"id": 1, "total": "1.21"}, {"id": 4, "total": "1.00"}]))
    assert found.lines[0].vat_rate is None
    assert found.lines[0].vat == found.lines[0].gross - Decimal("10.53")
    assert found.lines[0].gross == Decimal("12.74")
    assert "several VAT rates" in found.remarks[0]


def test_a_rate_without_a_percentage_leaves_the_rate_open_too() -> None:
    found = order(tax_lines=[{"rate_id": 1}])
    assert found.lines[0].vat_rate is None
    assert found.lines[0].vat is not None
    assert found.remarks


def test_a_line_without_vat_has_the_rate_zero_and_the_order_says_so() -> None:
    found = order(line(total_tax="0.00", subtotal_tax="0.00", taxes=[]), tax_lines=[], total_tax="0.00")
    assert (found.lines[0].vat_rate, found.lines[0].vat) == (Decimal(0), Decimal("0.00"))
    assert found.remarks == ("The shop states no VAT on this order",)


def test_fractions_of_a_percent_are_exact() -> None:
    assert order(tax_lines=[{"rate_id": 1, "rate_percent": 8.1}]).lines[0].vat_rate == Decimal("0.081")


def test_fees_are_charges_negative_fees_discounts_and_what_is_free_is_left_out() -> None:
    fee = {"total": "-1.00", "total_tax": "-0.21", "taxes": [{"id": 1, "total": "-0.21"}], "name": "Loyal"}
    free = {"total": "0.00", "total_tax": "0.00", "taxes": [], "method_title": "Free shipping"}
    found = order(fee_lines=[fee, fee | {"total": "2.00", "total_tax": "0.42"}], shipping_lines=[free])
    assert [(each.kind, each.gross) for each in found.charges] == [
        (ChargeKind.DISCOUNT, Decimal("-1.21")),
        (ChargeKind.FEE, Decimal("2.42")),
    ]


@pytest.mark.parametrize(
    ("status", "paid_at", "payment"),
    [
        ("pending", None, PaymentState.PENDING),
        ("on-hold", None, PaymentState.PENDING),
        ("on-hold", "2026-11-23T04:17:24", PaymentState.PAID),
        ("processing", None, PaymentState.PAID),
        ("completed", None, PaymentState.PAID),
        ("refunded", None, PaymentState.REFUNDED),
        ("failed", None, PaymentState.VOIDED),
        ("wholesale-approved", None, PaymentState.PENDING),
        ("wholesale-approved", "2026-11-23T04:17:24", PaymentState.PAID),
    ],
)
def test_money_is_in_when_the_shop_says_so(status: str, paid_at: str | None, payment: PaymentState) -> None:
    assert order(status=status, date_paid_gmt=paid_at).payment is payment


@pytest.mark.parametrize("status", ["cancelled", "refunded", "failed", "trash"])
def test_orders_that_are_off_are_cancelled(status: str) -> None:
    assert order(status=status).cancelled


def test_a_checkout_draft_is_no_order_yet() -> None:
    assert mapped(status="checkout-draft") is None


def test_goods_go_to_the_billing_address_where_no_other_is_given() -> None:
    buyer = order().buyer
    assert buyer is not None
    assert (buyer.ship_to.name, buyer.ship_to.street) == ("Ann Bee", "Straat 1")
    elsewhere = order(shipping={"address_1": "Dorp 2", "address_2": "achter", "country": "BE"})
    assert elsewhere.buyer is not None
    assert (elsewhere.buyer.ship_to.street, elsewhere.country) == ("Dorp 2 achter", "BE")


def test_an_order_without_any_address_has_no_buyer() -> None:
    assert order(billing={"first_name": "", "address_1": ""}).buyer is None


def test_a_vat_number_is_found_where_plugins_keep_it() -> None:
    buyer = order(meta_data=[{"key": "_x", "value": {"a": 1}}, {"key": "_billing_vat_number", "value": "NL1B01"}]).buyer
    assert buyer is not None
    assert buyer.vat_number == "NL1B01"


def test_a_customer_has_an_id_unless_a_guest_and_the_bill_may_go_elsewhere() -> None:
    guest = order(customer_id=0, meta_data=[{"key": "_billing_coc_number", "value": "71234567"}]).buyer
    assert guest is not None
    assert (guest.customer_ref, guest.chamber_of_commerce, guest.bill_to) == (None, "71234567", None)
    known = order(customer_id=77, shipping={"address_1": "Dorp 2", "country": "BE"}).buyer
    assert known is not None
    assert known.bill_to is not None
    assert (known.customer_ref, known.bill_to.street, known.ship_to.street) == ("77", "Straat 1", "Dorp 2")


def test_a_deleted_product_leaves_a_line_without_sku_and_listing() -> None:
    found = order(line(sku=None, product_id=0)).lines[0]
    assert (found.sku, found.external_listing_id) == (None, None)


@pytest.mark.parametrize(
    "broken", [{"total": "x"}, {"currency": None}, {"date_modified_gmt": None, "date_created_gmt": None}]
)
def test_an_order_without_what_we_need_is_refused_by_name(broken: dict[str, Any]) -> None:
    with pytest.raises(Rejected, match=next(iter(broken))):
        order(**broken)


def test_a_variation_knows_its_parent() -> None:
    parent = Fields.of({"id": 50, "type": "variable"}, "product")
    variation = {"id": 51, "sku": "T-S", "name": "S", "manage_stock": "parent", "stock_quantity": 3}
    found = mapping.listing(Fields.of(variation, "variation"), parent)
    assert found.references == {"product_id": "50", "variation_id": "51", "parent_id": "50", "manage_stock": "parent"}
    assert found.quantity is None


def test_texts_that_no_database_takes_are_made_storable() -> None:
    buyer = order(billing={"first_name": "An\x00n", "last_name": "\ud83d!", "address_1": "Straat 1"}).buyer
    assert buyer is not None
    assert buyer.ship_to.name == "Ann ?!"
