"""Amazon's orders in the hub's words: what is paid, what VAT is known, what claims stock and what must wait."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.adapters.amazon.mapping import channel_order
from hub.adapters.amazon.proceeds import rate_of
from hub.adapters.fields import Fields
from hub.domain.channel import ChannelSettings
from hub.domain.life.order import ClaimAction, next_step
from hub.domain.money import vat_within
from hub.domain.order import ChannelOrder, ChargeKind, FulfilledBy, OrderStatus, PaymentState
from hub.domain.tax.supply import DeemedScheme
from tests.adapters.amazon.amazon_by_hand import money, order, proceeds

READY = ChannelSettings(division=1, forwarding=True)


def read(told: dict[str, Any]) -> ChannelOrder:
    return channel_order(Fields(told, "order"))


def priced(told: dict[str, Any], total: str) -> ChannelOrder:
    """Read an order of one item with these proceeds."""
    whole = order(proceeds={"grandTotal": money(total)})
    whole["orderItems"][0]["proceeds"] = told
    return read(whole)


def test_a_plain_order_is_paid_and_its_zero_vat_means_unknown() -> None:
    found = read(order())
    line = found.lines[0]
    assert (found.payment, found.total, found.stated_sum) == (PaymentState.PAID, Decimal("24.20"), Decimal("24.20"))
    assert (line.sku, line.quantity, line.gross, line.vat_rate, line.vat) == ("ART-1", 2, Decimal("24.20"), None, None)
    assert found.ship_by is not None
    assert found.ship_by.isoformat() == "2026-11-24T22:59:59+00:00"


@pytest.mark.parametrize("status", ["PENDING", "PENDING_AVAILABILITY", "INVOICE_UNCONFIRMED", ""])
def test_an_order_not_to_be_shipped_yet_claims_and_is_not_forwarded(status: str) -> None:
    told = order(status)
    del told["proceeds"], told["orderItems"][0]["proceeds"]
    found = read(told)
    assert (found.payment, found.total, found.currency) == (PaymentState.PENDING, Decimal(0), "EUR")
    assert found.buyer is None
    assert [(line.sku, line.quantity, line.cancelled) for line in found.lines] == [("ART-1", 2, 0)]
    step = next_step(None, found, READY)
    assert (step.status, step.claims, step.forward) == (OrderStatus.WAITING, ClaimAction.SET, False)
    assert next_step(None, read(order()), READY).forward


def test_an_order_that_lost_its_prices_on_the_way_is_not_booked_at_zero() -> None:
    told = order("UNSHIPPED")
    del told["proceeds"], told["orderItems"][0]["proceeds"]
    assert read(told).payment is PaymentState.PENDING


def test_a_replacement_for_nothing_is_booked_at_nothing() -> None:
    found = priced(proceeds("0.00", ITEM="0.00"), "0.00")
    assert (found.payment, found.total) == (PaymentState.PAID, Decimal(0))


def test_goods_from_amazons_warehouse_are_for_the_books_only() -> None:
    told = order("SHIPPED")
    told["fulfillment"]["fulfilledBy"] = "AMAZON"
    found = read(told)
    assert found.fulfilled_by is FulfilledBy.PLATFORM
    assert next_step(None, found, READY).claims is ClaimAction.DROP


@pytest.mark.parametrize("beside", [True, False], ids=["vat beside the prices", "vat within them"])
@pytest.mark.parametrize("sign", ["-", ""])
def test_shipping_wrapping_and_discounts_come_to_the_cent(beside: bool, sign: str) -> None:
    taxes = {"ITEM": "3.15", "SHIPPING": "0.86", "GIFT_WRAP": "0.52"}
    if beside:
        told = proceeds(
            "26.13", taxes, ITEM="17.00", SHIPPING="4.09", GIFT_WRAP="2.51", DISCOUNT=f"{sign}2.00", TAX="4.53"
        )
    else:
        told = proceeds(
            "26.13", taxes, ITEM="20.15", SHIPPING="4.95", GIFT_WRAP="3.03", DISCOUNT=f"{sign}2.00", TAX="4.53"
        )
    found = priced(told, "26.13")
    assert found.stated_sum == found.total == Decimal("26.13")
    line = found.lines[0]
    assert (line.gross, line.vat, line.vat_rate, line.discount) == (
        Decimal("18.15"), Decimal("3.15"), Decimal("0.21"), Decimal("2.00"))  # fmt: skip
    charges = {charge.kind: (charge.gross, charge.vat, charge.vat_rate) for charge in found.charges}
    assert charges == {
        ChargeKind.SHIPPING: (Decimal("4.95"), Decimal("0.86"), Decimal("0.21")),
        ChargeKind.FEE: (Decimal("3.03"), Decimal("0.52"), Decimal("0.21")),
    }


def test_a_discount_on_shipping_lowers_shipping() -> None:
    told = proceeds("20.00", ITEM="20.00", SHIPPING="4.95", DISCOUNT="4.95")
    told["breakdowns"][2]["detailedBreakdowns"] = [{"subtype": "SHIPPING", "value": money("4.95")}]
    found = priced(told, "20.00")
    assert (found.lines[0].gross, found.lines[0].discount) == (Decimal("20.00"), Decimal(0))
    assert [charge.gross for charge in found.charges] == [0]


def test_a_tip_is_a_charge_of_the_order() -> None:
    told = order()
    tip = {"type": "DELIVERY_TIP", "status": "FINALIZED", "subtotal": money("5.00")}
    told["proceeds"] = {"grandTotal": money("29.20"), "breakdowns": [tip]}
    found = read(told)
    assert found.stated_sum == found.total


def test_sums_that_do_not_fit_are_left_for_the_hub_to_hold() -> None:
    found = priced(proceeds("30.00", ITEM="24.20", TAX="4.20"), "30.00")
    assert found.stated_sum != found.total


def test_units_are_off_only_where_a_cancellation_took_place() -> None:
    told = order("PARTIALLY_SHIPPED")
    item = told["orderItems"][0]
    item["quantityOrdered"] = 5
    item["fulfillment"] = {"quantityFulfilled": 1, "quantityUnfulfilled": 1}
    assert read(told).lines[0].cancelled == 0
    item["cancellation"] = {"cancellationExecution": {"cancelledBy": "MERCHANT", "cancelReason": "x"}}
    line = read(told).lines[0]
    assert (line.cancelled, line.shipped, line.cancellation_requested) == (3, 1, False)


def test_a_cancelled_order_is_off_whole_and_a_wish_is_only_a_wish() -> None:
    told = order("CANCELLED")
    told["orderItems"][0]["cancellation"] = {"cancellationRequest": {"requester": "BUYER", "cancelReason": "no"}}
    found = read(told)
    assert found.cancelled
    assert (found.lines[0].cancelled, found.lines[0].cancellation_requested) == (2, True)
    assert next_step(None, found, READY).claims is ClaimAction.DROP


def test_prime_and_deemed_supplier_are_remarked_once_the_order_is_ready() -> None:
    told = order(programs=["PRIME", "AMAZON_BUSINESS"])
    told["orderItems"][0]["tax"] = {
        "taxCollections": [{"model": "MARKETPLACE_FACILITATOR", "responsibleParty": "Amazon"}],
        "taxCalculationBreakdowns": [{"reportingScheme": "IOSS"}],
    }
    found = read(told)
    assert ["Prime" in each or "IOSS" in each for each in found.remarks] == [True, True]
    assert [line.deemed for line in found.lines] == [DeemedScheme.IMPORT]
    told["fulfillment"]["fulfillmentStatus"] = "PENDING"
    assert read(told).remarks == ()


@pytest.mark.parametrize(
    ("told", "scheme"),
    [("UOSS", DeemedScheme.UNION), ("NEW", DeemedScheme.FACILITATOR), (None, DeemedScheme.FACILITATOR)],
)
def test_a_scheme_that_is_new_still_makes_amazon_the_supplier(told: str | None, scheme: DeemedScheme) -> None:
    sold = order()
    assert read(sold).lines[0].deemed is None
    breakdowns = [] if told is None else [{"reportingScheme": told}]
    sold["orderItems"][0]["tax"] = {
        "taxCollections": [{"model": "MARKETPLACE_FACILITATOR", "responsibleParty": "Amazon"}],
        "taxCalculationBreakdowns": breakdowns,
    }
    assert read(sold).lines[0].deemed is scheme


def test_the_buyer_has_an_alias_a_vat_number_and_an_address_in_lines_or_finer() -> None:
    told = order()
    address = {"name": "J. Doe", "addressLine1": "c/o Firma", "addressLine2": "Hauptstr. 5", "postalCode": "10115",
               "city": "Berlin", "countryCode": "DE", "phone": "030"}  # fmt: skip
    told |= {
        "buyer": {"buyerEmail": "x@marketplace.amazon.de"},
        "recipient": {"deliveryAddress": address},
        "tax": {"taxRegistrations": [
            {"entityType": "MERCHANT", "taxRegistrationType": "VAT", "taxRegistrationNumber": "NL1"},
            {"entityType": "BUYER", "taxRegistrationType": "VAT", "taxRegistrationNumber": "DE2"}]},
    }  # fmt: skip
    found = read(told)
    assert found.buyer is not None
    assert (found.country, found.buyer.vat_number, found.buyer.ship_to.street) == (
        "DE",
        "DE2",
        "c/o Firma, Hauptstr. 5",
    )
    address["extendedFields"] = {"streetName": "Hauptstr.", "streetNumber": "5"}  # type: ignore[assignment]
    finer = read(told).buyer
    assert finer is not None
    assert (finer.ship_to.street, finer.ship_to.house_number) == ("Hauptstr.", "5")


def test_a_pickup_point_is_named_by_the_first_line() -> None:
    address = {"name": "J. Doe", "addressType": "PICKUP_POINT", "addressLine1": "Amazon Locker - Utrecht",
               "addressLine2": "Kade 3", "postalCode": "3511AB", "city": "Utrecht", "countryCode": "NL"}  # fmt: skip
    found = read(order() | {"recipient": {"deliveryAddress": address}}).buyer
    assert found is not None
    assert (found.ship_to.pickup_point, found.ship_to.street) == ("Amazon Locker - Utrecht", "Kade 3")
    del address["addressLine1"]
    unnamed = read(order() | {"recipient": {"deliveryAddress": address}}).buyer
    assert unnamed is not None
    assert (unnamed.ship_to.pickup_point, unnamed.ship_to.street) == ("", "Kade 3")


def test_a_sku_keeps_its_blanks_and_case() -> None:
    told = order()
    told["orderItems"][0]["product"]["sellerSku"] = " art-1 /x"
    line = read(told).lines[0]
    assert (line.sku, line.external_listing_id) == (" art-1 /x", " art-1 /x")


@given(cents=st.integers(2000, 500_000), percent=st.sampled_from([5, 6, 7, 9, 19, 20, 21, 22, 25]))
def test_a_stated_vat_is_explained_by_its_rate(cents: int, percent: int) -> None:
    gross, rate = Decimal(cents) / 100, Decimal(percent) / 100
    assert rate_of(gross, vat_within(gross, rate)) == rate


@given(cents=st.integers(1, 2000), percent=st.sampled_from([6, 7, 9, 19, 20, 21]))
def test_a_rate_is_never_guessed_wrong_for_small_amounts(cents: int, percent: int) -> None:
    gross, rate = Decimal(cents) / 100, Decimal(percent) / 100
    assert rate_of(gross, vat_within(gross, rate)) in (None, rate)


SCALARS = st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.floats()


@given(
    name=st.sampled_from(["buyer", "recipient", "proceeds", "fulfillment", "tax", "programs", "packages", "novelty"]),
    value=st.recursive(
        SCALARS,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
        max_leaves=8,
    ),
)
def test_odd_optional_members_never_break_the_core(name: str, value: object) -> None:
    found = read(order() | {name: value})
    assert [(line.sku, line.quantity) for line in found.lines] == [("ART-1", 2)]
