"""Numbers about the whole store for the metrics: read every few seconds, looked at by the exporter's own thread."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

import anyio
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.actors.runtime.address import Address
from hub.actors.runtime.mailbox import Depth, Status, overview
from hub.store.engine import Database, StoreUnavailable
from hub.store.tables import actor, budget
from hub.telemetry import Attribute, Gauge, Metric

SECONDS = 5.0
MOST_BUDGETS = 1000

_log = logging.getLogger(__name__)
Readings = list[tuple[float, Mapping[str, str]]]


@dataclass(slots=True)
class Snapshot:
    """What was read last."""

    depth: Readings
    age: Readings
    quarantined: Readings
    budgets: Readings


class Meters:
    """Keeps a snapshot fresh; an unreachable store leaves the last one standing."""

    def __init__(self, database: Database, seconds: float = SECONDS) -> None:
        self._database = database
        self._seconds = seconds
        self._seen = Snapshot([], [], [], [])

    def gauges(self) -> Iterable[Gauge]:
        """Return the gauges over the snapshot."""
        return (
            Gauge(
                Metric.LANE_DEPTH, "{message}", "Messages waiting, by kind of actor and lane", lambda: self._seen.depth
            ),
            Gauge(Metric.LANE_AGE, "s", "Age of the oldest waiting message", lambda: self._seen.age),
            Gauge(Metric.QUARANTINED, "{actor}", "Actors in quarantine", lambda: self._seen.quarantined),
            Gauge(Metric.BUDGET, "{call}", "Calls that platforms still allow", lambda: self._seen.budgets),
        )

    async def run(self) -> None:
        """Look at the store every few seconds, until cancelled."""
        while True:
            try:
                await self.look()
            except StoreUnavailable as gone:
                _log.warning("the meters cannot be read: %s", gone.reason)
            await anyio.sleep(self._seconds)

    async def look(self) -> None:
        """Read everything once."""
        async with self._database.read() as connection:
            lanes = await overview(connection)
            quarantined = await _quarantined(connection)
            budgets = await _budgets(connection)
        depth, age = _by_lane(lanes, self._database.clock.now())
        self._seen = Snapshot(depth, age, quarantined, budgets)


def _by_lane(lanes: Iterable[Depth], now: datetime) -> tuple[Readings, Readings]:
    waiting: defaultdict[tuple[str, str], int] = defaultdict(int)
    oldest: dict[tuple[str, str], datetime] = {}
    for one in lanes:
        key = (Address.parse(one.address).kind, one.lane)
        waiting[key] += one.waiting
        oldest[key] = min(one.oldest, oldest.get(key, one.oldest))
    depth: Readings = [(count, _labels(key)) for key, count in waiting.items()]
    age: Readings = [(max(0.0, (now - since).total_seconds()), _labels(key)) for key, since in oldest.items()]
    return depth, age


def _labels(key: tuple[str, str]) -> dict[str, str]:
    return {Attribute.ACTOR_KIND.value: key[0], Attribute.LANE.value: key[1]}


async def _quarantined(connection: AsyncConnection) -> Readings:
    found = await connection.scalar(
        select(func.count()).select_from(actor).where(actor.c.status == Status.QUARANTINED.value)
    )
    return [(float(found or 0), {})]


async def _budgets(connection: AsyncConnection) -> Readings:
    statement = select(budget.c.tenant_id, budget.c.owner, budget.c.name, budget.c.remaining)
    rows = await connection.execute(
        statement.where(budget.c.remaining.is_not(None)).order_by(budget.c.remaining).limit(MOST_BUDGETS)
    )
    return [
        (row.remaining, {Attribute.TENANT.value: row.tenant_id, Attribute.ADDRESS.value: row.owner,
                         Attribute.BUDGET.value: row.name})
        for row in rows
    ]  # fmt: skip
