"""A process that plays what it is told, one JSON object per line: ``python -m simulation.worker``.

Its hashes are not random (``PYTHONHASHSEED``), for the order of a set of texts is part of what must replay.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import sys
from dataclasses import asdict
from typing import Any

from simulation.crew import ask, worker
from simulation.drawing import draw
from simulation.mutations import MUTATIONS
from simulation.play import Ending, Violation, play
from simulation.script import Script, read_script
from simulation.template import migrated

PATIENCE = 300
"""Seconds after which a play is given up; by then it runs in a circle."""


class TooLong(KeyboardInterrupt):
    """A play does not come to its end."""


def main() -> None:
    """Play until there is nothing more to be played."""
    signal.signal(signal.SIGALRM, _too_long)
    migrated()
    gc.collect()
    gc.freeze()
    for line in sys.stdin:
        asked = json.loads(line)
        told = _apart(asked) if asked.get("mutation") else _played(asked)
        sys.stdout.write(json.dumps(told) + "\n")
        sys.stdout.flush()


def _played(asked: dict[str, Any]) -> dict[str, Any]:
    script = read_script(asked["script"]) if "script" in asked else draw(asked["seed"])
    return asdict(patiently(script))


def patiently(script: Script) -> Ending:
    """Play, but not for ever."""
    signal.alarm(PATIENCE)
    try:
        return play(script)
    except TooLong:
        return Ending(script.seed, [Violation("comes_to_an_end", f"not within {PATIENCE} s", 0.0, "?")])
    finally:
        signal.alarm(0)


def _apart(asked: dict[str, Any]) -> dict[str, Any]:
    """Play with a deliberate bug, in a child: what is put differently there stays there."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(read)
        with os.fdopen(write, "w") as pipe:
            json.dump(_mutated(asked), pipe)
        os._exit(0)
    os.close(write)
    with os.fdopen(read) as pipe:
        text = pipe.read()
    os.waitpid(child, 0)
    told: dict[str, Any] = json.loads(text)
    return told


def _fails_anyway(script: Script) -> bool:
    """Say whether a script fails without any deliberate bug, in a process that has none."""
    with worker() as other:
        return bool(ask(other, {"script": script.written()})["violations"])


def _mutated(asked: dict[str, Any]) -> dict[str, Any]:
    mutation = next(one for one in MUTATIONS if one.name == asked["mutation"])
    mutation.apply()
    if "script" in asked:
        return _played(asked)
    tried, cpu, hours = 0, 0.0, 0.0
    scripts = [read_script(text) for text in asked["scripts"]]
    for script in (*scripts, *map(draw, asked["seeds"])):
        ending, seed = patiently(script), None if script in scripts else script.seed
        tried, cpu, hours = tried + 1, cpu + ending.cpu, hours + ending.seconds / 3600
        if ending.failed:
            if _fails_anyway(script):
                continue
            names = list(dict.fromkeys(one.invariant for one in ending.violations))
            told = ending.violations[0].line()
            return {"name": mutation.name, "seed": seed, "tried": tried, "by": names, "told": told,
                    "cpu": cpu, "hours": hours}  # fmt: skip
    return {"name": mutation.name, "seed": None, "tried": tried, "by": [], "told": "", "cpu": cpu, "hours": hours}


def _too_long(*_: object) -> None:
    raise TooLong


if __name__ == "__main__":
    main()
