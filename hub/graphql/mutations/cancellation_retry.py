"""cancellationRetry"""

from __future__ import annotations

import strawberry
from strawberry import relay

from hub.actors import commands
from hub.graphql.arguments import key_of
from hub.graphql.context import Info
from hub.graphql.mutations.payload import UserError, carry_out
from hub.graphql.types.cancellation import Cancellation


@strawberry.input
class CancellationRetryInput:
    cancellation_id: relay.GlobalID


@strawberry.type
class CancellationRetryPayload:
    cancellation: Cancellation | None
    user_errors: list[UserError]


async def cancellation_retry(info: Info, input: CancellationRetryInput) -> CancellationRetryPayload:
    """Try once more what Exact or the channel has refused."""
    key = key_of("Cancellation", input.cancellation_id, "cancellationId")
    answer = await carry_out(info, commands.retry_cancellation, key)
    return CancellationRetryPayload(
        cancellation=await Cancellation.find(info, key) if answer.done else None, user_errors=answer.user_errors
    )
