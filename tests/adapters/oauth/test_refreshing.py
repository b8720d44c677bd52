"""Grants are refreshed once, and never too early."""

from __future__ import annotations

import anyio
import pytest

from hub.adapters.oauth import MemoryGrants, Tokens
from hub.adapters.port import Grant
from hub.outcome import Throttled
from tests.adapters.handclock import HandClock
from tests.adapters.oauth.token_server import FIRST, SharedGrants, TokenServer


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


async def test_after_a_refused_call_a_fresh_token_is_fetched_even_before_its_time(
    tokens: Tokens, server: TokenServer, store: SharedGrants, clock: HandClock
) -> None:
    server.issued_at -= 600
    assert await tokens.renewed("access-1") == "access-2"
    assert await tokens.renewed("access-1") == "access-2"
    assert len(server.requests) == 1


async def test_a_refused_token_that_the_endpoint_calls_valid_comes_back_unchanged(tokens: Tokens) -> None:
    assert await tokens.renewed("access-1") == "access-1"
