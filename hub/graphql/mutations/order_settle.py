"""orderSettle"""

from __future__ import annotations

import strawberry
from strawberry import relay

from hub.actors import commands
from hub.graphql.arguments import key_of
from hub.graphql.context import Info
from hub.graphql.mutations.payload import UserError, carry_out
from hub.graphql.types.order import Order


@strawberry.input
class OrderSettleInput:
    order_id: relay.GlobalID


@strawberry.type
class OrderSettlePayload:
    order: Order | None
    user_errors: list[UserError]


async def order_settle(info: Info, input: OrderSettleInput) -> OrderSettlePayload:
    """Say that a person has brought an order and Exact together by hand."""
    key = key_of("Order", input.order_id, "orderId")
    answer = await carry_out(info, commands.settle_order, key)
    return OrderSettlePayload(
        order=await Order.find(info, key) if answer.done else None, user_errors=answer.user_errors
    )
