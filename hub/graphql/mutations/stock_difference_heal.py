"""stockDifferenceHeal"""

from __future__ import annotations

import strawberry
from strawberry import relay

from hub.actors import commands
from hub.graphql.arguments import key_of
from hub.graphql.context import Info
from hub.graphql.mutations.payload import UserError, carry_out
from hub.graphql.types.drift import StockDifference


@strawberry.input
class StockDifferenceHealInput:
    difference_id: relay.GlobalID


@strawberry.type
class StockDifferenceHealPayload:
    difference: StockDifference | None
    user_errors: list[UserError]


async def stock_difference_heal(info: Info, input: StockDifferenceHealInput) -> StockDifferenceHealPayload:
    """Write what is right to the channel now, whatever its policy says.

    Where a sale may explain the difference, orders are looked for first.
    """
    key = key_of("StockDifference", input.difference_id, "differenceId")
    answer = await carry_out(info, commands.heal_difference, key)
    found = await StockDifference.find(info, key) if answer.done else None
    return StockDifferenceHealPayload(difference=found, user_errors=answer.user_errors)
