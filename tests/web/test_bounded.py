"""The doors' small memories stay small, whoever calls."""

from __future__ import annotations

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
