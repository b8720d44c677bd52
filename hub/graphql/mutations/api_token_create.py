"""apiTokenCreate"""

from __future__ import annotations

from datetime import datetime, timedelta

import strawberry

from hub.actors.commands import CommandRefused, make_token
from hub.domain.tenant import Principal, Role
from hub.graphql.context import Info
from hub.graphql.mutations.checks import text
from hub.graphql.mutations.payload import UserError, carry_out
from hub.graphql.types.tenant import ApiToken
from hub.store.engine import Work
from hub.store.tokens import FreshToken

LONGEST_LIFE = timedelta(days=3660)


@strawberry.input
class ApiTokenCreateInput:
    label: str = strawberry.field(description="Who or what will use it; names them in the activity log.")
    role: Role
    expires_at: datetime | None = strawberry.field(default=None, description="Never, unless given.")


@strawberry.type
class ApiTokenCreatePayload:
    api_token: ApiToken | None
    token: str | None = strawberry.field(description="The token itself: shown now and never again.")
    user_errors: list[UserError]


async def api_token_create(info: Info, input: ApiTokenCreateInput) -> ApiTokenCreatePayload:
    """Make an access token for this tenant."""
    answer = await carry_out(info, _create, input)
    fresh = answer.value
    return ApiTokenCreatePayload(
        api_token=None if fresh is None else await ApiToken.find(info, fresh.stored.token_id),
        token=None if fresh is None else fresh.secret,
        user_errors=answer.user_errors,
    )


async def _create(work: Work, who: Principal, now: datetime, given: ApiTokenCreateInput) -> FreshToken:
    label = text(given.label, "label", 100)
    life = None if given.expires_at is None else given.expires_at - now
    if life is not None and not timedelta(0) < life <= LONGEST_LIFE:
        raise CommandRefused("EXPIRY_UNFIT", "Give an expiry in the next ten years.", ("expiresAt",))
    return await make_token(work, who, now, given.role, label, life)
