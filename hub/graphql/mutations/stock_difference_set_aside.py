"""stockDifferenceSetAside"""

from __future__ import annotations

import strawberry
from strawberry import relay

from hub.actors import commands
from hub.graphql.arguments import key_of
from hub.graphql.context import Info
from hub.graphql.mutations.payload import UserError, carry_out
from hub.graphql.types.drift import StockDifference


@strawberry.input
class StockDifferenceSetAsideInput:
    difference_id: relay.GlobalID


@strawberry.type
class StockDifferenceSetAsidePayload:
    difference: StockDifference | None
    user_errors: list[UserError]


async def stock_difference_set_aside(info: Info, input: StockDifferenceSetAsideInput) -> StockDifferenceSetAsidePayload:
    """Neither mind nor heal a difference, as long as its numbers stay as they are."""
    key = key_of("StockDifference", input.difference_id, "differenceId")
    answer = await carry_out(info, commands.set_difference_aside, key)
    found = await StockDifference.find(info, key) if answer.done else None
    return StockDifferenceSetAsidePayload(difference=found, user_errors=answer.user_errors)
