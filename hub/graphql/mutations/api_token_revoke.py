"""apiTokenRevoke"""

from __future__ import annotations

import strawberry
from strawberry import relay

from hub.actors import commands
from hub.graphql.arguments import key_of
from hub.graphql.context import Info
from hub.graphql.mutations.payload import UserError, carry_out
from hub.graphql.types.tenant import ApiToken


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
    answer = await carry_out(info, commands.end_token, key)
    return ApiTokenRevokePayload(
        api_token=await ApiToken.find(info, key) if answer.done else None, user_errors=answer.user_errors
    )
