"""The doors' small memories stay small, whoever calls."""

from __future__ import annotations

import anyio
import pytest

from hub.store.engine import StoreUnavailable
from hub.web.bounded import Rate, Recent
from tests.web.stage import Hands


async def test_a_value_is_looked_up_once_until_it_is_old() -> None:
    asked: list[str] = []

    async def look_up(key: str) -> int:
        asked.append(key)
        return len(asked)

    clock = Hands()
    recent = Recent(look_up, clock, 5.0, 10)
    assert [await recent.get("a"), await recent.get("a")] == [1, 1]
    clock.ahead += 2
    assert await recent.get("a", younger_than=1.0) == 2
    clock.ahead += 6
    assert await recent.get("a") == 3


async def test_while_one_caller_looks_up_again_the_others_go_on_with_what_is_known() -> None:
    asked: list[str] = []
    answer = anyio.Event()

    async def look_up(key: str) -> int:
        asked.append(key)
        if len(asked) > 1:
            await answer.wait()
        return len(asked)

    clock = Hands()
    recent = Recent(look_up, clock, 5.0, 10)
    await recent.get("a")
    clock.ahead += 6
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(recent.get, "a")
        await anyio.wait_all_tasks_blocked()
        assert [await recent.get("a") for _ in range(5)] == [1] * 5
        answer.set()
    assert await recent.get("a") == 2
    assert len(asked) == 2


async def test_a_look_up_that_fails_is_tried_again_by_the_next_caller() -> None:
    failures = [StoreUnavailable("gone")]

    async def look_up(key: str) -> str:
        if failures:
            raise failures.pop()
        return key

    recent = Recent(look_up, Hands(), 5.0, 10)
    with pytest.raises(StoreUnavailable):
        await recent.get("a")
    assert await recent.get("a") == "a"


async def test_a_flood_of_strange_names_is_not_remembered() -> None:
    async def look_up(key: int) -> None:
        return None

    recent = Recent(look_up, Hands(), 5.0, 10)
    for name in range(1000):
        await recent.get(name)
    assert len(recent._known) == 10


def test_a_bucket_allows_its_burst_and_then_its_rate() -> None:
    clock = Hands()
    rate: Rate[str] = Rate(clock, 2.0, 3)
    assert [rate.allows("a") for _ in range(4)] == [True, True, True, False]
    assert rate.allows("b")
    clock.ahead += 1.0
    assert [rate.allows("a") for _ in range(3)] == [True, True, False]
    for name in range(20_000):
        rate.allows(str(name))
    assert len(rate._buckets) == 10_000
