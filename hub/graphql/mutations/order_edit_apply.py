"""orderEditApply"""

from __future__ import annotations

import strawberry
from strawberry import relay

from hub.actors import commands
from hub.graphql.arguments import key_of
from hub.graphql.context import Info
from hub.graphql.mutations.payload import UserError, carry_out
from hub.graphql.types.order import Order


@strawberry.input
class OrderEditApplyInput:
    order_id: relay.GlobalID


@strawberry.type
class OrderEditApplyPayload:
    order: Order | None
    user_errors: list[UserError]


async def order_edit_apply(info: Info, input: OrderEditApplyInput) -> OrderEditApplyPayload:
    """Let the sales order in Exact follow the edit of an order, as far as nothing of it has left."""
    key = key_of("Order", input.order_id, "orderId")
    answer = await carry_out(info, commands.apply_edit, key)
    return OrderEditApplyPayload(
        order=await Order.find(info, key) if answer.done else None, user_errors=answer.user_errors
    )
