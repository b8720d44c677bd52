"""The loop under the simulation: time leaps, order is drawn, and places freeze and die."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from random import Random
from typing import Any

import pytest

from simulation.loop import SeededLoop, Stalled
from simulation.network import Exchange
from simulation.place import Died, Place
from simulation.shrinking import minimal


def played(main: Callable[[], Awaitable[Any]], seed: int = 1) -> Any:
    """Run something in a loop of its own."""
    loop = SeededLoop(Random(seed))
    try:
        return loop.run_until_complete(main())
    finally:
        loop.close()


def test_hours_pass_at_once() -> None:
    async def main() -> float:
        await asyncio.sleep(36_000)
        return asyncio.get_running_loop().time()

    assert played(main) == 36_000


def test_the_order_of_ready_tasks_follows_from_the_seed_alone() -> None:
    async def main() -> list[int]:
        order: list[int] = []

        async def one(number: int) -> None:
            await asyncio.sleep(0)
            order.append(number)

        await asyncio.gather(*(one(number) for number in range(8)))
        return order

    assert played(main, 5) == played(main, 5)
    assert len({tuple(played(main, seed)) for seed in range(6)}) > 1


def test_nothing_of_a_dead_place_ever_runs_again_not_even_what_would_tidy_up() -> None:
    async def main() -> list[str]:
        place, said = Place("node"), []

        async def live() -> None:
            try:
                await asyncio.sleep(10)
                said.append("woke")
            finally:
                said.append("tidied")

        place.spawn(live())
        await asyncio.sleep(5)
        place.die()
        await asyncio.sleep(100)
        return list(said)

    assert played(main) == []


def test_whoever_waits_for_a_place_that_dies_learns_of_it() -> None:
    async def main() -> None:
        place = Place("node")
        asyncio.get_running_loop().call_later(3, place.die)
        await place.call(asyncio.sleep(10))

    with pytest.raises(Died):
        played(main)


def test_a_frozen_place_goes_on_where_it_was() -> None:
    async def main() -> tuple[float, float]:
        place, loop = Place("node"), asyncio.get_running_loop()

        async def live() -> float:
            await asyncio.sleep(10)
            return loop.time()

        place.pause()
        loop.call_later(500, place.go_on, loop)
        return await place.call(live()), loop.time()

    woke, _ = played(main)
    assert woke >= 500


@pytest.mark.parametrize(
    ("froze", "died", "again", "could"),
    [
        (None, None, 100.1, True),
        ((100.5, 500.0), None, 180.0, False),
        ((100.5, 500.0), None, 501.0, False),
        ((100.5, 500.0), None, 502.0, True),
        ((99.0, 101.0), None, 120.0, True),
        ((99.0, 500.0), None, 180.0, False),
        ((103.0, 500.0), None, 180.0, True),
        (None, 101.0, 180.0, False),
        (None, 103.0, 180.0, True),
    ],
)
def test_whoever_was_frozen_or_dead_since_an_answer_came_could_make_nothing_of_it(
    froze: tuple[float, float] | None, died: float | None, again: float, could: bool
) -> None:
    async def main() -> bool:
        place, loop = Place("node"), asyncio.get_running_loop()
        if froze is not None:
            loop.call_at(froze[0], place.pause)
            loop.call_at(froze[1], place.go_on, loop)
        if died is not None:
            loop.call_at(died, place.die)
        await asyncio.sleep(1000)
        return Exchange("node", "POST", "/token", 99.0, place=place, delivered=100.0).used_by(again)

    assert played(main) is could


def test_a_doomed_place_dies_between_two_of_its_steps() -> None:
    async def main() -> list[int]:
        place, done = Place("node"), []

        async def live() -> None:
            for number in range(100):
                done.append(number)
                await asyncio.sleep(1)

        place.doom(7)
        place.spawn(live())
        await asyncio.sleep(1000)
        return list(done)

    assert 0 < len(played(main)) < 8


def test_a_wait_that_nothing_can_end_is_told() -> None:
    async def main() -> None:
        await asyncio.get_running_loop().create_future()

    with pytest.raises(Stalled):
        played(main)


def test_what_cannot_be_left_out_is_left() -> None:
    def fails(items: Sequence[int]) -> bool:
        return {3, 17} <= set(items)

    assert list(minimal(range(40), fails)) == [3, 17]
