"""Exact's door: consent, codes, and a chain of tokens that breaks when handled carelessly."""

from __future__ import annotations

import base64
from urllib.parse import parse_qs, urlsplit

from tests.sandbox.exact_bench import APP, REDIRECT, ExactBench, exact_bench


async def test_a_person_sees_a_page_with_a_form_and_is_sent_back_with_code_and_state(exact: ExactBench) -> None:
    asked = {
        "client_id": "sandbox-app",
        "redirect_uri": f"{REDIRECT}?tenant=1",
        "response_type": "code",
        "state": "a b",
    }
    page = await exact.client.get("/exact/api/oauth2/auth", params=asked)
    assert page.status_code == 200
    assert 'method="post"' in page.text
    assert 'name="allow"' in page.text
    answer = await exact.client.post("/exact/api/oauth2/auth", data=asked | {"allow": "1"})
    back = urlsplit(answer.headers["location"])
    assert answer.status_code == 302
    assert parse_qs(back.query)["state"] == ["a b"]
    assert parse_qs(back.query)["tenant"] == ["1"]
    assert "%2B" in back.query, "the code needs escaping"


async def test_a_person_may_refuse(exact: ExactBench) -> None:
    asked = {"client_id": "sandbox-app", "redirect_uri": REDIRECT, "response_type": "code", "allow": "0"}
    answer = await exact.client.post("/exact/api/oauth2/auth", data=asked)
    assert "error=access_denied" in answer.headers["location"]


async def test_unknown_apps_and_foreign_redirects_are_shown_the_door(exact: ExactBench) -> None:
    for changed in ({"client_id": "other"}, {"redirect_uri": "https://evil.example/cb"}):
        asked = {"client_id": "sandbox-app", "redirect_uri": REDIRECT, "response_type": "code"} | changed
        assert (await exact.client.get("/exact/api/oauth2/auth", params=asked)).status_code == 400


async def test_a_token_answer_carries_its_lifetime_as_a_string(exact: ExactBench) -> None:
    answer = (await exact.exchange(await exact.ask_code())).json()
    assert answer["expires_in"] == "600"
    assert answer["token_type"] == "bearer"


async def test_a_faster_world_says_so_in_the_lifetime() -> None:
    async with exact_bench(speed=10) as exact:
        assert (await exact.exchange(await exact.ask_code())).json()["expires_in"] == "60"


async def test_a_code_works_once_within_three_minutes_and_for_its_own_redirect(exact: ExactBench) -> None:
    code = await exact.ask_code()
    assert (await exact.exchange(code)).status_code == 200
    again = await exact.exchange(code)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")
    assert "chainId" in again.json()["error_description"]
    late = await exact.ask_code()
    exact.pass_time(181)
    assert (await exact.exchange(late)).status_code == 400
    assert (await exact.exchange(await exact.ask_code(), redirect_uri=f"{REDIRECT}/other")).status_code == 400


async def test_refreshing_too_early_is_refused_and_changes_nothing(exact: ExactBench) -> None:
    exact.pass_time(569)
    answer = await exact.refresh(exact.refresh_token)
    assert answer.status_code == 400
    assert answer.json()["error"] == "access_denied"
    assert answer.headers["reason"] == "TooEarlyToRefreshTokens: Rate limit exceeded: access_token not expired"
    assert (await exact.get("vat/VATCodes")).status_code == 200
    exact.pass_time(1)
    assert (await exact.refresh(exact.refresh_token)).status_code == 200


async def test_a_refresh_rotates_and_the_old_refresh_token_is_dead(exact: ExactBench) -> None:
    exact.pass_time(575)
    pair = (await exact.refresh(exact.refresh_token)).json()
    assert pair["refresh_token"] != exact.refresh_token
    assert (await exact.get("vat/VATCodes")).status_code == 200, "the old access token lives out its time"
    old = await exact.refresh(exact.refresh_token)
    assert old.status_code == 401
    assert old.json() == {"error": "unauthorized_client", "error_description": "Old refresh token used."}


async def test_an_access_token_dies_after_600_seconds(exact: ExactBench) -> None:
    exact.pass_time(601)
    assert (await exact.get("vat/VATCodes")).status_code == 401


async def test_a_refresh_token_dies_after_thirty_idle_days(exact: ExactBench) -> None:
    exact.pass_time(30 * 86400 + 1)
    answer = await exact.refresh(exact.refresh_token)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
    assert answer.json()["error_description"].startswith("The refresh token expired at ")


async def test_client_credentials_may_come_by_basic_authentication(exact: ExactBench) -> None:
    form = {"grant_type": "authorization_code", "code": await exact.ask_code(), "redirect_uri": REDIRECT}
    basic = base64.b64encode(f"{APP['client_id']}:{APP['client_secret']}".encode()).decode()
    answer = await exact.client.post("/exact/api/oauth2/token", data=form, headers={"Authorization": f"Basic {basic}"})
    assert answer.status_code == 200


async def test_a_wrong_secret_is_an_invalid_client(exact: ExactBench) -> None:
    answer = await exact.exchange(await exact.ask_code(), client_secret="wrong")
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_client")


async def test_the_token_endpoint_serves_200_calls_a_day(exact: ExactBench) -> None:
    statuses = [(await exact.refresh("unknown")).status_code for _ in range(200)]
    assert statuses[:199] == [400] * 199
    assert statuses[199] == 429


async def test_a_withdrawn_consent_ends_tokens_and_subscriptions(exact: ExactBench) -> None:
    exact.platform.office.settings.validate_hooks = False
    await exact.post("webhooks/WebhookSubscriptions", {"Topic": "Items", "CallbackURL": "http://127.0.0.1:1/x"})
    exact.platform.expire_grant()
    assert (await exact.get("vat/VATCodes")).status_code == 401
    exact.pass_time(600)
    assert (await exact.refresh(exact.refresh_token)).json()["error"] == "invalid_request"
    await exact.log_in()
    assert await exact.rows("webhooks/WebhookSubscriptions") == []


async def test_a_lost_token_answer_has_rotated_all_the_same(exact: ExactBench) -> None:
    exact.platform.consent.lose_next = 1
    exact.pass_time(580)
    assert (await exact.refresh(exact.refresh_token)).status_code == 502
    assert (await exact.refresh(exact.refresh_token)).status_code == 401
