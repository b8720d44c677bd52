"""apiTokenRevoke"""

from __future__ import annotations

from datetime import datetime

import strawberry
from strawberry import relay

from hub.actors.commands import CommandRefused
from hub.actors.commands.refusal import record
from hub.domain.tenant import Principal
from hub.graphql.arguments import key_of
from hub.graphql.context import Info
from hub.graphql.mutations.payload import UserError, carry_out
from hub.graphql.types.tenant import ApiToken
from hub.store.engine import Work
from hub.store.tokens import revoke_token


@strawberry.input
class ApiTokenRevokeInput:
    token_id: relay.GlobalID


@strawberry.type
class ApiTokenRevokePayload:
    api_token: ApiToken | None
    user_errors: list[UserError]


async def api_token_revoke(info: Info, input: ApiTokenRevokeInput) -> ApiTokenRevokePayload:
    """End an access token; streams that it opened end within a minute."""
    key = key_of("ApiToken", input.token_id, "tokenId")
    answer = await carry_out(info, _revoke, key)
    return ApiTokenRevokePayload(
        api_token=await ApiToken.find(info, key) if answer.done else None, user_errors=answer.user_errors
    )


async def _revoke(work: Work, who: Principal, now: datetime, key: str) -> None:
    if not await revoke_token(work, who.tenant_id, key):
        raise CommandRefused("NOT_FOUND", "There is no such token that still works.", ("tokenId",))
    record(work, who, now, "token.revoked", "An access token was revoked", subject_type="api_token", subject_id=key)
