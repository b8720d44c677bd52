"""Amazon's orders: pending before they count, seen with a lag, read as far as roles and data sets go."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from hub.sandbox.amazon.roles import TAX_ROLE
from hub.sandbox.ledger import Units
from hub.sandbox.platform import SoldOut
from tests.sandbox.amazon_bench import BE, DE, EVERYTHING, LONG_AGO, NL, ORDERS, amazon_bench

A, B = "ART-00001", "ART-00002"


def ids(found: Any) -> list[str]:
    return [each["orderId"] for each in found["orders"]]


async def test_a_change_shows_in_a_search_two_minutes_later_and_at_once_when_read() -> None:
    async with amazon_bench() as amazon:
        order = await amazon.sell((A, 1))
        assert (await amazon.read(order))["fulfillment"]["fulfillmentStatus"] == "UNSHIPPED"
        assert ids(await amazon.search()) == []
        amazon.pass_time(121)
        assert ids(await amazon.search()) == [order.order_id]


async def test_the_end_of_the_period_searched_is_the_start_of_the_next_and_nothing_falls_between() -> None:
    async with amazon_bench() as amazon:
        seen: list[str] = []
        sold, start = [], LONG_AGO
        for _ in range(5):
            sold.append((await amazon.sell((A, 1))).order_id)
            amazon.pass_time(70)
            found = await amazon.search(lastUpdatedAfter=start)
            start = found["lastUpdatedBefore"]
            seen += ids(found)
        amazon.pass_time(130)
        seen += ids(await amazon.search(lastUpdatedAfter=start))
        assert list(dict.fromkeys(seen)) == sold


async def test_the_lag_is_compressed_like_all_time_and_can_be_switched_off() -> None:
    async with amazon_bench(speed=100) as amazon:
        order = await amazon.sell((A, 1))
        amazon.pass_time(1.3)
        assert ids(await amazon.search()) == [order.order_id]
    async with amazon_bench(data_lag=0.0) as amazon:
        order = await amazon.sell((A, 1))
        amazon.pass_time(0.01)
        assert ids(await amazon.search()) == [order.order_id]


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"createdAfter": LONG_AGO, "lastUpdatedAfter": LONG_AGO},
        {"createdAfter": LONG_AGO, "lastUpdatedBefore": "2021-01-01T00:00:00Z"},
        {"lastUpdatedAfter": "2021-01-01T00:00:00Z", "lastUpdatedBefore": LONG_AGO},
        {"lastUpdatedAfter": LONG_AGO, "lastUpdatedBefore": "2999-01-01T00:00:00Z"},
        {"lastUpdatedAfter": "yesterday"},
        {"lastUpdatedAfter": "2999-01-01T00:00:00Z"},
        {"lastUpdatedAfter": LONG_AGO, "maxResultsPerPage": "101"},
        {"lastUpdatedAfter": LONG_AGO, "maxResultsPerPage": "0"},
        {"lastUpdatedAfter": LONG_AGO, "includedData": "EVERYTHING"},
        {"lastUpdatedAfter": LONG_AGO, "fulfillmentStatuses": "Shipped"},
        {"lastUpdatedAfter": LONG_AGO, "fulfilledBy": "MFN"},
        {"lastUpdatedAfter": LONG_AGO, "marketplaceIds": "ATVPDKIKX0DER"},
        {"lastUpdatedAfter": LONG_AGO, "marketplaceIds": ",".join([NL] * 51)},
        {"paginationToken": "nobody gave this"},
    ],
)
async def test_a_search_that_breaks_the_rules_is_refused(params: dict[str, str]) -> None:
    async with amazon_bench() as amazon:
        assert (await amazon.refused("GET", ORDERS, params=params)).startswith("InvalidInput")


async def test_an_end_less_than_two_minutes_ago_is_refused_and_an_older_one_is_told_back() -> None:
    async with amazon_bench() as amazon:
        now = amazon.world.clock.now()
        young = (now - timedelta(seconds=110)).isoformat()
        told = await amazon.refused("GET", ORDERS, params={"createdAfter": LONG_AGO, "createdBefore": young})
        assert "two minutes" in told
        old = (now - timedelta(seconds=130)).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        assert (await amazon.get(ORDERS, createdAfter=LONG_AGO, createdBefore=old))["createdBefore"] == old


async def test_pages_are_bound_to_their_parameters_and_live_a_day() -> None:
    async with amazon_bench() as amazon:
        sold = [(await amazon.sell((A, 1))).order_id for _ in range(3)]
        amazon.pass_time(130)
        first = await amazon.search(maxResultsPerPage=2, includedData="FULFILLMENT")
        token = first["pagination"]["nextToken"]
        changed = {"lastUpdatedAfter": LONG_AGO, "includedData": "BUYER", "paginationToken": token}
        assert "All parameters" in await amazon.refused("GET", ORDERS, params=changed)
        second = await amazon.search(maxResultsPerPage=50, includedData="FULFILLMENT", paginationToken=token)
        assert sorted(ids(first) + ids(second)) == sorted(sold)
        assert "pagination" not in second
        amazon.pass_time(86_500)
        await amazon.renew()
        expired = {"lastUpdatedAfter": LONG_AGO, "includedData": "FULFILLMENT", "paginationToken": token}
        assert "expired" in await amazon.refused("GET", ORDERS, params=expired)


async def test_an_order_changed_while_somebody_pages_moves_into_the_next_period() -> None:
    async with amazon_bench() as amazon:
        orders = []
        for _ in range(3):
            orders.append(await amazon.sell((A, 1)))
            amazon.pass_time(1)
        amazon.pass_time(130)
        first = await amazon.search(maxResultsPerPage=1)
        await amazon.platform.request_cancellation(orders[2].order_id)
        token = first["pagination"]["nextToken"]
        assert ids(await amazon.search(maxResultsPerPage=5, paginationToken=token)) == [orders[1].order_id]
        amazon.pass_time(130)
        assert orders[2].order_id in ids(await amazon.search(lastUpdatedAfter=first["lastUpdatedBefore"]))


async def test_orders_are_filtered_by_status_marketplace_and_shipper() -> None:
    async with amazon_bench() as amazon:
        dutch, german = await amazon.sell((A, 1)), await amazon.sell((A, 1), country="DE")
        pending, by_amazon = await amazon.sell((A, 1), paid=False), await amazon.sell((A, 1), by_platform=True)
        amazon.pass_time(60)
        await amazon.read(by_amazon)
        amazon.pass_time(130)
        assert ids(await amazon.search(marketplaceIds=DE)) == [german.order_id]
        assert ids(await amazon.search(fulfillmentStatuses="PENDING")) == [pending.order_id]
        assert ids(await amazon.search(fulfilledBy="AMAZON")) == [by_amazon.order_id]
        found = await amazon.search(fulfillmentStatuses="UNSHIPPED,PENDING", marketplaceIds=f"{NL},{BE}")
        assert set(ids(found)) >= {dutch.order_id, pending.order_id}
        assert german.order_id not in ids(found)


async def test_a_pending_order_takes_stock_but_shows_neither_address_nor_price_until_it_is_paid() -> None:
    async with amazon_bench() as amazon:
        before = amazon.platform.shown(A)
        order = await amazon.sell((A, 2), paid=False)
        assert amazon.platform.shown(A) == before - 2
        shown = await amazon.read(order)
        assert shown["fulfillment"]["fulfillmentStatus"] == "PENDING"
        assert not {"buyer", "recipient", "proceeds"} & set(shown)
        assert "price" not in shown["orderItems"][0]["product"]
        sale = amazon.world.ledger.sales[("amazon", order.order_id)]
        assert sale.paid_at is None
        await amazon.platform.pay(order.order_id)
        shown = await amazon.read(order)
        assert shown["recipient"]["deliveryAddress"]["countryCode"] == "NL"
        assert shown["proceeds"]["grandTotal"]["amount"] == str(sale.total)
        assert sale.paid_at is not None


async def test_a_paid_order_may_wait_for_its_payment_first() -> None:
    async with amazon_bench(pending_seconds=600) as amazon:
        order = await amazon.sell((A, 1))
        assert order.status == "PENDING"
        amazon.pass_time(901)
        assert (await amazon.read(order))["fulfillment"]["fulfillmentStatus"] == "UNSHIPPED"


async def test_without_a_data_set_only_the_core_is_shown() -> None:
    async with amazon_bench() as amazon:
        order = await amazon.sell((A, 1))
        shown = (await amazon.get(f"{ORDERS}/{order.order_id}"))["order"]
        assert set(shown) == {"orderId", "createdTime", "lastUpdatedTime", "salesChannel", "orderItems"}
        assert set(shown["orderItems"][0]) == {"orderItemId", "quantityOrdered", "product"}
        assert shown["salesChannel"]["marketplaceId"] == NL


async def test_proceeds_add_up_to_what_was_paid_and_tax_is_zero_unless_amazon_calculates_it() -> None:
    async with amazon_bench() as amazon:
        order = await amazon.sell((A, 2), (B, 1), shipping=Decimal("4.95"), discount=Decimal("2.50"))
        shown = await amazon.read(order)
        total = amazon.world.ledger.sales[("amazon", order.order_id)].total
        assert total == sum(amazon.world.prices[sku] * n for sku, n in ((A, 2), (B, 1))) + Decimal("2.45")
        assert Decimal(shown["proceeds"]["grandTotal"]["amount"]) == total
        of_items = [Decimal(each["proceeds"]["proceedsTotal"]["amount"]) for each in shown["orderItems"]]
        assert sum(of_items) == total
        sums = {each["type"]: Decimal(each["subtotal"]["amount"]) for each in shown["proceeds"]["breakdowns"]}
        assert sums["ITEM"] + sums["SHIPPING"] - sums["DISCOUNT"] == total
        assert sums["TAX"] == 0
        amazon.switches.vcs = amazon.switches.discount_negative = True
        shown = await amazon.read(order)
        sums = {each["type"]: Decimal(each["subtotal"]["amount"]) for each in shown["proceeds"]["breakdowns"]}
        assert sums["TAX"] > 0
        assert sums["DISCOUNT"] == Decimal("-2.50")


async def test_without_its_role_an_application_sees_less_or_nothing() -> None:
    async with amazon_bench(roles=[]) as amazon:
        order = await amazon.sell((A, 1), company=True)
        shown = await amazon.read(order)
        assert not {"buyer", "recipient", "tax"} & set(shown)
        amazon.switches.refuse_without_role = True
        path = f"{ORDERS}/{order.order_id}"
        told = await amazon.refused("GET", path, status=403, params={"includedData": EVERYTHING})
        assert told == "Unauthorized: Access to requested resource is denied."
        await amazon.get(path, includedData="PROCEEDS,FULFILLMENT")
        amazon.switches.roles = [TAX_ROLE]
        assert "taxRegistrations" in (await amazon.get(path, includedData="TAX"))["order"]["tax"]


async def test_a_business_buyer_has_a_company_a_vat_number_and_a_programme() -> None:
    async with amazon_bench() as amazon:
        shown = await amazon.read(await amazon.sell((A, 1), company=True, country="DE"))
        assert shown["programs"] == ["AMAZON_BUSINESS"]
        assert shown["buyer"]["buyerCompanyName"]
        assert shown["tax"]["taxRegistrations"][0]["taxRegistrationNumber"].startswith("DE")
        assert shown["recipient"]["deliveryAddress"]["addressType"] == "COMMERCIAL"


async def test_the_country_of_the_buyer_decides_the_marketplace() -> None:
    async with amazon_bench() as amazon:
        made = [await amazon.sell((A, 1), country=country) for country in ("NL", "BE", "DE", "FR", "AT")]
        assert [each.marketplace.country for each in made] == ["NL", "BE", "DE", "FR", "DE"]


async def test_the_phone_disappears_after_the_latest_delivery_date() -> None:
    async with amazon_bench() as amazon:
        order = await amazon.sell((A, 1))
        assert "phone" in (await amazon.read(order))["recipient"]["deliveryAddress"]
        amazon.pass_time(6 * 86_400)
        await amazon.renew()
        assert "phone" not in (await amazon.read(order))["recipient"]["deliveryAddress"]


async def test_amazon_ships_its_own_orders_from_its_own_stock() -> None:
    async with amazon_bench() as amazon:
        own, theirs = amazon.platform.shown(A), amazon.platform.at_amazon(A)
        order = await amazon.sell((A, 1), by_platform=True)
        assert (amazon.platform.shown(A), amazon.platform.at_amazon(A)) == (own, theirs - 1)
        assert amazon.platform.open_orders() == []
        shown = await amazon.read(order)
        assert shown["fulfillment"]["fulfilledBy"] == "AMAZON"
        assert shown["orderItems"][0]["product"]["sellerSku"] == "ART-00001-FBA"
        assert "buyerEmail" not in shown["buyer"]
        amazon.pass_time(60)
        assert (await amazon.read(order))["fulfillment"]["fulfillmentStatus"] == "SHIPPED"
        assert amazon.world.ledger.confirmed == []
        assert amazon.world.ledger.sales[("amazon", order.order_id)].by_platform


async def test_nobody_can_order_more_than_is_shown() -> None:
    async with amazon_bench() as amazon:
        with pytest.raises(SoldOut):
            await amazon.sell((A, amazon.platform.shown(A) + 1))
        with pytest.raises(SoldOut):
            await amazon.sell((B, 1), by_platform=True)
        with pytest.raises(SoldOut):
            await amazon.platform.place_order([Units("nothing", 1)])
        assert amazon.world.ledger.sales == {}


async def test_a_cancelled_order_gives_its_stock_back() -> None:
    async with amazon_bench() as amazon:
        before = amazon.platform.shown(A)
        order = await amazon.sell((A, 2))
        await amazon.platform.cancel(order.order_id)
        assert amazon.platform.shown(A) == before
        assert amazon.world.ledger.sales[("amazon", order.order_id)].cancelled_at is not None
        shown = await amazon.read(order)
        assert shown["fulfillment"]["fulfillmentStatus"] == "CANCELLED"
        assert shown["orderItems"][0]["cancellation"]["cancellationExecution"]["cancelledBy"] == "BUYER"
        assert amazon.platform.open_orders() == []


async def test_a_wish_to_cancel_binds_nobody() -> None:
    async with amazon_bench() as amazon:
        order = await amazon.sell((A, 1))
        await amazon.platform.request_cancellation(order.order_id)
        shown = await amazon.read(order)
        assert shown["orderItems"][0]["cancellation"]["cancellationRequest"]["requester"] == "BUYER"
        assert amazon.platform.open_orders() == [order.order_id]


async def test_amazon_cancels_what_nobody_ships() -> None:
    async with amazon_bench(speed=1000) as amazon:
        order = await amazon.sell((A, 1))
        amazon.pass_time(9 * 86_400 / 1000 + 1)
        assert amazon.platform.open_orders() == []
        assert order.status == "CANCELLED"


async def test_orders_come_strange_when_asked_to() -> None:
    async with amazon_bench(addressless=1, unknown_status=1, extra_members=True, facilitator=True) as amazon:
        shown = await amazon.read(await amazon.sell((A, 1)))
        assert "recipient" not in shown
        assert shown["fulfillment"]["fulfillmentStatus"] == "AWAITING_ROBOT"
        assert "sandboxMember" in shown
        assert shown["orderItems"][0]["tax"]["taxCollections"][0]["model"] == "MARKETPLACE_FACILITATOR"
        assert "recipient" in await amazon.read(await amazon.sell((A, 1)))


async def test_deadlines_are_dates_that_lie_ahead_however_fast_time_runs() -> None:
    async with amazon_bench(speed=1000) as amazon:
        shown = await amazon.read(await amazon.sell((A, 1)))
        latest = datetime.fromisoformat(shown["fulfillment"]["shipByWindow"]["latestDateTime"])
        assert latest > amazon.world.clock.now() + timedelta(days=1)


async def test_an_unknown_order_is_not_found() -> None:
    async with amazon_bench() as amazon:
        assert (await amazon.refused("GET", f"{ORDERS}/402-0000000-0000000", status=404)).startswith("NotFound")
