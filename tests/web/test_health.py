"""Health: alive is not the same as ready, and what is degraded is said without saying whose."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import insert, text

from hub.store.connections import mark_lost
from hub.store.migrations import newest
from hub.store.tables import actor
from tests.web.stage import Stage


@pytest.fixture
async def migrated(stage_anywhere: Stage) -> Stage:
    """The stage with its schema marked as the newest."""

    async def mark(work: Any) -> None:
        await work.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)"))
        await work.execute(text("INSERT INTO alembic_version VALUES (:newest)"), {"newest": newest()})

    await stage_anywhere.database.write(mark)
    return stage_anywhere


async def ready(stage: Stage) -> tuple[int, dict[str, Any]]:
    stage.clock.ahead += 2.0
    answer = await stage.client.get("/health/ready")
    return answer.status_code, answer.json()


async def test_a_sound_node_is_ready(migrated: Stage) -> None:
    assert await ready(migrated) == (200, {"status": "ready", "blocking": {}, "degraded": {}})


async def test_lost_grants_and_quarantined_actors_degrade_it(migrated: Stage) -> None:
    connection_id = migrated.connection.connection_id
    await migrated.database.write(lambda work: mark_lost(work, "acme", connection_id, "Old refresh token used."))
    row = {"tenant_id": "acme", "address": "channel/acme/bol-1", "status": "quarantined"}
    await migrated.database.write(lambda work: work.execute(insert(actor).values(row)))
    status, body = await ready(migrated)
    assert (status, body["status"]) == (200, "degraded")
    assert body["degraded"] == {"actors": "1 in quarantine", "grants": "1 lost, to be connected again"}
    assert "acme" not in str(body)


async def test_a_schema_that_does_not_fit_makes_it_unavailable(stage_anywhere: Stage) -> None:
    status, body = await ready(stage_anywhere)
    assert (status, body["status"]) == (503, "unavailable")
    assert "migrate" in body["blocking"]["schema"]


async def test_a_database_that_cannot_write_makes_it_unavailable_but_alive(migrated: Stage) -> None:
    migrated.database._queue.close()
    assert (await ready(migrated))[1]["blocking"] == {"database": "unavailable"}
    answer = await migrated.client.get("/health/live")
    assert (answer.status_code, answer.json()) == (200, {"status": "live"})
