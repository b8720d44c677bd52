"""Amazon's ways over its simulation: late searches, roles, pending orders, feeds with refused lines, cancellations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import anyio
import httpx2
import pytest

from hub.adapters.amazon import stock_plan
from hub.adapters.amazon.client import AmazonChannel
from hub.adapters.amazon.connector import CONNECTOR
from hub.adapters.amazon.consent import AmazonConsent
from hub.adapters.connector import Account
from hub.adapters.oauth import MemoryGrants
from hub.adapters.port import Accepted, Deferred, Pending, Refused, StockUpdate
from hub.domain.delivery import CancelReason, ShippedUnits
from hub.domain.order import FulfilledBy, PaymentState
from hub.outcome import Rejected, Throttled, Unauthorized
from hub.sandbox.amazon.lwa import APPLICATION_ID, CLIENT_ID, CLIENT_SECRET, SELLER_ID
from hub.sandbox.amazon.platform import AmazonPlatform
from hub.sandbox.amazon.roles import SHIPPING_ROLE, TAX_ROLE
from hub.sandbox.amazon.switches import Switches
from hub.sandbox.faults import Fault
from hub.sandbox.ledger import Units
from tests.adapters.amazon.amazon_stage import AmazonFixture
from tests.adapters.channel_stage import Stage, at_the_time, staged
from tests.contract.channel_requests import Recording

CALLBACK = "http://127.0.0.1/oauth/callback"


def amazon(stage: Stage) -> AmazonPlatform:
    assert isinstance(stage.platform, AmazonPlatform)
    return stage.platform


def switches(stage: Stage) -> Switches:
    return amazon(stage).switches


async def test_changes_of_the_last_two_minutes_are_found_by_a_later_sweep() -> None:
    async with staged(AmazonFixture(data_lag=120.0)) as stage:
        _, cursor = await stage.sweep(None)
        order_id = await stage.sell()
        early, cursor = await stage.showing(cursor)
        assert order_id not in {each.external_id for each in early}
        assert order_id in (await stage.sweep(cursor))[0]


async def test_a_pending_order_claims_without_prices_and_gets_them_later() -> None:
    async with staged(AmazonFixture()) as stage:
        order_id = await amazon(stage).place_order([Units(str(stage.listings[0].sku), 2)], paid=False)
        pending = await stage.channel.order(order_id)
        assert pending is not None
        assert (pending.payment, pending.total) == (PaymentState.PENDING, Decimal(0))
        assert [(line.sku, line.quantity) for line in pending.lines] == [(stage.listings[0].sku, 2)]
        await amazon(stage).pay(order_id)
        paid = await stage.channel.order(order_id)
        assert paid is not None
        assert paid.payment is PaymentState.PAID
        assert paid.total == paid.stated_sum == stage.sandbox.world.ledger.sales[("amazon", order_id)].total
        assert paid.changed_at > pending.changed_at


@pytest.mark.parametrize("told", [{}, {"vcs": True}, {"discount_negative": True}, {"facilitator": True}])
async def test_shipping_and_discounts_add_up_however_amazon_tells_vat(told: dict[str, Any]) -> None:
    async with staged(AmazonFixture(**told)) as stage:
        lines = [Units(str(stage.listings[0].sku), 2), Units(str(stage.listings[1].sku), 1)]
        order_id = await amazon(stage).place_order(lines, shipping=Decimal("4.95"), discount=Decimal("2.50"))
        order = await stage.channel.order(order_id)
    assert order is not None
    assert order.stated_sum == order.total
    assert all((line.vat_rate is not None) == ("vcs" in told) for line in order.lines)
    assert any("VAT" in remark for remark in order.remarks) == ("facilitator" in told)


async def test_orders_of_amazons_warehouse_are_for_the_books_and_cannot_be_shipped_or_cancelled() -> None:
    async with staged(AmazonFixture()) as stage:
        fba = next(sku for sku, each in amazon(stage).account.listings.by_sku.items() if each.by_amazon)
        good = amazon(stage).account.listings.by_sku[fba].good.sku
        order_id = await amazon(stage).place_order([Units(good, 1)], by_platform=True)
        order = await stage.channel.order(order_id)
        assert order is not None
        assert order.fulfilled_by is FulfilledBy.PLATFORM
        shipped = await stage.channel.ship(await stage.parcel(order_id, 1, "p"))
        cancelled = await stage.channel.cancel(await stage.cancellation(order_id))
        listed = (await stage.patiently(stage.channel.listings, None)).rows
    assert [getattr(each, "code", None) for each in (shipped, cancelled)] == ["fulfilled_by_amazon"] * 2
    assert {each.external_id: each.stocked_by_platform for each in listed}[fba]


async def test_prime_is_refused_with_the_reason_before_amazon_is_asked() -> None:
    async with staged(AmazonFixture(prime_chance=1.0)) as stage:
        shipment = await stage.parcel(await stage.sell(), 2, "p")
        result = await stage.channel.ship(shipment)
    assert isinstance(result, Refused)
    assert (result.code, "label" in result.reason) == ("amazon_label_needed", True)


@pytest.mark.parametrize("ahead", [-120.0, 0.0, 120.0])
async def test_a_parcel_is_confirmed_by_a_clock_that_differs_from_amazons(ahead: float) -> None:
    async with at_the_time(AmazonFixture(), datetime(2026, 11, 23, 9, tzinfo=UTC), skew=ahead) as stage:
        shipment = await stage.parcel(await stage.sell(), 2, "p")
        here = stage.clock.now()
        assert isinstance(await stage.channel.ship(replace(shipment, shipped_at=here)), Accepted)


@pytest.mark.parametrize("whole_call", [True, False])
@pytest.mark.parametrize("roles", [[], [SHIPPING_ROLE], [TAX_ROLE]])
async def test_without_the_roles_an_order_comes_with_what_those_left_allow(whole_call: bool, roles: list[str]) -> None:
    async with staged(AmazonFixture(roles=roles, refuse_without_role=whole_call)) as stage:
        for _ in range(2):
            order = await stage.channel.order(await stage.sell())
            assert order is not None
            assert order.total == order.stated_sum
            assert (order.buyer is not None) == (SHIPPING_ROLE in roles)
            shipment = await stage.parcel(order.external_id, 2, "p")
            assert isinstance(await stage.channel.ship(shipment), Accepted)
            assert isinstance(await stage.channel.find_shipment(shipment), Accepted)


async def test_an_authorisation_that_was_withdrawn_stops_and_a_new_consent_goes_on() -> None:
    async with staged(AmazonFixture()) as stage:
        switches(stage).withdrawn = True
        with pytest.raises(Unauthorized):
            await stage.channel.order("1")


async def test_a_burst_of_403_is_weathered() -> None:
    async with staged(AmazonFixture()) as stage:
        order_id = await stage.sell()
        switches(stage).forbidden = 1
        assert await stage.channel.order(order_id) is not None


async def test_several_parcels_ship_parts_and_the_same_parcel_again_changes_nothing() -> None:
    async with staged(AmazonFixture()) as stage:
        order_id = await stage.sell(quantity=3)
        first = await stage.parcel(order_id, 1, "10-abcdef12-1", completes=False)
        second = await stage.parcel(order_id, 2, "11-abcdef12-1")
        for parcel in (first, second, first, second):
            assert isinstance(await stage.channel.ship(parcel), Accepted)
        assert stage.confirmed(order_id) == [(first.tracking, 1), (second.tracking, 2)]
        stage.pass_time(1)
        order = await stage.channel.order(order_id)
        assert order is not None
        assert [line.shipped for line in order.lines] == [3]
        more = await stage.channel.ship(await stage.parcel(order_id, 1, "12-abcdef12-1"))
        assert isinstance(more, Refused)


async def test_a_pending_order_is_not_shipped() -> None:
    async with staged(AmazonFixture()) as stage:
        order_id = await amazon(stage).place_order([Units(str(stage.listings[0].sku), 2)], paid=False)
        assert isinstance(await stage.channel.ship(await stage.parcel(order_id, 2, "p")), Refused)


@pytest.mark.parametrize("change", [{"tracking": None}, {"carrier": None}, {"units": ()}])
async def test_a_parcel_that_lacks_something_is_refused_without_a_call(change: dict[str, Any]) -> None:
    async with staged(AmazonFixture()) as stage:
        shipment = await stage.parcel(await stage.sell(), 2, "p")
        assert isinstance(await stage.channel.ship(replace(shipment, **change)), Refused)


async def test_a_feed_is_followed_and_its_refused_lines_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stock_plan, "FEED_LATENCY", -1.0)
    monkeypatch.setattr(stock_plan, "FEWEST_MESSAGES", 1)
    async with staged(AmazonFixture()) as stage:
        updates = [StockUpdate(each, 40 + place) for place, each in enumerate(stage.listings)]
        updates[2] = replace(updates[2], listing=stage.fixture.unknown(updates[2].listing))
        written = await stage.channel.publish_stock(updates)
        assert all(isinstance(each, Pending) and each.process_id.startswith("feed:") for each in written)
        results = [await stage.settled(each) for each in written if isinstance(each, Pending)]
        assert [type(each) for each in results] == [Accepted, Accepted, Refused] + [Accepted] * (len(updates) - 3)
        await shown(stage, updates[:2])


async def shown(stage: Stage, updates: Sequence[StockUpdate]) -> None:
    """Wait until the numbers show: Amazon ends a feed shortly before all of it took effect."""
    with anyio.fail_after(60):
        while True:
            if all(stage.shown(each.listing) == each.quantity for each in updates):
                return
            await anyio.sleep(0.01)


@pytest.mark.parametrize("fault", [Fault.LOST_ANSWER, Fault.LOST_REQUEST, Fault.BROKEN, Fault.THROTTLE])
async def test_a_feed_whose_making_went_wrong_ends_with_the_right_numbers(
    monkeypatch: pytest.MonkeyPatch, fault: Fault
) -> None:
    monkeypatch.setattr(stock_plan, "FEED_LATENCY", -1.0)
    monkeypatch.setattr(stock_plan, "FEWEST_MESSAGES", 1)
    async with staged(AmazonFixture()) as stage:
        stage.force(fault, ("POST", "/feeds/2021-06-30/feeds"))
        updates = [StockUpdate(each, 60 + place) for place, each in enumerate(stage.listings)]
        assert await stage.publish(updates) == [Accepted()] * len(updates)
        await shown(stage, updates)


async def test_a_fatal_feed_is_published_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stock_plan, "FEED_LATENCY", -1.0)
    monkeypatch.setattr(stock_plan, "FEWEST_MESSAGES", 1)
    async with staged(AmazonFixture()) as stage:
        switches(stage).fatal_feeds = 1
        [written] = await stage.channel.publish_stock([StockUpdate(stage.listings[0], 60)])
        assert isinstance(written, Pending)
        assert isinstance(await stage.settled(written), Deferred)


async def test_a_patch_that_amazon_loses_is_published_again_and_one_that_is_late_is_waited_for() -> None:
    async with staged(AmazonFixture()) as stage:
        switches(stage).lost_patches = 1
        assert await stage.publish([StockUpdate(stage.listings[0], 3)]) == [Accepted()]
        switches(stage).late_patches = 1
        assert await stage.publish([StockUpdate(stage.listings[0], 4)]) == [Accepted()]
        assert stage.shown(stage.listings[0]) == 4


async def test_only_whole_orders_that_nothing_was_shipped_of_are_cancelled() -> None:
    async with staged(AmazonFixture()) as stage:
        order_id = await stage.sell(quantity=3)
        whole = await stage.cancellation(order_id)
        part = replace(whole, whole=False, units=(ShippedUnits(whole.units[0].line_id, 1),))
        assert getattr(await stage.channel.cancel(part), "code", "") == "partial_cancellation"
        assert isinstance(await stage.channel.ship(await stage.parcel(order_id, 1, "p", completes=False)), Accepted)
        stage.pass_time(1)
        assert getattr(await stage.channel.cancel(whole), "code", "") == "already_shipped"


async def test_a_cancellation_that_amazon_refuses_is_told_with_its_reason() -> None:
    async with staged(AmazonFixture()) as stage:
        order_id = await amazon(stage).place_order([Units(str(stage.listings[0].sku), 2)], paid=False)
        result = await stage.settled(await stage.channel.cancel(await stage.cancellation(order_id)))
    assert isinstance(result, Refused)
    assert "PENDING" in result.reason


async def test_cancelling_what_is_off_already_is_done() -> None:
    async with staged(AmazonFixture()) as stage:
        order_id = await stage.sell()
        cancellation = replace(await stage.cancellation(order_id), reason=CancelReason.BUYER_ASKED)
        await amazon(stage).cancel(order_id)
        assert await stage.channel.cancel(cancellation) == Accepted()


async def test_a_consent_brings_a_grant_and_the_sellers_id() -> None:
    async with staged(AmazonFixture()) as stage:
        secrets = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "application_id": APPLICATION_ID}
        grants = MemoryGrants()
        account = Account(stage.url, secrets, grants, login_url=stage.url, consent_url=stage.url)
        consent = AmazonConsent()
        answer = await allow(consent.address(account, "state-1", CALLBACK))
        assert answer["state"] == "state-1"
        made = await consent.exchange(account, stage.clock, answer, CALLBACK)
        assert made.credentials == {"seller_id": SELLER_ID}
        await grants.save(made.grant)
        named = replace(account, secrets={**secrets, **made.credentials})
        async with CONNECTOR.open(named, stage.clock) as channel:
            assert isinstance(channel, AmazonChannel)
            assert await channel.order(await stage.sell()) is not None
        with pytest.raises(Rejected):
            await consent.exchange(account, stage.clock, answer, CALLBACK)
        with pytest.raises(Rejected):
            await consent.exchange(account, stage.clock, {"state": "state-1"}, CALLBACK)


async def allow(page: str) -> dict[str, str]:
    """Press the button on Seller Central's page and return the parameters of the redirect."""
    url = httpx2.URL(page)
    async with httpx2.AsyncClient(trust_env=False) as browser:
        answer = await browser.post(str(url.copy_with(query=None)), data=dict(url.params))
    return dict(httpx2.URL(answer.headers["Location"]).params)


