"""Bearer tokens: 256 random bits, shown once; only their SHA-256 is kept."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.domain.tenant import Principal, Role
from hub.store.engine import Work
from hub.store.tables import api_token

PREFIX = "hub_"
REVOKED = "api_token.revoked"
"""The topic under which a tenant's id is signalled once a token of it was revoked."""


@dataclass(frozen=True, slots=True)
class StoredToken:
    """What is known of a token; the token itself is not."""

    tenant_id: str
    token_id: str
    role: Role
    label: str
    created_at: datetime
    created_by: str
    expires_at: datetime | None
    revoked_at: datetime | None

    def works_at(self, now: datetime) -> bool:
        """Say whether the token opens anything at this moment."""
        return self.revoked_at is None and (self.expires_at is None or self.expires_at > now)


@dataclass(frozen=True, slots=True)
class Bearer:
    """Who bears a token, and until when (UTC); None is until it is revoked."""

    principal: Principal
    expires_at: datetime | None

    def stands_at(self, now: datetime) -> bool:
        """Say whether the token has not run out at this moment."""
        return self.expires_at is None or self.expires_at > now


@dataclass(frozen=True, slots=True)
class FreshToken:
    """A token just made: ``secret`` is shown to its owner now and never again."""

    stored: StoredToken
    secret: str


async def create_token(
    work: Work, tenant_id: str, role: Role, label: str, *, created_by: str, lifetime: timedelta | None = None
) -> FreshToken:
    """Make a token for the tenant; without a lifetime it works until it is revoked."""
    secret = PREFIX + secrets.token_urlsafe(32)
    now = work.clock.now()
    expires_at = None if lifetime is None else now + lifetime
    stored = StoredToken(tenant_id, secrets.token_hex(8), role, label, now, created_by, expires_at, None)
    await work.execute(
        insert(api_token).values(
            tenant_id=tenant_id,
            token_id=stored.token_id,
            digest=_digest(secret),
            role=role.value,
            label=label,
            created_at=now,
            created_by=created_by,
            expires_at=expires_at,
        )
    )
    return FreshToken(stored, secret)


async def revoke_token(work: Work, tenant_id: str, token_id: str) -> bool:
    """End a token of the tenant; False if there is none that still stands. Repeatable."""
    statement = update(api_token).where(
        api_token.c.tenant_id == tenant_id, api_token.c.token_id == token_id, api_token.c.revoked_at.is_(None)
    )
    work.signal(REVOKED, tenant_id)
    return (await work.execute(statement.values(revoked_at=work.clock.now()))).rowcount == 1


async def list_tokens(connection: AsyncConnection, tenant_id: str) -> Sequence[StoredToken]:
    """Return the tenant's tokens, newest first, ended ones too."""
    statement = select(api_token).where(api_token.c.tenant_id == tenant_id)
    ordered = statement.order_by(api_token.c.created_at.desc(), api_token.c.token_id)
    return [_stored(row) for row in (await connection.execute(ordered)).all()]


async def principal_of(connection: AsyncConnection, token: str, now: datetime) -> Principal | None:
    """Return who bears this token; None where it is unknown, expired or revoked."""
    found = await bearer_of(connection, token, now)
    return None if found is None else found.principal


async def bearer_of(connection: AsyncConnection, token: str, now: datetime) -> Bearer | None:
    """Return who bears this token and until when; None where it is unknown, expired or revoked."""
    if not token.startswith(PREFIX):
        return None
    statement = select(api_token.c.tenant_id, api_token.c.role, api_token.c.label, api_token.c.expires_at).where(
        api_token.c.digest == _digest(token),
        api_token.c.revoked_at.is_(None),
        or_(api_token.c.expires_at.is_(None), api_token.c.expires_at > now),
    )
    row = (await connection.execute(statement)).one_or_none()
    return None if row is None else Bearer(Principal(row.tenant_id, Role(row.role), row.label), row.expires_at)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode(errors="surrogatepass")).hexdigest()


def _stored(row: Row[Any]) -> StoredToken:
    return StoredToken(
        tenant_id=row.tenant_id,
        token_id=row.token_id,
        role=Role(row.role),
        label=row.label,
        created_at=row.created_at,
        created_by=row.created_by,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
    )
