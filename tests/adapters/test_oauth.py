"""Grants: refreshed once, never too early, stored before use, and lost with a clear word."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from urllib.parse import parse_qs, urlparse

import anyio
import httpx2
import pytest

from hub.adapters import oauth
from hub.adapters.http import Caller
from hub.adapters.oauth import ClientTokens, MemoryGrants, OAuthApp, TokenEndpoint, Tokens
from hub.adapters.port import Grant
from hub.outcome import Rejected, Throttled, Unauthorized, Unavailable
from tests.adapters.handclock import START, HandClock
from tests.adapters.scripted import says

APP = OAuthApp("client", "secret", "https://exact.test/api/oauth2/token", "https://exact.test/api/oauth2/auth")

FIRST = Grant("access-1", "refresh-1", START, 600.0, version=1)


@dataclass
class TokenServer:
    """Exact's token endpoint: 600 s of life, refresh from 570 s on, rotation, and its error bodies."""

    clock: HandClock
    life: float = 600.0
    current: int = 1
    issued_at: float = 0.0
    requests: list[dict[str, str]] = field(default_factory=list)
    drop_before: int = 0
    drop_after: int = 0
    freeze: bool = False

    def __post_init__(self) -> None:
        self.issued_at = self.clock.monotonic()

    async def __call__(self, request: httpx2.Request) -> httpx2.Response:
        fields = {name: values[0] for name, values in parse_qs(request.content.decode()).items()}
        self.requests.append(fields)
        await anyio.lowlevel.checkpoint()
        if self.drop_before:
            self.drop_before -= 1
            raise httpx2.ConnectError("down")
        answer = self._answer(fields)
        if self.drop_after:
            self.drop_after -= 1
            raise httpx2.ReadError("cut")
        while self.freeze and anyio.current_time() < anyio.current_effective_deadline():
            """Nothing of this process goes on."""
        return answer

    def _answer(self, fields: dict[str, str]) -> httpx2.Response:
        if (fields["client_id"], fields["client_secret"]) != ("client", "secret"):
            return says({"error": "invalid_client"}, 400)
        if fields["grant_type"] == "authorization_code" and fields["code"] != "good":
            words = "Token is not allowed, because of invalid or empty chainId"
            return says({"error": "invalid_grant", "error_description": words}, 400)
        if fields["grant_type"] == "refresh_token":
            if fields["refresh_token"] != f"refresh-{self.current}":
                words = "Old refresh token used."
                return says({"error": "unauthorized_client", "error_description": words}, 401)
            if self.clock.monotonic() - self.issued_at < self.life * 0.95 - 1e-6:
                words = "Rate limit exceeded: access_token not expired"
                return says({"error": "access_denied", "error_description": words}, 400)
        self.current += 1
        self.issued_at = self.clock.monotonic()
        return says(
            {
                "access_token": f"access-{self.current}",
                "token_type": "bearer",
                "expires_in": f"{self.life:g}",
                "refresh_token": f"refresh-{self.current}",
            }
        )

    def endpoint(self) -> TokenEndpoint:
        client = httpx2.AsyncClient(transport=httpx2.MockTransport(self))
        return TokenEndpoint(Caller(client, "exact"), APP, self.clock)


class SharedGrants(MemoryGrants):
    """A store that several nodes share: one reservation per version."""

    def __init__(self, grant: Grant | None) -> None:
        super().__init__(grant)
        self.saved: list[Grant] = []
        self.reserved: set[int] = set()
        self.steps = 1

    async def reserve(self, version: int) -> bool:
        await anyio.lowlevel.checkpoint()
        if version in self.reserved:
            return False
        self.reserved.add(version)
        return True

    async def save(self, grant: Grant) -> Grant:
        for _ in range(self.steps):
            await anyio.lowlevel.checkpoint()
        kept = await super().save(grant)
        self.saved.append(kept)
        return kept

    def lease_ends(self) -> None:
        self.reserved.clear()


@pytest.fixture
def server(clock: HandClock) -> TokenServer:
    return TokenServer(clock)


@pytest.fixture
def store(clock: HandClock) -> SharedGrants:
    return SharedGrants(FIRST)


@pytest.fixture
def tokens(server: TokenServer, store: SharedGrants, clock: HandClock) -> Tokens:
    return Tokens(store, server.endpoint(), clock)


