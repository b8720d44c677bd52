"""A buyer's data lives as long as the key of its order, which goes in time or on request, and for good."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from hub.domain.address import Buyer, PostalAddress
from hub.domain.retention import LONGEST_WAIT
from hub.store.buyers import keep_buyer, load_buyer, open_buyer
from hub.store.engine import Database, Work
from hub.store.erasure import BY_POLICY, BY_REQUEST, bury, due_orders, erase_due
from hub.store.order_keys import give_keys
from hub.store.rotation import check_keys, rotate_keys
from hub.store.sealed import BUYER
from hub.store.secrets import KeyMissing, SealBroken, Vault, sealed_with
from hub.store.tables import buyer, order_key, order_line, orders, parcel
from hub.store.tenants import Tenant

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
DAY = timedelta(days=1)
ANNA = Buyer(PostalAddress("Anna Bos", "Dam 1", "1012JS", "Amsterdam", "NL"), email="anna@example.test")


async def place_order(work: Work, one: str, **fields: Any) -> None:
    """Store an order of one open line, placed and changed at noon."""
    row = {
        "tenant_id": "acme", "order_id": one, "channel_id": "shop", "external_id": one, "number": one,
        "placed_at": NOON, "changed_at": NOON, "imported_at": NOON, "currency": "EUR", "total": Decimal("24.20"),
        "payment": "paid", "fulfilled_by": "seller", "raw_status": "open", "cancelled": False, "charges": [],
        "status": "ready", "country": "NL",
    } | fields  # fmt: skip
    line = {
        "tenant_id": "acme", "order_id": one, "line_id": "1", "place": 0, "title": "Mug", "units_per_offer": Decimal(1),
        "quantity": 1, "cancelled": 0, "shipped": 0, "cancellation_requested": False, "gross": Decimal("24.20"),
        "discount": Decimal(0),
    }  # fmt: skip
    await work.execute(insert(orders).values(row))
    await work.execute(insert(order_line).values(line))


async def ship(work: Work, one: str, at: datetime, parcel_id: str) -> None:
    row = {
        "tenant_id": "acme", "parcel_id": parcel_id, "order_id": one, "channel_id": "shop", "reference": parcel_id,
        "units": [["1", 1]], "status": "confirmed", "shipped_at": at, "stored_at": at, "goods_delivery": "exact",
    }  # fmt: skip
    await work.execute(insert(parcel).values(row))


async def sell(database: Database, vault: Vault, one: str, kept_since: datetime | None = None, **fields: Any) -> None:
    """Let Anna order."""

    async def work_on(work: Work) -> None:
        await place_order(work, one, **fields)
        await keep_buyer(work, vault, "acme", one, ANNA, kept_since)

    await database.write(work_on)


async def buyer_of(database: Database, vault: Vault, one: str) -> Buyer | None:
    async with database.read() as connection:
        return await load_buyer(connection, vault, "acme", one)


async def rows(database: Database, statement: Any) -> list[Any]:
    async with database.read() as connection:
        return list((await connection.execute(statement)).all())


async def destroy(database: Database, one: str, by: str = BY_POLICY) -> None:
    await database.write(lambda work: bury(work, "acme", one, by, work.clock.now()))


async def test_a_buyer_opens_with_the_orders_key_and_never_with_the_hubs(
    database: Database, acme: Tenant, vault: Vault
) -> None:
    await sell(database, vault, "one")
    await sell(database, vault, "two")
    assert await buyer_of(database, vault, "one") == ANNA
    sealed = {row.order_id: row.sealed for row in await rows(database, select(buyer))}
    keys = {row.order_id: row.sealed for row in await rows(database, select(order_key))}
    assert sealed_with(sealed["one"]) != sealed_with(sealed["two"])
    assert {sealed_with(key) for key in keys.values()} == {vault.sealing}
    with pytest.raises(KeyMissing):
        open_buyer(vault, "acme", "one", sealed["one"], None)
    with pytest.raises(SealBroken):
        open_buyer(vault, "acme", "one", sealed["one"], keys["two"])


async def test_a_destroyed_key_takes_the_buyer_with_it_and_leaves_the_money(
    database: Database, acme: Tenant, vault: Vault
) -> None:
    await sell(database, vault, "one")
    kept = (await rows(database, select(buyer.c.sealed)))[0].sealed
    before = await rows(database, select(orders)), await rows(database, select(order_line))
    await destroy(database, "one")
    assert await buyer_of(database, vault, "one") is None
    assert await rows(database, select(buyer)) == []
    [gone] = await rows(database, select(order_key))
    assert (gone.sealed, gone.destroyed_by) == (None, BY_POLICY)
    assert gone.destroyed_at is not None
    assert (await rows(database, select(orders)), await rows(database, select(order_line))) == before
    with pytest.raises(KeyMissing):
        vault.open(kept, BUYER.place("acme", "one"))


async def keep_again(database: Database, vault: Vault, one: str, kept_since: datetime | None) -> Buyer | None:
    """Let news of the order come in once more, buyer and all."""
    await database.write(lambda work: keep_buyer(work, vault, "acme", one, ANNA, kept_since))
    return await buyer_of(database, vault, one)


async def test_news_of_an_order_brings_a_buyer_back_only_while_the_policy_lets_it_stay(
    database: Database, acme: Tenant, vault: Vault
) -> None:
    await sell(database, vault, "one", cancelled=True)
    await destroy(database, "one")
    assert await keep_again(database, vault, "one", NOON + DAY) is None
    assert await keep_again(database, vault, "one", NOON - DAY) == ANNA


async def test_a_person_who_asked_to_be_forgotten_stays_so(database: Database, acme: Tenant, vault: Vault) -> None:
    await sell(database, vault, "one")
    await destroy(database, "one", BY_REQUEST)
    assert await keep_again(database, vault, "one", None) is None
    assert await keep_again(database, vault, "one", NOON - DAY) is None


async def test_an_order_that_ended_long_before_it_came_in_keeps_no_buyer(
    database: Database, acme: Tenant, vault: Vault
) -> None:
    await sell(database, vault, "old", kept_since=NOON + DAY, cancelled=True)
    assert await rows(database, select(buyer)) == []
    assert (await rows(database, select(order_key.c.destroyed_by)))[0].destroyed_by == BY_POLICY


async def test_an_order_ends_with_its_last_parcel_or_its_cancellation_and_else_much_later(
    database: Database, acme: Tenant, vault: Vault
) -> None:
    await sell(database, vault, "open")
    await sell(database, vault, "cancelled", cancelled=True)
    await sell(database, vault, "gone", status="cancelled")
    await sell(database, vault, "shipped")
    await sell(database, vault, "told")

    async def go(work: Work) -> None:
        await ship(work, "shipped", NOON + DAY, "p1")
        await ship(work, "shipped", NOON + 5 * DAY, "p2")
        await work.execute(update(order_line).where(order_line.c.order_id == "told").values(shipped=1))

    await database.write(go)
    moment = timedelta(microseconds=1)
    assert await due(database, NOON) == []
    assert await due(database, NOON + moment) == ["cancelled", "gone", "told"]
    assert "shipped" not in await due(database, NOON + 5 * DAY)
    assert "shipped" in await due(database, NOON + 5 * DAY + moment)
    assert "open" not in await due(database, NOON + LONGEST_WAIT)
    assert "open" in await due(database, NOON + LONGEST_WAIT + moment)


async def due(database: Database, kept_since: datetime) -> list[str]:
    async with database.read() as connection:
        assert await due_orders(connection, "acme", "other", kept_since, 100) == []
        assert await due_orders(connection, "globex", "shop", kept_since, 100) == []
        return await due_orders(connection, "acme", "shop", kept_since, 100)


async def test_erasure_works_in_bounded_steps_and_comes_to_an_end(
    database: Database, acme: Tenant, vault: Vault
) -> None:
    for number in range(5):
        await sell(database, vault, f"order-{number}", cancelled=True)
    steps = [await database.write(lambda work: erase_due(work, "acme", "shop", NOON + DAY, 2)) for _ in range(4)]
    assert steps == [2, 2, 1, 0]
    assert await rows(database, select(buyer)) == []


async def seal_the_old_way(work: Work, vault: Vault, one: str) -> None:
    """Store Anna as the hub did before orders had keys."""
    await place_order(work, one, cancelled=True)
    plain = {"ship_to": {"name": "Anna Bos", "street": "Dam 1", "postcode": "1012JS", "city": "Amsterdam",
                         "country": "NL"}, "email": "anna@example.test"}  # fmt: skip
    sealed = vault.seal_json(plain, BUYER.place("acme", one))
    await work.execute(insert(buyer).values(tenant_id="acme", order_id=one, sealed=sealed, stored_at=NOON))


async def test_a_buyer_of_before_opens_is_given_a_key_and_can_be_erased_either_way(
    database: Database, acme: Tenant, vault: Vault
) -> None:
    await database.write(lambda work: seal_the_old_way(work, vault, "old"))
    await database.write(lambda work: seal_the_old_way(work, vault, "older"))
    assert await buyer_of(database, vault, "old") == ANNA
    await destroy(database, "older")
    assert await buyer_of(database, vault, "older") is None
    assert await give_keys(database, vault, "acme") == 1
    assert await give_keys(database, vault, "acme") == 0
    assert await buyer_of(database, vault, "old") == ANNA
    with pytest.raises(KeyMissing):
        vault.open((await rows(database, select(buyer.c.sealed)))[0].sealed, BUYER.place("acme", "old"))
    await destroy(database, "old")
    assert await buyer_of(database, vault, "old") is None


async def test_new_keys_of_the_hub_reach_the_orders_keys_and_leave_the_buyers_as_they_are(
    database: Database, acme: Tenant
) -> None:
    old, new = os.urandom(32), os.urandom(32)
    await check_keys(database, Vault([old]))
    await sell(database, Vault([old]), "one")
    await database.write(lambda work: seal_the_old_way(work, Vault([old]), "two"))
    before = (await rows(database, select(buyer.c.sealed).where(buyer.c.order_id == "one")))[0].sealed
    await rotate_keys(database, Vault([new, old]))
    assert (await rows(database, select(buyer.c.sealed).where(buyer.c.order_id == "one")))[0].sealed == before
    assert await buyer_of(database, Vault([new]), "one") == ANNA
    assert await buyer_of(database, Vault([new]), "two") == ANNA
    with pytest.raises(KeyMissing):
        await buyer_of(database, Vault([old]), "one")
