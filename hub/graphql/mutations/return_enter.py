"""returnEnter"""

from __future__ import annotations

import strawberry
from strawberry import relay

from hub.actors import commands
from hub.graphql.arguments import key_of
from hub.graphql.context import Info
from hub.graphql.mutations.payload import UserError, carry_out
from hub.graphql.types.aftersales import GoodsReturn


@strawberry.input(description="Offers of one order line that come back.")
class ReturnedItemInput:
    line_id: str = strawberry.field(description="The channel's id of the order line.")
    quantity: int


@strawberry.input
class ReturnEnterInput:
    order_id: relay.GlobalID
    items: list[ReturnedItemInput]


@strawberry.type
class ReturnEnterPayload:
    goods_return: GoodsReturn | None
    user_errors: list[UserError]


async def return_enter(info: Info, input: ReturnEnterInput) -> ReturnEnterPayload:
    """Enter goods that come back and that the channel did not announce."""
    key = key_of("Order", input.order_id, "orderId")
    items = [(one.line_id, one.quantity) for one in input.items]
    answer = await carry_out(info, commands.enter_return, key, items)
    return ReturnEnterPayload(
        goods_return=await GoodsReturn.find(info, answer.value) if answer.done else None,
        user_errors=answer.user_errors,
    )
