"""orderCancel"""

from __future__ import annotations

import strawberry
from strawberry import relay

from hub.actors import commands
from hub.domain.delivery import CancelReason
from hub.graphql.arguments import key_of
from hub.graphql.context import Info
from hub.graphql.mutations.parcel_enter import read_units
from hub.graphql.mutations.payload import UserError, carry_out
from hub.graphql.mutations.units_input import UnitsInput
from hub.graphql.types.cancellation import Cancellation
from hub.graphql.types.order import Order


@strawberry.input
class OrderCancelInput:
    order_id: relay.GlobalID
    units: list[UnitsInput] | None = strawberry.field(default=None, description="Without units: all that has not left.")
    reason: CancelReason = CancelReason.OTHER


@strawberry.type
class OrderCancelPayload:
    order: Order | None
    cancellation: Cancellation | None
    user_errors: list[UserError]


async def order_cancel(info: Info, input: OrderCancelInput) -> OrderCancelPayload:
    """Give up an order or units of it: what stands in Exact is lowered or deleted first, then the channel is told."""
    key = key_of("Order", input.order_id, "orderId")
    units = None if input.units is None else read_units(key, input.units)
    answer = await carry_out(info, commands.cancel_order, key, units, input.reason)
    return OrderCancelPayload(
        order=await Order.find(info, key) if answer.done else None,
        cancellation=await Cancellation.find(info, answer.value),
        user_errors=answer.user_errors,
    )
