"""What is WooCommerce's own: batches per parent, PHP's accidents, orders that other people change too."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from decimal import Decimal
from typing import Any

import anyio
import anyio.lowlevel
import httpx2
import pytest

from hub.adapters.port import Accepted, ChannelListing, Deferred, Refused, StockResult, StockUpdate
from hub.adapters.woocommerce.client import WooChannel, WooShop, open_woocommerce
from hub.outcome import Rejected, Throttled, Unauthorized, Unavailable
from hub.sandbox.faults import Fault
from hub.sandbox.ledger import Units
from tests.adapters.channel_stage import Stage, staged
from tests.adapters.handclock import HandClock
from tests.adapters.scripted import Script, says
from tests.adapters.woocommerce.woo_stage import WooFixture

NOTICE = b"<br />\n<b>Notice</b>: Undefined index: x[1] in {y.php} on line <b>7</b><br />\n"


def opened(
    clock: HandClock, transport: httpx2.AsyncBaseTransport, url: str = "https://shop.test/winkel"
) -> AbstractAsyncContextManager[WooChannel]:
    return open_woocommerce(WooShop(url, "ck_key", "cs_secret"), clock, transport=transport)


def simple(number: int) -> ChannelListing:
    return ChannelListing(str(number), f"S-{number}", None, "", 0, {"product_id": str(number)})


def variation(number: int, parent: int) -> ChannelListing:
    references = {"product_id": str(parent), "variation_id": str(number), "parent_id": str(parent)}
    return ChannelListing(str(number), f"V-{number}", None, "", 0, references)


class Batches(httpx2.AsyncBaseTransport):
    """A shop that takes batches; ``seconds`` pass per batch, and some parents break its PHP."""

    def __init__(self, clock: HandClock, *, seconds: float = 0.1, broken: str = "none") -> None:
        self.clock = clock
        self.seconds = seconds
        self.broken = broken
        self.sent: list[tuple[str, list[int]]] = []
        self.together = self.most_together = 0

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        self.together += 1
        self.most_together = max(self.most_together, self.together)
        await anyio.lowlevel.checkpoint()
        self.together -= 1
        self.clock.forward(self.seconds)
        items = json.loads(request.content)["update"]
        path = request.url.path.removeprefix("/winkel/wp-json/wc/v3/products/")
        self.sent.append((path, [item["id"] for item in items]))
        if self.broken in path:
            return httpx2.Response(500, text="critical error")
        return says({"update": [{"id": item["id"], "stock_quantity": item["stock_quantity"]} for item in items]})


async def test_simple_products_go_together_and_variations_parent_by_parent_most_urgent_first(clock: HandClock) -> None:
    shop = Batches(clock)
    listings = [variation(51, 50), simple(1), variation(61, 60), simple(2), variation(52, 50)]
    async with opened(clock, shop) as channel:
        results = await channel.publish_stock([StockUpdate(each, 3) for each in listings])
    assert results == [Accepted()] * 5
    assert shop.sent == [("50/variations/batch", [51, 52]), ("batch", [1, 2]), ("60/variations/batch", [61])]
    assert shop.most_together <= 2


async def sizes(clock: HandClock, shop: Batches, channel: WooChannel) -> list[int]:
    shop.sent.clear()
    clock.forward(60)
    await channel.publish_stock([StockUpdate(simple(number), 1) for number in range(1, 101)])
    return [len(ids) for _, ids in shop.sent]


async def test_batches_shrink_on_a_slow_shop_and_grow_on_a_quick_one(clock: HandClock) -> None:
    shop = Batches(clock, seconds=16)
    async with opened(clock, shop) as channel:
        assert await sizes(clock, shop, channel) == [100]
        assert (await sizes(clock, shop, channel))[0] == 50
        assert (await sizes(clock, shop, channel))[0] < 50
        shop.seconds = 0
        while (sent := await sizes(clock, shop, channel)) != [100]:
            assert len(sent) > 1


async def test_a_slow_shop_gets_the_rest_in_the_next_call(clock: HandClock) -> None:
    shop = Batches(clock, seconds=15)
    async with opened(clock, shop) as channel:
        results = await channel.publish_stock([StockUpdate(variation(n, n + 500), 1) for n in range(1, 11)])
    done = len(shop.sent)
    assert 2 <= done < 10
    assert results[:done] == [Accepted()] * done
    assert all(isinstance(each, Deferred) and each.retry_after == 0 for each in results[done:])


async def test_a_product_that_breaks_the_shop_does_not_stop_the_others(clock: HandClock) -> None:
    shop = Batches(clock, broken="50/variations")
    async with opened(clock, shop) as channel:
        results = await channel.publish_stock([StockUpdate(each, 1) for each in (variation(51, 50), simple(1))])
    assert isinstance(results[0], Deferred)
    assert results[1] == Accepted()


async def test_a_shop_that_is_down_is_asked_a_few_times_only(clock: HandClock) -> None:
    shop = Batches(clock, broken="batch")
    async with opened(clock, shop) as channel:
        with pytest.raises(Unavailable) as outcome:
            await channel.publish_stock([StockUpdate(variation(n, n + 500), 1) for n in range(1, 11)])
    assert not outcome.value.unknown
    assert len(shop.sent) <= 4


@pytest.mark.parametrize("quantity", [-1, True, 2.5, "7", None])
async def test_a_quantity_that_is_none_never_reaches_the_shop(clock: HandClock, quantity: Any) -> None:
    shop = Batches(clock)
    async with opened(clock, shop) as channel:
        results = await channel.publish_stock([StockUpdate(simple(1), quantity), StockUpdate(simple(2), 5)])
    assert isinstance(results[0], Refused)
    assert results[0].code == "invalid_quantity"
    assert shop.sent == [("batch", [2])]


async def publish_one(clock: HandClock, answer: httpx2.Response) -> StockResult:
    async with opened(clock, Script(answer).transport) as channel:
        return (await channel.publish_stock([StockUpdate(simple(1), 5)]))[0]


async def test_stock_that_the_shop_dropped_is_refused(clock: HandClock) -> None:
    result = await publish_one(clock, says({"update": [{"id": 1, "stock_quantity": None}]}))
    assert isinstance(result, Refused)
    assert result.code == "stock_not_managed"


async def test_an_item_the_shop_did_not_answer_for_is_sent_again(clock: HandClock) -> None:
    assert isinstance(await publish_one(clock, says({"update": []})), Deferred)


async def test_a_batch_that_is_too_large_comes_again_in_smaller_ones(clock: HandClock) -> None:
    body = {"code": "woocommerce_rest_request_entity_too_large", "message": "x", "data": {"status": 413}}
    async with opened(clock, Script(says(body, 413), says({"update": [{"id": 1}]})).transport) as channel:
        updates = [StockUpdate(simple(number), 1) for number in range(1, 51)]
        assert {type(each) for each in await channel.publish_stock(updates)} == {Deferred}
        assert channel._stock.size == 25


async def test_an_html_message_is_told_as_text(clock: HandClock) -> None:
    error = {"code": "x", "message": "Use /products/&lt;id&gt; <b>please</b>", "data": {"status": 404}}
    result = await publish_one(clock, says({"update": [{"id": 1, "error": error}]}))
    assert result == Refused("x", "Use /products/<id>  please")


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (httpx2.Response(200, content=NOTICE + b'{"id":7,"status":"checkout-draft"}'), None),
        (httpx2.Response(200, content=b'\xef\xbb\xbf\n{"id":7,"status":"auto-draft"}'), None),
        (httpx2.Response(200, text="<html>Maintenance, back in {5} minutes</html>"), Unavailable),
        (httpx2.Response(200, content=b""), Unavailable),
        (says({"code": "woocommerce_rest_shop_order_invalid_id", "message": "Invalid ID."}, 404), None),
        (httpx2.Response(404, content=NOTICE + b'{"code":"woocommerce_rest_shop_order_invalid_id"}'), None),
        (httpx2.Response(404, text="<html>nginx</html>"), Unavailable),
        (says({"code": "woocommerce_rest_cannot_view", "message": "Sorry"}, 401), Unauthorized),
        (says({"code": "woocommerce_rest_cannot_view", "message": "Sorry"}, 403), Unauthorized),
        (httpx2.Response(403, text="<html>Firewall</html>"), Unavailable),
        (httpx2.Response(429, text="<html>nginx</html>"), Throttled),
        (httpx2.Response(503, text="<html>Maintenance</html>", headers={"Retry-After": "60"}), Unavailable),
        (says({"code": "internal_server_error", "message": "There has been a critical error"}, 500), Unavailable),
        (httpx2.Response(301, headers={"Location": "https://www.shop.test/"}), Unauthorized),
        (says({"code": "rest_invalid_param", "message": "Invalid parameter(s): id"}, 400), Rejected),
        (says([1, 2]), Rejected),
        (says({"id": 7}), Rejected),
    ],
)
async def test_every_answer_becomes_an_order_or_an_outcome(
    clock: HandClock, answer: httpx2.Response, expected: type[Exception] | None
) -> None:
    async with opened(clock, Script(answer).transport) as channel:
        if expected is None:
            assert await channel.order("7") is None
            return
        with pytest.raises(expected) as outcome:
            await channel.order("7")
        assert "cs_secret" not in str(outcome.value)


async def test_https_takes_basic_credentials_and_a_shop_may_live_in_a_subfolder(clock: HandClock) -> None:
    script = Script(says([]))
    for url in ("https://shop.test/winkel", "https://shop.test/winkel/", "https://shop.test/winkel/wp-json"):
        async with opened(clock, script.transport, url) as channel:
            await channel.changed_orders(None)
    assert {request.url.path for request in script.requests} == {"/winkel/wp-json/wc/v3/orders"}
    expected = "Basic " + base64.b64encode(b"ck_key:cs_secret").decode()
    assert {request.headers["Authorization"] for request in script.requests} == {expected}


async def test_an_id_cannot_leave_its_place_in_the_path(clock: HandClock) -> None:
    script = Script(says({"code": "rest_no_route"}, 404))
    async with opened(clock, script.transport) as channel:
        await channel.order("../products/7?force=1")
    assert script.requests[0].url.raw_path == b"/winkel/wp-json/wc/v3/orders/..%2Fproducts%2F7%3Fforce%3D1"


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with staged(WooFixture(), goods=60) as stage:
        yield stage


def shop_of(stage: Stage) -> Any:
    platform: Any = stage.platform
    return platform


def status(stage: Stage, order_id: str) -> str:
    found: str = shop_of(stage).shop.orders[int(order_id)].status
    return found


async def test_variations_are_listed_under_their_parent_and_take_stock(stage: Stage) -> None:
    family = [each for each in stage.listings if "parent_id" in each.references]
    assert len(family) == 3
    assert len({each.references["parent_id"] for each in family}) == 1
    assert await stage.channel.publish_stock([StockUpdate(each, 8) for each in family]) == [Accepted()] * 3
    assert {stage.shown(each) for each in family} == {8}
    parent = family[0].references["parent_id"]
    assert parent not in {each.external_id for each in stage.listings}


async def test_a_notice_before_the_json_is_passed_over(stage: Stage) -> None:
    shop_of(stage).switches.notices = 3
    assert await stage.channel.publish_stock([StockUpdate(each, 8) for each in stage.listings[:2]]) == [Accepted()] * 2
    assert (await stage.channel.listings(None)).rows


async def test_a_stall_that_ends_in_a_page_is_unavailable_and_may_be_repeated(stage: Stage) -> None:
    switches = shop_of(stage).switches
    switches.stalls, switches.stall_after_effect = 1, True
    update = StockUpdate(stage.listings[0], 8)
    with pytest.raises(Unavailable):
        await stage.channel.publish_stock([update])
    assert await stage.channel.publish_stock([update]) == [Accepted()]


async def test_an_order_is_completed_with_its_last_parcel_only(stage: Stage) -> None:
    order_id = await stage.sell(quantity=3)
    first = await stage.parcel(order_id, 1, "parcel-1", completes=False)
    assert await stage.channel.ship(first) == Accepted("parcel-1")
    assert status(stage, order_id) == "processing"
    last = await stage.parcel(order_id, 2, "parcel-2")
    assert await stage.channel.ship(last) == Accepted("parcel-2")
    assert status(stage, order_id) == "completed"
    assert [each.number for each in shop_of(stage).shop.orders[int(order_id)].trackings] == ["3Sparcel-1", "3Sparcel-2"]


async def test_a_parcel_told_but_not_marked_is_told_to_the_end_at_the_next_attempt(stage: Stage) -> None:
    order_id = await stage.sell()
    shipment = await stage.parcel(order_id, 2, "parcel-1")
    stage.force(Fault.LOST_REQUEST, ("PUT", f"/orders/{order_id}"))
    with pytest.raises(Unavailable):
        await stage.channel.ship(shipment)
    assert await stage.channel.find_shipment(shipment) is None
    assert await stage.channel.ship(shipment) == Accepted("parcel-1")
    assert stage.confirmed(order_id) == [("3Sparcel-1", 2)]


async def test_a_tracking_code_entered_by_hand_is_not_entered_twice(stage: Stage) -> None:
    order_id = await stage.sell()
    shipment = await stage.parcel(order_id, 2, "parcel-1")
    shop = shop_of(stage).shop
    shop.add_tracking(shop.orders[int(order_id)], "3Sparcel-1", "PostNL", "", "", stage.clock.now())
    assert await stage.channel.ship(shipment) == Accepted("parcel-1")
    assert stage.confirmed(order_id) == [("3Sparcel-1", 2)]


async def test_a_cancelled_order_is_not_completed_by_a_parcel(stage: Stage) -> None:
    order_id = await stage.sell()
    shipment = await stage.parcel(order_id, 2, "parcel-1")
    await stage.platform.cancel(order_id)
    result = await stage.channel.ship(shipment)
    assert isinstance(result, Refused)
    assert (result.code, status(stage, order_id)) == ("order_cancelled", "cancelled")


async def test_a_parcel_of_an_order_that_is_gone_is_refused(stage: Stage) -> None:
    shipment = replace(await stage.parcel(await stage.sell(), 2, "parcel-1"), external_order_id="999999")
    assert isinstance(await stage.channel.ship(shipment), Refused)
    assert await stage.channel.find_shipment(shipment) is None


async def test_an_order_in_the_trash_is_cancelled(stage: Stage) -> None:
    order_id = await stage.sell()
    shop = shop_of(stage).shop
    shop.set_status(shop.orders[int(order_id)], "trash")
    order = await stage.channel.order(order_id)
    assert order is not None
    assert order.cancelled


async def test_amounts_are_the_shops_own_to_the_cent(stage: Stage) -> None:
    skus = [str(each.sku) for each in stage.listings[:6]]
    order_id = await stage.platform.place_order(
        [Units(sku, 3) for sku in skus], shipping=Decimal("4.95"), discount=Decimal("7.77"), company=True
    )
    order = await stage.channel.order(order_id)
    assert order is not None
    assert order.stated_sum == order.total == stage.sandbox.world.ledger.sales[("woocommerce", order_id)].total
    assert order.buyer is not None
    assert order.buyer.vat_number


async def test_a_plugin_that_was_removed_leaves_the_note_to_the_customer(stage: Stage) -> None:
    order_id = await stage.sell()
    script = Script(
        says({"id": 7, "status": "processing", "meta_data": []}),
        says({"namespaces": ["wc/v3", "wc-shipment-tracking/v3"]}),
        says({"code": "rest_no_route", "message": "No route"}, 404),
        says([]),
        says({"id": 9}, 201),
        says({"id": 7}),
    )
    shipment = replace(await stage.parcel(order_id, 2, "parcel-1"), external_order_id="7")
    async with opened(HandClock(), script.transport) as channel:
        assert await channel.ship(shipment) == Accepted("parcel-1")
    asked = [(request.method, re.sub(r".*/wp-json/", "", request.url.path)) for request in script.requests]
    assert asked[3:] == [
        ("GET", "wc/v3/orders/7/notes"),
        ("POST", "wc/v3/orders/7/notes"),
        ("PUT", "wc/v3/orders/7"),
    ]


async def test_a_webhook_switched_off_is_made_anew_since_the_shop_would_go_on_counting_failures(stage: Stage) -> None:
    topic, place = stage.channel.hook_topics[0], "https://hub.test:8080/hooks"
    first = await stage.channel.subscribe(topic, place, "our secret")
    stage.fixture.switch_off_hooks(stage.platform)
    second = await stage.channel.subscribe(topic, place, "our secret")
    assert second.external_id != first.external_id
    assert [each.failures for each in shop_of(stage).shop.hooks.by_id.values()] == [0]


async def test_a_new_secret_reaches_a_webhook_that_exists(stage: Stage) -> None:
    topic, place = stage.channel.hook_topics[0], "https://hub.test:8080/hooks"
    first = await stage.channel.subscribe(topic, place, "old")
    assert await stage.channel.subscribe(topic, place, "new") == first
    assert [each.secret for each in shop_of(stage).shop.hooks.by_id.values()] == ["new"]
