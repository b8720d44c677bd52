"""productSafetyStockSet"""

from __future__ import annotations

from decimal import Decimal

import strawberry
from strawberry import relay

from hub.actors import commands
from hub.graphql.arguments import key_of
from hub.graphql.context import Info
from hub.graphql.mutations.payload import UserError, carry_out
from hub.graphql.types.product import Product


@strawberry.input
class ProductSafetyStockSetInput:
    product_id: relay.GlobalID
    units: Decimal = strawberry.field(description="Stock units; 0 keeps nothing back.")


@strawberry.type
class ProductSafetyStockSetPayload:
    product: Product | None
    user_errors: list[UserError]


async def product_safety_stock_set(info: Info, input: ProductSafetyStockSetInput) -> ProductSafetyStockSetPayload:
    """Keep stock units of a product back on every channel; a stock rule may keep back more."""
    key = key_of("Product", input.product_id, "productId")
    answer = await carry_out(info, commands.set_safety, key, input.units)
    return ProductSafetyStockSetPayload(
        product=await Product.find(info, key) if answer.done else None, user_errors=answer.user_errors
    )
