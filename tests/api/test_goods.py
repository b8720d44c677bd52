"""How listings stand for products: what waits for a person, and how a person says it."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import insert, select, update

from hub.domain.tenant import Role
from hub.store import tables
from hub.store.engine import Database, Work
from tests.api.caller import Caller, global_id
from tests.api.changing import kinds_posted
from tests.api.conftest import Calling
from tests.api.house import DIVISION, NOON, House, line_row, order_row

SHOP = global_id("Channel", "shop")
EAN = "8712345678906"


async def put(database: Database, table: Any, **values: Any) -> None:
    async def write(work: Work) -> None:
        await work.execute(insert(table).values(tenant_id="acme", **values))

    await database.write(write)


async def offer(database: Database, name: str, **values: Any) -> str:
    """Let the shop offer something that nobody mapped; return its global id."""
    usual = {"channel_id": "shop", "external_id": name, "title": name, "refs": {}, "by_platform": False}
    await put(database, tables.listing, listing_id=name, status="unmapped", **usual, **values)
    return global_id("Listing", name)


async def add_product(database: Database, code: str, *, fractional: bool = False) -> str:
    await put(database, tables.product, product_id=code, code=code, ean=EAN, description=code)
    await put(
        database, tables.erp_item, division=DIVISION, item_id=code, product_id=code, stocked=True, sold=True,
        ended=False, fractional=fractional,
    )  # fmt: skip
    return global_id("Product", code)


async def wait_for(database: Database, house: House, name: str, sku: str) -> None:
    """Hold an order for an unknown product."""
    held = {"status": "held", "hold_cause": "unknown_product", "hold_detail": {"message": "No item."}}
    await put(database, tables.orders, **order_row(house, name, **held))
    await put(database, tables.order_line, **line_row(house, name, sku=sku, product_id=None))


async def test_the_repair_list_tells_why_and_what_may_be_meant(
    calling: Calling, house: House, database: Database
) -> None:
    caller = await calling(Role.VIEWER)
    await add_product(database, "MUG-B")
    await offer(database, "torn", ean=EAN)
    await offer(database, "strange", sku="X")
    await offer(database, "near", sku="WEB-MUG-6PK")
    rules = {"prefixes": ["WEB-"], "multipack": "-{units}PK"}
    await (await calling()).change("channelConfigure", "channel { id }", channelId=SHOP, settings={"matching": rules})
    asked = "nodes { externalId mappingProblem candidates { by units product { code } } }"
    found = (await caller.ask(f"{{ listingsToRepair {{ {asked} }} }}"))["listingsToRepair"]["nodes"]
    told = {
        one["externalId"]: (
            one["mappingProblem"],
            [(each["by"], each["units"], each["product"]["code"]) for each in one["candidates"]],
        )
        for one in found
    }
    assert told == {
        "torn": ("AMBIGUOUS", [("EAN", None, "MUG"), ("EAN", None, "MUG-B")]),
        "strange": ("NOTHING_FITS", []),
        "near": ("NOTHING_FITS", [("RULE", "6", "MUG")]),
    }


async def test_a_kit_is_mapped_part_by_part_and_shown(calling: Calling, house: House, database: Database) -> None:
    caller = await calling(Role.OPERATOR)
    tea = await add_product(database, "TEA", fractional=True)
    mug = global_id("Product", house.key("product"))
    listing = await offer(database, "set", sku="SET")
    await wait_for(database, house, "waiting", "SET")
    parts = [{"productId": mug, "units": "2", "weight": "3"}, {"productId": tea, "units": "0.5", "weight": "1.5"}]
    shown = "listing { status mappedBy parts { units weight product { code } } }"
    changed = await caller.change("listingMap", shown, listingId=listing, parts=parts)
    assert changed["listing"] == {
        "status": "MAPPED",
        "mappedBy": "hand",
        "parts": [
            {"units": "2.00", "weight": "3.00", "product": {"code": "MUG"}},
            {"units": "0.50", "weight": "1.50", "product": {"code": "TEA"}},
        ],
    }
    assert "channel.stock.publish" in await kinds_posted(database, "channel/acme/shop")
    assert await went_on(caller, house, "waiting") == ("READY", [("2.00", True), ("0.50", True)])


async def went_on(caller: Caller, house: House, name: str) -> tuple[str, list[tuple[str, bool]]]:
    """Return the state of an order, and the parts of its first line."""
    query = "query ($id: ID!) { order(id: $id) { status lines { parts { units booked } product { code } } } }"
    found = (await caller.ask(query, id=global_id("Order", house.key(name))))["order"]
    return found["status"], [(part["units"], part["booked"]) for part in found["lines"][0]["parts"]]


async def test_a_sku_that_is_no_listing_is_repaired_once_for_all_its_orders(
    calling: Calling, house: House, database: Database
) -> None:
    caller = await calling(Role.OPERATOR)
    for name in ("first", "second"):
        await wait_for(database, house, name, "GONE")
    await wait_for(database, house, "listed", "MUG")
    found = (await caller.ask("{ linesToRepair { nodes { id sku } } }"))["linesToRepair"]["nodes"]
    assert [one["sku"] for one in found] == ["GONE", "GONE"]
    product = global_id("Product", house.key("product"))
    changed = await caller.change(
        "orderLineMap", "line { unitsPerOffer product { code } }", lineId=found[0]["id"], productId=product, units="6"
    )
    assert changed["line"] == {"unitsPerOffer": "6.00", "product": {"code": "MUG"}}
    assert [(await went_on(caller, house, name))[0] for name in ("first", "second")] == ["READY", "READY"]
    assert (await caller.ask("{ linesToRepair { nodes { id } } }"))["linesToRepair"]["nodes"] == []


MUG = global_id("Product", "acme-product")


@pytest.mark.parametrize(
    ("parts", "code", "field"),
    [
        ([{"productId": MUG, "units": "0.5"}], "UNITS_UNFIT", ["parts", "0", "units"]),
        ([{"productId": MUG, "units": "0"}], "UNITS_UNFIT", ["parts", "0", "units"]),
        ([{"productId": MUG}] * 2, "MAPPED_TWICE", ["parts"]),
        ([{"productId": global_id("Product", "none")}], "PRODUCT_UNKNOWN", ["parts", "0", "productId"]),
        ([{"productId": MUG, "weight": "0"}], "WEIGHT_UNFIT", ["parts", "0", "weight"]),
    ],
)
async def test_parts_that_no_offer_can_hold_are_refused(
    calling: Calling, house: House, parts: list[Any], code: str, field: list[str]
) -> None:
    caller = await calling(Role.OPERATOR)
    listing = global_id("Listing", house.key("listing"))
    refused = await caller.change("listingMap", "listing { id }", listingId=listing, parts=parts)
    assert [(one["code"], one["field"]) for one in refused["userErrors"]] == [(code, field)]


@pytest.mark.parametrize(
    ("settings", "code", "field"),
    [
        ({"rule": {"unitsPerOffer": "0.5"}}, "UNITS_UNFIT", ["settings", "rule", "unitsPerOffer"]),
        ({"rule": {"safetyStock": "-1"}}, "RULE_UNFIT", ["settings", "rule", "safetyStock"]),
        ({"rule": {"backorder": 1000}}, "RULE_UNFIT", ["settings", "rule", "backorder"]),
        ({"rule": {"presale": 5}}, "RULE_UNFIT", ["settings", "rule", "presale"]),
        ({"matching": {"multipack": "-PK"}}, "RULE_UNFIT", ["settings", "matching", "multipack"]),
        ({"matching": {"prefixes": [" "]}}, "RULE_UNFIT", ["settings", "matching", "prefixes"]),
        ({"zeroGuard": {"percent": 101}}, "RULE_UNFIT", ["settings", "zeroGuard", "percent"]),
        ({"zeroGuard": {"minutes": 61}}, "RULE_UNFIT", ["settings", "zeroGuard", "minutes"]),
    ],
)
async def test_rules_that_make_no_sense_are_refused_when_they_are_saved(
    calling: Calling, house: House, settings: dict[str, Any], code: str, field: list[str]
) -> None:
    caller = await calling()
    refused = await caller.change("channelConfigure", "channel { name }", channelId=SHOP, settings=settings)
    assert [(one["code"], one["field"]) for one in refused["userErrors"]] == [(code, field)]


async def test_settings_of_goods_are_saved_and_shown(calling: Calling, house: House, database: Database) -> None:
    caller = await calling()
    given = {
        "matching": {"prefixes": ["WEB-"], "suffixes": ["-NL"], "multipack": "-{units}PK", "byEan": False},
        "kits": {"booking": "OWN_ITEM"},
        "zeroGuard": {"percent": 30, "listings": 8, "minutes": 5},
        "rule": {"safetyStock": "2.5", "backorder": 3, "presale": 40, "presaleUntil": "2026-12-24T00:00:00Z"},
    }
    asked = (
        "matching { prefixes suffixes multipack byEan } kits { booking } zeroGuard { percent listings minutes }"
        " rule { safetyStock backorder presale presaleUntil }"
    )
    changed = await caller.change(
        "channelConfigure", f"channel {{ settings {{ {asked} }} }}", channelId=SHOP, settings=given
    )
    assert changed["channel"]["settings"] == given
    assert "channel.listings.read" in await kinds_posted(database, "channel/acme/shop")


async def test_safety_stock_of_a_product_is_set_and_published(
    calling: Calling, house: House, database: Database
) -> None:
    caller = await calling(Role.OPERATOR)
    changed = await caller.change("productSafetyStockSet", "product { safetyStock }", productId=MUG, units="4")
    assert changed["product"] == {"safetyStock": "4.00"}
    assert "channel.stock.publish" in await kinds_posted(database, "channel/acme/shop")
    refused = await caller.change("productSafetyStockSet", "product { id }", productId=MUG, units="-1")
    assert refused["userErrors"][0]["code"] == "RULE_UNFIT"


async def test_confirmed_zeros_are_due_at_once(calling: Calling, house: House, database: Database) -> None:
    caller = await calling(Role.OPERATOR)
    later = NOON.replace(year=2099)
    await database.write(lambda work: work.execute(update(tables.listing).values(zero_due=later)))
    shown = await caller.ask("{ listings { nodes { zeroDue } } }")
    assert shown["listings"]["nodes"] == [{"zeroDue": "2099-11-23T12:00:00Z"}]
    await caller.change("channelZerosConfirm", "channel { id }", channelId=SHOP)
    async with database.read() as reading:
        rows = (await reading.execute(select(tables.listing.c.tenant_id, tables.listing.c.zero_due))).all()
    assert {row.tenant_id: row.zero_due < later for row in rows} == {"acme": True, "globex": False}
