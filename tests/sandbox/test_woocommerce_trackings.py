"""The tracking plugin: every post is a new entry, and completion is what tells the buyer."""

from __future__ import annotations

from typing import Any

from hub.sandbox.ledger import Units
from hub.sandbox.woocommerce.switches import Switches
from tests.sandbox.woocommerce_bench import WooBench, woo_bench

A, B = "ART-00001", "ART-00002"


def place(order: Any, namespace: str = "wc-shipment-tracking/v3") -> str:
    return f"../../{namespace}/orders/{order['id']}/shipment-trackings"


async def track(shop: WooBench, order: Any, number: str, **more: str) -> Any:
    body = {"tracking_number": number, "tracking_provider": "PostNL", **more}
    return await shop.send("POST", place(order), body, 201)


async def complete(shop: WooBench, order: Any) -> None:
    await shop.send("PUT", f"orders/{order['id']}", {"status": "completed"})


async def test_posting_twice_makes_two_entries() -> None:
    async with woo_bench() as shop:
        order = await shop.sell((A, 1))
        made = [await track(shop, order, "3S1") for _ in range(2)]
        listed = await shop.get(place(order))
        assert [row["tracking_id"] for row in listed] == [row["tracking_id"] for row in made]
        assert len({row["tracking_id"] for row in listed}) == 2
        assert listed[0]["tracking_provider"] == ""


async def test_both_names_of_the_plugin_show_the_same_entries() -> None:
    async with woo_bench() as shop:
        order = await shop.sell((A, 1))
        await track(shop, order, "3S1", date_shipped="2026-11-20")
        (row,) = await shop.get(place(order, "wc-ast/v3"))
        assert (row["tracking_number"], row["date_shipped"]) == ("3S1", "2026-11-20")


async def test_the_entries_also_stand_in_a_meta_of_the_order() -> None:
    async with woo_bench() as shop:
        order = await shop.sell((A, 1))
        await track(shop, order, "3S1")
        metas = {meta["key"]: meta["value"] for meta in (await shop.get(f"orders/{order['id']}"))["meta_data"]}
        (item,) = metas["_wc_shipment_tracking_items"]
        assert (item["tracking_number"], item["tracking_provider"]) == ("3S1", "PostNL")


async def test_an_entry_can_be_read_and_deleted() -> None:
    async with woo_bench() as shop:
        order = await shop.sell((A, 1))
        path = f"{place(order)}/{(await track(shop, order, '3S1'))['tracking_id']}"
        assert (await shop.get(path))["tracking_number"] == "3S1"
        await shop.send("DELETE", path, None)
        assert (await shop.ask("GET", path)).status_code == 404
        assert await shop.get(place(order)) == []


async def test_a_tracking_number_is_required_and_the_order_must_exist() -> None:
    async with woo_bench() as shop:
        order = await shop.sell((A, 1))
        assert (await shop.ask("POST", place(order), {})).status_code == 400
        assert (await shop.ask("GET", place({"id": 999999}))).status_code == 404


async def test_without_the_plugin_there_is_no_such_route() -> None:
    async with woo_bench(Switches(starting_stock=True, plugin=False)) as shop:
        order = await shop.sell((A, 1))
        assert (await shop.ask("GET", place(order))).json()["code"] == "rest_no_route"


async def test_a_parcel_is_confirmed_when_the_order_is_completed() -> None:
    async with woo_bench() as shop:
        order = await shop.sell((A, 2), (B, 1))
        await track(shop, order, "3S1")
        assert shop.world.ledger.confirmed == []
        await complete(shop, order)
        (note,) = shop.world.ledger.confirmed
        assert (note.tracking, note.carrier, note.external_id) == ("3S1", "PostNL", str(order["id"]))
        assert note.units == (Units(A, 2), Units(B, 1))
        assert shop.platform.open_orders() == []


async def test_completing_twice_confirms_once_and_a_later_parcel_is_added() -> None:
    async with woo_bench() as shop:
        order = await shop.sell((A, 2))
        await track(shop, order, "3S1")
        await complete(shop, order)
        await complete(shop, order)
        await track(shop, order, "3S2")
        assert [note.tracking for note in shop.world.ledger.confirmed] == ["3S1", "3S2"]


async def test_an_order_completed_without_tracking_is_confirmed_without_one() -> None:
    async with woo_bench() as shop:
        order = await shop.sell((A, 2))
        await complete(shop, order)
        (note,) = shop.world.ledger.confirmed
        assert note.tracking is None
