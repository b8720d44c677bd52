"""One play from its script: set up, let it all happen, make peace, wait, and say what was not as it must be."""

from __future__ import annotations

import asyncio
import gc
import logging
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import Any

from hub.actors.commands import CommandRefused
from hub.outcome import Outcome
from hub.store.engine import StoreUnavailable
from simulation import seams
from simulation.clocks import WorldClock
from simulation.deeds import as_before, do, resume
from simulation.house import build, consent
from simulation.invariants import ALWAYS, AT_REST, Invariant, everybody_works
from simulation.loop import SeededLoop, Stalled
from simulation.network import Network, Weather
from simulation.place import Died
from simulation.script import Script
from simulation.template import template
from simulation.witness import Witness

SETTLING = (30.0, 120.0, 600.0, 1800.0, 3600.0, 7200.0, 14400.0, 28800.0)
"""Pauses between two looks whether all has come to rest, once nothing goes wrong any more; seconds."""

SOON = 6000.0
"""Seconds after which nothing may wait in a mailbox any more that is due; the rest may need the next sweep."""

LOOK_AFTER = 900.0
"""How often the operator looks for what needs a person, seconds."""


@dataclass
class Violation:
    """One thing that was not as it must be: by which rule, when (loop seconds), after which step."""

    invariant: str
    told: str
    at: float
    step: str

    def line(self) -> str:
        return f"{self.invariant} (after {self.step}, {self.at:.1f} s): {self.told}"


@dataclass
class Ending:
    """How a play ended."""

    seed: int
    violations: list[Violation] = field(default_factory=list)
    digest: str = ""
    seconds: float = 0.0
    cpu: float = 0.0
    steps: int = 0
    exchanges: int = 0
    crashes: int = 0
    sales: int = 0

    @property
    def failed(self) -> bool:
        return bool(self.violations)


def play(script: Script) -> Ending:
    """Play a script to its end or to its first violation. The same script always comes to the same digest."""
    began = time.process_time()
    outcome = Ending(script.seed)
    streams = {name: Random(f"{name}/{script.seed}") for name in ("entropy", "disk", "network", "loop")}
    network, clock = Network(streams["network"]), WorldClock(datetime.fromisoformat(script.begins))
    loop = SeededLoop(streams["loop"])
    with quietly(), template() as file, seams.in_place(script, network, streams["entropy"], streams["disk"], clock):
        asyncio.set_event_loop(loop)
        try:
            loop.run_until_complete(_Play(script, str(file), network, clock, outcome).run())
        except Stalled as error:
            outcome.violations.append(Violation("goes_on", str(error), loop.passed, "?"))
        finally:
            outcome.seconds, outcome.steps = loop.passed, loop.steps
            _abandon(loop)
    outcome.digest = network.digest.hexdigest()[:32]
    outcome.exchanges = network.exchanges
    outcome.cpu = time.process_time() - began
    return outcome


class _Play:
    def __init__(self, script: Script, file: str, network: Network, clock: WorldClock, outcome: Ending) -> None:
        self.script, self.file, self.network, self.clock, self.outcome = script, file, network, clock, outcome
        self._last = "the setting up"
        self._rising: set[str] = set()

    async def run(self) -> None:
        house = self.house = await build(self.script, self.file, self.network, self.clock)
        self.seen = Witness.of(house)
        self.network.heard = self.seen.hear
        try:
            await self._through()
        finally:
            self.outcome.crashes = sum(node.crashes - 1 for node in house.nodes)
            self.outcome.sales = len(house.sandbox.world.ledger.sales)
            self.seen.file.close()
            for node in house.nodes:
                node.place.die()

    async def _through(self) -> None:
        if not await self._settled(SETTLING[:3]):
            return
        loop = asyncio.get_running_loop()
        began = loop.time()
        self._trouble()
        watch = loop.create_task(self._look_after())
        for step in self.script.steps:
            await asyncio.sleep(max(0.0, began + step.at - loop.time()))
            self._last = f"{step.label} {step.kind}"
            await do(self.house, step)
            await self._revive()
            if self._violated(ALWAYS):
                watch.cancel()
                return
        await asyncio.sleep(60.0)
        await self._peace()
        if not self._violated(ALWAYS) and await self._settled(SETTLING):
            self._last = "the quiet days"
            await asyncio.sleep(self.script.quiet)
            await self._settled(SETTLING[:5])
        watch.cancel()

    def _trouble(self) -> None:
        self.network.weather = Weather(**self.script.weather)
        self.house.sandbox.world.faults.profile = self.script.faults
        self.house.exact.office.settings.minute_limit = self.script.exact_minute_limit

    async def _peace(self) -> None:
        """Let nothing go wrong any more, and switch everything on again."""
        house, self._last = self.house, "the peace"
        self.network.weather = Weather()
        house.sandbox.world.faults.profile = "none"
        house.sandbox.world.faults.forced.clear()
        house.exact.consent.lose_next = 0
        house.ending.set()
        for node in house.nodes:
            node.place.undoom()
            node.clock.wrong_by = 0.0
        await asyncio.sleep(5.0)
        house.sandbox.world.faults.outages.clear()
        for node in house.nodes:
            await node.ensure()
        await asyncio.sleep(1.0)
        for channel in sorted(house.paused):
            await resume(house, house.tenant_of(channel), channel)
        for channel in sorted(house.touched):
            await as_before(house, channel)

    async def _settled(self, pauses: Sequence[float]) -> bool:
        """Wait until all is as it must be at rest; what still is not at the end is a violation."""
        began = asyncio.get_running_loop().time()
        for pause in pauses:
            await asyncio.sleep(pause)
            late = asyncio.get_running_loop().time() - began > SOON
            if self._violated((*ALWAYS, everybody_works) if late else ALWAYS):
                return False
            if not any(True for invariant in AT_REST for _ in invariant(self.seen)):
                return True
        self._violated(AT_REST)
        return False

    def _violated(self, invariants: Sequence[Invariant]) -> bool:
        self.seen.look()
        for invariant in invariants:
            for told in invariant(self.seen):
                now = asyncio.get_running_loop().time()
                self.outcome.violations.append(Violation(invariant.__name__, told, now, self._last))
        return self.outcome.failed

    async def _revive(self) -> None:
        for node in self.house.nodes:
            if node.place.dead and node.name not in self._rising:
                self._rising.add(node.name)
                self.house.chores.append(asyncio.get_running_loop().create_task(self._raise(node)))

    async def _raise(self, node: Any) -> None:
        try:
            await node.ensure()
        finally:
            self._rising.discard(node.name)

    async def _look_after(self) -> None:
        """Be the operator: start what fell, and consent again where Exact's grant was lost."""
        while True:
            await asyncio.sleep(LOOK_AFTER)
            await self._revive()
            for tenant in self.house.tenants:
                lost = self.seen.rows(
                    "SELECT 1 FROM actor WHERE tenant_id = ? AND address LIKE 'erp/%' AND status = 'suspended'",
                    tenant.name,
                )
                if lost:
                    with suppress(Died, StoreUnavailable, CommandRefused, Outcome):
                        await consent(self.house, tenant)


@contextmanager
def quietly() -> Iterator[None]:
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


def _abandon(loop: SeededLoop) -> None:
    """Leave everything where it stands: no task is asked to end, for none may do anything any more."""
    asyncio.set_event_loop(None)
    loop.close()
