"""A fresh pair is stored before it is used, and a grant is lost with a clear word."""

from __future__ import annotations

import anyio
import pytest

from hub.adapters import oauth
from hub.adapters.oauth import Tokens
from hub.adapters.port import Grant
from hub.outcome import Unauthorized, Unavailable
from tests.adapters.handclock import HandClock
from tests.adapters.oauth.token_server import SharedGrants, TokenServer


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


async def full(grant: Grant) -> Grant:
    """Save nothing, as on a full disk."""
    raise OSError("disk full")


async def test_a_new_pair_is_not_used_before_it_is_stored_and_not_lost_either(
    tokens: Tokens, server: TokenServer, store: SharedGrants, clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
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
