"""Who may come in: the hub's own bearer tokens, and access tokens of an OIDC issuer where one is set."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TypeAlias

import httpx2

from hub.adapters.http import open_client
from hub.clock import Clock
from hub.domain.tenant import Principal
from hub.settings import Settings
from hub.store.engine import Database
from hub.store.tokens import principal_of
from hub.web.oidc import Oidc

Authenticate: TypeAlias = Callable[[str], Awaitable[Principal | None]]


@asynccontextmanager
async def authenticator(settings: Settings, database: Database, clock: Clock) -> AsyncIterator[Authenticate]:
    """Lend what turns a bearer token into its principal; None where it opens nothing."""
    if not settings.oidc_issuer:
        yield _own_tokens(database, clock, None)
        return
    async with open_client(settings.oidc_issuer) as http:
        yield _own_tokens(database, clock, _oidc(http, settings, clock))


def _oidc(http: httpx2.AsyncClient, settings: Settings, clock: Clock) -> Oidc:
    return Oidc(
        http,
        clock,
        issuer=settings.oidc_issuer,
        audience=settings.oidc_audience,
        jwks_url=settings.oidc_jwks_url,
        tenant_claim=settings.oidc_tenant_claim,
        role_claim=settings.oidc_role_claim,
    )


def _own_tokens(database: Database, clock: Clock, oidc: Oidc | None) -> Authenticate:
    async def authenticate(token: str) -> Principal | None:
        async with database.read() as connection:
            found = await principal_of(connection, token, clock.now())
            if found is None and oidc is not None:
                found = await oidc.principal(connection, token)
            return found

    return authenticate
