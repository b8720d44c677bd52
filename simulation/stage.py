"""A stage: everything set up in peace, once. A play goes on from there; so may many, each in a fork of the process."""

from __future__ import annotations

import asyncio
import gc
import logging
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from random import Random

from simulation import seams
from simulation.clocks import WorldClock
from simulation.house import House, build
from simulation.inline import Disk
from simulation.invariants import ALWAYS, AT_REST, Invariant, everybody_works, stock_converged
from simulation.loop import SeededLoop
from simulation.network import Network
from simulation.script import Script
from simulation.template import FILE, template
from simulation.witness import Witness

SHORTLY = (30.0, 120.0, 600.0, 1800.0)
"""Pauses between two looks whether all has come to rest, once nothing goes wrong any more; seconds."""

A_SWEEP_LATER = (1800.0,) * 30
"""The pauses after those, in which nothing but the next sweep is waited for: as long as the rarest takes, twice."""

SOON = 6000.0
"""Seconds after which nothing may wait in a mailbox any more that is due; the rest may need the next sweep."""


@dataclass
class Violation:
    """One thing that was not as it must be: by which rule, when (loop seconds), after which step."""

    invariant: str
    told: str
    at: float
    step: str

    def line(self) -> str:
        return f"{self.invariant} (after {self.step}, {self.at:.1f} s): {self.told}"


@dataclass(repr=False)
class Stage:
    """What a play is played on. ``last`` says what happened last, for whoever finds something wrong.

    In a ``peaceful`` play numbers must be right soon, for the next sweep would heal what a bug has lost.
    """

    loop: SeededLoop
    network: Network
    disk: Disk
    streams: dict[str, Random]
    chances: seams.Chances
    house: House = field(init=False)
    seen: Witness = field(init=False)
    violations: list[Violation] = field(default_factory=list)
    last: str = "the setting up"
    peaceful: bool = False

    async def set_up(self, script: Script, clock: WorldClock) -> None:
        """Build everything, and wait until nothing moves any more."""
        self.house = await build(script, FILE, self.network, clock)
        self.seen = Witness.of(self.house)
        self.network.heard = self.seen.hear
        await self.settled(SHORTLY[:3])
        while self.disk.busy:  # noqa: ASYNC110
            await asyncio.sleep(0.01)

    def drawn_from(self, seed: int) -> None:
        """Let everything that chance decides from now on follow from a seed."""
        for name, stream in self.streams.items():
            stream.seed(f"{name}/{seed}")
        self.chances.drawn_from(seed)
        self.house.sandbox.world.faults._random.seed(seed)

    def written(self) -> bytes:
        """Return the hub's file as it is now."""
        return self.seen.file.serialize()

    def moved(self, content: bytes) -> None:
        """Go on with a copy of the file in the working directory: a fork shares its stage's connections with none."""
        Path(FILE).write_bytes(content)
        self.disk.reopen()
        self.seen.reopen()

    def violated(self, invariants: Sequence[Invariant]) -> bool:
        """Look at what must be true, and note what is not."""
        self.seen.look()
        for invariant in invariants:
            for told in invariant(self.seen):
                self.violations.append(Violation(invariant.__name__, told, self.loop.time(), self.last))
        return bool(self.violations)

    async def settled(self, pauses: Sequence[float], *, since: float | None = None, last: bool = True) -> bool:
        """Wait until all is as it must be at rest; what still is not at the ``last`` pause's end is a violation.

        ``since`` is when the waiting began (loop seconds), where that was not now.
        """
        began = self.loop.time() if since is None else since
        for pause in pauses:
            await asyncio.sleep(pause)
            late = self.loop.time() - began > SOON
            soon = (everybody_works, *((stock_converged,) if self.peaceful else ()))
            if self.violated((*ALWAYS, *soon) if late else ALWAYS):
                return False
            if not any(True for invariant in AT_REST for _ in invariant(self.seen)):
                return True
        if last:
            self.violated(AT_REST)
        return False


@contextmanager
def staged(script: Script) -> Iterator[Stage]:
    """Set up the stage of a script; chance follows from the setting alone until a play begins."""
    streams = {name: Random(f"{name}/{script.setting}") for name in ("entropy", "disk", "network", "loop")}
    network, clock = Network(streams["network"]), WorldClock(datetime.fromisoformat(script.begins))
    loop, disk, chances = SeededLoop(streams["loop"]), Disk(streams["disk"]), seams.Chances()
    stage = Stage(loop, network, disk, streams, chances)
    with _quietly(), template(), seams.in_place(script, network, streams["entropy"], disk, clock, chances):
        asyncio.set_event_loop(loop)
        try:
            loop.run_until_complete(stage.set_up(script, clock))
            yield stage
        finally:
            _abandon(stage)


@contextmanager
def _quietly() -> Iterator[None]:
    """Collect garbage between plays only, and let nothing be said about what is abandoned at the end of one."""
    before = sys.unraisablehook
    sys.unraisablehook = lambda _: None
    logging.disable(logging.CRITICAL)
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.collect()
        logging.disable(logging.NOTSET)
        sys.unraisablehook = before


def _abandon(stage: Stage) -> None:
    """Leave everything where it stands: no task is asked to end, for none may do anything any more."""
    for node in stage.house.nodes:
        node.place.die()
    stage.seen.file.close()
    asyncio.set_event_loop(None)
    stage.loop.close()
