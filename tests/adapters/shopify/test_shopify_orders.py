"""Orders of the simulated shop, as buyers and the shop's people make them."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

import pytest

from hub.adapters.shopify.amounts import Side
from hub.domain.money import cents, total
from hub.domain.order import ChannelFee, ChannelOrder, PaymentKind, PaymentState
from hub.domain.tax.supply import DeemedScheme
from hub.outcome import Rejected
from hub.sandbox.ledger import Units
from hub.sandbox.shopify.platform import ShopifyPlatform
from hub.sandbox.shopify.switches import Switches
from hub.sandbox.shopify.totals import current
from tests.adapters.channel_stage import Stage, staged
from tests.adapters.shopify.shopify_stage import ShopifyFixture


def shop(stage: Stage) -> ShopifyPlatform:
    assert isinstance(stage.platform, ShopifyPlatform)
    return stage.platform


def worth_now(stage: Stage, order_id: str) -> Decimal:
    """Return what the order comes to now by the simulated shop's own books."""
    return current(shop(stage).shop.orders[int(order_id)]).total


def forwarded(order: ChannelOrder) -> Decimal:
    lines = [
        line.gross if not line.cancelled else cents(line.gross * (line.quantity - line.cancelled) / line.quantity)
        for line in order.lines
    ]
    return total(lines) + total(charge.gross for charge in order.charges)


async def placed(stage: Stage, *quantities: int, shipping: str = "0", discount: str = "0", paid: bool = True) -> str:
    units = [Units(str(stage.listings[at].sku), quantity) for at, quantity in enumerate(quantities)]
    order_id: str = await stage.platform.place_order(
        units, shipping=Decimal(shipping), discount=Decimal(discount), paid=paid
    )
    return order_id


async def fetched(stage: Stage, order_id: str) -> ChannelOrder:
    order = await stage.channel.order(order_id)
    assert order is not None
    return order


@pytest.mark.parametrize("included", [True, False])
async def test_orders_come_in_to_the_cent_whether_prices_include_tax_or_not(included: bool) -> None:
    switches = Switches(taxes_included=included, line_discounts=1)
    async with staged(ShopifyFixture(switches)) as stage:
        order = await fetched(stage, await placed(stage, 3, 2, 7, shipping="6.95", discount="10.01"))
        sale = stage.sandbox.world.ledger.sales[("shopify", order.external_id)]
        assert order.total == order.stated_sum == forwarded(order) == sale.total
        assert all(line.vat_rate is not None for line in order.lines)
        assert order.number.startswith("#")
        assert order.lines[0].external_listing_id == stage.listings[0].external_id


async def test_a_gift_card_is_a_payment_and_no_discount() -> None:
    async with staged(ShopifyFixture(Switches(gift_cards=2))) as stage:
        paid = await fetched(stage, await placed(stage, 1))
        assert (paid.payment, paid.lines[0].discount, paid.charges) == (PaymentState.PAID, Decimal(0), ())
        [card] = paid.payments
        assert card.kind is PaymentKind.GIFT_CARD
        assert 0 < card.amount < paid.total
        half = await fetched(stage, await placed(stage, 1, paid=False))
        assert half.payment is PaymentState.PARTLY_PAID
        assert half.total == half.stated_sum


async def test_what_shopify_payments_keeps_comes_in_with_the_order() -> None:
    async with staged(ShopifyFixture(Switches())) as stage:
        paid = await fetched(stage, await placed(stage, 2))
        assert paid.fees == (
            ChannelFee("processing_fee", cents(paid.total * Decimal("0.019")) + Decimal("0.25"), "EUR"),
        )
        assert (await fetched(stage, await placed(stage, 1, paid=False))).fees == ()


async def test_what_a_channel_remits_tax_on_is_marked_on_every_line() -> None:
    async with staged(ShopifyFixture(Switches(channel_liable=1))) as stage:
        order = await fetched(stage, await placed(stage, 1, 2))
        assert [line.deemed for line in order.lines] == [DeemedScheme.FACILITATOR] * 2
        plain = await fetched(stage, await placed(stage, 1))
        assert plain.lines[0].deemed is None


async def test_a_gift_card_that_is_sold_is_a_voucher_without_vat() -> None:
    async with staged(ShopifyFixture(Switches(gift_cards_sold=1))) as stage:
        order = await fetched(stage, await placed(stage, 1))
        assert [(line.voucher, line.gross, line.vat) for line in order.lines if line.voucher] == [
            (True, Decimal("25.00"), Decimal(0))
        ]
        assert order.total == order.stated_sum


