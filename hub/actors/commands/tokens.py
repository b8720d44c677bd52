"""Commands on tenants and the tokens of their people: made, and ended."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from hub.actors.commands.refusal import CommandRefused, record
from hub.domain.tenant import Principal, Role
from hub.store.engine import Work
from hub.store.tenants import create_tenant
from hub.store.tokens import FreshToken, StoredToken, create_token, list_tokens, revoke_token


async def found_tenant(work: Work, who: Principal, now: datetime, name: str) -> None:
    """Make the principal's tenant; raises ``BadSlug`` or ``TenantExists``."""
    await create_tenant(work, who.tenant_id, name)
    record(work, who, now, "tenant.created", f"Tenant {name} was made", before=None, after={"name": name})


async def make_token(
    work: Work, who: Principal, now: datetime, role: Role, label: str, lifetime: timedelta | None
) -> FreshToken:
    """Make an access token of the principal's tenant; without a lifetime it works until it is revoked."""
    fresh = await create_token(work, who.tenant_id, role, label, created_by=who.label, lifetime=lifetime)
    record(work, who, now, "token.created", f"Access token {label} was made", before=None, after=_plain(fresh.stored),
           subject_type="api_token", subject_id=fresh.stored.token_id)  # fmt: skip
    return fresh


async def end_token(work: Work, who: Principal, now: datetime, token_id: str) -> None:
    """End an access token of the principal's tenant at once."""
    known = {one.token_id: one for one in await list_tokens(work.connection, who.tenant_id)}
    if not await revoke_token(work, who.tenant_id, token_id):
        raise CommandRefused("NOT_FOUND", "There is no such token that still works.", ("tokenId",))
    before = _plain(known[token_id])
    record(work, who, now, "token.revoked", f"Access token {known[token_id].label} was revoked",
           before=before, after=before | {"revoked": True},
           subject_type="api_token", subject_id=token_id)  # fmt: skip


def _plain(stored: StoredToken) -> dict[str, Any]:
    """Return what a token may do; neither the token nor its digest."""
    return {"label": stored.label, "role": stored.role.value, "expires_at": stored.expires_at, "revoked": False}
