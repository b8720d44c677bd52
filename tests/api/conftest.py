"""Fixtures for the API: two furnished tenants, and callers with tokens of each role."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from functools import partial
from typing import TypeAlias
from zoneinfo import ZoneInfo

import pytest
from starlette.types import ASGIApp

from hub.adapters.exact.payloads import sales_order_body
from hub.clock import SystemClock
from hub.domain.tenant import Principal, Role
from hub.graphql.announcer import Announcer
from hub.graphql.context import GraphQLDependencies
from hub.graphql.endpoint import make_graphql_app
from hub.store.buyers import open_buyer
from hub.store.engine import Database, Work
from hub.store.known_tokens import KnownTokens
from hub.store.tokens import FreshToken, create_token
from tests.api.caller import Caller
from tests.api.house import VAULT, House, furnish

Calling: TypeAlias = Callable[..., Awaitable[Caller]]


@pytest.fixture
async def embedded(sqlite_url: str) -> AsyncIterator[Database]:
    """A fresh SQLite database, for what does not depend on the kind."""
    async with Database.open(sqlite_url, SystemClock()) as opened:
        yield opened


@pytest.fixture
async def house(database: Database) -> House:
    """The house of acme, beside one of globex."""
    await furnish(database, "globex")
    return await furnish(database, "acme")


@pytest.fixture
async def announcer(database: Database) -> AsyncIterator[Announcer]:
    """A running announcer that polls often, as nodes do for each other's events."""
    announcer = Announcer(database, poll_seconds=0.05)
    async with announcer.running():
        yield announcer


@pytest.fixture
def needs(database: Database, announcer: Announcer) -> Iterator[GraphQLDependencies]:
    """What the API is given; buyers open to Jan."""
    with KnownTokens(database).listening() as known:
        yield dependencies(database, announcer, known)


def dependencies(database: Database, announcer: Announcer, known: KnownTokens) -> GraphQLDependencies:
    """Return what the API needs, on this database."""

    async def authorize_url(who: Principal, platform: str, subject_id: str) -> str:
        return f"https://hub.test/oauth/{platform}/start?subject={subject_id}"

    return GraphQLDependencies(
        database=database,
        clock=database.clock,
        vault=VAULT,
        announcer=announcer,
        authenticate=known.principal,
        authorize_url=authorize_url,
        open_buyer=partial(open_buyer, VAULT),
        sales_order_body=partial(sales_order_body, zone=ZoneInfo("Europe/Amsterdam")),
        platform_urls={"exact": "https://start.exactonline.nl", "bol": "https://api.bol.com"},
    )


@pytest.fixture
def app(needs: GraphQLDependencies) -> ASGIApp:
    """The API."""
    return make_graphql_app(needs)


@pytest.fixture
def calling(app: ASGIApp, database: Database) -> Calling:
    """Make callers: ``await calling(Role.ADMIN, "acme")``."""

    async def make(role: Role = Role.ADMIN, tenant_id: str = "acme") -> Caller:
        return Caller(app, await token_for(database, tenant_id, role))

    return make


async def token_for(database: Database, tenant_id: str, role: Role) -> str:
    """Return a fresh token of the tenant."""

    async def make(work: Work) -> FreshToken:
        return await create_token(work, tenant_id, role, f"{role.value} of {tenant_id}", created_by="test")

    return (await database.write(make)).secret
