"""Who bears a token is remembered, and forgotten at once where it is revoked."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.domain.tenant import Principal, Role
from hub.store import known_tokens
from hub.store.engine import Database, Work
from hub.store.known_tokens import KnownTokens
from hub.store.tenants import Tenant
from hub.store.tokens import Bearer, FreshToken, bearer_of, create_token, revoke_token

WHO = Principal("acme", Role.OPERATOR, "till")


@pytest.fixture
def known(database: Database) -> Iterator[KnownTokens]:
    with KnownTokens(database).listening() as known:
        yield known


@pytest.fixture
def lookups(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The tokens that were looked up in the store."""
    asked: list[str] = []

    async def noted(connection: AsyncConnection, token: str, now: datetime) -> Bearer | None:
        asked.append(token)
        return await bearer_of(connection, token, now)

    monkeypatch.setattr(known_tokens, "bearer_of", noted)
    return asked


async def make(database: Database, lifetime: timedelta | None = None) -> FreshToken:
    async def work_on(work: Work) -> FreshToken:
        return await create_token(work, "acme", Role.OPERATOR, "till", created_by="cli", lifetime=lifetime)

    return await database.write(work_on)


async def test_a_bearer_is_looked_up_once_where_nobody_else_can_revoke(
    database: Database, acme: Tenant, known: KnownTokens, lookups: list[str]
) -> None:
    token = (await make(database)).secret
    assert [await known.principal(token) for _ in range(3)] == [WHO] * 3
    assert len(lookups) == (3 if database.shared else 1)


async def test_a_revoked_token_opens_nothing_from_then_on(database: Database, acme: Tenant, known: KnownTokens) -> None:
    fresh = await make(database)
    assert await known.principal(fresh.secret) == WHO
    assert await database.write(lambda work: revoke_token(work, "acme", fresh.stored.token_id))
    assert await known.principal(fresh.secret) is None


async def test_who_was_being_looked_up_while_the_token_was_revoked_is_not_remembered(
    database: Database, acme: Tenant, known: KnownTokens, monkeypatch: pytest.MonkeyPatch
) -> None:
    fresh = await make(database)

    class Slow:
        """A database whose snapshot is older than the revocation by the time that it answers."""

        clock, shared = database.clock, database.shared

        async def look(self, _: object) -> Bearer:
            await database.write(lambda work: revoke_token(work, "acme", fresh.stored.token_id))
            return Bearer(WHO, None)

    monkeypatch.setattr(known, "_database", Slow())
    assert await known.principal(fresh.secret) == WHO
    monkeypatch.setattr(known, "_database", database)
    assert await known.principal(fresh.secret) is None


async def test_a_remembered_token_runs_out_in_time(
    database: Database, acme: Tenant, known: KnownTokens, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = (await make(database, timedelta(hours=1))).secret
    assert await known.principal(token) == WHO
    later = database.clock.now() + timedelta(hours=1)
    monkeypatch.setattr(database.clock, "now", lambda: later, raising=False)
    assert await known.principal(token) is None


async def test_a_bearer_is_remembered_for_a_moment_only(
    database: Database, acme: Tenant, known: KnownTokens, lookups: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    token = (await make(database)).secret
    monkeypatch.setattr(known_tokens, "SECONDS", 0.0)
    assert [await known.principal(token) for _ in range(2)] == [WHO] * 2
    assert len(lookups) == 2


async def test_only_so_many_are_remembered_and_no_token_itself(
    database: Database, acme: Tenant, known: KnownTokens, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(known_tokens, "ROOM", 1)
    tokens = [(await make(database)).secret for _ in range(2)]
    for token in tokens:
        await known.principal(token)
    assert len(known._known) == (0 if database.shared else 1)
    assert not any(token in repr(known._known) for token in tokens)
