"""One play from its script: let it all happen on a stage, make peace, wait, and say what was not as it must be."""

from __future__ import annotations

import asyncio
import math
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from hub.actors.commands import CommandRefused
from hub.outcome import Outcome
from hub.store.engine import StoreUnavailable
from simulation.deeds import all_at_one_hour, as_before, do, resume, seldom_looked_at
from simulation.house import Tenant, consent
from simulation.hub_node import DAY
from simulation.invariants import ALWAYS
from simulation.loop import Stalled
from simulation.network import Weather
from simulation.place import Died
from simulation.script import Script
from simulation.stage import A_SWEEP_LATER, SHORTLY, Stage, Violation, staged

LOOK_AFTER = 900.0
"""How often the operator looks for what needs a person, seconds; on quiet days as often as the hub looks."""

WEEK = 7 * DAY
LOOKS = ((2 * DAY, DAY), (5 * DAY, 2.5 * DAY), (math.inf, 4 * WEEK))
"""For how many seconds of quiet all is looked for how often; unrenewed, Exact's grants live for 30 days."""


@dataclass
class Ending:
    """How a play ended. ``seconds`` passed in it, of which ``quiet`` were quiet; ``cpu`` seconds it took."""

    seed: int
    violations: list[Violation] = field(default_factory=list)
    digest: str = ""
    seconds: float = 0.0
    quiet: float = 0.0
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
    with staged(script) as stage:
        ending = perform(script, stage)
    ending.cpu = time.process_time() - began
    return ending


def perform(script: Script, stage: Stage) -> Ending:
    """Play a script on its stage, which is used up by that."""
    ending = Ending(script.seed)
    stage.drawn_from(script.seed)
    stage.peaceful = script.peaceful
    if not stage.violations:
        try:
            stage.loop.run_until_complete(_Play(script, stage, ending).run())
        except Stalled as error:
            stage.violations.append(Violation("goes_on", str(error), stage.loop.passed, stage.last))
    ending.violations = stage.violations
    ending.seconds, ending.steps = stage.loop.passed, stage.loop.steps
    ending.digest = stage.network.digest.hexdigest()[:32]
    ending.exchanges = stage.network.exchanges
    ending.crashes = sum(node.crashes - 1 for node in stage.house.nodes)
    ending.sales = len(stage.house.sandbox.world.ledger.sales)
    return ending


class _Play:
    def __init__(self, script: Script, stage: Stage, ending: Ending) -> None:
        self.script, self.stage, self.house, self.ending = script, stage, stage.house, ending
        self._rising: set[str] = set()
        self._look_after_seconds = LOOK_AFTER

    async def run(self) -> None:
        stage, loop = self.stage, asyncio.get_running_loop()
        began = loop.time()
        self._trouble()
        watch = loop.create_task(self._look_after())
        for step in self.script.steps:
            await asyncio.sleep(max(0.0, began + step.at - loop.time()))
            stage.last = f"{step.label} {step.kind}"
            await do(self.house, step)
            await self._revive()
            if stage.violated(ALWAYS):
                watch.cancel()
                return
        await asyncio.sleep(60.0)
        await self._peace()
        if not stage.violated(ALWAYS) and await self._settled() and self.script.quiet:
            await self._quiet()
        watch.cancel()

    async def _settled(self) -> bool:
        """Wait until all has come to rest; nodes whose leases are short are not kept for what takes a sweep."""
        stage, since = self.stage, self.stage.loop.time()
        if await stage.settled(SHORTLY[:3], last=False):
            return True
        if stage.violations:
            return False
        await self._unhurried()
        return await stage.settled((*SHORTLY[3:], *A_SWEEP_LATER), since=since)

    async def _unhurried(self) -> None:
        for node in self.house.nodes:
            await node.unhurried()

    async def _quiet(self) -> None:
        """Let hours go by as they are, or days and months on nodes that take over and are in ever less hurry."""
        left = self.script.quiet
        if left < DAY:
            await self._unhurried()
            await self._nothing_for(left, f"{left / 3600:.0f} h of quiet")
            return
        for most, looks in LOOKS:
            if left > 0 and not self.stage.violations:
                await self._quiet_for(min(left, most), looks)
            left -= most

    async def _quiet_for(self, seconds: float, looks: float) -> None:
        self._look_after_seconds = looks
        for tenant in self.house.tenants:
            for channel in tenant.channels:
                await seldom_looked_at(self.house, channel, looks)
        for node in self.house.nodes:
            await node.leisurely(looks)
        await all_at_one_hour(self.house)
        await self._nothing_for(seconds, f"quiet, a look each {looks / 3600:.0f} h")

    async def _nothing_for(self, seconds: float, name: str) -> None:
        self.stage.last = name
        await asyncio.sleep(seconds)
        await self.stage.settled((*SHORTLY, *A_SWEEP_LATER[:2]))
        self.ending.quiet += seconds

    def _trouble(self) -> None:
        house = self.house
        house.network.weather = Weather(**self.script.weather)
        house.sandbox.world.faults.profile = self.script.faults
        house.exact.office.settings.minute_limit = self.script.exact_minute_limit

    async def _peace(self) -> None:
        """Let nothing go wrong any more, and switch everything on again.

        A withdrawn consent is given anew: the hub may have had no call to make since, and would notice hours later.
        """
        house, self.stage.last = self.house, "the peace"
        house.network.weather = Weather()
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
        for tenant in house.tenants:
            if tenant.name in house.withdrawn:
                await self._consent(tenant)
        for channel in sorted(house.paused):
            await resume(house, house.tenant_of(channel), channel)
        for channel in sorted(house.touched):
            await as_before(house, channel)

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
            await asyncio.sleep(self._look_after_seconds)
            await self._revive()
            for tenant in self.house.tenants:
                lost = self.stage.seen.rows(
                    "SELECT 1 FROM actor WHERE tenant_id = ? AND address LIKE 'erp/%' AND status = 'suspended'",
                    tenant.name,
                )
                if lost:
                    await self._consent(tenant)

    async def _consent(self, tenant: Tenant) -> None:
        with suppress(Died, StoreUnavailable, CommandRefused, Outcome):
            await consent(self.house, tenant)
