"""bol.com's offers: what is published, what is sold from, and why something is not for sale."""

from __future__ import annotations

import pytest

from hub.sandbox.bol.switches import Switches
from hub.sandbox.ledger import Units
from hub.sandbox.platform import Channel, SoldOut
from tests.sandbox.bol_bench import bol_bench

A, B = "ART-00001", "ART-00002"


async def test_bol_is_a_channel_that_lists_every_good_at_zero() -> None:
    async with bol_bench() as bol:
        assert isinstance(bol.platform, Channel)
        assert len(bol.platform.listed()) == 30
        assert bol.platform.shown(A) == 0
        with pytest.raises(SoldOut):
            await bol.platform.place_order([Units(A, 1)])
        assert bol.world.ledger.sales == {}


async def test_a_switch_shows_the_opening_stock() -> None:
    async with bol_bench(Switches(starting_stock=True)) as bol:
        assert bol.platform.shown(A) == sum(bol.world.by_sku[A].stock.values())


async def test_the_list_is_paged_by_an_opaque_cursor() -> None:
    async with bol_bench() as bol:
        seen, cursor = [], ""
        for _ in range(4):
            page = await bol.get(f"/retailer/offers?page-size=12&cursor={cursor}", 11)
            seen += [offer["reference"] for offer in page["offers"]]
            cursor = page["page"]["nextCursor"] or ""
            if not cursor:
                break
        assert seen == bol.platform.listed()


@pytest.mark.parametrize("query", ["page-size=0", "page-size=101", "page-size=x", "cursor=zz", "for-sale=maybe"])
async def test_a_list_with_bad_parameters_is_refused(query: str) -> None:
    async with bol_bench() as bol:
        answer = await bol.ask("GET", f"/retailer/offers?{query}", version=11)
        assert (answer.status_code, len(answer.json()["violations"])) == (400, 1)


async def test_the_list_can_be_filtered() -> None:
    async with bol_bench() as bol:
        await bol.stock(A, 3)
        a, b = await bol.offer(A), await bol.offer(B)
        for query, expected in (
            (f"eans={a['ean']}&eans={b['ean']}", {A, B}),
            (f"offer-ids={a['offerId']},{b['offerId']}", {A, B}),
            (f"reference={B}", {B}),
            ("for-sale=true", {A}),
            ("last-modified-date-time=2100-01-01T00:00:00Z", set()),
        ):
            found = await bol.get(f"/retailer/offers?{query}", 11)
            assert {offer["reference"] for offer in found["offers"]} == expected


async def test_the_last_change_carries_microseconds_and_the_local_offset() -> None:
    async with bol_bench() as bol:
        stamp = (await bol.offer(A))["lastModifiedDateTime"]
        assert stamp[-6:] in ("+01:00", "+02:00")
        assert len(stamp.partition(".")[2]) == len("123456+01:00")


async def test_a_sale_lowers_the_corrected_stock_at_once_and_leaves_the_amount() -> None:
    async with bol_bench() as bol:
        await bol.stock(A, 5)
        await bol.platform.place_order([Units(A, 2)])
        assert (await bol.offer(A))["stock"] == {"amount": 5, "correctedStock": 3, "managedByRetailer": True}
        with pytest.raises(SoldOut):
            await bol.platform.place_order([Units(A, 4)])
        assert [(each.quantity, each.by) for each in bol.world.ledger.shown] == [(5, "hub"), (3, "sale")]


async def test_managed_by_retailer_subtracts_only_orders_newer_than_the_update() -> None:
    async with bol_bench() as bol:
        await bol.stock(A, 5)
        await bol.platform.place_order([Units(A, 2)])
        await bol.stock(A, 5)
        assert bol.platform.shown(A) == 5
        await bol.platform.place_order([Units(A, 1)])
        assert bol.platform.shown(A) == 4


async def test_otherwise_all_open_orders_are_subtracted() -> None:
    async with bol_bench() as bol:
        await bol.stock(A, 5, managed=False)
        await bol.platform.place_order([Units(A, 2)])
        await bol.stock(A, 5, managed=False)
        assert bol.platform.shown(A) == 3


async def test_the_corrected_stock_never_falls_below_zero() -> None:
    async with bol_bench() as bol:
        await bol.stock(A, 5, managed=False)
        await bol.platform.place_order([Units(A, 4)])
        await bol.stock(A, 1, managed=False)
        assert (await bol.offer(A))["stock"]["correctedStock"] == 0


