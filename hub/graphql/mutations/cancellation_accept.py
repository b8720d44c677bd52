"""cancellationAccept"""

from __future__ import annotations

import strawberry
from strawberry import relay

from hub.actors import commands
from hub.graphql.arguments import key_of
from hub.graphql.context import Info
from hub.graphql.mutations.payload import UserError, carry_out
from hub.graphql.types.cancellation import Cancellation


@strawberry.input
class CancellationAcceptInput:
    cancellation_id: relay.GlobalID


@strawberry.type
class CancellationAcceptPayload:
    cancellation: Cancellation | None
    user_errors: list[UserError]


async def cancellation_accept(info: Info, input: CancellationAcceptInput) -> CancellationAcceptPayload:
    """Do what a buyer asks for, or let Exact follow what the channel has cancelled."""
    key = key_of("Cancellation", input.cancellation_id, "cancellationId")
    answer = await carry_out(info, commands.accept_cancellation, key)
    return CancellationAcceptPayload(
        cancellation=await Cancellation.find(info, key) if answer.done else None, user_errors=answer.user_errors
    )
