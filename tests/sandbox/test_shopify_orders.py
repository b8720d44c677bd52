"""Orders: taxes inside or on top, discounts, two currencies, gift cards, edits, refunds and cancellations."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from hub.sandbox.ledger import Sale, Units
from hub.sandbox.platform import SoldOut
from hub.sandbox.shopify.switches import Switches
from tests.sandbox.shopify_bench import A, B, ShopifyBench, shopify_bench

MONEY = "{ shopMoney { amount currencyCode } presentmentMoney { amount currencyCode } }"
ORDER = f"""query O($id: ID!) {{ order(id: $id) {{ id legacyResourceId name email taxesIncluded edited cancelledAt
  cancelReason closed displayFinancialStatus displayFulfillmentStatus paymentGatewayNames currencyCode
  presentmentCurrencyCode shippingAddress {{ name address1 zip countryCodeV2 }}
  customer {{ id defaultEmailAddress {{ emailAddress }} }}
  purchasingEntity {{ __typename ... on PurchasingCompany {{ company {{ name }}
    location {{ taxSettings {{ taxRegistrationId }} }} }} }}
  totalPriceSet {MONEY} currentTotalPriceSet {MONEY} subtotalPriceSet {MONEY} totalTaxSet {MONEY}
  totalShippingPriceSet {MONEY} totalDiscountsSet {MONEY} totalOutstandingSet {MONEY} totalRefundedSet {MONEY}
  taxLines {{ rate ratePercentage priceSet {MONEY} }}
  shippingLines(first: 5) {{ nodes {{ title originalPriceSet {MONEY} taxLines {{ rate priceSet {MONEY} }} }} }}
  discountApplications(first: 5) {{ nodes {{ index targetSelection allocationMethod
    ... on DiscountCodeApplication {{ code }} ... on ManualDiscountApplication {{ title }}
    value {{ ... on MoneyV2 {{ amount }} ... on PricingPercentageValue {{ percentage }} }} }} }}
  lineItems(first: 10) {{ nodes {{ sku quantity currentQuantity variant {{ sku }} originalUnitPriceSet {MONEY}
    discountAllocations {{ allocatedAmountSet {MONEY} discountApplication {{ index }} }}
    taxLines {{ rate priceSet {MONEY} }} }} }}
  transactions {{ kind status gateway amountSet {MONEY} }}
  refunds {{ note totalRefundedSet {MONEY} refundLineItems(first: 5) {{ nodes {{ quantity lineItem {{ sku }} }} }} }}
}} }}"""


async def order_of(shop: ShopifyBench, order: str) -> Any:
    return (await shop.data(ORDER, id=order))["order"]


def amount(bag: Any, money: str = "shopMoney") -> Decimal:
    return Decimal(bag[money]["amount"])


def sale_of(shop: ShopifyBench, order: str) -> Sale:
    return shop.world.ledger.sales[("shopify", order.rpartition("/")[2])]


@pytest.mark.parametrize("included", [True, False])
async def test_the_parts_of_an_order_come_to_its_total_and_that_is_the_sale(included: bool) -> None:
    async with shopify_bench(Switches(starting_stock=True, taxes_included=included, line_discounts=1)) as shop:
        order = await shop.sell((A, 3), (B, 1), shipping=Decimal("4.95"), discount=Decimal("2.50"))
        told = await order_of(shop, order)
        lines = told["lineItems"]["nodes"]
        goods = sum(amount(line["originalUnitPriceSet"]) * line["quantity"] for line in lines)
        off = sum(amount(each["allocatedAmountSet"]) for line in lines for each in line["discountAllocations"])
        shipping = amount(told["totalShippingPriceSet"])
        taxed = [*lines, *told["shippingLines"]["nodes"]]
        tax = sum(amount(each["priceSet"]) for line in taxed for each in line["taxLines"])
        assert told["taxesIncluded"] is included
        assert amount(told["subtotalPriceSet"]) == goods - off
        assert amount(told["totalDiscountsSet"]) == off > 0
        assert amount(told["totalTaxSet"]) == tax == sum(amount(each["priceSet"]) for each in told["taxLines"])
        assert amount(told["totalPriceSet"]) == goods - off + shipping + (0 if included else tax)
        assert sale_of(shop, order).total == amount(told["totalPriceSet"])
        if included:
            assert amount(lines[0]["originalUnitPriceSet"]) == shop.world.prices[A]


async def test_discounts_name_the_code_or_the_seller_and_each_allocation_its_application() -> None:
    async with shopify_bench(Switches(starting_stock=True, line_discounts=1)) as shop:
        told = await order_of(shop, await shop.sell((A, 1), (B, 1), discount=Decimal("2.50")))
        code, manual = told["discountApplications"]["nodes"]
        assert (code["code"], code["value"]["amount"], code["allocationMethod"]) == ("WELKOM", "2.5", "ACROSS")
        assert (manual["title"], manual["value"]["percentage"], manual["targetSelection"]) == (
            "Vaste klant",
            10.0,
            "EXPLICIT",
        )
        indexes = [
            [each["discountApplication"]["index"] for each in line["discountAllocations"]]
            for line in told["lineItems"]["nodes"]
        ]
        assert indexes == [[0, 1], [0]]


async def test_a_foreign_buyer_pays_in_another_currency_while_the_shop_counts_in_its_own() -> None:
    async with shopify_bench(Switches(starting_stock=True, foreign_buyers=1)) as shop:
        order = await shop.sell((A, 2))
        told = await order_of(shop, order)
        total = told["totalPriceSet"]
        assert (told["currencyCode"], told["presentmentCurrencyCode"]) == ("EUR", "USD")
        assert total["presentmentMoney"]["currencyCode"] == "USD"
        assert amount(total, "presentmentMoney") == round(amount(total) * Decimal("1.0837"), 2)
        assert sale_of(shop, order).total == amount(total)
        assert (await order_of(shop, await shop.sell((A, 1))))["presentmentCurrencyCode"] == "EUR"


async def test_a_gift_card_pays_a_part_and_the_total_stays() -> None:
    async with shopify_bench(Switches(starting_stock=True, gift_cards=1)) as shop:
        told = await order_of(shop, await shop.sell((A, 1)))
        assert told["paymentGatewayNames"] == ["gift_card", "shopify_payments"]
        paid = sum(amount(each["amountSet"]) for each in told["transactions"])
        assert paid == amount(told["totalPriceSet"])
        assert told["displayFinancialStatus"] == "PAID"


async def test_an_unpaid_order_waits_for_the_bank_and_takes_its_stock_at_once() -> None:
    async with shopify_bench() as shop:
        before = shop.platform.shown(A)
        order = await shop.sell((A, 2), paid=False)
        told = await order_of(shop, order)
        assert (told["displayFinancialStatus"], told["transactions"][0]["status"]) == ("PENDING", "PENDING")
        assert shop.platform.shown(A) == before - 2
        assert sale_of(shop, order).paid_at is None
        await shop.platform.pay(order.rpartition("/")[2])
        assert (await order_of(shop, order))["displayFinancialStatus"] == "PAID"
        assert sale_of(shop, order).paid_at is not None


async def test_nobody_buys_what_is_not_shown() -> None:
    async with shopify_bench() as shop:
        with pytest.raises(SoldOut):
            await shop.sell((A, shop.platform.shown(A) + 1))
        with pytest.raises(SoldOut):
            await shop.sell(("ART-00004", 1))


async def test_a_company_buys_with_its_tax_number() -> None:
    async with shopify_bench() as shop:
        told = await order_of(shop, await shop.sell((A, 1), company=True))
        assert told["purchasingEntity"]["__typename"] == "PurchasingCompany"
        assert told["purchasingEntity"]["location"]["taxSettings"]["taxRegistrationId"].startswith("NL")


async def test_without_approved_access_personal_data_is_null_and_the_country_stays() -> None:
    async with shopify_bench(Switches(starting_stock=True, protected_data=False)) as shop:
        told = await order_of(shop, await shop.sell((A, 1)))
        assert told["shippingAddress"] == {"name": None, "address1": None, "zip": None, "countryCodeV2": "NL"}
        assert told["email"] is None
        assert told["customer"] is None


async def test_a_sku_may_be_missing_and_a_variant_deleted() -> None:
    async with shopify_bench(Switches(starting_stock=True, null_skus=1)) as shop:
        [line] = (await order_of(shop, await shop.sell((A, 1))))["lineItems"]["nodes"]
        assert line["sku"] is None
        shop.switches.deleted_variants = 1
        [line] = (await order_of(shop, await shop.sell((B, 1))))["lineItems"]["nodes"]
        assert (line["sku"], line["variant"]) == (B, None)
        assert B not in shop.platform.listed()


async def test_an_edit_removes_and_adds_lines_and_the_sale_follows() -> None:
    async with shopify_bench() as shop:
        order = await shop.sell((A, 3))
        number, before = order.rpartition("/")[2], shop.platform.shown(A)
        await shop.platform.edit_order(number, A, 1)
        await shop.platform.edit_order(number, B, 2)
        told = await order_of(shop, order)
        assert told["edited"]
        lines = {each["sku"]: (each["quantity"], each["currentQuantity"]) for each in told["lineItems"]["nodes"]}
        assert lines == {A: (3, 1), B: (2, 2)}
        assert shop.platform.shown(A) == before + 2
        prices = shop.world.prices
        assert amount(told["totalPriceSet"]) == 3 * prices[A]
        assert amount(told["currentTotalPriceSet"]) == prices[A] + 2 * prices[B]
        assert sale_of(shop, order).units == [Units(A, 1), Units(B, 2)]
        assert sale_of(shop, order).total == amount(told["currentTotalPriceSet"])
        remaining = [
            (line["lineItem"]["sku"], line["remainingQuantity"])
            for found in await shop.to_send(order)
            for line in found["lineItems"]["nodes"]
        ]
        assert remaining == [(A, 1), (B, 2)]


async def test_a_refund_of_units_not_sent_takes_them_off_the_order() -> None:
    async with shopify_bench() as shop:
        order = await shop.sell((A, 2))
        await shop.platform.refund(order.rpartition("/")[2], [Units(A, 1)])
        told = await order_of(shop, order)
        assert told["displayFinancialStatus"] == "PARTIALLY_REFUNDED"
        [refund] = told["refunds"]
        assert refund["refundLineItems"]["nodes"] == [{"quantity": 1, "lineItem": {"sku": A}}]
        assert amount(refund["totalRefundedSet"]) == shop.world.prices[A] == amount(told["totalRefundedSet"])
        assert told["lineItems"]["nodes"][0]["currentQuantity"] == 1
        await shop.platform.refund(order.rpartition("/")[2], [], shop.world.prices[A])
        assert (await order_of(shop, order))["displayFinancialStatus"] == "REFUNDED"


async def test_a_cancelled_order_comes_to_nothing_and_its_stock_comes_back() -> None:
    async with shopify_bench() as shop:
        before = shop.platform.shown(A)
        order = await shop.sell((A, 2))
        assert shop.platform.open_orders() == [order.rpartition("/")[2]]
        await shop.platform.request_cancellation(order.rpartition("/")[2])
        told = await order_of(shop, order)
        assert (told["closed"], told["cancelReason"]) == (True, "CUSTOMER")
        assert told["displayFinancialStatus"] == "REFUNDED"
        assert told["currentTotalPriceSet"]["shopMoney"]["amount"] == "0.0"
        assert shop.platform.shown(A) == before
        assert sale_of(shop, order).cancelled_at is not None
        assert shop.platform.open_orders() == []


async def test_the_api_cancels_by_a_job_that_takes_its_time() -> None:
    cancel = """mutation C($id: ID!) { orderCancel(orderId: $id, reason: STAFF, restock: false, staffNote: "n") {
      job { id done } orderCancelUserErrors { field code } } }"""
    async with shopify_bench() as shop:
        order = await shop.sell((A, 2))
        before = shop.platform.shown(A)
        job = (await shop.data(cancel, id=order))["orderCancel"]["job"]
        assert job["done"] is False
        assert (await order_of(shop, order))["cancelledAt"] is None
        shop.pass_time(4)
        assert (await shop.data("query J($id: ID!) { job(id: $id) { done } }", id=job["id"]))["job"]["done"]
        assert (await order_of(shop, order))["cancelReason"] == "STAFF"
        assert shop.platform.shown(A) == before, "it was not to be restocked"
        again = (await shop.data(cancel, id=order))["orderCancel"]["orderCancelUserErrors"]
        assert again[0]["code"] == "INVALID"
        unknown = (await shop.data(cancel, id="gid://shopify/Order/1"))["orderCancel"]["orderCancelUserErrors"]
        assert unknown[0]["code"] == "NOT_FOUND"


async def test_orders_of_more_than_sixty_days_ago_are_out_of_sight() -> None:
    orders = "{ orders(first: 5) { nodes { id } } }"
    async with shopify_bench() as shop:
        order = await shop.sell((A, 1))
        shop.pass_time(61 * 86_400)
        await shop.renew()
        assert (await shop.data(orders))["orders"]["nodes"] == []
        assert await order_of(shop, order) is None
        shop.switches.scopes.append("read_all_orders")
        await shop.renew()
        assert (await shop.data(orders))["orders"]["nodes"] == [{"id": order}]
