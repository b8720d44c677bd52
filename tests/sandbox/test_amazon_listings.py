"""Amazon's listings: one quantity a SKU, patches that are accepted first and true later."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.amazon_bench import BE, DE, ITEMS, NL, AmazonBench, amazon_bench

A, B, FBA = "ART-00001", "ART-00002", "ART-00001-FBA"
OWN = "DEFAULT"


async def available(amazon: AmazonBench, sku: str = A) -> Any:
    return (await amazon.listing(sku))["fulfillmentAvailability"]


async def test_an_accepted_patch_is_not_yet_true() -> None:
    async with amazon_bench() as amazon:
        before = amazon.platform.shown(A)
        accepted = await amazon.stock(A, 3)
        assert (accepted["sku"], accepted["status"], accepted["issues"]) == (A, "ACCEPTED", [])
        assert await available(amazon) == [{"fulfillmentChannelCode": OWN, "quantity": before}]
        amazon.pass_time(8)
        assert await available(amazon) == [{"fulfillmentChannelCode": OWN, "quantity": 3}]
        last = amazon.world.ledger.shown[-1]
        assert (last.channel, last.sku, last.quantity, last.by) == ("amazon", A, 3, "hub")


async def test_one_quantity_serves_all_marketplaces() -> None:
    async with amazon_bench() as amazon:
        await amazon.patch(A, {"fulfillment_channel_code": OWN, "quantity": 4}, marketplaceIds=DE)
        amazon.pass_time(8)
        found = await amazon.get(f"{ITEMS}/{A}", marketplaceIds=BE, includedData="fulfillmentAvailability")
        assert found["fulfillmentAvailability"][0]["quantity"] == 4


async def test_merge_keeps_the_handling_time_and_replace_drops_it() -> None:
    async with amazon_bench() as amazon:
        await amazon.stock(A, 3)
        amazon.pass_time(8)
        (entry,) = (await amazon.listing(A, "attributes"))["attributes"]["fulfillment_availability"]
        assert entry == {"fulfillment_channel_code": OWN, "quantity": 3, "lead_time_to_ship_max_days": 2}
        await amazon.stock(A, 2, "replace")
        amazon.pass_time(8)
        (entry,) = (await amazon.listing(A, "attributes"))["attributes"]["fulfillment_availability"]
        assert entry == {"fulfillment_channel_code": OWN, "quantity": 2}


async def test_patches_of_one_sku_take_effect_in_the_order_in_which_they_came() -> None:
    async with amazon_bench() as amazon:
        for quantity in (9, 8, 7):
            await amazon.stock(A, quantity)
        amazon.pass_time(8)
        assert amazon.platform.shown(A) == 7
        assert [note.quantity for note in amazon.world.ledger.shown if note.by == "hub"] == [9, 8, 7]


@pytest.mark.parametrize(
    "value",
    [
        {"fulfillment_channel_code": OWN, "quantity": -1},
        {"fulfillment_channel_code": OWN, "quantity": "3"},
        {"fulfillment_channel_code": OWN, "quantity": 1.5},
        {"fulfillment_channel_code": "MARS", "quantity": 3},
        {"quantity": 3},
    ],
)
async def test_invalid_values_are_told_in_a_200_and_change_nothing(value: dict[str, Any]) -> None:
    async with amazon_bench() as amazon:
        before = amazon.platform.shown(A)
        told = await amazon.patch(A, value)
        assert told["status"] == "INVALID"
        assert told["issues"][0]["severity"] == "ERROR"
        assert told["issues"][0]["attributeNames"] == ["fulfillment_availability"]
        amazon.pass_time(60)
        assert amazon.platform.shown(A) == before


async def test_an_unknown_sku_is_invalid_and_case_matters() -> None:
    async with amazon_bench() as amazon:
        assert (await amazon.stock("art-00001", 3))["issues"][0]["code"] == "13013"
        await amazon.refused("GET", f"{ITEMS}/art-00001", status=404, params={"marketplaceIds": NL})


@pytest.mark.parametrize(
    ("body", "params"),
    [
        ({"patches": [{"op": "merge", "path": "/attributes/x", "value": [{}]}]}, {}),
        ({"productType": "PRODUCT", "patches": []}, {}),
        ({"productType": "PRODUCT", "patches": [{"op": "test", "path": "/attributes/x", "value": [{}]}]}, {}),
        ({"productType": "PRODUCT", "patches": [{"op": "merge", "path": "/attributes/x/0/y", "value": [{}]}]}, {}),
        ({"productType": "PRODUCT", "patches": [{"op": "merge", "path": "/x", "value": [{}]}]}, {}),
        ({"productType": "PRODUCT", "patches": [{"op": "merge", "path": "/attributes/x", "value": {}}]}, {}),
        (None, {"marketplaceIds": ""}),
        (None, {"marketplaceIds": f"{NL},{DE}"}),
        (None, {"marketplaceIds": "A1F83G8C2ARO7P"}),
        (None, {"mode": "DRY_RUN"}),
    ],
)
async def test_a_patch_that_breaks_the_specification_is_refused(body: Any, params: dict[str, str]) -> None:
    value = [{"fulfillment_channel_code": OWN, "quantity": 1}]
    good = {"op": "merge", "path": "/attributes/fulfillment_availability", "value": value}
    async with amazon_bench() as amazon:
        sent = body or {"productType": "PRODUCT", "patches": [good]}
        told = await amazon.refused("PATCH", f"{ITEMS}/{A}", sent, params={"marketplaceIds": NL} | params)
        assert told.startswith("InvalidInput")


async def test_another_seller_is_nobodys_business() -> None:
    async with amazon_bench() as amazon:
        path = "/listings/2021-08-01/items/SOMEBODY/ART-00001"
        await amazon.refused("GET", path, status=403, params={"marketplaceIds": NL})


async def test_a_preview_checks_and_changes_nothing() -> None:
    async with amazon_bench() as amazon:
        before = amazon.platform.shown(A)
        asked = {"mode": "VALIDATION_PREVIEW", "includedData": "identifiers,issues"}
        told = await amazon.patch(A, {"fulfillment_channel_code": OWN, "quantity": 1}, **asked)
        assert (told["status"], told["identifiers"][0]["marketplaceId"]) == ("VALID", NL)
        amazon.pass_time(60)
        assert amazon.platform.shown(A) == before


async def test_patching_an_offer_that_amazon_ships_makes_it_the_sellers_own() -> None:
    async with amazon_bench() as amazon:
        assert FBA not in amazon.platform.listed()
        assert await available(amazon, FBA) == [{"fulfillmentChannelCode": "AMAZON_EU"}]
        await amazon.stock(FBA, 5)
        amazon.pass_time(8)
        assert await available(amazon, FBA) == [{"fulfillmentChannelCode": OWN, "quantity": 5}]
        assert FBA in amazon.platform.listed()
        assert amazon.platform.at_amazon(A) == 0
        assert amazon.world.ledger.shown[-1].sku == FBA


async def test_orders_lower_the_quantity_and_a_later_patch_is_absolute() -> None:
    async with amazon_bench() as amazon:
        await amazon.stock(A, 5)
        amazon.pass_time(8)
        await amazon.sell((A, 2))
        assert amazon.platform.shown(A) == 3
        assert amazon.world.ledger.shown[-1].by == "sale"
        await amazon.stock(A, 9)
        amazon.pass_time(8)
        assert amazon.platform.shown(A) == 9


async def test_a_sku_may_hold_spaces_and_slashes() -> None:
    async with amazon_bench() as amazon:
        listings = amazon.platform.account.listings.by_sku
        listings["A/B C"] = listings.pop(A)
        listings["A/B C"].sku = "A/B C"
        assert (await amazon.stock("A/B C", 2))["status"] == "ACCEPTED"
        amazon.pass_time(8)
        assert await available(amazon, "A/B C") == [{"fulfillmentChannelCode": OWN, "quantity": 2}]


async def test_without_opening_stock_nothing_is_for_sale() -> None:
    async with amazon_bench(starting_stock=False) as amazon:
        assert {amazon.platform.shown(sku) for sku in amazon.platform.listed()} == {0}
        summary = (await amazon.listing(A, "summaries"))["summaries"][0]
        assert summary["status"] == ["DISCOVERABLE"]


async def test_a_search_shows_twenty_at_most_and_a_thousand_in_all() -> None:
    async with amazon_bench(goods=1100) as amazon:
        asked = {"marketplaceIds": NL, "sortBy": "sku", "sortOrder": "ASC", "pageSize": "20"}
        found = await amazon.get(ITEMS, **asked)
        assert found["numberOfResults"] == 1100 + 110
        assert [each["sku"] for each in found["items"][:3]] == [A, FBA, B]
        assert len(found["items"]) == 20
        second = await amazon.get(ITEMS, **asked, pageToken=found["pagination"]["nextToken"])
        assert second["items"][0]["sku"] > found["items"][-1]["sku"]
        last = await amazon.get(ITEMS, **asked, pageToken="980")
        assert "nextToken" not in last["pagination"]
        await amazon.refused("GET", ITEMS, params=asked | {"pageSize": "21"})


async def test_listings_are_found_by_sku_and_by_ean() -> None:
    async with amazon_bench() as amazon:
        found = await amazon.get(ITEMS, marketplaceIds=NL, identifiers=f"{A},{B},X", identifiersType="SKU")
        assert {each["sku"] for each in found["items"]} == {A, B}
        ean = amazon.world.by_sku[A].ean
        found = await amazon.get(ITEMS, marketplaceIds=NL, identifiers=ean, identifiersType="EAN")
        assert {each["sku"] for each in found["items"]} == {A, FBA}
        await amazon.refused("GET", ITEMS, params={"marketplaceIds": NL, "identifiers": A})


async def test_submissions_go_wrong_when_asked_to() -> None:
    async with amazon_bench(invalid_patches=1, lost_patches=1, late_patches=1) as amazon:
        before = amazon.platform.shown(A)
        assert (await amazon.stock(A, 1))["status"] == "INVALID"
        assert (await amazon.stock(A, 2))["status"] == "ACCEPTED"
        assert (await amazon.stock(A, 3))["status"] == "ACCEPTED"
        amazon.pass_time(60)
        assert amazon.platform.shown(A) == before
        amazon.pass_time(170)
        assert amazon.platform.shown(A) == 3
