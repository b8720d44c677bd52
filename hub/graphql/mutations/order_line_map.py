"""orderLineMap"""

from __future__ import annotations

from decimal import Decimal

import strawberry
from strawberry import relay

from hub.actors import commands
from hub.domain.kit import Part
from hub.graphql.arguments import key_of
from hub.graphql.context import Info
from hub.graphql.mutations.payload import UserError, carry_out
from hub.graphql.types.order_line import OrderLine


@strawberry.input
class OrderLineMapInput:
    line_id: relay.GlobalID
    product_id: relay.GlobalID
    units: Decimal = strawberry.field(
        default=Decimal(1), description="Stock units in one offer; a fraction only where the item allows it."
    )


@strawberry.type
class OrderLineMapPayload:
    line: OrderLine | None
    user_errors: list[UserError]


async def order_line_map(info: Info, input: OrderLineMapInput) -> OrderLineMapPayload:
    """Say which product the SKU of an order line stands for that is no listing; orders that waited for it go on."""
    node_id = key_of("OrderLine", input.line_id, "lineId")
    order_id, _, line_id = node_id.partition(":")
    part = Part(key_of("Product", input.product_id, "productId"), input.units)
    answer = await carry_out(info, commands.map_line, order_id, line_id, part)
    found = await OrderLine.resolve_nodes(info=info, node_ids=[node_id]) if answer.done else [None]
    return OrderLineMapPayload(line=found[0], user_errors=answer.user_errors)
