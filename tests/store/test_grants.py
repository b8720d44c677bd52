"""OAuth grants: one refresh at a time over all nodes, and the new pair stored before it is used."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import anyio
from sqlalchemy import select, update

from hub.adapters.port import Grant, GrantStore
from hub.store.engine import Database
from hub.store.grants import ASTRAY, LEASE, StoredGrant
from hub.store.secrets import Vault
from hub.store.tables import oauth_grant


@dataclass
class Wrong:
    """A clock that is wrong by so many seconds, and goes on when it is told to."""

    by: float
    passed: float = 0.0

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self.by)

    def monotonic(self) -> float:
        return self.passed


def pair(database: Database, name: str = "1", later: float = 0) -> Grant:
    issued = database.clock.now() + timedelta(seconds=later)
    return Grant(f"access-{name}", f"refresh-{name}", issued, 600.0)


async def test_a_stored_pair_comes_back_with_its_version(database: Database, vault: Vault) -> None:
    store: GrantStore = StoredGrant(database, vault, "acme", "exact-1")
    assert await store.load() is None
    first = await store.save(pair(database))
    second = await store.save(pair(database, "2", 570))
    assert (first.version, second.version) == (1, 2)
    assert await store.load() == second
    assert second.refresh_token == "refresh-2"


async def test_the_pair_is_sealed_and_belongs_to_one_grant(database: Database, vault: Vault) -> None:
    await StoredGrant(database, vault, "acme", "exact-1").save(pair(database))
    async with database.read() as connection:
        row = (await connection.execute(select(oauth_grant))).one()
    assert b"access-1" not in row.sealed
    assert await StoredGrant(database, vault, "other", "exact-1").load() is None


async def test_one_of_many_callers_may_refresh_a_version(database: Database, vault: Vault) -> None:
    stores = [StoredGrant(database, vault, "acme", "exact-1") for _ in range(8)]
    saved = await stores[0].save(pair(database))
    assert await race(stores, saved.version) == [True]
    newer = await stores[1].save(pair(database, "2", 570))
    assert not await stores[2].reserve(saved.version)
    assert await stores[2].reserve(newer.version)


async def test_the_first_pair_is_fetched_once_too(database: Database, vault: Vault) -> None:
    stores = [StoredGrant(database, vault, "acme", "bol-1") for _ in range(8)]
    assert await race(stores, 0) == [True]
    assert await stores[0].load() is None
    assert (await stores[0].save(pair(database))).version == 1


async def race(stores: list[StoredGrant], version: int) -> list[bool]:
    won: list[bool] = []

    async def try_it(store: StoredGrant) -> None:
        if await store.reserve(version):
            won.append(True)

    async with anyio.create_task_group() as tasks:
        for store in stores:
            tasks.start_soon(try_it, store)
    return won


async def test_a_reservation_whose_holder_died_ends_with_its_lease(database: Database, vault: Vault) -> None:
    store = StoredGrant(database, vault, "acme", "exact-1")
    saved = await store.save(pair(database))
    assert await store.reserve(saved.version)
    over = database.clock.now() - ASTRAY
    await database.write(lambda work: work.execute(update(oauth_grant).values(reserved_until=over)))
    assert await store.reserve(saved.version)


async def test_a_reservation_lasts_its_time_whatever_the_clock_of_another_node_says(
    database_url: str, vault: Vault
) -> None:
    behind, right = Wrong(-90.0), Wrong(0.0)
    async with Database.open(database_url, behind) as first:
        saved = await StoredGrant(first, vault, "acme", "exact-1").save(pair(first))
        assert await StoredGrant(first, vault, "acme", "exact-1").reserve(saved.version)
    async with Database.open(database_url, right) as second:
        store = StoredGrant(second, vault, "acme", "exact-1")
        assert not await store.reserve(saved.version)
        right.passed += LEASE.total_seconds() - 1
        assert not await store.reserve(saved.version)
        right.passed += 1
        assert await store.reserve(saved.version)


async def test_a_pair_that_was_issued_later_stands(database: Database, vault: Vault) -> None:
    """A node that was held up past its lease must not put its older pair over the newer one."""
    store = StoredGrant(database, vault, "acme", "exact-1")
    newer = await store.save(pair(database, "newer", 600))
    assert await store.save(pair(database, "older")) == newer
    assert await store.load() == newer


async def test_a_renewed_pair_replaces_only_the_one_that_it_was_made_from(database: Database, vault: Vault) -> None:
    """A refresh with the old token may end after a person consented anew; the old chain is dead by then."""
    store = StoredGrant(database, vault, "acme", "exact-1")
    old = await store.save(pair(database))
    consented = await store.save(pair(database, "consented", 570))
    late = replace(pair(database, "late", 580), version=old.version)
    assert await store.save(late) == consented
    renewed = await store.save(replace(pair(database, "renewed", 1150), version=consented.version))
    assert (renewed.access_token, renewed.version) == ("access-renewed", 3)