@pytest.mark.parametrize("included", [True, False])
async def test_amounts_are_read_in_the_buyers_own_currency_where_the_channel_wants_it(included: bool) -> None:
    switches = Switches(foreign_buyers=1, gift_cards=1, taxes_included=included)
    async with staged(ShopifyFixture(switches, side=Side.BUYER)) as stage:
        order = await fetched(stage, await placed(stage, 3, 1, shipping="6.95", discount="5.00"))
        shop_total = worth_now(stage, order.external_id)
        rate = Decimal(str(switches.presentment_rate))
        assert (order.currency, order.stated_sum) == ("USD", order.total)
        assert order.total == (shop_total * rate).quantize(Decimal("0.01"), ROUND_HALF_UP)
        assert abs(order.payments[0].amount - order.total / 2) <= Decimal("0.02")
        assert not any("shop's currency" in remark for remark in order.remarks)


async def test_a_buyer_with_other_money_is_booked_in_the_shops_currency() -> None:
    async with staged(ShopifyFixture(Switches(foreign_buyers=1))) as stage:
        order = await fetched(stage, await placed(stage, 3, 1, shipping="6.95"))
        assert (order.currency, order.total, order.stated_sum) == (
            "EUR",
            worth_now(stage, order.external_id),
            order.total,
        )
        assert any("USD" in remark for remark in order.remarks)


@pytest.mark.parametrize("included", [True, False])
async def test_edits_and_refunds_before_sending_are_cancelled_units(included: bool) -> None:
    async with staged(ShopifyFixture(Switches(taxes_included=included))) as stage:
        order_id = await placed(stage, 3, 2, shipping="6.95", discount="10.01")
        first, second, third = (str(listing.sku) for listing in stage.listings[:3])
        await shop(stage).edit_order(order_id, first, 2)
        await shop(stage).edit_order(order_id, third, 1)
        await shop(stage).refund(order_id, [Units(second, 2)])
        order = await fetched(stage, order_id)
        assert [(line.sku, line.quantity, line.cancelled) for line in order.lines] == [
            (first, 3, 1),
            (second, 2, 2),
            (third, 1, 0),
        ]
        assert order.stated_sum == order.total
        assert forwarded(order) == worth_now(stage, order_id)


async def test_units_sent_and_then_returned_are_not_cancelled() -> None:
    async with staged(ShopifyFixture()) as stage:
        order_id = await placed(stage, 3)
        await stage.ship_as_the_hub_does(await stage.parcel(order_id, 2, "first", completes=False))
        await shop(stage).refund(order_id, [Units(str(stage.listings[0].sku), 1)])
        order = await fetched(stage, order_id)
        assert (order.lines[0].quantity, order.lines[0].shipped, order.lines[0].cancelled) == (3, 2, 1)


async def test_an_order_of_many_lines_is_read_page_by_page() -> None:
    async with staged(ShopifyFixture(), goods=160) as stage:
        order = await fetched(stage, await placed(stage, *([1] * 110)))
        assert len(order.lines) == 110
        assert len({line.line_id for line in order.lines}) == 110
        assert order.total == order.stated_sum


async def test_a_line_without_sku_or_variant_is_read() -> None:
    async with staged(ShopifyFixture(Switches(null_skus=1, deleted_variants=1))) as stage:
        order = await fetched(stage, await placed(stage, 1))
        assert (order.lines[0].sku, order.lines[0].external_listing_id) == (None, None)
        assert order.total == order.stated_sum


async def test_without_access_to_personal_data_an_order_still_comes_in() -> None:
    async with staged(ShopifyFixture(Switches(protected_data=False))) as stage:
        order = await fetched(stage, await placed(stage, 1))
        assert order.buyer is None
        assert order.total == order.stated_sum
        assert any("protected customer data" in remark for remark in order.remarks)


async def test_a_missing_scope_is_told_by_its_name() -> None:
    scopes = [scope for scope in Switches().scopes if not scope.endswith("_orders")]
    async with staged(ShopifyFixture(Switches(scopes=scopes))) as stage:
        with pytest.raises(Rejected) as refused:
            await stage.channel.order("5821000000001")
        assert refused.value.code == "access_denied"
        assert "read_orders" in refused.value.reason
