"""What is Amazon's own: its tokens, its 403, its usage plans, its roles, its pages."""

from __future__ import annotations

import json
from collections.abc import Callable

import httpx2
import pytest

from hub.adapters.amazon.calls import STEADY
from hub.adapters.amazon.usage_plans import ALL
from hub.adapters.oauth import MemoryGrants
from hub.adapters.port import Grant
from hub.outcome import Rejected, Throttled, Unauthorized, Unavailable
from tests.adapters.amazon.amazon_by_hand import DE, DENIED, NL, TOO_MANY, Amazon, order
from tests.adapters.handclock import HandClock
from tests.adapters.scripted import says

ORDER = "404-1234567-1234567"
FOUND = {"orders": [], "lastUpdatedBefore": "2026-11-23T08:58:00Z"}


def one_order(_: httpx2.Request) -> httpx2.Response:
    return says({"order": order()})


async def test_a_token_is_asked_for_once_and_serves_until_shortly_before_its_end(clock: HandClock) -> None:
    amazon = Amazon(one_order)
    async with amazon.open(clock) as channel:
        await channel.order(ORDER)
        clock.forward(3400)
        await channel.order(ORDER)
        clock.forward(60)
        await channel.order(ORDER)
    assert (
        amazon.token_forms
        == [{"grant_type": "refresh_token", "refresh_token": "Atzr|1", "client_id": "id", "client_secret": "secret"}]
        * 2
    )
    assert [each.headers["x-amz-access-token"] for each in amazon.asked] == ["Atza|1", "Atza|1", "Atza|2"]
    assert amazon.asked[0].headers["x-amz-date"] == "20261123T090000Z"
    assert amazon.asked[0].headers["user-agent"].startswith("Handelhub")


async def test_a_consent_goes_before_an_entered_token_which_stands_in_when_the_consent_is_void(
    clock: HandClock,
) -> None:
    grants = MemoryGrants(Grant("old", "Atzr|consented", clock.now().replace(year=2025), 3600, 4))
    amazon = Amazon(one_order)
    void: Callable[[httpx2.Request], httpx2.Response] = amazon.__call__

    class Withdrawn(Amazon):
        def __call__(self, request: httpx2.Request) -> httpx2.Response:
            if b"consented" in request.content:
                return says({"error": "invalid_grant", "error_description": "withdrawn"}, 400)
            return void(request)

    async with Withdrawn(one_order).open(clock, grants) as channel:
        assert await channel.order(ORDER) is not None
    kept = await grants.load()
    assert kept is not None
    assert kept.refresh_token == "Atzr|1"


async def test_a_login_that_broke_is_no_withdrawn_authorisation(clock: HandClock) -> None:
    class Broken(Amazon):
        def __call__(self, request: httpx2.Request) -> httpx2.Response:
            return says({"error": "server_error"}, 500)

    async with Broken(one_order).open(clock) as channel:
        with pytest.raises(Unavailable):
            await channel.order(ORDER)


async def test_an_expired_token_is_a_403_and_renewed_once(clock: HandClock) -> None:
    answers = [says(DENIED, 403), says({"order": order()})]
    amazon = Amazon(lambda _: answers.pop(0))
    async with amazon.open(clock) as channel:
        assert await channel.order(ORDER) is not None
    assert [each.headers["x-amz-access-token"] for each in amazon.asked] == ["Atza|1", "Atza|2"]


async def test_a_call_forbidden_from_the_start_lacks_a_role(clock: HandClock) -> None:
    amazon = Amazon(lambda _: says(DENIED, 403))
    async with amazon.open(clock) as channel:
        with pytest.raises(Rejected) as outcome:
            await channel.changed_orders(None)
    assert outcome.value.code == "missing_role"
    assert len(amazon.asked) == 2


async def test_a_call_that_worked_before_is_forbidden_for_a_moment_before_it_lacks_a_role(clock: HandClock) -> None:
    amazon = Amazon(lambda _: says(FOUND))
    async with amazon.open(clock) as channel:
        await channel.changed_orders(None)
        amazon.answer = lambda _: says(DENIED, 403)
        for _ in range(3):
            with pytest.raises(Unavailable):
                await channel.changed_orders(None)
        with pytest.raises(Rejected):
            await channel.changed_orders(None)


