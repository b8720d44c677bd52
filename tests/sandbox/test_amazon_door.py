"""Amazon's door: tokens of an hour, consent in the browser, a bucket for every operation."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

from hub.sandbox.amazon.lwa import APPLICATION_ID, REFRESH_TOKEN, SELLER_ID
from hub.sandbox.amazon.usage import PLANS
from tests.sandbox.amazon_bench import BASE, ITEMS, LONG_AGO, NL, ORDERS, amazon_bench, ask_token

SELLERS = "/sellers/v1/marketplaceParticipations"
REFRESH = {"grant_type": "refresh_token", "refresh_token": REFRESH_TOKEN}
GRANTLESS = {"grant_type": "client_credentials", "scope": "sellingpartnerapi::notifications"}
CONSENT = {"application_id": APPLICATION_ID, "state": "s&1", "redirect_uri": "http://127.0.0.1/back?a=1"}


async def test_a_refresh_token_buys_an_hour_and_stays_the_same() -> None:
    async with amazon_bench() as amazon:
        granted = (await ask_token(amazon.client, **REFRESH)).json()
        assert granted["token_type"] == "bearer"
        assert 3590 <= granted["expires_in"] <= 3600
        assert granted["refresh_token"] == REFRESH_TOKEN
    async with amazon_bench(speed=60) as amazon:
        assert 59 <= (await ask_token(amazon.client, **REFRESH)).json()["expires_in"] <= 60


async def test_an_expired_and_a_garbled_token_are_403_and_say_which() -> None:
    async with amazon_bench() as amazon:
        amazon.pass_time(3601)
        assert await amazon.refused("GET", SELLERS, status=403) == (
            "Unauthorized: Access to requested resource is denied. The access token you provided has expired."
        )
        amazon.tokens["seller"] = "Atza|nonsense"
        assert "malformed" in await amazon.refused("GET", SELLERS, status=403)
        bare = await amazon.client.get(BASE + SELLERS)
        assert (bare.status_code, bare.json()["errors"][0]["code"]) == (403, "MissingAuthenticationToken")


@pytest.mark.parametrize(
    ("form", "status", "error"),
    [
        ({"grant_type": "refresh_token", "refresh_token": "Atzr|other"}, 400, "invalid_grant"),
        ({"grant_type": "refresh_token"}, 400, "invalid_grant"),
        ({"grant_type": "authorization_code", "code": "x"}, 400, "invalid_grant"),
        ({"grant_type": "client_credentials", "scope": "everything"}, 400, "invalid_scope"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({}, 400, "invalid_request"),
        (REFRESH | {"client_secret": "wrong"}, 401, "invalid_client"),
        (REFRESH | {"client_id": "wrong"}, 401, "invalid_client"),
    ],
)
async def test_what_buys_no_token(form: dict[str, str], status: int, error: str) -> None:
    async with amazon_bench() as amazon:
        answer = await ask_token(amazon.client, **form)
        assert (answer.status_code, answer.json()["error"]) == (status, error)
        assert answer.json()["error_description"]


async def test_a_withdrawn_authorisation_ends_tokens_too_and_an_expired_secret_buys_none() -> None:
    async with amazon_bench() as amazon:
        amazon.switches.withdrawn = True
        assert (await ask_token(amazon.client, **REFRESH)).json()["error"] == "invalid_grant"
        assert "revoked" in await amazon.refused("GET", SELLERS, status=403)
        amazon.switches.withdrawn, amazon.switches.secret_expired = False, True
        assert (await ask_token(amazon.client, **REFRESH)).json()["error"] == "invalid_client"


async def test_a_grantless_token_opens_no_sellers_call() -> None:
    async with amazon_bench() as amazon:
        granted = (await ask_token(amazon.client, **GRANTLESS)).json()
        assert "refresh_token" not in granted
        amazon.tokens["seller"] = granted["access_token"]
        assert await amazon.refused("GET", SELLERS, status=403) == (
            "Unauthorized: Access to requested resource is denied."
        )


async def test_consent_leads_back_with_a_code_that_buys_tokens_once() -> None:
    async with amazon_bench() as amazon:
        page = await amazon.client.get(f"{BASE}/apps/authorize/consent", params=CONSENT)
        assert page.status_code == 200
        assert 'value="s&amp;1"' in page.text
        back = await amazon.client.post(f"{BASE}/apps/authorize/consent", data=CONSENT | {"allow": "1"})
        assert back.status_code == 302
        told = parse_qs(urlsplit(back.headers["location"]).query)
        assert (told["state"], told["selling_partner_id"], told["a"]) == (["s&1"], [SELLER_ID], ["1"])
        form = {"grant_type": "authorization_code", "code": told["spapi_oauth_code"][0]}
        form["redirect_uri"] = CONSENT["redirect_uri"]
        granted = (await ask_token(amazon.client, **form)).json()
        await amazon.renew(grant_type="refresh_token", refresh_token=granted["refresh_token"])
        await amazon.get(SELLERS)
        assert (await ask_token(amazon.client, **form)).json()["error"] == "invalid_grant"


async def test_a_code_lives_five_minutes_and_belongs_to_its_address() -> None:
    async with amazon_bench() as amazon:
        for wait, address in ((301, CONSENT["redirect_uri"]), (0, "http://127.0.0.1/elsewhere")):
            code = amazon.platform.door.lwa.consent(CONSENT["redirect_uri"])
            amazon.pass_time(wait)
            form = {"grant_type": "authorization_code", "code": code, "redirect_uri": address}
            assert (await ask_token(amazon.client, **form)).json()["error"] == "invalid_grant"


@pytest.mark.parametrize(
    "change", [{"application_id": "other"}, {"state": ""}, {"redirect_uri": "https://evil.example/"}]
)
async def test_a_consent_page_is_not_shown_to_strangers(change: dict[str, str]) -> None:
    async with amazon_bench() as amazon:
        path = f"{BASE}/apps/authorize/consent"
        assert (await amazon.client.get(path, params=CONSENT | change)).status_code == 400
        assert (await amazon.client.post(path, data=CONSENT | change)).status_code == 400


async def test_a_seller_who_cancels_ends_where_he_is() -> None:
    async with amazon_bench() as amazon:
        answer = await amazon.client.post(f"{BASE}/apps/authorize/consent", data=CONSENT | {"allow": "0"})
        assert (answer.status_code, "location" in answer.headers) == (200, False)


async def test_a_bucket_empties_into_429_without_retry_after_and_refills_at_its_rate() -> None:
    async with amazon_bench() as amazon:
        asked = {"lastUpdatedAfter": LONG_AGO}
        for _ in range(PLANS["searchOrders"].burst):
            assert (await amazon.ask("GET", ORDERS, params=asked)).status_code == 200
        answer = await amazon.ask("GET", ORDERS, params=asked)
        assert answer.status_code == 429
        assert answer.json() == {
            "errors": [
                {
                    "code": "QuotaExceeded",
                    "message": "You exceeded your quota for the requested resource.",
                    "details": "",
                }
            ]
        }
        assert "retry-after" not in answer.headers
        assert "x-amzn-ratelimit-limit" not in answer.headers
        assert answer.headers["x-amzn-requestid"]
        amazon.pass_time(175)
        assert (await amazon.ask("GET", ORDERS, params=asked)).status_code == 429
        amazon.pass_time(5)
        assert (await amazon.ask("GET", ORDERS, params=asked)).status_code == 200
        await amazon.get(f"{ITEMS}/ART-00001", marketplaceIds=NL)


async def test_the_rate_is_told_as_it_is_compressed_and_can_be_left_out() -> None:
    async with amazon_bench(speed=100) as amazon:
        answer = await amazon.ask("GET", ORDERS, params={"lastUpdatedAfter": LONG_AGO})
        assert answer.headers["x-amzn-ratelimit-limit"] == "0.56"
        amazon.switches.rate_header = False
        answer = await amazon.ask("GET", ORDERS, params={"lastUpdatedAfter": LONG_AGO})
        assert "x-amzn-ratelimit-limit" not in answer.headers


async def test_calls_are_refused_for_no_reason_when_asked_to() -> None:
    async with amazon_bench(forbidden=1) as amazon:
        await amazon.refused("GET", SELLERS, status=403)
        await amazon.get(SELLERS)


async def test_a_body_must_be_json_and_say_so() -> None:
    async with amazon_bench() as amazon:
        headers = {"x-amz-access-token": amazon.tokens["seller"]}
        path = f"{BASE}{ITEMS}/ART-00001?marketplaceIds={NL}"
        answer = await amazon.client.patch(path, content=b"{}", headers=headers)
        assert answer.status_code == 415
        answer = await amazon.client.patch(path, content=b"{", headers=headers | {"content-type": "application/json"})
        assert answer.status_code == 400


async def test_unknown_paths_are_not_found_and_token_and_consent_are_spared_by_bad_luck() -> None:
    async with amazon_bench() as amazon:
        await amazon.refused("GET", "/nowhere", status=404)
        spared = amazon.platform.spared
        assert spared("/auth/o2/token")
        assert spared("/apps/authorize/consent")
        assert not spared(ORDERS)
        assert amazon.platform.throttled(ORDERS).status_code == 429
        assert amazon.platform.throttled("/auth/o2/token").status_code == 429


async def test_the_seller_takes_part_in_some_marketplaces_only() -> None:
    async with amazon_bench() as amazon:
        found = (await amazon.get(SELLERS))["payload"]
        own = {each["marketplace"]["countryCode"] for each in found if each["participation"]["isParticipating"]}
        assert own == {"NL", "BE", "DE", "FR"}
        assert len(found) == 11
