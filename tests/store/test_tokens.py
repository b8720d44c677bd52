"""Tenants and the bearer tokens of their people."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from hub.domain.tenant import Principal, Role
from hub.store.engine import Database, Work
from hub.store.tables import api_token
from hub.store.tenants import BadSlug, Tenant, TenantExists, create_tenant, list_tenants, load_tenant
from hub.store.tokens import FreshToken, create_token, list_tokens, principal_of, revoke_token


async def make(database: Database, tenant_id: str, lifetime: timedelta | None = None) -> FreshToken:
    async def work_on(work: Work) -> FreshToken:
        return await create_token(work, tenant_id, Role.OPERATOR, "till", created_by="cli", lifetime=lifetime)

    return await database.write(work_on)


async def who(database: Database, token: str, later: timedelta = timedelta()) -> Principal | None:
    async with database.read() as connection:
        return await principal_of(connection, token, database.clock.now() + later)


async def test_a_token_names_its_tenant_and_role(database: Database, acme: Tenant) -> None:
    fresh = await make(database, acme.tenant_id)
    assert fresh.secret.startswith("hub_")
    assert await who(database, fresh.secret) == Principal("acme", Role.OPERATOR, "till")


async def test_the_token_itself_is_not_in_the_database(database: Database, acme: Tenant) -> None:
    fresh = await make(database, acme.tenant_id)
    async with database.read() as connection:
        row = (await connection.execute(select(api_token))).one()
        listed = await list_tokens(connection, "acme")
    assert fresh.secret not in str(row)
    assert fresh.secret.removeprefix("hub_") not in str(row)
    assert listed == [fresh.stored]


async def test_unknown_and_odd_tokens_name_nobody(database: Database, acme: Tenant) -> None:
    fresh = await make(database, acme.tenant_id)
    for odd in ("", "hub_", fresh.secret + "x", fresh.secret.removeprefix("hub_"), "hub_\ud800", "hub_é\x00"):
        assert await who(database, odd) is None


async def test_a_revoked_token_opens_nothing_and_is_revoked_once(database: Database, acme: Tenant) -> None:
    fresh = await make(database, acme.tenant_id)
    assert await database.write(lambda work: revoke_token(work, "other", fresh.stored.token_id)) is False
    assert await database.write(lambda work: revoke_token(work, "acme", fresh.stored.token_id)) is True
    assert await database.write(lambda work: revoke_token(work, "acme", fresh.stored.token_id)) is False
    assert await who(database, fresh.secret) is None


async def test_an_expired_token_opens_nothing(database: Database, acme: Tenant) -> None:
    fresh = await make(database, acme.tenant_id, timedelta(hours=1))
    assert await who(database, fresh.secret, timedelta(minutes=59)) is not None
    assert await who(database, fresh.secret, timedelta(minutes=61)) is None
    assert not fresh.stored.works_at(database.clock.now() + timedelta(minutes=61))


@pytest.mark.parametrize("slug", ["", "Acme", "a/b", "-a", "a-", "a" * 49, "a b", "é", "a\n"])
async def test_a_tenant_needs_an_id_that_can_stand_in_an_address(slug: str, database: Database) -> None:
    with pytest.raises(BadSlug):
        await database.write(lambda work: create_tenant(work, slug, "Acme"))


async def test_a_tenant_is_made_once(database: Database, acme: Tenant) -> None:
    with pytest.raises(TenantExists):
        await database.write(lambda work: create_tenant(work, "acme", "Another"))
    async with database.read() as connection:
        assert await load_tenant(connection, "acme") == acme
        assert await list_tenants(connection) == [acme]
        assert await load_tenant(connection, "nobody") is None
