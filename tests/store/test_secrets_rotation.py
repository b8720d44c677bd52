"""Keys in use: a wrong one stops the start, a new one takes over everything."""

from __future__ import annotations

import os
from datetime import timedelta

import pytest
from sqlalchemy import insert, select

from hub.adapters.port import Grant
from hub.domain.channel import ChannelSettings
from hub.domain.tax.evidence import VatAnswer, VatStatus
from hub.store.audit.verifying import verify_stored
from hub.store.connections import ErpCredentials, create_connection, load_connection
from hub.store.engine import Database, Work
from hub.store.grants import StoredGrant
from hub.store.identities import digests
from hub.store.rotation import BATCH, check_keys, rotate_keys
from hub.store.sealed import BUYER, CHANNEL_CREDENTIALS, CHANNEL_HOOK_SECRET, SEALED_COLUMNS
from hub.store.secrets import KeyMissing, Vault, sealed_with
from hub.store.settings_codec import settings_to_json
from hub.store.tables import buyer, channel, sync_event, vat_number
from hub.store.tenants import Tenant, create_tenant
from hub.store.vat_numbers import save_answer

OLD, NEW = os.urandom(32), os.urandom(32)
APP = ErpCredentials("client", "secret", "hook")


async def fill(database: Database, vault: Vault, buyers: int) -> str:
    """Put something into every sealed column and return the connection's id."""

    async def work_on(work: Work) -> str:
        made = await create_connection(work, vault, "acme", "Main", "https://start.exactonline.nl", APP)
        await work.execute(insert(channel).values(channel_row(vault, work)))
        rows = [buyer_row(vault, work, f"order-{number}") for number in range(buyers)]
        await work.execute(insert(buyer).values(rows))
        await digests(work, vault, "acme", "bol-1", ("ref 1",))
        return made.connection_id

    connection_id = await database.write(work_on)
    await StoredGrant(database, vault, "acme", "bol-1").reserve(0)
    await StoredGrant(database, vault, "acme", connection_id).save(
        Grant("access", "refresh", database.clock.now(), 600.0)
    )
    return connection_id


def channel_row(vault: Vault, work: Work) -> dict[str, object]:
    return {
        "tenant_id": "acme",
        "channel_id": "bol-1",
        "platform": "bol",
        "name": "bol.com",
        "base_url": "https://api.bol.com",
        "status": "active",
        "settings": settings_to_json(ChannelSettings()),
        "credentials": vault.seal(b"channel", CHANNEL_CREDENTIALS.place("acme", "bol-1")),
        "hook_secret": vault.seal(b"hook", CHANNEL_HOOK_SECRET.place("acme", "bol-1")),
        "created_at": work.clock.now() - timedelta(days=1),
    }


def buyer_row(vault: Vault, work: Work, order_id: str) -> dict[str, object]:
    sealed = vault.seal(order_id.encode(), BUYER.place("acme", order_id))
    return {"tenant_id": "acme", "order_id": order_id, "sealed": sealed, "stored_at": work.clock.now()}


async def test_rotation_brings_every_secret_to_the_first_key(database: Database, acme: Tenant) -> None:
    old, both, new = Vault([OLD]), Vault([NEW, OLD]), Vault([NEW])
    await check_keys(database, old)
    buyers = BATCH + 7
    connection_id = await fill(database, old, buyers)
    assert await rotate_keys(database, both) == buyers + 5
    assert await rotate_keys(database, both) == 0
    await check_keys(database, new)
    async with database.read() as connection:
        found = await load_connection(connection, "acme", connection_id)
        for column in SEALED_COLUMNS:
            sealed = (await connection.execute(select(column.sealed))).scalars().all()
            assert {sealed_with(one) for one in sealed if one} == {new.sealing}
        hook_secret = (await connection.execute(select(channel.c.hook_secret))).scalar_one()
    assert found is not None
    assert found.opened(new) == APP
    assert new.open(hook_secret, CHANNEL_HOOK_SECRET.place("acme", "bol-1")) == b"hook"
    grant = await StoredGrant(database, new, "acme", connection_id).load()
    assert grant is not None
    assert grant.refresh_token == "refresh"


async def test_a_wrong_key_stops_the_start_in_one_clear_sentence(database: Database) -> None:
    await check_keys(database, Vault([OLD]))
    with pytest.raises(KeyMissing, match=r"sealed with key .* give that key too"):
        await check_keys(database, Vault([NEW]))
    with pytest.raises(KeyMissing):
        await rotate_keys(database, Vault([NEW]))


async def test_an_added_key_is_needed_from_then_on(database: Database) -> None:
    await check_keys(database, Vault([OLD]))
    await check_keys(database, Vault([NEW, OLD]))
    with pytest.raises(KeyMissing):
        await check_keys(database, Vault([OLD]))


async def test_every_tenants_log_tells_of_a_rotation_and_the_registers_answers_are_asked_anew(
    database: Database, acme: Tenant
) -> None:
    old, both = Vault([OLD]), Vault([NEW, OLD])
    await database.write(lambda work: create_tenant(work, "globex", "Globex"))
    answer = VatAnswer("DE136695976", VatStatus.VALID, database.clock.now())
    await database.write(lambda work: save_answer(work, old, "acme", answer))
    await fill(database, old, 1)
    await rotate_keys(database, both)
    async with database.read() as connection:
        told = (await connection.execute(select(sync_event).where(sync_event.c.kind == "keys.rotated"))).all()
        kept = (await connection.execute(select(vat_number))).all()
    assert {(one.tenant_id, one.actor, one.detail["key"]) for one in told} == {
        (name, "user:command line", both.sealing) for name in ("acme", "globex")
    }
    assert kept == []
    assert (await verify_stored(database, "acme")).broken is None
