"""buyerErase"""

from __future__ import annotations

import strawberry
from strawberry import relay

from hub.actors import commands
from hub.graphql.arguments import key_of
from hub.graphql.context import Info
from hub.graphql.mutations.payload import UserError, carry_out
from hub.graphql.types.order import Order


@strawberry.input
class BuyerEraseInput:
    order_id: relay.GlobalID


@strawberry.type
class BuyerErasePayload:
    order: Order | None
    user_errors: list[UserError]


async def buyer_erase(info: Info, input: BuyerEraseInput) -> BuyerErasePayload:
    """Destroy the personal data of an order's buyer now and for good; amounts and country stay."""
    key = key_of("Order", input.order_id, "orderId")
    answer = await carry_out(info, commands.erase_buyer, key)
    return BuyerErasePayload(order=await Order.find(info, key) if answer.done else None, user_errors=answer.user_errors)
