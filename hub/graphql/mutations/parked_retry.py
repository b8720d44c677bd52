"""parkedRetry"""

from __future__ import annotations

import strawberry
from strawberry import relay

from hub.actors import commands
from hub.graphql.arguments import key_of
from hub.graphql.context import Info
from hub.graphql.mutations.payload import UserError, carry_out
from hub.graphql.types.actor import ParkedMessage


@strawberry.input
class ParkedRetryInput:
    parked_id: relay.GlobalID


@strawberry.type
class ParkedRetryPayload:
    parked: ParkedMessage | None
    user_errors: list[UserError]


async def parked_retry(info: Info, input: ParkedRetryInput) -> ParkedRetryPayload:
    """Put a parked message back into its mailbox."""
    key = key_of("ParkedMessage", input.parked_id, "parkedId")
    answer = await carry_out(info, commands.retry_parked, key)
    return ParkedRetryPayload(
        parked=await ParkedMessage.find(info, key) if answer.done else None, user_errors=answer.user_errors
    )
