"""ERP connections: sealed credentials and told changes of state."""

from __future__ import annotations

from sqlalchemy import select

from hub.store.connections import (
    ConnectionStatus,
    ErpConnection,
    ErpCredentials,
    change_credentials,
    create_connection,
    find_connection,
    list_connections,
    load_connection,
    mark_connected,
    mark_lost,
)
from hub.store.engine import Database
from hub.store.secrets import Vault
from hub.store.tables import erp_connection, sync_event
from hub.store.tenants import Tenant

APP = ErpCredentials("client", "very secret", "hook secret")


async def make(database: Database, vault: Vault) -> ErpConnection:
    return await database.write(
        lambda work: create_connection(work, vault, "acme", "Main", "https://start.exactonline.nl", APP)
    )


async def test_credentials_open_for_the_hub_and_stand_nowhere_in_the_clear(
    database: Database, vault: Vault, acme: Tenant
) -> None:
    made = await make(database, vault)
    async with database.read() as connection:
        found = await find_connection(connection, made.connection_id)
        raw = (await connection.execute(select(erp_connection))).one()
    assert found == made
    assert made.opened(vault) == APP
    assert "secret" not in str(raw) + repr(APP)


async def test_a_connection_belongs_to_its_tenant_alone(database: Database, vault: Vault, acme: Tenant) -> None:
    made = await make(database, vault)
    async with database.read() as connection:
        assert await load_connection(connection, "other", made.connection_id) is None
        assert await list_connections(connection, "other") == []
        assert await list_connections(connection, "acme") == [made]


async def test_changed_credentials_are_the_ones_that_open(database: Database, vault: Vault, acme: Tenant) -> None:
    made = await make(database, vault)
    fresh = ErpCredentials("client", "newer", "hook")
    await database.write(lambda work: change_credentials(work, vault, "acme", made.connection_id, fresh))
    async with database.read() as connection:
        found = await load_connection(connection, "acme", made.connection_id)
    assert found is not None
    assert found.opened(vault) == fresh


async def test_a_lost_grant_is_told_once_and_a_new_consent_ends_it(
    database: Database, vault: Vault, acme: Tenant
) -> None:
    made = await make(database, vault)
    for _ in range(2):
        await database.write(lambda work: mark_lost(work, "acme", made.connection_id, "Old refresh token used."))
    async with database.read() as connection:
        lost = await load_connection(connection, "acme", made.connection_id)
    assert lost is not None
    assert (lost.status, lost.reason) == (ConnectionStatus.LOST, "Old refresh token used.")
    await database.write(lambda work: mark_connected(work, "acme", made.connection_id, "user:till"))
    async with database.read() as connection:
        found = await load_connection(connection, "acme", made.connection_id)
        events = (await connection.execute(select(sync_event).order_by(sync_event.c.seq))).all()
    assert found is not None
    assert (found.status, found.reason) == (ConnectionStatus.CONNECTED, None)
    assert [event.kind for event in events] == ["erp.lost", "erp.connected"]
