"""listingMap"""

from __future__ import annotations

import strawberry
from strawberry import relay

from hub.actors import commands
from hub.graphql.arguments import id_of, key_of
from hub.graphql.context import Info
from hub.graphql.mutations.payload import UserError, carry_out
from hub.graphql.types.listing import Listing


@strawberry.input
class ListingMapInput:
    listing_id: relay.GlobalID
    product_id: relay.GlobalID | None = strawberry.field(description="Null takes the mapping away.")


@strawberry.type
class ListingMapPayload:
    listing: Listing | None
    user_errors: list[UserError]


async def listing_map(info: Info, input: ListingMapInput) -> ListingMapPayload:
    """Map a listing to a product by hand, or take the mapping away, and publish what follows."""
    key = key_of("Listing", input.listing_id, "listingId")
    product = id_of("Product", input.product_id, "productId")
    answer = await carry_out(info, commands.map_listing, key, product)
    return ListingMapPayload(
        listing=await Listing.find(info, key) if answer.done else None, user_errors=answer.user_errors
    )
