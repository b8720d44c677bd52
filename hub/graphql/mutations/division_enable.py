"""divisionEnable"""

from __future__ import annotations

import strawberry
from strawberry import relay

from hub.actors import commands
from hub.graphql.arguments import key_of
from hub.graphql.context import Info
from hub.graphql.mutations.payload import UserError, carry_out
from hub.graphql.types.erp import Division


@strawberry.input
class DivisionEnableInput:
    connection_id: relay.GlobalID
    number: int = strawberry.field(description="Exact's number of the division.")


@strawberry.type
class DivisionEnablePayload:
    division: Division | None
    user_errors: list[UserError]


async def division_enable(info: Info, input: DivisionEnableInput) -> DivisionEnablePayload:
    """Synchronise a division: read its catalogue and stock, subscribe to its webhooks."""
    key = key_of("ErpConnection", input.connection_id, "connectionId")
    answer = await carry_out(info, commands.enable_division, key, input.number)
    return DivisionEnablePayload(
        division=await Division.find(info, input.number) if answer.done else None, user_errors=answer.user_errors
    )
