"""bol.com's door: tokens, media types, limits."""

from __future__ import annotations

import json

from hub.sandbox.bol.limits import Limits
from hub.sandbox.bol.switches import Switches
from tests.sandbox.bol_bench import V10, V11, StillClock, ask_token, bol_bench


async def test_a_token_lives_299_seconds_and_then_its_end_is_named() -> None:
    async with bol_bench() as bol:
        granted = await ask_token(bol.client)
        assert granted.json()["expires_in"] == 299
        assert granted.json()["token_type"] == "Bearer"
        bol.pass_time(300)
        answer = await bol.ask("GET", "/retailer/orders")
        assert answer.status_code == 401
        assert answer.json()["title"] == "Expired JWT"
        assert "violations" not in answer.json()


async def test_a_token_lives_shorter_in_a_faster_world_and_says_so() -> None:
    async with bol_bench(speed=10) as bol:
        assert (await ask_token(bol.client)).json()["expires_in"] == 29


async def test_a_wrong_secret_is_answered_in_the_oauth_way() -> None:
    async with bol_bench() as bol:
        answer = await ask_token(bol.client, secret="wrong")
        assert answer.status_code == 401
        assert answer.json()["error"] == "invalid_client"


async def test_the_grant_is_refused_in_the_query_string() -> None:
    async with bol_bench() as bol:
        answer = await ask_token(bol.client, data=None, params={"grant_type": "client_credentials"})
        assert answer.status_code == 400


async def test_asking_a_token_for_every_call_runs_into_the_token_limit() -> None:
    async with bol_bench(clock=StillClock()) as bol:
        statuses = [(await ask_token(bol.client)).status_code for _ in range(8)]
        assert statuses[0] == 200
        assert statuses[-1] == 429


async def test_no_token_or_a_foreign_one_is_refused() -> None:
    async with bol_bench() as bol:
        for sent in ("", "Bearer nonsense", "Basic abc"):
            answer = await bol.ask("GET", "/retailer/orders", headers={"Authorization": sent})
            assert answer.status_code == 401


async def test_an_inactive_account_is_forbidden_everything() -> None:
    async with bol_bench(Switches(forbidden=True)) as bol:
        answer = await bol.ask("GET", "/retailer/orders")
        assert (answer.status_code, answer.json()["title"]) == (403, "Forbidden")


async def test_every_resource_wants_its_own_media_type() -> None:
    async with bol_bench() as bol:
        for path, wrong in (("/retailer/orders", V11), ("/retailer/offers", V10), ("/retailer/orders", "*/*")):
            answer = await bol.ask("GET", path, headers={"Accept": wrong})
            assert answer.status_code == 406
        offer = await bol.offer("ART-00001")
        plain = {"Content-Type": "application/json"}
        answer = await bol.ask("PATCH", f"/retailer/offers/{offer['offerId']}", {}, version=11, headers=plain)
        assert answer.status_code == 415


async def test_an_unknown_path_is_a_problem_document() -> None:
    async with bol_bench() as bol:
        answer = await bol.ask("GET", "/retailer/nothing")
        assert (answer.status_code, answer.json()["status"]) == (404, 404)


async def test_a_body_that_is_no_json_is_a_bad_request() -> None:
    async with bol_bench() as bol:
        headers = {"Authorization": f"Bearer {bol.token}", "Accept": V10, "Content-Type": V10}
        answer = await bol.client.post("http://bol.test/bol/retailer/shipments", content=b"{", headers=headers)
        assert answer.status_code == 400
        assert answer.json()["violations"][0]["name"] == "body"


async def test_the_order_list_may_be_read_25_times_a_minute() -> None:
    async with bol_bench(Switches(retry_after_missing=0), clock=StillClock()) as bol:
        answers = [await bol.ask("GET", "/retailer/orders") for _ in range(26)]
        assert [answer.status_code for answer in answers] == [200] * 25 + [429]
        assert answers[0].headers["X-RateLimit-Limit"] == "25"
        assert answers[24].headers["X-RateLimit-Remaining"] == "0"
        assert 1 <= int(answers[25].headers["Retry-After"]) <= 3
        bol.pass_time(3)
        assert (await bol.ask("GET", "/retailer/orders")).status_code == 200


async def test_a_limit_of_one_group_leaves_the_others_alone() -> None:
    async with bol_bench() as bol:
        for _ in range(26):
            await bol.ask("GET", "/retailer/orders")
        assert (await bol.ask("GET", "/retailer/offers", version=11)).status_code == 200


async def test_some_429s_do_not_say_how_long_to_wait() -> None:
    async with bol_bench(Switches(retry_after_missing=1), clock=StillClock()) as bol:
        answers = [await bol.ask("POST", "/shared/process-status", {"processStatusQueries": []}) for _ in range(3)]
        assert answers[-1].status_code == 429
        assert "Retry-After" not in answers[-1].headers
        assert "seconds" in answers[-1].json()["detail"]


async def test_an_injected_429_looks_like_a_real_one() -> None:
    async with bol_bench() as bol:
        answer = bol.platform.throttled("/retailer/orders")
        assert answer.status_code == 429
        assert json.loads(bytes(answer.body))["status"] == 429


async def test_the_reset_header_may_be_an_epoch() -> None:
    async with bol_bench(Switches(reset_as_epoch=True)) as bol:
        answer = await bol.ask("GET", "/retailer/orders")
        assert int(answer.headers["X-RateLimit-Reset"]) > 1_700_000_000


def test_the_most_specific_rule_wins() -> None:
    limits = Limits()
    keys = limits.take("GET", "/retailer/subscriptions/signature-keys", 0)
    one = limits.take("GET", "/retailer/orders/A1", 0)
    many = limits.take("GET", "/retailer/orders", 0)
    assert keys is not None
    assert one is not None
    assert many is not None
    assert (keys.limit, keys.reset) == (10, 360)
    assert one.reset == 1
    assert many.reset == 3
    assert limits.take("GET", "/nowhere", 0) is None
