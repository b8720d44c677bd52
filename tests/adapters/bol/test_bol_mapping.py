"""What the hub makes of bol.com's orders and offers."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from hub.adapters.bol import mapping
from hub.adapters.fields import Fields, parse
from hub.domain.money import Money
from hub.domain.order import ChannelFee, ChannelOrder, FulfilledBy, PaymentState
from hub.outcome import Rejected

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def item(**changes: Any) -> dict[str, Any]:
    return {
        "orderItemId": "2012345678",
        "cancellationRequest": False,
        "fulfilment": {"method": "FBR", "distributionParty": "RETAILER", "expiryDate": "2026-11-26"},
        "offer": {"offerId": "6ff736b5-cdd0-4150-8c67-78269ee986f5", "reference": "ART-1"},
        "product": {"ean": "0000007740404", "title": "A thing"},
        "quantity": 10,
        "quantityShipped": 3,
        "quantityCancelled": 1,
        "unitPrice": 12.99,
        "totalPrice": 118.91,
        "discounts": [{"title": "x + y", "amount": 10.99}],
        "commission": 5.18,
        "latestChangedDateTime": "2026-11-23T10:00:00+01:00",
    } | changes


def order(*items: dict[str, Any], **changes: Any) -> ChannelOrder:
    document = {
        "orderId": "A2K8290LP8",
        "pickupPoint": False,
        "orderPlacedDateTime": "2026-11-23T09:00:00+01:00",
        "shipmentDetails": {
            "salutation": "FEMALE",
            "firstName": "Billie",
            "surname": "Jansen",
            "streetName": "Dorpstraat",
            "houseNumber": "1",
            "houseNumberExtension": "B",
            "zipCode": "1111ZZ",
            "city": "Utrecht",
            "countryCode": "NL",
            "email": "billie@verkopen.bol.com",
        },
        "orderItems": list(items) or [item()],
        "somethingNew": {"from": "a later version"},
    }
    return mapping.channel_order(Fields.of(parse(json.dumps(document | changes)), "order"), NOW)


def test_the_total_price_of_a_line_counts_and_not_unit_price_times_quantity() -> None:
    line = order().lines[0]
    assert line.gross == Decimal("118.91")
    assert line.discount == Decimal("10.99")
    assert order(item(), item(totalPrice=0.09)).total == Decimal("119.00")


def test_bol_states_no_vat_so_rate_and_amount_stay_open() -> None:
    line = order().lines[0]
    assert (line.vat_rate, line.vat) == (None, None)


def test_every_order_is_paid_and_in_euro() -> None:
    assert order().payment is PaymentState.PAID
    assert order().currency == "EUR"


def test_the_newest_change_of_any_item_is_the_change_of_the_order() -> None:
    changed = order(item(), item(latestChangedDateTime="2026-11-23T11:30:00+01:00"))
    assert changed.changed_at == datetime(2026, 11, 23, 10, 30, tzinfo=UTC)
    assert changed.placed_at == datetime(2026, 11, 23, 8, tzinfo=UTC)


def test_an_order_without_any_date_counts_as_changed_when_it_was_seen() -> None:
    undated = order(item(latestChangedDateTime=None), orderPlacedDateTime=None)
    assert (undated.placed_at, undated.changed_at) == (NOW, NOW)


def test_shipped_cancelled_and_requested_cancellation_are_on_the_line() -> None:
    line = order(item(cancellationRequest=True)).lines[0]
    assert (line.quantity, line.shipped, line.cancelled, line.cancellation_requested) == (10, 3, 1, True)


def test_an_order_is_cancelled_only_when_every_unit_is() -> None:
    gone = item(quantityCancelled=10, quantityShipped=0)
    assert order(gone).cancelled
    assert order(gone).raw_status == "CANCELLED"
    assert not order(gone, item()).cancelled


def test_an_order_is_handled_when_nothing_is_open() -> None:
    assert order(item(quantityShipped=9)).raw_status == "HANDLED"
    assert order().raw_status == "OPEN"


def test_products_and_offers_that_are_null_are_no_trouble() -> None:
    line = order(item(product=None, offer=None, fulfilment=None)).lines[0]
    assert (line.sku, line.ean, line.external_listing_id) == (None, None, None)
    assert line.title == "bol.com item 2012345678"


def test_what_lies_at_bol_is_shipped_by_bol() -> None:
    assert order(item(fulfilment={"method": "FBB"})).fulfilled_by is FulfilledBy.PLATFORM
    mixed = order(item(fulfilment={"method": "FBB"}), item())
    assert mixed.fulfilled_by is FulfilledBy.SELLER
    assert len(mixed.lines) == 1
    assert mixed.remarks == ("bol.com ships part of this order from its own warehouse",)


def test_shipping_via_bol_is_remarked() -> None:
    assert order(item(fulfilment={"method": "FBR", "distributionParty": "BOL"})).remarks


def test_the_deadline_is_the_dutch_start_of_the_earliest_day_in_utc() -> None:
    later = item(fulfilment={"method": "FBR", "latestDeliveryDate": "2026-12-01"})
    assert order(later, item()).ship_by == datetime(2026, 11, 25, 23, tzinfo=UTC)
    assert order(item(fulfilment={"method": "FBB", "latestDeliveryDate": "2026-12-01"})).ship_by is None


def test_the_buyer_has_an_address_with_its_parts() -> None:
    buyer = order(billingDetails={"vatNumber": "NL999999999B99", "kvkNumber": "99887766"}).buyer
    assert buyer is not None
    assert buyer.ship_to.first_line == "Dorpstraat 1 B"
    assert (buyer.ship_to.name, buyer.ship_to.country) == ("Billie Jansen", "NL")
    assert (buyer.vat_number, buyer.chamber_of_commerce) == ("NL999999999B99", "99887766")


def test_a_pickup_point_is_its_own_thing() -> None:
    details = {"pickupPointName": "Albert Heijn: UTRECHT", "streetName": "Plein", "countryCode": "NL"}
    buyer = order(pickupPoint=True, shipmentDetails=details).buyer
    assert buyer is not None
    assert buyer.ship_to.pickup_point == "Albert Heijn: UTRECHT"


def test_a_pickup_point_without_a_name_is_one_all_the_same() -> None:
    buyer = order(pickupPoint=True, shipmentDetails={"streetName": "Plein", "countryCode": "NL"}).buyer
    assert buyer is not None
    assert buyer.ship_to.pickup_point == ""


def test_the_bill_may_go_elsewhere() -> None:
    billing = {"company": "Zagerij B.V.", "streetName": "Kade", "houseNumber": "3", "countryCode": "NL"}
    buyer = order(billingDetails=billing).buyer
    assert buyer is not None
    assert buyer.bill_to is not None
    assert (buyer.bill_to.company, buyer.bill_to.first_line) == ("Zagerij B.V.", "Kade 3")
    numbers = order(billingDetails={"vatNumber": "NL999999999B99"}).buyer
    assert numbers is not None
    assert numbers.bill_to is None


@pytest.mark.parametrize(
    "broken", [{"totalPrice": None}, {"totalPrice": "much"}, {"orderItemId": ""}, {"quantity": 1.5}]
)
def test_an_item_without_what_we_need_is_refused_by_name(broken: dict[str, Any]) -> None:
    with pytest.raises(Rejected, match=f"orderItems.0..{next(iter(broken))}"):
        order(item(**broken))


def test_an_empty_list_is_an_empty_object() -> None:
    assert mapping.order_refs(Fields.of({}, "orders"), NOW) == []


def test_an_offer_stocked_by_bol_says_so_and_may_lack_everything_else() -> None:
    bare = mapping.listing(Fields.of({"offerId": "x", "fulfilment": {"method": "FBB"}}, "offer"))
    assert bare.stocked_by_platform
    assert (bare.sku, bare.ean, bare.quantity) == (None, None, None)
    full = {"offerId": "x", "reference": "ART-1", "ean": "1", "stock": {"amount": 7, "correctedStock": 5}}
    assert mapping.listing(Fields.of(full, "offer")).quantity == 5
    assert mapping.listing(Fields.of({"offerId": "x", "stock": {"amount": 7}}, "offer")).quantity == 7


def test_an_offer_costs_what_a_single_one_costs() -> None:
    bundles = [{"quantity": 1, "unitPrice": 9.99}, {"quantity": 10, "unitPrice": 8.5}]
    told = mapping.listing(Fields.of({"offerId": "x", "pricing": {"bundlePrices": bundles}}, "offer"))
    assert told.price == Money(Decimal("9.99"), "EUR")


def test_the_commission_of_each_own_item_is_what_bol_keeps() -> None:
    theirs = {"method": "FBB", "distributionParty": "BOL"}
    items = [
        item(orderItemId="1", commission=Decimal("5.18")),
        item(orderItemId="2", commission=0),
        item(orderItemId="3", commission=Decimal("1.00"), fulfilment=theirs),
    ]
    order = mapping.channel_order(Fields({"orderId": "A1", "orderItems": items}, "order"), NOW)
    assert order.fees == (ChannelFee("commission", Decimal("5.18"), "EUR", "1"),)
