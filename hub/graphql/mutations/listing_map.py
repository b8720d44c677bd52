"""listingMap"""

from __future__ import annotations

import strawberry
from strawberry import relay

from hub.actors import commands
from hub.graphql.arguments import id_of, key_of
from hub.graphql.context import Info
from hub.graphql.mutations.goods_input import PartInput
from hub.graphql.mutations.payload import UserError, carry_out
from hub.graphql.types.listing import Listing


@strawberry.input
class ListingMapInput:
    listing_id: relay.GlobalID
    product_id: relay.GlobalID | None = strawberry.field(
        default=None, description="Null takes the mapping away; of a kit, the item that it is in Exact as a whole."
    )
    parts: list[PartInput] = strawberry.field(
        default_factory=list, description="What one offer holds, where that is several units or products."
    )


@strawberry.type
class ListingMapPayload:
    listing: Listing | None
    user_errors: list[UserError]


async def listing_map(info: Info, input: ListingMapInput) -> ListingMapPayload:
    """Map a listing to a product or to the parts of a kit by hand, or take the mapping away.

    What follows is published, and orders that waited for it go on.
    """
    key = key_of("Listing", input.listing_id, "listingId")
    product = id_of("Product", input.product_id, "productId")
    parts = [part.read(place) for place, part in enumerate(input.parts)]
    answer = await carry_out(info, commands.map_listing, key, product, parts)
    return ListingMapPayload(
        listing=await Listing.find(info, key) if answer.done else None, user_errors=answer.user_errors
    )
