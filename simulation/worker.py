"""A process that plays what it is told, one JSON object per line: ``python -m simulation.worker``.

Its hashes are not random (``PYTHONHASHSEED``), for the order of a set of texts is part of what must replay.
"""

from __future__ import annotations

import gc
import json
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import chdir
from dataclasses import asdict, replace
from itertools import groupby
from typing import Any

from simulation.apart import apart
from simulation.drawing import draw
from simulation.mutating import Mutation
from simulation.mutations import MUTATIONS
from simulation.play import Ending, perform, play
from simulation.script import Script, read_script
from simulation.stage import Stage, Violation, staged
from simulation.template import folder, migrated

PATIENCE = 300
"""Seconds of CPU time after which a play is given up; by then it runs in a circle."""

LEARNING = 6
"""Plays that a worker plays itself, before it forks: what it compiled in those its children need not compile."""

Told = dict[str, Any]


class TooLong(KeyboardInterrupt):
    """A play does not come to its end."""


def main() -> None:
    """Play until there is nothing more to be played."""
    signal.signal(signal.SIGPROF, _too_long)
    migrated()
    learned = 0
    _settle_down()
    for line in sys.stdin:
        asked = json.loads(line)
        if "mutation" in asked:
            learned = learned or _learn()
            told = _mutated(asked)
        elif learned < LEARNING:
            told = {"told": [asdict(patiently(script)) for script in _scripts(asked)]}
            learned += len(told["told"])
            _settle_down()
        else:
            told = {"told": [one for one, _ in plays(_scripts(asked))]}
        sys.stdout.write(json.dumps(told) + "\n")
        sys.stdout.flush()


def _learn() -> int:
    """Play some plays of many kinds for what is compiled in them alone, and return how many."""
    for seed in range(LEARNING):
        patiently(replace(draw(seed), quiet=0.0))
    _settle_down()
    return LEARNING


def _settle_down() -> None:
    """Let no child look through, and thereby copy, what is here to stay."""
    gc.collect()
    gc.freeze()


def _scripts(asked: Told) -> list[Script]:
    return [*map(read_script, asked.get("scripts", ())), *map(draw, asked.get("seeds", ()))]


def plays(scripts: Sequence[Script]) -> Iterator[tuple[Told, Script]]:
    """Yield what came of each, those of one setting in a row on one stage."""
    for _, several in groupby(scripts, key=lambda script: script.setting):
        group = list(several)
        told, cpu = apart(lambda group=group: _on_one_stage(group))  # type: ignore[misc]
        told[0]["cpu"] += cpu - sum(one["cpu"] for one in told)
        yield from zip(told, group, strict=True)


def _on_one_stage(scripts: Sequence[Script]) -> list[Told]:
    if len(scripts) == 1:
        return [asdict(patiently(scripts[0]))]
    told = []
    with staged(scripts[0]) as stage:
        content = stage.written()
        for script in scripts:
            with folder() as place:
                one, cpu = apart(lambda script=script, place=place: _in_folder(script, stage, content, str(place)))  # type: ignore[misc]
            told.append(one | {"cpu": cpu})
    return told


def _in_folder(script: Script, stage: Stage, content: bytes, place: str) -> Told:
    with chdir(place):
        stage.moved(content)
        return asdict(_patiently(script, lambda: perform(script, stage)))


def patiently(script: Script) -> Ending:
    """Play, but not for ever."""
    return _patiently(script, lambda: play(script))


def _patiently(script: Script, do: Any) -> Ending:
    signal.setitimer(signal.ITIMER_PROF, PATIENCE)
    try:
        ending: Ending = do()
    except TooLong:
        return Ending(script.seed, [Violation("comes_to_an_end", f"not within {PATIENCE} s", 0.0, "?")])
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
    return ending


def _mutated(asked: Told) -> Told:
    """Play with a deliberate bug, until one play fails that passes without it; ``plain`` asks for the plays alone."""
    mutation, scripts = next(one for one in MUTATIONS if one.name == asked["mutation"]), _scripts(asked)
    if asked.get("plain"):
        return {"told": apart(lambda: _with(mutation, scripts))[0]}
    tried, cpu, found = 0, 0.0, Told(seed=None, by=[], told="")
    while tried < len(scripts) and not found["by"]:
        left = scripts[tried:]
        told, _ = apart(lambda left=left: _with(mutation, left, to_the_first=True))  # type: ignore[misc]
        tried, cpu = tried + len(told), cpu + sum(one["cpu"] for one in told)
        script, violations = scripts[tried - 1], told[-1]["violations"]
        if violations and not _fails_anyway(script):
            names = list(dict.fromkeys(one["invariant"] for one in violations))
            found = {"seed": script.seed, "by": names, "told": Violation(**violations[0]).line()}
    return {"name": mutation.name, "tried": tried, "cpu": cpu, **found}


def _with(mutation: Mutation, scripts: Sequence[Script], *, to_the_first: bool = False) -> list[Told]:
    """Play with a deliberate bug, all of them or up to the first that fails; this process is spoilt by that."""
    mutation.apply()
    told: list[Told] = []
    for one, _ in plays(scripts):
        told.append(one)
        if to_the_first and one["violations"]:
            break
    return told


def _fails_anyway(script: Script) -> bool:
    """Say whether a script fails without any deliberate bug, in a process that has none."""
    return any(one["violations"] for one, _ in plays([script]))


def _too_long(*_: object) -> None:
    raise TooLong


if __name__ == "__main__":
    main()
