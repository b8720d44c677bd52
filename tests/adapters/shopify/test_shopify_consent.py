"""A merchant's consent: only an answer that Shopify signed, for the channel's own shop, becomes a grant."""

from __future__ import annotations

import hashlib
import hmac
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx2
import pytest

from hub.adapters.connector import Account
from hub.adapters.oauth import MemoryGrants
from hub.adapters.shopify.client import ShopApp, open_shopify
from hub.adapters.shopify.connector import CONNECTOR
from hub.adapters.shopify.consent import ShopConsent
from hub.adapters.shopify.scopes import SCOPES
from hub.outcome import Rejected
from hub.sandbox.app import Options, running
from hub.sandbox.shopify.apps import CLIENT_ID, CLIENT_SECRET
from hub.sandbox.shopify.platform import ShopifyPlatform
from tests.adapters.handclock import HandClock
from tests.adapters.scripted import Script, says

BACK = "https://hub.example.test/oauth/shopify/callback"
SECRET = "hush"
GRANTED = says({"access_token": "shpat_1", "refresh_token": "shprt_1", "expires_in": 3600, "scope": "read_orders"})


def account(url: str = "https://acme.myshopify.com", secret: str = SECRET, client: str = "client") -> Account:
    return Account(url, {"client_id": client, "client_secret": secret}, MemoryGrants())


def signed(**answer: str) -> dict[str, str]:
    """Return an answer signed as Shopify's own libraries do it."""
    told = {"code": "c0de", "shop": "acme.myshopify.com", "state": "s", "timestamp": "1764150000"} | answer
    message = urlencode(sorted(told.items()))
    return told | {"hmac": hmac.new(SECRET.encode(), message.encode(), hashlib.sha256).hexdigest()}


def test_the_browser_is_sent_to_the_shop_with_the_scopes_that_the_hub_needs() -> None:
    asked = urlsplit(ShopConsent().address(account(), "state-1", BACK))
    query = dict(parse_qsl(asked.query))
    assert (asked.netloc, asked.path) == ("acme.myshopify.com", "/admin/oauth/authorize")
    assert (query["client_id"], query["state"], query["redirect_uri"]) == ("client", "state-1", BACK)
    assert query["scope"].split(",") == list(SCOPES)


async def test_a_signed_answer_becomes_a_grant_that_ends_and_can_be_renewed() -> None:
    script = Script(GRANTED)
    consented = await ShopConsent(script.transport).exchange(account(), HandClock(), signed(), BACK)
    grant = consented.grant
    assert (grant.access_token, grant.refresh_token, grant.expires_in) == ("shpat_1", "shprt_1", 3600.0)
    sent = dict(parse_qsl(script.requests[0].content.decode()))
    assert (sent["code"], sent["expiring"], sent["client_secret"]) == ("c0de", "1", SECRET)


@pytest.mark.parametrize("host", ["YWNtZQ==", "a b", "a+b/c", "ü"])
async def test_an_answer_may_be_signed_as_it_is_read_or_as_it_stands_in_the_address(host: str) -> None:
    told = {name: value for name, value in signed(host=host).items() if name != "hmac"}
    read = "&".join(f"{name}={value}" for name, value in sorted(told.items()))
    other = told | {"hmac": hmac.new(SECRET.encode(), read.encode(), hashlib.sha256).hexdigest()}
    for answer in (signed(host=host), other):
        consented = await ShopConsent(Script(GRANTED).transport).exchange(account(), HandClock(), answer, BACK)
        assert consented.grant.access_token == "shpat_1"


@pytest.mark.parametrize(
    "answer",
    [
        signed() | {"code": "another"},
        signed() | {"extra": "parameter"},
        signed() | {"hmac": ""},
        signed() | {"hmac": "é"},
        signed(shop="evil.myshopify.com"),
        signed(shop=""),
        signed(code=""),
        {},
    ],
)
async def test_a_forged_or_foreign_answer_is_refused_before_anything_is_asked(answer: dict[str, str]) -> None:
    script = Script(GRANTED)
    with pytest.raises(Rejected):
        await ShopConsent(script.transport).exchange(account(), HandClock(), answer, BACK)
    assert script.requests == []


async def test_a_refused_code_is_told() -> None:
    script = Script(says({"error": "invalid_request", "error_description": "code was used"}, 400))
    with pytest.raises(Rejected) as refused:
        await ShopConsent(script.transport).exchange(account(), HandClock(), signed(), BACK)
    assert refused.value.code == "consent_refused"


async def test_the_whole_way_through_a_simulated_shop() -> None:
    async with running(Options(platforms={"shopify": ShopifyPlatform}, speed=100.0)) as sandbox:
        mine = account(f"{sandbox.options.base_url}/shopify", CLIENT_SECRET, CLIENT_ID)
        consent = CONNECTOR.consent
        assert consent is not None
        back = "http://127.0.0.1/oauth/shopify/callback"
        asked = urlsplit(consent.address(mine, "state-1", back))
        async with httpx2.AsyncClient(trust_env=False) as browser:
            answer = await browser.post(asked._replace(query="").geturl(), data=dict(parse_qsl(asked.query)))
        told = dict(parse_qsl(urlsplit(answer.headers["Location"]).query))
        assert told["state"] == "state-1"
        consented = await consent.exchange(mine, HandClock(), told, back)
        grants = MemoryGrants(consented.grant)
        async with open_shopify(ShopApp(mine.url, "nobody", "wrong"), HandClock(), grant=grants) as channel:
            assert await channel.subscriptions() == ()
