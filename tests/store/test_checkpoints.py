"""SQLite's write-ahead log is moved into the file beside the commits, which go on whatever becomes of that."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import make_url

from hub.clock import SystemClock
from hub.store.engine import Database, checkpoints
from hub.store.tenants import create_tenant
from tests.actors.runtime.stage import until

pytestmark = pytest.mark.anyio


def written_at(url: str) -> int:
    """Return when the file itself was last written to, which nobody does but who moves the log; in nanoseconds."""
    return Path(str(make_url(url).database)).stat().st_mtime_ns


async def test_a_log_that_cannot_be_moved_holds_up_nobody_and_is_moved_the_next_time(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(checkpoints, "EVERY", 1)
    async with Database.open(sqlite_url, SystemClock()) as database:
        before = written_at(sqlite_url)
        with monkeypatch.context() as broken:
            broken.setattr(checkpoints, "MOVE", "SELECT nothing FROM nowhere")
            await database.write(partial(create_tenant, tenant_id="acme", name="Acme"))
            await until(lambda: "was not moved into the database" in caplog.text)
            assert written_at(sqlite_url) == before, "what was committed lies in the log alone"
        await database.write(partial(create_tenant, tenant_id="beta", name="Beta"))
        await until(lambda: written_at(sqlite_url) != before)
