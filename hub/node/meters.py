"""Numbers about the whole store for the metrics: read now and then, looked at by the exporter's own thread."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from functools import partial

import anyio

from hub.metrics import Kind, Metric
from hub.node.looks import LOOKS, Found, Readings
from hub.store.engine import Database, StoreUnavailable
from hub.telemetry import Gauge

_log = logging.getLogger(__name__)


class Meters:
    """Keeps what was read last; an unreachable store leaves it standing, and its age grows."""

    def __init__(self, database: Database, seconds: float = 15.0) -> None:
        self._database = database
        self._seconds = seconds
        self._seen: Found = {}
        self._seen_at = database.clock.monotonic()

    def gauges(self) -> Iterable[Gauge]:
        """Return the gauges over what was read last."""
        return [Gauge(metric, partial(self._read, metric)) for metric in Metric if metric.kind is Kind.GAUGE]

    async def run(self) -> None:
        """Look at the store now and then, until cancelled."""
        while True:
            try:
                await self.look()
            except StoreUnavailable as gone:
                _log.warning("the meters cannot be read: %s", gone.reason)
            await anyio.sleep(self._seconds)

    async def look(self) -> None:
        """Read everything once, from one snapshot."""
        now = self._database.clock.now()
        seen: Found = {}
        async with self._database.read() as connection:
            for look in LOOKS:
                seen |= await look(connection, now)
        self._seen, self._seen_at = seen, self._database.clock.monotonic()

    def _read(self, metric: Metric) -> Readings:
        if metric is Metric.LOOK_AGE:
            return [(self._database.clock.monotonic() - self._seen_at, {})]
        return self._seen.get(metric, [])
