"""What Shopify's answers mean: most refusals come with status 200, and only their code counts."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from typing import Any, TypeAlias

import httpx2
import orjson
import pytest

from hub.adapters.oauth import MemoryGrants
from hub.adapters.port import Grant, Meter
from hub.adapters.shopify.client import ShopApp, ShopifyChannel, open_shopify
from hub.domain.delivery import Cancellation, CancelReason
from hub.outcome import Outcome, Rejected, Throttled, Unauthorized, Unavailable
from tests.adapters.handclock import HandClock
from tests.adapters.scripted import Line, Script, says
from tests.adapters.shopify.orders_made import Made, MadeOrder

URL = "https://acme.myshopify.com"
TOKEN = says({"access_token": "shpat_1", "scope": "read_orders", "expires_in": 86399})
NO_ORDER = {"data": {"order": None}}
Talk: TypeAlias = tuple[ShopifyChannel, Script, HandClock]


@asynccontextmanager
async def talking(
    *lines: Line, grants: MemoryGrants | None = None
) -> AsyncIterator[tuple[ShopifyChannel, Script, HandClock]]:
    script, clock = Script(*lines), HandClock()
    app = ShopApp(URL, "client", "secret")
    async with open_shopify(app, clock, grant=grants, transport=script.transport) as channel:
        yield channel, script, clock


def cost(available: float, asked: float = 10, actual: float | None = 10) -> dict[str, Any]:
    status = {"maximumAvailable": 2000.0, "currentlyAvailable": available, "restoreRate": 100.0}
    return {"cost": {"requestedQueryCost": asked, "actualQueryCost": actual, "throttleStatus": status}}


def failing(code: str, **extensions: object) -> httpx2.Response:
    return says({"data": None, "errors": [{"message": "no", "extensions": {"code": code, **extensions}}]})


async def outcome_of(*lines: Line) -> Outcome:
    async with talking(TOKEN, *lines) as (channel, _, _):
        with pytest.raises(Outcome) as outcome:
            await channel.order("1")
    return outcome.value


async def test_a_question_carries_the_token_and_nothing_of_the_secret() -> None:
    async with talking(TOKEN, says(NO_ORDER)) as (channel, script, _):
        assert await channel.order("1") is None
        asked, question = script.requests
        assert b"grant_type=client_credentials" in asked.content
        assert str(asked.url) == f"{URL}/admin/oauth/access_token"
        assert question.headers["X-Shopify-Access-Token"] == "shpat_1"
        assert str(question.url) == f"{URL}/admin/api/2026-10/graphql.json"
        assert b"secret" not in question.content
        assert orjson.loads(question.content)["variables"] == {"id": "gid://shopify/Order/1"}


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        (failing("INTERNAL_SERVER_ERROR"), Unavailable),
        (failing("SHOP_INACTIVE"), Unavailable),
        (failing("MAX_COST_EXCEEDED"), Rejected),
        (failing(""), Rejected),
        (says({"errors": "Not Found"}, 404), Unauthorized),
        (says({}, 403), Unauthorized),
        (says({}, 402), Unavailable),
        (says({}, 423), Unavailable),
        (says({}, 400), Rejected),
        (httpx2.Response(302, headers={"Location": "https://elsewhere.test"}), Unauthorized),
        (httpx2.Response(200, content=b"<html>"), Unavailable),
        (httpx2.Response(200, content=b"[]"), Unavailable),
        (says({"data": None}), Unavailable),
        (says({"errors": [{}], "data": {"order": None}}), Rejected),
        (httpx2.ReadTimeout("late"), Unavailable),
    ],
)
async def test_every_refusal_is_one_of_the_four(line: Line, kind: type[Outcome]) -> None:
    outcome = await outcome_of(line)
    assert type(outcome) is kind
    assert not getattr(outcome, "unknown", False), "questions may be asked again"


@pytest.mark.parametrize(
    "line", [httpx2.ReadTimeout("late"), httpx2.Response(200, content=b"<"), failing("INTERNAL_SERVER_ERROR")]
)
async def test_a_cancellation_whose_answer_was_lost_is_unknown(line: Line) -> None:
    state = says({"data": {"order": {"cancelledAt": None, "displayFulfillmentStatus": "UNFULFILLED"}}})
    async with talking(TOKEN, state, line) as (channel, _, _):
        with pytest.raises(Unavailable) as lost:
            await channel.cancel(Cancellation("c", "1", (), CancelReason.OTHER, whole=True))
    assert lost.value.unknown


async def test_throttled_in_a_200_waits_for_the_missing_points_and_so_does_everybody() -> None:
    refused = {"errors": [{"message": "Throttled", "extensions": {"code": "THROTTLED"}}]}
    async with talking(TOKEN, says(refused | {"extensions": cost(100, 600, None)}), says(NO_ORDER)) as (
        channel,
        script,
        clock,
    ):
        with pytest.raises(Throttled) as throttled:
            await channel.order("1")
        assert throttled.value.retry_after == 5.0
        with pytest.raises(Throttled):
            await channel.subscriptions()
        assert len(script.requests) == 2, "nothing is sent until then"
        clock.forward(5.0)
        assert await channel.order("1") is None


async def test_a_429_waits_as_long_as_it_says_or_as_its_points_take() -> None:
    by_header = await outcome_of(says({"errors": "Too many"}, 429, {"Retry-After": "2.0"}))
    by_points = await outcome_of(says({"extensions": cost(0, 300, None)}, 429))
    assert isinstance(by_header, Throttled)
    assert isinstance(by_points, Throttled)
    assert (by_header.retry_after, by_points.retry_after) == (2.0, 3.0)


async def test_the_bucket_is_believed_from_answers_and_shared_by_all_questions() -> None:
    async with talking(TOKEN, says(NO_ORDER | {"extensions": cost(20, 400, 5)})) as (channel, script, clock):
        assert channel.meters() == (Meter("points", None, None, None),)
        await channel.order("1")
        [meter] = channel.meters()
        assert (meter.limit, meter.remaining) == (2000, 20)
        with pytest.raises(Throttled) as throttled:
            await channel.order("2")
        assert throttled.value.retry_after == pytest.approx(3.8)
        clock.forward(3.9)
        await channel.order("2")
        assert len(script.requests) == 3


async def test_less_urgent_questions_leave_points_for_orders() -> None:
    async with talking(TOKEN, says(NO_ORDER | {"extensions": cost(500, 400, 5)})) as (channel, _, _):
        await channel.order("1")
        with pytest.raises(Throttled):
            await channel.subscriptions()
        assert await channel.order("1") is None


async def test_a_token_that_was_refused_is_asked_for_again_once() -> None:
    second = says({"access_token": "shpat_2", "expires_in": 86399})
    async with talking(TOKEN, says({}, 401), second, says(NO_ORDER)) as (channel, script, _):
        assert await channel.order("1") is None
        assert script.requests[-1].headers["X-Shopify-Access-Token"] == "shpat_2"
    assert isinstance(await outcome_of(says({}, 401), second, says({}, 401)), Unauthorized)


async def test_wrong_credentials_are_unauthorized() -> None:
    async with talking(says({"error": "application_cannot_be_found"}, 400)) as (channel, _, _):
        with pytest.raises(Unauthorized):
            await channel.order("1")


async def test_a_consent_is_used_and_its_pair_stored_before_its_token() -> None:
    clock = HandClock()
    grants = MemoryGrants(Grant("old", "refresh-1", clock.now(), 1.0, 1))
    fresh = says({"access_token": "new", "refresh_token": "refresh-2", "expires_in": 3600})

    def question(request: httpx2.Request) -> httpx2.Response:
        saved.append(request.headers["X-Shopify-Access-Token"])
        return says(NO_ORDER)

    saved: list[str] = []
    async with talking(fresh, question, grants=grants) as (channel, script, talk_clock):
        talk_clock.forward(2.0)
        await channel.order("1")
        assert b"refresh_token=refresh-1" in script.requests[0].content
    kept = await grants.load()
    assert kept is not None
    assert (kept.refresh_token, kept.version, saved) == ("refresh-2", 2, ["new"])


async def test_a_token_without_an_end_is_used_until_it_is_refused() -> None:
    clock = HandClock()
    grants = MemoryGrants(Grant("for-ever", None, clock.now(), 1e9, 1))
    async with talking(says(NO_ORDER), says({}, 401), grants=grants) as (channel, _, _):
        assert await channel.order("1") is None
        with pytest.raises(Unauthorized):
            await channel.order("1")


async def test_a_denial_names_the_scopes_that_are_missing() -> None:
    granted = [{"handle": scope} for scope in ("write_orders", "read_products", "write_inventory", "read_locations")]
    installation = says({"data": {"currentAppInstallation": {"accessScopes": granted}}})
    outcome = await outcome_of(failing("ACCESS_DENIED", requiredAccess="`read_orders` access scope."), installation)
    assert isinstance(outcome, Rejected)
    assert "`read_orders` access scope" in outcome.reason
    assert "lacks read_merchant_managed_fulfillment_orders, write_merchant_managed_fulfillment_orders" in outcome.reason


async def test_an_ignored_part_of_a_search_is_an_error() -> None:
    page = {"orders": {"nodes": [], "pageInfo": {"hasNextPage": False, "endCursor": None}}}
    search = [{"path": ["orders"], "warnings": [{"field": "updated", "message": "Invalid search field"}]}]
    async with talking(TOKEN, says({"data": page, "extensions": {"search": search}})) as (channel, _, _):
        with pytest.raises(Rejected) as refused:
            await channel.changed_orders(None)
    assert refused.value.code == "search_warning"


async def test_another_version_is_told_once_and_no_error(caplog: pytest.LogCaptureFixture) -> None:
    fallen = says(NO_ORDER, headers={"X-Shopify-API-Version": "2027-07"})
    with caplog.at_level(logging.WARNING):
        async with talking(TOKEN, fallen) as (channel, _, _):
            assert [await channel.order("1") for _ in range(2)] == [None, None]
    assert [record.getMessage() for record in caplog.records] == [
        "Shopify answers with API version 2027-07 instead of 2026-10"
    ]


async def test_an_order_that_changes_between_its_pages_is_read_again_later() -> None:
    made = MadeOrder([Made(Decimal("1.00"), 1, 1)])
    page = {"nodes": made.line_nodes(), "pageInfo": {"hasNextPage": True, "endCursor": "c"}}
    node = orjson.dumps({"data": {"order": made.node(lineItems=page)}}, default=str)
    later = {"updatedAt": "2026-11-23T09:31:00Z", "lineItems": {"nodes": [], "pageInfo": {"hasNextPage": False}}}
    async with talking(TOKEN, httpx2.Response(200, content=node), says({"data": {"order": later}})) as (channel, _, _):
        with pytest.raises(Unavailable):
            await channel.order("1")
