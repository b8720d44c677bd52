"""orderCustomerAllow"""

from __future__ import annotations

import strawberry
from strawberry import relay

from hub.actors import commands
from hub.graphql.arguments import key_of
from hub.graphql.context import Info
from hub.graphql.mutations.payload import UserError, carry_out
from hub.graphql.types.order import Order


@strawberry.input
class OrderCustomerAllowInput:
    order_id: relay.GlobalID


@strawberry.type
class OrderCustomerAllowPayload:
    order: Order | None
    user_errors: list[UserError]


async def order_customer_allow(info: Info, input: OrderCustomerAllowInput) -> OrderCustomerAllowPayload:
    """Let an account be made in Exact for the business that placed an order, and try the order again."""
    key = key_of("Order", input.order_id, "orderId")
    answer = await carry_out(info, commands.allow_customer, key)
    order = await Order.find(info, key) if answer.done else None
    return OrderCustomerAllowPayload(order=order, user_errors=answer.user_errors)
