"""orderRetry"""

from __future__ import annotations

import strawberry
from strawberry import relay

from hub.actors import commands
from hub.graphql.arguments import key_of
from hub.graphql.context import Info
from hub.graphql.mutations.payload import UserError, carry_out
from hub.graphql.types.order import Order


@strawberry.input
class OrderRetryInput:
    order_id: relay.GlobalID


@strawberry.type
class OrderRetryPayload:
    order: Order | None
    user_errors: list[UserError]


async def order_retry(info: Info, input: OrderRetryInput) -> OrderRetryPayload:
    """Try again to forward an order that waits, with mappings as they are now."""
    key = key_of("Order", input.order_id, "orderId")
    answer = await carry_out(info, commands.retry_order, key)
    return OrderRetryPayload(order=await Order.find(info, key) if answer.done else None, user_errors=answer.user_errors)
