"""Every answer of the simulated Amazon fits the published models; where the models are wrong, it is said here."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from hub.sandbox.amazon import listing_wire, order_wire
from hub.sandbox.amazon.order_query import STATUSES
from hub.sandbox.amazon.usage import PLANS
from tests.sandbox.amazon_bench import DE, EVERYTHING, ITEMS, LONG_AGO, NL, ORDERS, AmazonBench, amazon_bench
from tests.sandbox.amazon_feeding import FEEDS, REPORTS, document, download, finished, partial, submit
from tests.sandbox.amazon_spec import FOLDER, MODELS, check_answer, check_file, examples, read, validator
from tests.sandbox.test_amazon_notices import NOTICES, destination, subscribe

A, B = "ART-00001", "ART-00002"
pytestmark = pytest.mark.skipif(not FOLDER.exists(), reason=f"the models in {FOLDER} are absent")


async def busy(amazon: AmazonBench) -> list[Any]:
    """Make orders of every kind and in every state."""
    kinds: list[dict[str, Any]] = [
        {},
        {"company": True, "country": "DE"},
        {"by_platform": True},
        {"paid": False},
        {"country": "BE", "shipping": Decimal(4), "discount": Decimal(1)},
    ]
    made = [await amazon.sell((A, 2), **each) for each in kinds]
    await amazon.confirm(made[0], (0, 1))
    await amazon.confirm(made[1], (0, 2), shippingMethod="Standard")
    await amazon.platform.request_cancellation(made[4].order_id)
    gone = await amazon.sell((B, 1))
    await amazon.platform.cancel(gone.order_id)
    amazon.pass_time(100)
    await amazon.read(gone)
    amazon.pass_time(130)
    return [*made, gone]


@pytest.mark.parametrize("bent", [{}, {"vcs": True, "facilitator": True}, {"pending_prices": True}, {"roles": []}])
async def test_orders_fit_in_search_and_detail(bent: dict[str, Any]) -> None:
    async with amazon_bench(pickup_chance=0.5, **bent) as amazon:
        amazon.examine = check_answer
        orders = await busy(amazon)
        for included in (EVERYTHING, "FULFILLMENT", ""):
            found = await amazon.search(includedData=included, maxResultsPerPage=3)
            token = found["pagination"]["nextToken"]
            await amazon.search(includedData=included, paginationToken=token)
        await amazon.get(ORDERS, createdAfter=LONG_AGO, includedData=EVERYTHING)
        shown = [await amazon.read(order) for order in orders]
        reached = {each["fulfillment"]["fulfillmentStatus"] for each in shown}
        assert reached == {"PARTIALLY_SHIPPED", "SHIPPED", "PENDING", "UNSHIPPED", "CANCELLED"}


async def test_refusals_fit() -> None:
    async with amazon_bench() as amazon:
        amazon.examine = check_answer
        order = await amazon.sell((A, 1))
        await amazon.refused("GET", ORDERS)
        await amazon.refused("GET", f"{ORDERS}/402-0000000-0000000", status=404)
        path = f"/orders/v0/orders/{order.order_id}/shipmentConfirmation"
        await amazon.refused("POST", path, amazon.package(order, (0, 9)))
        await amazon.refused("GET", f"{ITEMS}/NOBODY", status=404, params={"marketplaceIds": NL})
        await amazon.refused("GET", f"{FEEDS}/feeds")
        await amazon.refused("GET", f"{REPORTS}/reports/1", status=404)
        await amazon.refused("GET", f"{NOTICES}/subscriptions/ORDER_CHANGE", status=404)
        amazon.tokens["seller"] = "Atza|nonsense"
        for where in (ORDERS, ITEMS, f"{FEEDS}/feeds", f"{REPORTS}/reports", "/sellers/v1/marketplaceParticipations"):
            await amazon.refused("GET", where, status=403)


async def test_a_429_fits() -> None:
    async with amazon_bench() as amazon:
        amazon.examine = check_answer
        for _ in range(PLANS["searchListingsItems"].burst):
            await amazon.ask("GET", ITEMS, params={"marketplaceIds": NL})
        await amazon.refused("GET", ITEMS, status=429, params={"marketplaceIds": NL})


async def test_listings_fit_in_search_detail_and_patch() -> None:
    async with amazon_bench() as amazon:
        amazon.examine = check_answer
        every = ",".join(listing_wire.DATA_SETS - {"procurement"})
        await amazon.get(ITEMS, marketplaceIds=NL, includedData=every)
        for sku in (A, B, "ART-00001-FBA"):
            await amazon.get(f"{ITEMS}/{sku}", marketplaceIds=f"{NL},{DE}", includedData=every)
        await amazon.stock(A, 3)
        await amazon.stock("NOBODY", 3)
        await amazon.patch(A, {"quantity": -1}, mode="VALIDATION_PREVIEW", includedData="identifiers,issues")


async def test_feeds_reports_and_sellers_fit() -> None:
    async with amazon_bench() as amazon:
        amazon.examine = check_answer
        done = await finished(amazon, await submit(amazon, document(partial(A, 3))))
        await download(amazon, f"{FEEDS}/documents/{done['resultFeedDocumentId']}")
        waiting = await submit(amazon, document(partial(A, 3)))
        await amazon.get(f"{FEEDS}/feeds", feedTypes="JSON_LISTINGS_FEED", pageSize="1")
        await amazon.send("DELETE", f"{FEEDS}/feeds/{waiting}")
        asked = {"reportType": "GET_MERCHANT_LISTINGS_ALL_DATA", "marketplaceIds": [NL]}
        made = (await amazon.send("POST", f"{REPORTS}/reports", asked, 202))["reportId"]
        for _ in range(2):
            amazon.pass_time(31)
            report = await amazon.get(f"{REPORTS}/reports/{made}")
        await amazon.get(f"{REPORTS}/documents/{report['reportDocumentId']}")
        await amazon.get(f"{REPORTS}/reports", reportTypes="GET_MERCHANT_LISTINGS_ALL_DATA")
        await amazon.get("/sellers/v1/marketplaceParticipations")


async def test_notifications_fit() -> None:
    async with amazon_bench() as amazon:
        amazon.examine = check_answer
        bus = {"eventBridge": {"accountId": "123456789012", "region": "eu-west-1"}}
        for name, resource in (("queue", None), ("bus", bus)):
            where = await destination(amazon, resource, name)
            await amazon.send("GET", f"{NOTICES}/destinations/{where}", who="app")
        await amazon.send("GET", f"{NOTICES}/destinations", who="app")
        made = await subscribe(amazon, "LISTINGS_ITEM_MFN_QUANTITY_CHANGE", where, "1.0")
        kind = f"{NOTICES}/subscriptions/LISTINGS_ITEM_MFN_QUANTITY_CHANGE"
        await amazon.get(kind)
        await amazon.get(f"{NOTICES}/subscriptions", notificationTypes="LISTINGS_ITEM_MFN_QUANTITY_CHANGE")
        body = {"payloadVersion": "1.0", "destinationId": where}
        await amazon.refused("POST", kind, body, 409)
        await amazon.send("GET", f"{kind}/{made['subscriptionId']}", who="app")
        await amazon.send("DELETE", f"{kind}/{made['subscriptionId']}", who="app")
        await amazon.send("DELETE", f"{NOTICES}/destinations/{where}", who="app")


async def test_data_sets_and_statuses_are_those_of_the_models() -> None:
    listings = read("models/listingsItems_2021-08-01.json")["paths"]["/listings/2021-08-01/items/{sellerId}"]["get"]
    assert set(_values(listings, "includedData")) == listing_wire.DATA_SETS
    orders = read("models/orders_2026-01-01.json")["paths"]["/orders/2026-01-01/orders"]["get"]
    assert set(_values(orders, "includedData")) == order_wire.DATA_SETS
    assert set(_values(orders, "fulfillmentStatuses")) == STATUSES


def _values(operation: Any, name: str) -> list[str]:
    return next(list(each["items"]["enum"]) for each in operation["parameters"] if each["name"] == name)


async def test_usage_plans_are_those_read_out_of_the_models() -> None:
    rows = json.loads((FOLDER / "reference" / "usage-plans-derived.json").read_text())["operations"]
    known = {each["operationId"]: each for each in rows if not each["deprecated"]}
    assert {name: (known[name]["rate"], known[name]["burst"]) for name in PLANS} == {
        name: (plan.rate, plan.burst) for name, plan in PLANS.items()
    }


def test_the_models_own_examples_fit_once_their_known_defects_are_mended() -> None:
    found = {
        where
        for model in MODELS
        for where, schema, body in examples(model)
        if not validator(model, schema).is_valid(body)
    }
    assert found == set()


def test_amazons_own_notification_examples_fit() -> None:
    """Two schemas are defective where it counts, which is the reason why those notifications are not announced here."""
    for path in (FOLDER / "schemas" / "notifications").glob("*.json"):
        name = f"schemas/notifications/{path.name}"
        for example in read(name).get("examples", []):
            check_file(name, example)


def test_amazons_own_feed_examples_fit() -> None:
    for name in ("listings-feed-schema-v2", "listings-feed-processing-report-schema-v2"):
        check_file(f"schemas/feeds/{name}.json", read(f"schemas/feeds/{name}.example.json"))
