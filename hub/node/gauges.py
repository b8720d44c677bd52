"""What SREs look at from outside: lane depths, the age of the oldest message, budgets left, actors in quarantine."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TypeAlias

import anyio
from opentelemetry import metrics
from opentelemetry.sdk.metrics import MeterProvider
from sqlalchemy import func, select

from hub.actors.runtime.mailbox import overview
from hub.clock import Clock
from hub.store.engine import Database, StoreUnavailable
from hub.store.tables import actor, budget
from hub.telemetry import Attribute, Gauge, Metric, observe

REFRESH_SECONDS = 5.0

Readings: TypeAlias = list[tuple[float, Mapping[str, str]]]


@dataclass(slots=True)
class Snapshot:
    """The numbers last looked up; the exporter's thread only reads them."""

    depth: Readings = field(default_factory=list)
    age: Readings = field(default_factory=list)
    budget: Readings = field(default_factory=list)
    quarantined: Readings = field(default_factory=list)

    def gauges(self) -> Iterable[Gauge]:
        """Return the gauges that show these numbers."""
        yield Gauge(Metric.LANE_DEPTH, "{message}", "Messages waiting per lane.", lambda: self.depth)
        yield Gauge(Metric.LANE_AGE, "s", "Age of the oldest message per lane.", lambda: self.age)
        yield Gauge(Metric.BUDGET, "{call}", "Calls left in a platform's budget.", lambda: self.budget)
        yield Gauge(Metric.QUARANTINED, "{actor}", "Actors in quarantine.", lambda: self.quarantined)


@asynccontextmanager
async def gauges(database: Database, clock: Clock) -> AsyncIterator[None]:
    """Keep the gauges fresh while the block lasts; asks nothing where no metrics are exported."""
    if not isinstance(metrics.get_meter_provider(), MeterProvider):
        yield
        return
    snapshot = Snapshot()
    observe(snapshot.gauges())
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(_refresh, database, clock, snapshot)
        try:
            yield
        finally:
            tasks.cancel_scope.cancel()


async def _refresh(database: Database, clock: Clock, snapshot: Snapshot) -> None:
    while True:
        try:
            await _look(database, clock, snapshot)
        except StoreUnavailable:
            snapshot.depth, snapshot.age = [], []
        await anyio.sleep(REFRESH_SECONDS)


async def _look(database: Database, clock: Clock, snapshot: Snapshot) -> None:
    now = clock.now()
    async with database.read() as connection:
        lanes = await overview(connection)
        budgets = (await connection.execute(select(budget))).all()
        out = await connection.scalar(select(func.count()).select_from(actor).where(actor.c.status == "quarantined"))
    places = [
        {
            Attribute.TENANT.value: lane.tenant_id,
            Attribute.ADDRESS.value: lane.address,
            Attribute.LANE.value: lane.lane,
        }
        for lane in lanes
    ]
    snapshot.depth = [(lane.waiting, place) for lane, place in zip(lanes, places, strict=True)]
    snapshot.age = [((now - lane.oldest).total_seconds(), place) for lane, place in zip(lanes, places, strict=True)]
    snapshot.budget = [
        (row.remaining, {Attribute.TENANT.value: row.tenant_id, Attribute.BUDGET.value: f"{row.owner} {row.name}"})
        for row in budgets
        if row.remaining is not None
    ]
    snapshot.quarantined = [(out or 0, {})]
