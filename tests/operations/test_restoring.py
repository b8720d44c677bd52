"""Backups as files, and what a hub makes of an older state: refused unless whole, doubted where it is old."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, insert, select

from hub.clock import SystemClock
from hub.domain.channel import ChannelSettings, ChannelStatus
from hub.domain.platform import Platform
from hub.node.restoring import back_up_to, doubt_after_silence, restore_from
from hub.settings import Settings, read_settings
from hub.store.backup import BadBackup
from hub.store.channels import StoredChannel, insert_channel, load_channel
from hub.store.engine import Database, StoreBusy, Work
from hub.store.migrations import migrate
from hub.store.rotation import check_keys
from hub.store.secrets import KeyMissing, Vault, read_keys
from hub.store.tables import message, node, sync_event, tenant
from hub.store.tenants import create_tenant


@pytest.fixture
async def settings(tmp_path: Path) -> Settings:
    """A migrated SQLite database with a tenant, and its key file."""
    made = read_settings({"HUB_DATABASE_URL": f"sqlite:///{tmp_path}/hub.db", "HUB_KEY_FILE": f"{tmp_path}/hub.key"})
    await migrate(made.database_url)
    async with Database.open(made.database_url, SystemClock()) as database:
        await check_keys(database, Vault(read_keys("", tmp_path / "hub.key")))
        await database.write(found)
    return made


async def found(work: Work) -> None:
    await create_tenant(work, "acme", "Acme BV")
    shop = StoredChannel("acme", "shop", Platform.WOOCOMMERCE, "Shop", "https://shop.test", ChannelStatus.ACTIVE,
                         ChannelSettings(), b"", None)  # fmt: skip
    await insert_channel(work, shop, work.clock.now())


def tenants(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as database:
        return [name for (name,) in database.execute("SELECT tenant_id FROM tenant ORDER BY 1")]


def names(folder: Path, beginning: str) -> set[str]:
    return {path.name for path in folder.glob(f"{beginning}*")}


async def test_a_backup_beside_a_running_hub_is_one_moment_and_has_a_name_only_when_it_is_whole(
    settings: Settings, tmp_path: Path
) -> None:
    async with Database.open(settings.database_url, SystemClock()) as database:
        await database.write(lambda work: create_tenant(work, "globex", "Globex"))
        back_up_to(settings, tmp_path / "copy.db")
        await database.write(lambda work: create_tenant(work, "later", "Later"))
    assert tenants(tmp_path / "copy.db") == ["acme", "globex"]
    assert names(tmp_path, "copy") == {"copy.db"}


async def test_a_backup_is_never_written_over_another_nor_made_of_nothing(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "copy.db").write_text("precious")
    with pytest.raises(BadBackup, match="exists already"):
        back_up_to(settings, tmp_path / "copy.db")
    with pytest.raises(BadBackup, match="there is no database"):
        back_up_to(replace(settings, database_url=f"sqlite:///{tmp_path}/none.db"), tmp_path / "other.db")
    with pytest.raises(BadBackup, match="pg_dump"):
        back_up_to(replace(settings, database_url="postgresql://hub@db/hub"), tmp_path / "other.db")
    assert (tmp_path / "copy.db").read_text() == "precious"


async def test_a_restore_keeps_what_was_there_and_doubts_what_it_puts_back(settings: Settings, tmp_path: Path) -> None:
    back_up_to(settings, tmp_path / "copy.db")
    async with Database.open(settings.database_url, SystemClock()) as database:
        await database.write(lambda work: create_tenant(work, "later", "Later"))
    aside = await restore_from(settings, tmp_path / "copy.db")
    assert aside is not None
    assert tenants(aside) == ["acme", "later"]
    assert names(tmp_path, "hub.db") == {"hub.db", "hub.db.lock", aside.name}
    async with Database.open(settings.database_url, SystemClock()) as database:
        assert await doubts(database)
        assert await told(database, "hub.restored") == 1


async def test_a_restore_to_an_empty_place_has_nothing_to_keep(settings: Settings, tmp_path: Path) -> None:
    back_up_to(settings, tmp_path / "copy.db")
    elsewhere = replace(settings, database_url=f"sqlite:///{tmp_path}/new/hub.db")
    assert await restore_from(elsewhere, tmp_path / "copy.db") is None
    assert tenants(tmp_path / "new" / "hub.db") == ["acme"]


@pytest.mark.parametrize("damage", [b"", b"not a database", None])
async def test_a_damaged_backup_changes_nothing(settings: Settings, tmp_path: Path, damage: bytes | None) -> None:
    copy = tmp_path / "copy.db"
    back_up_to(settings, copy)
    whole = copy.read_bytes()
    copy.write_bytes(whole[:8192] + b"\xff" * 4096 + whole[12288:] if damage is None else damage)
    with pytest.raises(BadBackup):
        await restore_from(settings, copy)
    assert tenants(tmp_path / "hub.db") == ["acme"]


async def test_nothing_is_put_back_under_a_running_hub(settings: Settings, tmp_path: Path) -> None:
    back_up_to(settings, tmp_path / "copy.db")
    async with Database.open(settings.database_url, SystemClock()):
        with pytest.raises(StoreBusy):
            await restore_from(settings, tmp_path / "copy.db")


async def test_a_backup_that_the_keys_do_not_open_is_not_put_back(settings: Settings, tmp_path: Path) -> None:
    back_up_to(settings, tmp_path / "copy.db")
    with pytest.raises(ExceptionGroup) as caught:
        await restore_from(replace(settings, key_file=str(tmp_path / "other.key")), tmp_path / "copy.db")
    assert caught.group_contains(KeyMissing)
    assert tenants(tmp_path / "hub.db") == ["acme"]


@pytest.mark.parametrize(("minutes", "doubted"), [(None, False), (5, False), (11, True)])
async def test_after_a_long_silence_of_all_nodes_everything_is_doubted(
    database: Database, minutes: int | None, doubted: bool
) -> None:
    await database.write(found)
    if minutes is not None:
        seen = database.clock.now() - timedelta(minutes=minutes)
        row = {"name": "gone", "started_at": seen, "seen_at": seen}
        await database.write(lambda work: work.execute(insert(node).values(row)))
    await doubt_after_silence(database)
    assert await doubts(database) is doubted
    assert await told(database, "hub.restored") == doubted


async def test_doubting_twice_is_as_good_as_once(database: Database) -> None:
    await database.write(found)
    seen = database.clock.now() - timedelta(hours=1)
    await database.write(lambda work: work.execute(insert(node).values(name="gone", started_at=seen, seen_at=seen)))
    await doubt_after_silence(database)
    waiting = await rows(database, message)
    await doubt_after_silence(database)
    assert await rows(database, message) == waiting
    assert await rows(database, tenant) == 1


async def doubts(database: Database) -> bool:
    """Say whether an order of today would be looked up first, and one of tomorrow would not."""
    async with database.read() as connection:
        shop = await load_channel(connection, "acme", "shop")
    assert shop is not None
    now = database.clock.now()
    assert not shop.settings.may_be_done(now + timedelta(days=1))
    return shop.settings.may_be_done(now)


async def told(database: Database, kind: str) -> int:
    return await rows(database, sync_event, sync_event.c.kind == kind)


async def rows(database: Database, table: object, *conditions: object) -> int:
    async with database.read() as connection:
        found = await connection.scalar(select(func.count()).select_from(table).where(*conditions))  # type: ignore[arg-type]
    return int(found or 0)