async def test_reports_that_another_adapter_ordered_are_gone_on_with() -> None:
    """As after a crash, or where an adapter rests while Amazon makes the report."""
    async with staged(AmazonFixture()) as stage:
        stage.pass_time(300)
        began, recording = stage.ground.now(), Recording()
        for _ in range(3):
            async with stage.fixture.open(stage.url, stage.clock, transport=recording) as channel:
                with pytest.raises(Throttled):
                    await channel.listings(None, began)
        async with stage.fixture.open(stage.url, stage.clock, transport=recording) as channel:
            page = await stage.patiently(channel.listings, None, began)
        ordered = [
            each.content for each, _ in recording.seen if each.method == "POST" and b"reportType" in each.content
        ]
        assert len(ordered) == len(set(ordered)) > 0
        assert {row.external_id for row in page.rows} == set(amazon(stage).account.listings.by_sku)
        assert page.as_of is not None
        assert page.as_of >= began


async def test_a_report_that_amazon_could_not_make_is_ordered_again() -> None:
    async with staged(AmazonFixture()) as stage:
        switches(stage).fatal_reports = 1
        page = await stage.patiently(stage.channel.listings, None)
        assert switches(stage).fatal_reports == 0
        assert {row.external_id for row in page.rows} == set(amazon(stage).account.listings.by_sku)