async def test_a_token_is_used_without_a_refresh_until_570_seconds(
    tokens: Tokens, server: TokenServer, clock: HandClock
) -> None:
    clock.forward(569.9)
    assert await tokens.access_token() == "access-1"
    assert not server.requests


@pytest.mark.parametrize("life", [600.0, 60.0, 6.0])
async def test_a_refresh_comes_at_95_percent_of_the_life_the_server_told(clock: HandClock, life: float) -> None:
    server = TokenServer(clock, life=life)
    store = SharedGrants(Grant("access-1", "refresh-1", clock.now(), life, version=1))
    tokens = Tokens(store, server.endpoint(), clock)
    clock.forward(life * 0.95)
    assert await tokens.access_token() == "access-2"
    assert store.saved == [Grant("access-2", "refresh-2", clock.now(), life, version=2)]


async def test_many_callers_at_once_cause_one_refresh(tokens: Tokens, server: TokenServer, clock: HandClock) -> None:
    clock.forward(571)
    seen: list[str] = []

    async def ask() -> None:
        seen.append(await tokens.access_token())

    async with anyio.create_task_group() as group:
        for _ in range(20):
            group.start_soon(ask)
    assert seen == ["access-2"] * 20
    assert len(server.requests) == 1


async def test_two_nodes_on_one_store_refresh_once_and_agree(
    server: TokenServer, store: SharedGrants, clock: HandClock
) -> None:
    nodes = [Tokens(store, server.endpoint(), clock) for _ in range(2)]
    clock.forward(571)
    seen: list[str] = []

    async def ask(node: Tokens) -> None:
        seen.append(await node.access_token())

    async with anyio.create_task_group() as group:
        for node in nodes:
            group.start_soon(ask, node)
    assert len(server.requests) == 1
    assert set(seen) <= {"access-1", "access-2"}
    assert {await node.access_token() for node in nodes} == {"access-2"}


async def test_a_node_that_may_not_refresh_waits_once_its_token_is_spent(
    tokens: Tokens, store: SharedGrants, clock: HandClock
) -> None:
    store.reserved.add(1)
    clock.forward(580)
    assert await tokens.access_token() == "access-1"
    clock.forward(20)
    with pytest.raises(Throttled):
        await tokens.access_token()


async def test_a_pair_stored_by_another_node_is_used_without_a_refresh(
    tokens: Tokens, server: TokenServer, store: SharedGrants, clock: HandClock
) -> None:
    clock.forward(571)
    await store.save(Grant("access-9", "refresh-9", clock.now(), 600.0))
    assert await tokens.access_token() == "access-9"
    assert not server.requests


async def test_too_early_a_refresh_keeps_the_pair_in_force(
    tokens: Tokens, server: TokenServer, store: SharedGrants, clock: HandClock
) -> None:
    clock.forward(575)
    server.issued_at = clock.monotonic() - 560
    assert await tokens.access_token() == "access-1"
    assert not store.saved


async def test_a_clock_that_is_set_forward_costs_few_requests_at_the_token_endpoint(
    server: TokenServer, clock: HandClock
) -> None:
    tokens = Tokens(MemoryGrants(FIRST), server.endpoint(), clock)
    clock.set(900.0)
    for _ in range(569):
        assert await tokens.access_token() == "access-1"
        clock.forward(1.0)
    assert 1 < len(server.requests) <= 6
    clock.forward(30.0)
    assert await tokens.access_token() == "access-2"


async def test_a_token_that_died_while_it_was_called_valid_is_renewed_once_a_call_is_refused(
    server: TokenServer, clock: HandClock
) -> None:
    tokens = Tokens(MemoryGrants(FIRST), server.endpoint(), clock)
    clock.forward(560.0)
    clock.set(900.0)
    assert await tokens.access_token() == "access-1"
    clock.forward(20.0)
    assert await tokens.access_token() == "access-1"
    assert await tokens.renewed("access-1") == "access-2"
    assert len(server.requests) == 2


async def test_an_old_refresh_token_means_a_new_consent(tokens: Tokens, server: TokenServer, clock: HandClock) -> None:
    server.current = 7
    clock.forward(571)
    with pytest.raises(Unauthorized, match="connect the account again"):
        await tokens.access_token()


async def test_an_old_refresh_token_is_no_loss_when_another_node_has_stored_the_new_pair(
    tokens: Tokens, server: TokenServer, store: SharedGrants, clock: HandClock
) -> None:
    server.current = 7
    clock.forward(571)

    async def won_meanwhile(version: int) -> bool:
        await store.save(Grant("access-7", "refresh-7", clock.now(), 600.0))
        return True

    store.reserve = won_meanwhile  # type: ignore[method-assign]
    assert await tokens.access_token() == "access-7"


