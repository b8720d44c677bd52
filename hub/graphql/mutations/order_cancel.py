"""orderCancel"""

from __future__ import annotations

import strawberry
from strawberry import relay

from hub.actors import commands
from hub.graphql.arguments import key_of
from hub.graphql.context import Info
from hub.graphql.mutations.payload import UserError, carry_out
from hub.graphql.types.order import Order


@strawberry.input
class OrderCancelInput:
    order_id: relay.GlobalID


@strawberry.type
class OrderCancelPayload:
    order: Order | None
    user_errors: list[UserError]


async def order_cancel(info: Info, input: OrderCancelInput) -> OrderCancelPayload:
    """Give up an order that is not in Exact yet, and release its claims."""
    key = key_of("Order", input.order_id, "orderId")
    answer = await carry_out(info, commands.cancel_order, key)
    return OrderCancelPayload(
        order=await Order.find(info, key) if answer.done else None, user_errors=answer.user_errors
    )
