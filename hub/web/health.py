"""Health: whether the process lives, and whether it can do its work or what of it is degraded."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import anyio
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from hub.store.connections import ConnectionStatus
from hub.store.engine import StoreUnavailable, Work
from hub.store.migrations import SchemaTooNew, SchemaTooOld, check_schema
from hub.store.tables import actor, erp_connection, node
from hub.web.bounded import Recent
from hub.web.doors import Doors

PATIENCE = 3.0
REMEMBERED = 1.0


@dataclass(frozen=True, slots=True)
class Readiness:
    """What can be said of the node: ``blocking`` stops it from working, ``degraded`` only some of the work."""

    blocking: dict[str, str]
    degraded: dict[str, str]

    @property
    def status(self) -> str:
        """One word for it all."""
        return "unavailable" if self.blocking else "degraded" if self.degraded else "ready"


class Health:
    """Answers the two health routes; says how many, never whose."""

    def __init__(self, doors: Doors) -> None:
        self._doors = doors
        self._recent: Recent[str, Readiness] = Recent(self._look, doors.clock, REMEMBERED, 1)

    async def live(self, request: Request) -> Response:
        """``GET /health/live``: the process answers."""
        return JSONResponse({"status": "live"})

    async def ready(self, request: Request) -> Response:
        """``GET /health/ready``: 200 when it can work, with what is degraded; 503 when it cannot."""
        found = await self._recent.get("node")
        body = {"status": found.status, "blocking": found.blocking, "degraded": found.degraded}
        return JSONResponse(body, 503 if found.blocking else 200)

    async def _look(self, _: str) -> Readiness:
        blocking: dict[str, str] = {}
        degraded: dict[str, str] = {}
        if self._doors.leaving():
            blocking["node"] = "stopping"
        await _probe(blocking, "database", self._write)
        if "database" not in blocking:
            await _probe(blocking, "schema", self._schema)
            await _probe(degraded, "work", lambda: self._degraded(degraded))
        return Readiness(blocking, degraded)

    async def _write(self) -> None:
        await self._doors.database.write(_touch)

    async def _schema(self) -> None:
        await check_schema(self._doors.database)

    async def _degraded(self, degraded: dict[str, str]) -> None:
        async with self._doors.database.read() as connection:
            quarantined = await _count_quarantined(connection)
            lost = await _count_lost(connection)
        if quarantined:
            degraded["actors"] = f"{quarantined} in quarantine"
        if lost:
            degraded["grants"] = f"{lost} lost, to be connected again"


async def _probe(findings: dict[str, str], name: str, look: Callable[[], Awaitable[None]]) -> None:
    try:
        with anyio.fail_after(PATIENCE):
            await look()
    except TimeoutError:
        findings[name] = "no answer in time"
    except StoreUnavailable:
        findings[name] = "unavailable"
    except (SchemaTooNew, SchemaTooOld) as wrong:
        findings[name] = str(wrong)


async def _touch(work: Work) -> None:
    """Take the writer's way through the database without changing anything."""
    await work.execute(select(node.c.name).limit(1))


async def _count_quarantined(connection: AsyncConnection) -> int:
    found = await connection.scalar(select(func.count()).select_from(actor).where(actor.c.status == "quarantined"))
    return found or 0


async def _count_lost(connection: AsyncConnection) -> int:
    lost = erp_connection.c.status == ConnectionStatus.LOST.value
    found = await connection.scalar(select(func.count()).select_from(erp_connection).where(lost))
    return found or 0
