"""The simulation from the command line: many seeds, the deliberate bugs, or one script again."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from simulation.crew import ask, played, worker
from simulation.drawing import SETTINGS, draw
from simulation.mutations import MUTATIONS
from simulation.script import Script, read_script
from simulation.shrinking import shrink

MOST_TRIES = 40
"""Seeds that a deliberate bug is given to show itself."""

LOOKED_THROUGH = 600
"""Seeds among which those are looked for."""

TOLD_EACH = 100
"""Plays after which is told how far it has come."""

DEAR = {"amazon": 6, "shopify": 3, "bol": 2}
"""How much longer a play with these platforms takes than with others."""

Told = dict[str, Any]


def run(seeds: int, first: int, mutations: bool, only: Sequence[str], as_json: bool, jobs: int) -> int:
    """Play many seeds, then the deliberate bugs if asked to; returns 0 where all is as it must be."""
    began, jobs = time.monotonic(), jobs or os.cpu_count() or 1
    summary: Told = {"seeds": seeds, "failed_seeds": 0, "failed": []}
    summary |= dict.fromkeys(("simulated_hours", "quiet_hours", "cpu_seconds"), 0.0)
    done = 0
    for asked, told in played(({"seeds": group} for group in _together(first, seeds, jobs)), jobs):
        for seed, one in zip(asked["seeds"], told["told"], strict=True):
            _count(summary, seed, one)
        before, done = done, done + len(asked["seeds"])
        if done // TOLD_EACH > before // TOLD_EACH:
            _say(f"{done} of {seeds} played, {summary['failed_seeds']} failed, {time.monotonic() - began:.0f} s")
    minutes = summary["cpu_seconds"] / 60
    summary["hours_per_cpu_minute"] = round(summary["simulated_hours"] / minutes) if minutes else 0
    _say(f"{seeds} seeds, {summary['failed_seeds']} failed, {summary['simulated_hours']:.0f} simulated hours, "
         f"{summary['quiet_hours']:.0f} of them quiet, in {summary['cpu_seconds']:.0f} s of CPU time")  # fmt: skip
    failing = {one["seed"] for one in summary["failed"]}
    found = _mutations(failing, only, jobs) if mutations else []
    summary["mutations_total"] = len(found)
    summary["mutations_caught"] = sum(bool(one["by"]) for one in found)
    summary["mutations"] = found
    summary["seconds"] = time.monotonic() - began
    summary |= {name: round(summary[name], 1) for name in ("simulated_hours", "quiet_hours", "cpu_seconds", "seconds")}
    if as_json:
        sys.stdout.write(json.dumps(summary) + "\n")
        sys.stdout.flush()
    return 0 if not summary["failed_seeds"] and summary["mutations_caught"] == summary["mutations_total"] else 1


def _together(first: int, seeds: int, jobs: int) -> list[list[int]]:
    """Return the seeds, those of one setting together but for what keeps every worker busy to the end."""
    asked = range(first, first + seeds)
    most = max(1, seeds // (jobs * 8))
    return [
        group[start : start + most]
        for group in (list(asked[place::SETTINGS]) for place in range(min(SETTINGS, seeds)))
        for start in range(0, len(group), most)
    ]


def _count(summary: Told, seed: int, told: Told) -> None:
    summary["simulated_hours"] += told["seconds"] / 3600
    summary["quiet_hours"] += told["quiet"] / 3600
    summary["cpu_seconds"] += told["cpu"]
    if told["violations"]:
        summary["failed_seeds"] += 1
        summary["failed"].append({"seed": seed, "violations": told["violations"][:5]})
        _say(f"seed {seed} fails", *map(_line, told["violations"][:5]))


def _mutations(failing: set[int], only: Sequence[str], jobs: int) -> list[Told]:
    """Try every deliberate bug on seeds that pass without it."""
    scripts = sorted((draw(seed) for seed in range(LOOKED_THROUGH) if seed not in failing), key=_cost)
    chosen = [one for one in MUTATIONS if not only or one.name in only]
    tasks = [
        {
            "mutation": one.name,
            "scripts": [script.written() for script in one.scripts],
            "seeds": [script.seed for script in scripts if one.shows(script)][:MOST_TRIES],
        }
        for one in chosen
    ]
    found: dict[str, Told] = {}
    for asked, told in played(tasks, jobs):
        found[asked["mutation"]] = told
        by = f"caught by {', '.join(told['by'])}" if told["by"] else "SURVIVES"
        _say(f"{asked['mutation']:<24} {by} ({told['tried']} plays, seed {told['seed']})")
    return [found[one.name] for one in chosen]


def _cost(script: Script) -> tuple[float, int]:
    """Return about what a play costs: dear platforms, quiet hours, steps."""
    dear = sum(DEAR.get(name, 1) for name in (*script.channels, script.other_channel or ""))
    return dear + len(script.steps) / 8 + script.quiet / 3600 / 6, script.seed


def again(script: Script, *, show: bool, shorten: bool, mutation: str | None) -> int:
    """Play one script; ``shorten`` prints the shortest script that still fails like it."""
    if show:
        _say(script.shown())
    with worker() as process:
        told = _once(process, script, mutation)
        _say(f"{told['seconds'] / 3600:.1f} h, {told['cpu']:.1f} s of CPU time, digest {told.get('digest', '')}")
        _say(*(map(_line, told["violations"])))
        if told["violations"] and shorten:
            shorter = shrink(script, partial(_fails_like, process, mutation, names_of(told)))
            sys.stdout.write(shorter.written() + "\n")
    return 1 if told["violations"] else 0


def _fails_like(process: Any, mutation: str | None, names: set[str], script: Script) -> bool:
    return bool(names & names_of(_once(process, script, mutation)))


def names_of(told: Told) -> set[str]:
    """Return by which invariants a play failed."""
    return {one["invariant"] for one in told["violations"]}


def _once(process: Any, script: Script, mutation: str | None) -> Told:
    told = ask(process, {"scripts": [script.written()]} | ({"mutation": mutation, "plain": True} if mutation else {}))
    one: Told = told["told"][0]
    return one


def script_of(seed: int | None, replay: Path | None) -> Script | None:
    """Return the script that was asked for, by its seed or by its file."""
    if replay is not None:
        return read_script(replay.read_text())
    return None if seed is None else draw(seed)


def _line(violation: Told) -> str:
    return f"  {violation['invariant']} (after {violation['step']}, {violation['at']:.1f} s): {violation['told']}"


def _say(*lines: str) -> None:
    for line in lines:
        sys.stderr.write(line + "\n")
    sys.stderr.flush()
