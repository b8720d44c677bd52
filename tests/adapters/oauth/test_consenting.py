"""Grants by a consent, and by client credentials."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import parse_qs, urlparse

import httpx2
import pytest

from hub.adapters.http import Caller
from hub.adapters.oauth import ClientTokens, MemoryGrants, TokenEndpoint, Tokens
from hub.adapters.port import Grant
from hub.outcome import Rejected, Unauthorized, Unavailable
from tests.adapters.handclock import HandClock
from tests.adapters.oauth.token_server import APP, SharedGrants, TokenServer
from tests.adapters.scripted import says


async def test_without_a_consent_nothing_is_asked(server: TokenServer, clock: HandClock) -> None:
    with pytest.raises(Unauthorized, match="no consent"):
        await Tokens(SharedGrants(None), server.endpoint(), clock).access_token()
    assert not server.requests


async def test_consent_address_and_exchange(server: TokenServer, clock: HandClock) -> None:
    url = urlparse(server.endpoint().authorize_url("state-1", "https://hub.test/oauth/exact/callback"))
    assert url.path == "/api/oauth2/auth"
    assert parse_qs(url.query) == {
        "response_type": ["code"],
        "client_id": ["client"],
        "redirect_uri": ["https://hub.test/oauth/exact/callback"],
        "state": ["state-1"],
    }
    grant = await server.endpoint().exchange("good", "https://hub.test/oauth/exact/callback")
    assert grant == Grant("access-2", "refresh-2", clock.now(), 600.0)
    assert server.requests[0]["redirect_uri"] == "https://hub.test/oauth/exact/callback"


async def test_a_used_code_is_refused_with_a_sentence(server: TokenServer) -> None:
    with pytest.raises(Rejected, match="start it again") as caught:
        await server.endpoint().exchange("used", "https://hub.test/cb")
    assert caught.value.code == "consent_refused"


async def test_client_credentials_ask_once_and_again_near_the_end(server: TokenServer, clock: HandClock) -> None:
    tokens = ClientTokens(MemoryGrants(), server.endpoint(), clock)
    assert [await tokens.access_token() for _ in range(3)] == ["access-2"] * 3
    clock.forward(575)
    assert await tokens.access_token() == "access-3"
    assert [request["grant_type"] for request in server.requests] == ["client_credentials"] * 2


async def test_wrong_client_credentials_stop_the_account(clock: HandClock) -> None:
    client = httpx2.AsyncClient(transport=httpx2.MockTransport(TokenServer(clock)))
    endpoint = TokenEndpoint(Caller(client, "bol"), replace(APP, client_secret="wrong"), clock)
    with pytest.raises(Unauthorized, match="client id or secret"):
        await ClientTokens(MemoryGrants(), endpoint, clock).access_token()


@pytest.mark.parametrize("answer", [{}, {"access_token": "a"}, {"access_token": "a", "expires_in": "soon"}, []])
async def test_an_answer_without_a_token_is_an_outage(clock: HandClock, answer: object) -> None:
    client = httpx2.AsyncClient(transport=httpx2.MockTransport(lambda request: says(answer)))
    with pytest.raises(Unavailable):
        await TokenEndpoint(Caller(client, "exact"), APP, clock).ask("client_credentials")


def test_no_secret_is_shown_in_a_representation() -> None:
    assert "secret" not in repr(APP).replace("client_secret", "")
