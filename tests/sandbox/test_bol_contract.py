"""Every answer of the simulated bol.com fits the published specification."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest

from hub.sandbox.bol.checks import REASONS, RESOURCES
from hub.sandbox.bol.limits import MINUTE, SECOND, Limits
from hub.sandbox.bol.switches import Switches
from hub.sandbox.ledger import Units
from tests.sandbox.bol_bench import BolBench, bol_bench
from tests.sandbox.bol_spec import FOLDER, check, specification
from tests.sandbox.test_bol_shipments import parcel, ship

A, B = "ART-00001", "ART-00002"
WINDOWS = {"SECONDS": SECOND, "MINUTE": MINUTE, "HOURS": 3600}
pytestmark = pytest.mark.skipif(not FOLDER.exists(), reason=f"the specifications in {FOLDER} are absent")


async def busy(bol: BolBench) -> list[str]:
    """Make orders of every kind, some of them shipped."""
    kinds: list[dict[str, Any]] = [{}, {"company": True}, {"country": "BE"}, {"by_platform": True}]
    made = [await bol.platform.place_order([Units(A, 1), Units(A, 2)], **kind) for kind in kinds[:3]]
    made.append(await bol.platform.place_order([Units(A, 1)], by_platform=True))
    first = await bol.get(f"/retailer/orders/{made[0]}")
    await ship(bol, parcel((first["orderItems"][0]["orderItemId"], 1), shipmentReference="one"))
    bol.pass_time(20)
    await bol.platform.announce_return(made[0], [Units(A, 1)])
    return made


@pytest.mark.parametrize("switches", [Switches(starting_stock=True), Switches(True, null_product=9, null_offer=9)])
async def test_orders_fit_in_list_and_detail(switches: Switches) -> None:
    async with bol_bench(switches) as bol:
        made = await busy(bol)
        check("retailer", "ReducedOrders", await bol.get("/retailer/orders?status=ALL&fulfilment-method=ALL"))
        for order_id in made:
            check("retailer", "Order", await bol.get(f"/retailer/orders/{order_id}"))


async def test_pickup_points_and_phones_fit() -> None:
    async with bol_bench(Switches(True, pickup_chance=1, phone_chance=1)) as bol:
        check("retailer", "Order", await bol.sell(A))


async def test_shipments_fit_in_list_and_detail() -> None:
    async with bol_bench(Switches(starting_stock=True)) as bol:
        await busy(bol)
        listed = [await bol.get(f"/retailer/shipments?fulfilment-method={method}") for method in ("FBR", "FBB")]
        for rows in listed:
            check("retailer", "ShipmentsResponse", rows)
            for row in rows["shipments"]:
                check("retailer", "Shipment", await bol.get(f"/retailer/shipments/{row['shipmentId']}"))


async def test_returns_fit_in_list_and_detail_announced_and_handled() -> None:
    async with bol_bench(Switches(starting_stock=True)) as bol:
        await busy(bol)
        listed = await bol.get("/retailer/returns?handled=false")
        check("retailer", "ReturnsResponse", listed)
        (told,) = listed["returns"]
        body = {"handlingResult": "RETURN_RECEIVED", "quantityReturned": 1}
        check("retailer", "ReturnRequest", body)
        accepted = await bol.ask("PUT", f"/retailer/returns/{told['returnItems'][0]['rmaId']}", body)
        check("shared", "ProcessStatus", accepted.json())
        assert (await bol.finished(accepted))["status"] == "SUCCESS"
        check("retailer", "Return", await bol.get(f"/retailer/returns/{told['returnId']}"))
        assert not (await bol.get("/retailer/returns?handled=false")).get("returns")
        assert [each["returnId"] for each in (await bol.get("/retailer/returns?handled=true"))["returns"]] == [
            told["returnId"]
        ]


async def test_process_statuses_fit_pending_failed_and_done() -> None:
    async with bol_bench(Switches(starting_stock=True)) as bol:
        item = (await bol.sell(A))["orderItems"][0]["orderItemId"]
        accepted = await bol.ask("POST", "/retailer/shipments", parcel((item, 1)))
        check("shared", "ProcessStatus", accepted.json())
        for body in (await bol.finished(accepted), await ship(bol, parcel((item, 1)))):
            check("shared", "ProcessStatus", body)
        query = {"processStatusQueries": [{"processStatusId": accepted.json()["processStatusId"]}]}
        check("shared", "ProcessStatusResponse", (await bol.ask("POST", "/shared/process-status", query)).json())


async def test_offers_fit_for_sale_and_not() -> None:
    async with bol_bench() as bol:
        await bol.stock(A, 3)
        check("offers", "OfferListResponse", await bol.get("/retailer/offers?page-size=100", 11))
        check("offers", "OfferListResponse", await bol.get("/retailer/offers?page-size=1", 11))
        path = f"/retailer/offers/{(await bol.offer(B))['offerId']}"
        check("offers", "OfferResponse", await bol.get(path, 11))
        check("offers", "NotForSaleReasons", await bol.get(f"{path}/not-for-sale-reasons", 11))


async def test_offers_fit_the_older_version_too() -> None:
    async with bol_bench() as bol:
        await bol.stock(A, 3)
        for sku in (A, B):
            offer_id = (await bol.offer(sku))["offerId"]
            check("retailer", "RetailerOffer", await bol.get(f"/retailer/offers/{offer_id}"))
        body = {"amount": 5, "managedByRetailer": True}
        check("retailer", "UpdateOfferStockRequest", body)
        accepted = await bol.ask("PUT", f"/retailer/offers/{offer_id}/stock", body)
        check("shared", "ProcessStatus", accepted.json())
        assert (await bol.finished(accepted))["status"] == "SUCCESS"
        assert (await bol.offer(B))["stock"]["amount"] == 5


async def test_the_validator_chooses_conditions_and_reasons_by_category() -> None:
    check("offers", "Condition", {"category": "SECONDHAND", "state": "AS_NEW", "comment": "Slightly used"})
    with pytest.raises(jsonschema.ValidationError):
        check("offers", "Condition", {"category": "REFURBISHED"})


async def test_problems_with_violations_fit() -> None:
    async with bol_bench() as bol:
        offers = await bol.ask("GET", "/retailer/offers?page-size=0", version=11)
        check("offers", "Problem", offers.json())
        check("retailer", "Problem", (await bol.ask("GET", "/retailer/orders?page=0")).json())


async def test_stock_at_bol_returns_and_subscriptions_fit() -> None:
    async with bol_bench() as bol:
        check("retailer", "InventoryResponse", await bol.get("/retailer/inventory"))
        check("retailer", "KeySetResponse", await bol.get("/retailer/subscriptions/signature-keys"))
        body = {"resources": ["ORDER"], "url": "http://hub.test/", "subscriptionType": "WEBHOOK"}
        check("retailer", "SubscriptionRequest", body)
        await bol.finished(await bol.ask("POST", "/retailer/subscriptions", body))
        check("retailer", "SubscriptionsResponse", await bol.get("/retailer/subscriptions"))


def test_reasons_and_resources_are_those_of_the_specification() -> None:
    schemas = specification("retailer")["components"]["schemas"]
    assert schemas["OrderItemCancellation"]["properties"]["reasonCode"]["enum"] == REASONS
    resources = schemas["SubscriptionRequest"]["properties"]["resources"]["items"]["enum"]
    assert sorted(resources) == sorted(RESOURCES)


def test_the_limits_are_those_that_were_transcribed() -> None:
    """Rules for paths the sandbox does not serve (exports, invoices, commissions, products) are left out."""
    rules = json.loads((FOLDER / "ratelimits-transcribed.json").read_text())["rules"]
    served = ("orders", "shipments", "returns", "inventory", "subscriptions", "process-status", "offers")
    compared = 0
    for rule in rules:
        if not any(name in rule["path"] for name in served) or "export" in rule["path"] or "products" in rule["path"]:
            continue
        path = rule["path"].replace("*", "" if rule["path"].endswith("subscriptions*") else "1")
        for method in {"GET", "POST", "PUT", "PATCH", "DELETE"} & set(rule["methods"]):
            verdict = Limits().take(method, path, 0)
            assert verdict is not None, path
            assert verdict.limit == rule["maxCapacity"], path
            compared += 1
    assert compared > 10