async def test_a_cancelled_order_gives_its_units_back() -> None:
    async with bol_bench() as bol:
        await bol.stock(A, 5)
        order_id = await bol.platform.place_order([Units(A, 2)])
        await bol.platform.cancel(order_id)
        assert bol.platform.shown(A) == 5
        assert bol.world.ledger.sales["bol", order_id].cancelled_at is not None


async def test_a_patch_changes_only_what_it_names() -> None:
    async with bol_bench() as bol:
        await bol.stock(A, 5)
        before = await bol.offer(A)
        path = f"/retailer/offers/{before['offerId']}"
        assert (await bol.ask("PATCH", path, {"onHoldByRetailer": True}, version=11)).status_code == 204
        after = await bol.get(path, 11)
        assert after["onHoldByRetailer"]
        assert after["stock"] == before["stock"]
        assert after["pricing"] == before["pricing"]
        assert bol.platform.shown(A) == 0


@pytest.mark.parametrize(
    "body",
    [
        {"stock": {"amount": -1}},
        {"stock": {"amount": 2.5}},
        {"stock": {"amount": "3"}},
        {"stock": {"amount": True}},
        {"stock": {"amount": 1, "managedByRetailer": "yes"}},
        {"pricing": {"bundlePrices": []}},
        {"pricing": {"bundlePrices": [{"quantity": 2, "unitPrice": 5}]}},
        {"pricing": {"bundlePrices": [{"quantity": 1, "unitPrice": 5}, {"quantity": 2, "unitPrice": 6}]}},
        {"fulfilment": {"method": "PIGEON"}},
        {"reference": "x" * 101},
    ],
)
async def test_a_patch_that_breaks_the_specification_changes_nothing(body: dict[str, object]) -> None:
    async with bol_bench() as bol:
        await bol.stock(A, 5)
        before = await bol.offer(A)
        answer = await bol.ask("PATCH", f"/retailer/offers/{before['offerId']}", body, version=11)
        assert answer.status_code == 400
        assert answer.json()["violations"]
        assert await bol.offer(A) == before


async def test_a_patch_can_meet_a_conflict() -> None:
    async with bol_bench(Switches(conflicts=1)) as bol:
        path = f"/retailer/offers/{(await bol.offer(A))['offerId']}"
        answers = [await bol.ask("PATCH", path, {"onHoldByRetailer": False}, version=11) for _ in range(2)]
        assert [answer.status_code for answer in answers] == [409, 204]


async def test_creating_an_offer_that_exists_names_the_existing_one() -> None:
    async with bol_bench() as bol:
        known = await bol.offer(A)
        body = {name: known[name] for name in ("ean", "condition", "pricing", "fulfilment")}
        answer = await bol.ask("POST", "/retailer/offers", body, version=11)
        assert answer.status_code == 409
        assert known["offerId"] in answer.json()["detail"]
        assert answer.json()["type"].endswith("/problems/offer-exists")


async def test_a_deleted_offer_can_be_made_again_and_deleting_twice_is_no_error() -> None:
    async with bol_bench() as bol:
        known = await bol.offer(A)
        path = f"/retailer/offers/{known['offerId']}"
        for _ in range(2):
            assert (await bol.ask("DELETE", path, version=11)).status_code == 204
        assert (await bol.ask("GET", path, version=11)).status_code == 404
        body = {name: known[name] for name in ("ean", "condition", "pricing", "fulfilment")}
        made = await bol.ask("POST", "/retailer/offers", body | {"reference": A}, version=11)
        assert made.status_code == 201
        assert (await bol.offer(A))["offerId"] == made.json()["offerId"] != known["offerId"]


async def test_an_incomplete_new_offer_is_refused() -> None:
    async with bol_bench() as bol:
        answer = await bol.ask("POST", "/retailer/offers", {"ean": "8710000000017"}, version=11)
        missing = {each["name"] for each in answer.json()["violations"]}
        assert missing == {"condition", "pricing", "fulfilment"}


async def test_an_offer_tells_why_it_is_not_for_sale() -> None:
    async with bol_bench() as bol:
        path = f"/retailer/offers/{(await bol.offer(A))['offerId']}"
        reasons = (await bol.get(f"{path}/not-for-sale-reasons", 11))["countries"][0]["reasons"]
        assert [reason["category"] for reason in reasons] == ["STOCK"]
        await bol.stock(A, 1)
        answer = await bol.ask("GET", f"{path}/not-for-sale-reasons", version=11)
        assert (answer.status_code, answer.content) == (204, b"")