async def test_while_the_endpoint_is_down_the_token_serves_to_its_end(
    tokens: Tokens, server: TokenServer, store: SharedGrants, clock: HandClock
) -> None:
    server.drop_before = 2
    clock.forward(580)
    assert await tokens.access_token() == "access-1"
    store.lease_ends()
    clock.forward(19)
    with pytest.raises(Unavailable):
        await tokens.access_token()
    store.lease_ends()
    assert await tokens.access_token() == "access-2"


async def test_a_lost_answer_is_tried_again_and_then_told_as_a_lost_grant(
    tokens: Tokens, server: TokenServer, store: SharedGrants, clock: HandClock
) -> None:
    server.drop_after = 1
    clock.forward(600)
    with pytest.raises(Unavailable):
        await tokens.access_token()
    store.lease_ends()
    with pytest.raises(Unauthorized, match="connect the account again"):
        await tokens.access_token()
    assert [request["refresh_token"] for request in server.requests] == ["refresh-1", "refresh-1"]


async def test_a_new_pair_is_not_used_before_it_is_stored_and_not_lost_either(
    tokens: Tokens, server: TokenServer, store: SharedGrants, clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def full(grant: Grant) -> Grant:
        raise OSError("disk full")

    clock.forward(571)
    with monkeypatch.context() as disk:
        disk.setattr(store, "save", full)
        for _ in range(2):
            with pytest.raises(OSError, match="disk full"):
                await tokens.access_token()
    assert await tokens.access_token() == "access-2"
    assert (await store.load(), len(server.requests)) == (store.saved[-1], 1)


async def test_a_pair_that_could_not_be_stored_never_replaces_a_newer_consent(
    tokens: Tokens, server: TokenServer, store: SharedGrants, clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def full(grant: Grant) -> Grant:
        raise OSError("disk full")

    clock.forward(571)
    with monkeypatch.context() as disk:
        disk.setattr(store, "save", full)
        with pytest.raises(OSError, match="disk full"):
            await tokens.access_token()
    consented = await server.endpoint().exchange("good", "https://hub.test/cb")
    await store.save(consented)
    clock.forward(571)
    assert await tokens.access_token() == "access-4"


async def test_a_cancellation_in_the_middle_of_a_refresh_loses_no_pair(
    server: TokenServer, store: SharedGrants, tokens: Tokens, clock: HandClock
) -> None:
    clock.forward(571)
    with anyio.CancelScope() as scope:
        scope.cancel()
        await tokens.renewed("access-1")
    saved = await store.load()
    assert saved is not None
    assert saved.refresh_token == f"refresh-{server.current}"


@pytest.mark.parametrize("steps", range(8))
async def test_wherever_a_cancellation_strikes_the_stored_pair_is_the_living_one(
    server: TokenServer, store: SharedGrants, tokens: Tokens, clock: HandClock, steps: int
) -> None:
    clock.forward(571)
    async with anyio.create_task_group() as group:
        group.start_soon(tokens.access_token)
        for _ in range(steps):
            await anyio.lowlevel.checkpoint()
        group.cancel_scope.cancel()
    saved = await store.load()
    assert saved is not None
    assert saved.refresh_token == f"refresh-{server.current}"


async def test_a_process_that_froze_past_the_deadline_stores_the_pair_that_it_finds_once_it_goes_on(
    server: TokenServer, store: SharedGrants, tokens: Tokens, clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(oauth, "RENEWAL_SECONDS", 0.05)
    server.freeze, store.steps = True, 10
    clock.forward(571)
    assert await tokens.access_token() == "access-2"
    assert (await store.load(), len(server.requests)) == (store.saved[-1], 1)


async def test_after_a_refused_call_a_fresh_token_is_fetched_even_before_its_time(
    tokens: Tokens, server: TokenServer, store: SharedGrants, clock: HandClock
) -> None:
    server.issued_at -= 600
    assert await tokens.renewed("access-1") == "access-2"
    assert await tokens.renewed("access-1") == "access-2"
    assert len(server.requests) == 1


async def test_a_refused_token_that_the_endpoint_calls_valid_comes_back_unchanged(tokens: Tokens) -> None:
    assert await tokens.renewed("access-1") == "access-1"


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
