"""Backup and restore as the guide tells it: an older state is put back, and everything converges all the same.

Orders forwarded, parcels told and tokens renewed after the backup are unknown to the hub that comes back.
"""

from __future__ import annotations

import os
import stat
import subprocess
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeAlias

import anyio
import anyio.to_thread
import pytest
from sqlalchemy.engine import make_url

from demo.api import Json
from tests.operations.shop import CHANNELS, UNPACKED, Shop, open_shop
from tests.postgres import Server, binaries

Step: TypeAlias = Callable[[Shop], Awaitable[None]]


async def a_day_with_a_restore(shop: Shop, back_up: Step, restore: Step) -> None:
    """Sell, back up while buyers buy, sell on, die, be put back, and end up right."""
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(shop.sell, 5.0)
        await back_up(shop)
        before = await shop.ledger()
    await much_happens(shop, before)
    assert await shop.rest() == []
    await shop.kill()
    for channel in CHANNELS:
        await shop.site.control.act("sell", channel=channel)
    await restore(shop)
    await shop.start()
    assert await shop.rest() == []
    assert "hold; head" in await shop.command("verify-log")
    await shop.sell(3.0, seed=30, scenes=UNPACKED)
    assert await shop.rest() == [], "and it goes on working"


async def much_happens(shop: Shop, before: Json) -> None:
    """Sell until orders reached Exact, and parcels their channels, that the backup knows nothing of."""
    for seed in range(12, 24):
        await shop.sell(4.0, seed)
        now = await shop.ledger()
        told = now["tracking"]["confirmed"] - before["tracking"]["confirmed"]
        if now["forwarded"] > before["forwarded"] + 3 and told > 1:
            return
    raise AssertionError("next to nothing was forwarded and told since the backup")


@pytest.mark.timeout(600)
async def test_a_sqlite_hub_is_put_back_and_nothing_is_lost_or_doubled(tmp_path: Path) -> None:
    copy = tmp_path / "monday.db"

    async def back_up(shop: Shop) -> None:
        assert "is whole" in await shop.command("backup", str(copy))

    async def restore(shop: Shop) -> None:
        assert "was put back" in await shop.command("restore", str(copy))

    async with open_shop() as shop:
        await a_day_with_a_restore(shop, back_up, restore)
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600


@pytest.mark.timeout(600)
async def test_a_postgresql_hub_is_put_back_and_nothing_is_lost_or_doubled(
    postgres_server: Server, tmp_path: Path
) -> None:
    dump = tmp_path / "monday.dump"
    programs = binaries()
    if programs is None or not (programs / "pg_dump").exists():
        pytest.skip("no pg_dump beside the PostgreSQL server")
    await server_does(postgres_server, "CREATE DATABASE backed_up")
    url = postgres_server.url("backed_up")

    async def back_up(shop: Shop) -> None:
        await program(programs / "pg_dump", "--format=custom", f"--file={dump}", *place(url), "backed_up")

    async def restore(shop: Shop) -> None:
        await server_does(postgres_server, "DROP DATABASE backed_up WITH (FORCE)")
        await server_does(postgres_server, "CREATE DATABASE backed_up")
        await program(programs / "pg_restore", "--exit-on-error", "--dbname=backed_up", *place(url), str(dump))
        assert "Noted for 1 tenants" in await shop.command("restored")

    async with open_shop(url) as shop:
        await a_day_with_a_restore(shop, back_up, restore)


async def server_does(server: Server, statement: str) -> None:
    await anyio.to_thread.run_sync(server.run, statement)


def place(url: str) -> list[str]:
    """Return how PostgreSQL's programs are told where the server is."""
    parsed = make_url(url)
    return [f"--host={parsed.query['host']}", f"--username={parsed.username}"]


async def program(*words: str | Path) -> None:
    done = await anyio.run_process([str(word) for word in words], check=False, stderr=subprocess.PIPE, env=os.environ)
    assert done.returncode == 0, done.stderr.decode()
