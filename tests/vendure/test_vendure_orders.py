"""Orders as they were bought in Vendure, to the cent."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from decimal import Decimal

import pytest

from hub.domain.order import ChargeKind, PaymentState
from hub.sandbox.ledger import Units
from tests.adapters.channel_stage import Stage, staged
from tests.vendure.staff import total_of
from tests.vendure.vendure_stage import VendureFixture

COUPON = "KORTING15"


@pytest.fixture
async def stage(vendure: VendureFixture) -> AsyncIterator[Stage]:
    async with staged(vendure) as stage:
        yield stage


def basket(stage: Stage) -> list[Units]:
    """Return three of each good, at both Dutch rates."""
    return [Units(str(each.sku), 3) for each in stage.listings]


async def test_an_order_says_who_bought_what_and_where_it_goes(stage: Stage) -> None:
    bought = stage.platform.buy([Units(str(stage.listings[2].sku), 2)])
    order = await stage.channel.order(bought["id"])
    assert order is not None
    assert order.buyer is not None
    assert (order.number, order.payment, order.raw_status) == (bought["code"], PaymentState.PAID, "PaymentSettled")
    (line,) = order.lines
    assert (line.sku, line.quantity, line.external_listing_id) == (
        stage.listings[2].sku,
        2,
        stage.listings[2].external_id,
    )
    place = order.buyer.ship_to
    assert (place.name, place.company, place.street) == ("Noor Bakker", "Studio Bakker", "Oude Gracht 12 bis")
    assert (place.postcode, place.city, place.country) == ("3511 AB", "Utrecht", "NL")
    assert (order.buyer.phone, order.country) == ("+31612345678", "NL")


@pytest.mark.parametrize("include_tax", [True, False])
@pytest.mark.parametrize("coupon", ["", COUPON])
async def test_lines_and_charges_add_up_to_the_total_at_both_rates_and_with_an_order_discount(
    vendure: VendureFixture, include_tax: bool, coupon: str
) -> None:
    async with staged(replace(vendure, prices_include_tax=include_tax)) as stage:
        stage.platform.offer_discount(COUPON, 15)
        bought = stage.platform.buy(basket(stage), coupon=coupon)
        order = await stage.channel.order(bought["id"])
    assert order is not None
    assert order.total == order.stated_sum == total_of(bought)
    assert {line.vat_rate for line in order.lines} == {Decimal("0.21"), Decimal("0.09")}
    assert [(each.kind, each.vat_rate) for each in order.charges] == [(ChargeKind.SHIPPING, Decimal("0.21"))]
    assert all(line.discount > 0 for line in order.lines) == bool(coupon)


@pytest.mark.parametrize("coupon", ["", COUPON])
async def test_units_cancelled_by_the_shop_leave_the_price_of_the_others_as_it_is(stage: Stage, coupon: str) -> None:
    stage.platform.offer_discount(COUPON, 15)
    bought = stage.platform.buy(basket(stage), coupon=coupon)
    first, second = (line["id"] for line in stage.platform.order(bought["id"])["lines"][:2])
    stage.platform.cancel_now(bought["id"], {first: 1, second: 3})
    order = await stage.channel.order(bought["id"])
    assert order is not None
    assert [(line.quantity, line.cancelled) for line in order.lines[:3]] == [(3, 1), (3, 3), (3, 0)]
    assert order.total == order.stated_sum
    wanted = sum(_share(line.gross, line.quantity - line.cancelled, line.quantity) for line in order.lines)
    left = total_of(stage.platform.order(bought["id"]))
    assert wanted + sum(charge.gross for charge in order.charges) == left


def _share(gross: Decimal, wanted: int, quantity: int) -> Decimal:
    return (gross * wanted / quantity).quantize(Decimal("0.01"))


async def test_a_cancelled_order_keeps_what_was_ordered(stage: Stage) -> None:
    order_id = await stage.sell(quantity=2)
    placed = await stage.channel.order(order_id)
    await stage.platform.cancel(order_id)
    order = await stage.channel.order(order_id)
    assert placed is not None
    assert order is not None
    assert (order.cancelled, [line.gross for line in order.lines]) == (True, [line.gross for line in placed.lines])
    assert order.total == order.stated_sum


async def test_a_checkout_is_no_order_before_it_is_paid(stage: Stage) -> None:
    """Nobody promised anything yet: Vendure allocates stock when the payment is authorised."""
    started = stage.platform.start_checkout([Units(str(stage.listings[0].sku), 2)])
    assert await stage.channel.order(started) is None
    assert started not in (await stage.sweep(None))[0]


async def test_an_authorised_payment_counts_as_paid(stage: Stage) -> None:
    bought = stage.platform.buy([Units(str(stage.listings[0].sku), 1)], state="Authorized")
    order = await stage.channel.order(bought["id"])
    assert order is not None
    assert (order.raw_status, order.payment) == ("PaymentAuthorized", PaymentState.PAID)


async def test_a_surcharge_that_is_not_paid_yet_holds_the_order_back(stage: Stage) -> None:
    order_id = await stage.sell(quantity=1)
    stage.platform.add_surcharge(order_id, "Gift wrapping", 250)
    pending = await stage.channel.order(order_id)
    assert pending is not None
    assert (pending.payment, pending.total) == (PaymentState.PENDING, pending.stated_sum)
    (fee,) = [each for each in pending.charges if each.kind is ChargeKind.FEE]
    assert (fee.description, fee.gross, fee.vat_rate) == ("Gift wrapping", Decimal("2.50"), Decimal("0.21"))
    stage.platform.pay_rest(order_id)
    paid = await stage.channel.order(order_id)
    assert paid is not None
    assert paid.payment is PaymentState.PAID


async def test_an_order_tells_its_currency(vendure: VendureFixture) -> None:
    async with staged(replace(vendure, currency="SEK")) as stage:
        order = await stage.channel.order(await stage.sell())
    assert order is not None
    assert (order.currency, order.total) == ("SEK", order.stated_sum)
