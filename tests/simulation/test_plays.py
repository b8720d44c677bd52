"""The whole hub in virtual time: many plays keep every promise and replay exactly, and a bug is cut out."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from simulation.crew import ask, played, worker
from simulation.drawing import draw
from simulation.mutating import Mutation
from simulation.mutations import MUTATIONS
from simulation.run import names_of
from simulation.script import Script, Step, read_script
from simulation.shrinking import shrink

SCRIPTS = Path(__file__).parents[2] / "simulation" / "scripts"
SEEDS = range(100, 108)
BEGINS = "2026-11-23T09:00:00+00:00"
PACE = {"order_sweep": 14400.0, "lease_seconds": 21600.0, "poll_seconds": 7200.0}


def sale(at: float, label: str, quantity: int = 2) -> Step:
    lines = [{"sku": "ART-00001", "quantity": quantity}]
    return Step(at, "sell", label, {"channel": "woocommerce", "lines": lines})


def small(*steps: Step) -> Script:
    return Script(7, BEGINS, ("woocommerce",), goods=1, pace=PACE, steps=steps, quiet=0.0)


@pytest.mark.timeout(1200)
def test_plays_with_crashes_faults_and_two_nodes_keep_every_promise() -> None:
    halves = ({"seeds": [*SEEDS[place::2]]} for place in range(2))
    found = {one["seed"]: one for _, told in played(halves, jobs=2) for one in told["told"]}
    assert sorted(found) == list(SEEDS)
    assert {seed: told["violations"] for seed, told in found.items() if told["violations"]} == {}
    assert sum(told["sales"] for told in found.values()) > len(SEEDS)
    assert sum(told["crashes"] for told in found.values()) > 0


@pytest.mark.parametrize("script", sorted(SCRIPTS.glob("*.json")), ids=lambda path: path.stem)
def test_what_was_found_once_and_mended_stays_mended(script: Path) -> None:
    with worker() as process:
        assert ask(process, {"scripts": [script.read_text()]})["told"][0]["violations"] == []


@pytest.mark.timeout(1200)
def test_the_same_seed_is_the_same_play_to_the_last_byte_in_whatever_process() -> None:
    told = [_digest(seed) for seed in (77, 77, 4)]
    assert told[0] == told[1]
    assert told[0] != told[2]


@pytest.mark.timeout(1200)
def test_a_deliberate_bug_is_caught_and_its_script_made_short() -> None:
    long = small(
        Step(30.0, "fault", "s0", {"platform": "exact", "fault": "hook_lost", "method": "HOOK", "times": 1}),
        sale(40.0, "s1"),
        Step(50.0, "crash", "s2", {"node": 0, "after": 400}),
        Step(60.0, "book", "s3", {"sku": "ART-00001", "quantity": 1}),
    )
    with worker() as process:

        def fails(script: Script) -> bool:
            told = ask(process, {"scripts": [script.written()], "mutation": "forward-unpaid", "plain": True})
            return "no_sales_order_unpaid" in names_of(told["told"][0])

        unpaid = long.with_steps([*long.steps, _unpaid(70.0, "s4")])
        assert not fails(long)
        assert [step.label for step in shrink(unpaid, fails).steps] == ["s4"]


def test_a_channel_that_is_left_out_takes_its_steps_along() -> None:
    gone = Step(60.0, "pause-channel", "s5", {"channel": "bol", "seconds": 10.0})
    long = replace(small(sale(40.0, "s1"), gone), channels=("woocommerce", "bol"))
    short = shrink(long, lambda script: any(step.label == "s1" for step in script.steps))
    assert (short.channels, [step.label for step in short.steps]) == (("woocommerce",), ["s1"])


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda one: one.name)
def test_every_deliberate_bug_still_fits_the_code(mutation: Mutation) -> None:
    mutation.check()


def test_bugs_are_many_and_told_apart() -> None:
    assert len(MUTATIONS) >= 25
    assert len({one.name for one in MUTATIONS}) == len(MUTATIONS)


def test_a_script_is_read_as_it_was_written() -> None:
    for seed in range(50):
        assert read_script(draw(seed).written()) == draw(seed)


def _unpaid(at: float, label: str) -> Step:
    step = sale(at, label)
    return Step(at, "sell", label, {**step.asked, "paid": False})


def _digest(seed: int) -> tuple[str, int, float]:
    with worker() as process:
        told = ask(process, {"seeds": [seed]})["told"][0]
    return told["digest"], told["steps"], told["seconds"]
