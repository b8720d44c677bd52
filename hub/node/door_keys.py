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
from hub.store.known_tokens import KnownTokens
from hub.web.oidc import Oidc

Authenticate: TypeAlias = Callable[[str], Awaitable[Principal | None]]


@asynccontextmanager
async def authenticator(settings: Settings, database: Database, clock: Clock) -> AsyncIterator[Authenticate]:
    """Lend what turns a bearer token into its principal; None where it opens nothing."""
    with KnownTokens(database).listening() as known:
        if not settings.oidc_issuer:
            yield known.principal
            return
        async with open_client(settings.oidc_issuer) as http:
            yield _own_or_foreign(database, known, _oidc(http, settings, clock))


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


def _own_or_foreign(database: Database, known: KnownTokens, oidc: Oidc) -> Authenticate:
    async def authenticate(token: str) -> Principal | None:
        if (found := await known.principal(token)) is not None:
            return found
        async with database.read() as connection:
            return await oidc.principal(connection, token)

    return authenticate