async def test_an_authorisation_withdrawn_is_unauthorized(clock: HandClock) -> None:
    gone = {"errors": [{"code": "Unauthorized", "message": "Access denied.", "details": "Access token is revoked."}]}
    async with Amazon(lambda _: says(gone, 403)).open(clock) as channel:
        with pytest.raises(Unauthorized):
            await channel.changed_orders(None)
    async with Amazon(one_order, refresh_token=None).open(clock) as channel:
        with pytest.raises(Unauthorized):
            await channel.order(ORDER)


async def test_a_429_waits_a_refill_period_with_jitter_and_holds_back_what_follows(clock: HandClock) -> None:
    amazon = Amazon(lambda _: says(TOO_MANY, 429))
    async with amazon.open(clock) as channel:
        with pytest.raises(Throttled) as outcome:
            await channel.changed_orders(None)
        period = 1 / (0.0056 * STEADY)
        assert period <= outcome.value.retry_after <= 1.25 * period
        with pytest.raises(Throttled):
            await channel.changed_orders(None)
        assert len(amazon.asked) == 1
        amazon.answer = lambda _: says(FOUND)
        clock.forward(outcome.value.retry_after)
        await channel.changed_orders(None)


async def test_usage_plans_are_kept_shown_and_corrected_by_the_header(clock: HandClock) -> None:
    amazon = Amazon(lambda _: says({"order": order()}, headers={"x-amzn-RateLimit-Limit": "4.0"}))
    async with amazon.open(clock) as channel:
        for _ in range(30):
            await channel.order(ORDER)
        with pytest.raises(Throttled) as outcome:
            await channel.order(ORDER)
        assert 0 < outcome.value.retry_after <= 0.25 / STEADY
        meters = {each.name: each for each in channel.meters()}
        assert (meters["getOrder"].limit, meters["getOrder"].remaining) == (30, 0)
        assert meters.keys() == {each.name for each in ALL}


@pytest.mark.parametrize("personal_forbidden", [True, False])
async def test_without_the_roles_orders_are_read_without_their_buyers(
    clock: HandClock, personal_forbidden: bool
) -> None:
    def answer(request: httpx2.Request) -> httpx2.Response:
        asked = request.url.params["includedData"].split(",")
        return says(DENIED, 403) if personal_forbidden and "RECIPIENT" in asked else says({"order": order()})

    amazon = Amazon(answer)
    async with amazon.open(clock) as channel:
        for _ in range(2):
            found = await channel.order(ORDER)
            assert found is not None
            assert (found.buyer, found.total) == (None, found.stated_sum)
        asked = [each.url.params["includedData"].split(",") for each in amazon.asked]
        assert ["BUYER" in each for each in asked] == (
            [True, True, True, True, False, False] if personal_forbidden else [True, True]
        )
        assert all("TAX" in each for each in asked[4:]), "another role opens the tax numbers"
        clock.forward(6 * 3600)
        await channel.order(ORDER)
        assert "BUYER" in amazon.asked[len(asked)].url.params["includedData"]


