"""returnInspect"""

from __future__ import annotations

import strawberry
from strawberry import relay

from hub.actors import commands
from hub.domain.goods_return import ReturnAnswer
from hub.graphql.arguments import key_of
from hub.graphql.context import Info
from hub.graphql.mutations.payload import UserError, carry_out
from hub.graphql.types.aftersales import GoodsReturn


@strawberry.input(description="What inspection found of one line; what is left of it is not taken back.")
class InspectedLineInput:
    place: int = strawberry.field(description="The line's number within the return.")
    good: int = strawberry.field(default=0, description="Offers that go back into stock in Exact.")
    written_off: int = strawberry.field(default=0, description="Offers that are credited and not sold again.")


@strawberry.input
class ReturnInspectInput:
    return_id: relay.GlobalID
    lines: list[InspectedLineInput] = strawberry.field(
        default_factory=list, description="A line that is not named is good."
    )
    answer: ReturnAnswer | None = strawberry.field(
        default=None, description="What the channel is told; else received, or conditions not met."
    )


@strawberry.type
class ReturnInspectPayload:
    goods_return: GoodsReturn | None
    user_errors: list[UserError]


async def return_inspect(info: Info, input: ReturnInspectInput) -> ReturnInspectPayload:
    """Say what of returned goods is good and what is written off; the channel is told where it takes an answer."""
    key = key_of("GoodsReturn", input.return_id, "returnId")
    found = {line.place: (line.good, line.written_off) for line in input.lines}
    answer = await carry_out(info, commands.inspect_return, key, found, input.answer)
    return ReturnInspectPayload(
        goods_return=await GoodsReturn.find(info, key) if answer.done else None, user_errors=answer.user_errors
    )
