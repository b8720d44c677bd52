"""parkedDiscard"""

from __future__ import annotations

import strawberry
from strawberry import relay

from hub.actors import commands
from hub.graphql.arguments import key_of
from hub.graphql.context import Info
from hub.graphql.mutations.payload import UserError, carry_out
from hub.graphql.types.actor import ParkedMessage


@strawberry.input
class ParkedDiscardInput:
    parked_id: relay.GlobalID
    reason: str = strawberry.field(description="Why it is put aside; stands in the activity log.")


@strawberry.type
class ParkedDiscardPayload:
    parked: ParkedMessage | None
    user_errors: list[UserError]


async def parked_discard(info: Info, input: ParkedDiscardInput) -> ParkedDiscardPayload:
    """Put a parked message aside for good; it stays readable."""
    key = key_of("ParkedMessage", input.parked_id, "parkedId")
    answer = await carry_out(info, commands.discard_parked, key, input.reason)
    return ParkedDiscardPayload(
        parked=await ParkedMessage.find(info, key) if answer.done else None, user_errors=answer.user_errors
    )