async def test_a_sweep_asks_all_marketplaces_at_once_and_goes_on_from_amazons_own_start_point(
    clock: HandClock,
) -> None:
    row = {"orderId": "1", "createdTime": "2026-11-22T10:00:00Z", "lastUpdatedTime": "2026-11-22T10:30:00Z"}
    older = row | {"orderId": "2", "lastUpdatedTime": "2026-11-22T10:10:00Z"}
    pages = [
        says({"orders": [row, older], "pagination": {"nextToken": "t1"}, "lastUpdatedBefore": "2026-11-23T08:58:00Z"}),
        says({"orders": [], "lastUpdatedBefore": "2026-11-23T08:59:30Z"}),
        says(FOUND),
    ]
    amazon = Amazon(lambda _: pages.pop(0))
    async with amazon.open(clock) as channel:
        first = await channel.changed_orders(None)
        second = await channel.changed_orders(first.cursor)
        await channel.changed_orders(second.cursor)
    asked = [dict(each.url.params) for each in amazon.asked]
    assert [ref.external_id for ref in first.rows] == ["2", "1"]
    assert (first.more, second.more) == (True, False)
    begin = {"lastUpdatedAfter": "2026-11-21T09:00:00Z", "maxResultsPerPage": "100"}
    assert asked[0] == begin | {"marketplaceIds": f"{NL},{DE}"}
    assert asked[1] == asked[0] | {"paginationToken": "t1"}
    assert asked[2]["lastUpdatedAfter"] == "2026-11-23T08:58:00Z", "the start point of the first page"


async def test_a_page_that_amazon_forgot_begins_the_sweep_anew(clock: HandClock) -> None:
    amazon = Amazon(lambda _: says({"errors": [{"code": "InvalidInput", "message": "token expired"}]}, 400))
    cursor = json.dumps({"after": "2026-11-20T00:00:00Z", "marketplaces": [DE], "token": "t", "reached": "x"})
    async with amazon.open(clock) as channel:
        page = await channel.changed_orders(cursor)
        assert (page.rows, page.more) == ((), True)
        assert json.loads(page.cursor or "") == {"after": "2026-11-20T00:00:00Z"}
        with pytest.raises(Rejected):
            await channel.changed_orders(page.cursor)


async def test_marketplaces_are_those_where_buyers_go_asked_once_a_day(clock: HandClock) -> None:
    def shop(id_: str, domain: str, *, active: bool = True) -> dict[str, object]:
        taking = {"isParticipating": active, "hasSuspendedListings": False}
        return {"marketplace": {"id": id_, "domainName": domain}, "participation": taking, "storeName": "x"}

    shops = [shop(DE, "www.amazon.de"), shop("A38D8NSA03LJTC", "si-uk-prod.stores.amazon.co.uk"),
             shop(NL, "www.amazon.nl"), shop("A13V1IB3VIYZZH", "www.amazon.fr", active=False)]  # fmt: skip
    amazon = Amazon(lambda each: says({"payload": shops} if "sellers" in each.url.path else FOUND), marketplaces=())
    async with amazon.open(clock) as channel:
        for _ in range(2):
            await channel.changed_orders(None)
        clock.forward(90_000)
        await channel.changed_orders(None)
    assert [each.url.params.get("marketplaceIds") for each in amazon.asked] == [
        None, f"{DE},{NL}", f"{DE},{NL}", None, f"{DE},{NL}"]  # fmt: skip


@pytest.mark.parametrize("answer", [httpx2.Response(503, text="<html>"), httpx2.ReadError("gone"), says({}, 500)])
async def test_reading_without_an_answer_is_safe_to_repeat(
    clock: HandClock, answer: httpx2.Response | Exception
) -> None:
    def fail(_: httpx2.Request) -> httpx2.Response:
        if isinstance(answer, Exception):
            raise answer
        return answer

    async with Amazon(fail).open(clock) as channel:
        with pytest.raises(Unavailable) as outcome:
            await channel.order(ORDER)
    assert not outcome.value.unknown


async def test_an_order_that_amazon_does_not_know_is_none(clock: HandClock) -> None:
    missing = says({"errors": [{"code": "NotFound", "message": "no such order"}]}, 404)
    async with Amazon(lambda _: missing).open(clock) as channel:
        assert await channel.order("999") is None


async def test_without_a_queue_there_are_no_topics_and_nothing_is_pulled(clock: HandClock) -> None:
    amazon = Amazon(one_order, queue_url="https://sqs.eu-west-1.amazonaws.com/1/q")
    async with amazon.open(clock) as channel:
        assert (channel.queue, channel.hook_topics) == (None, ())
        assert (await channel.pull_hints([])).hints == ()
        assert await channel.subscriptions() == ()
    assert amazon.asked == []
