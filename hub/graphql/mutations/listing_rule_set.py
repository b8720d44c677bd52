"""listingRuleSet"""

from __future__ import annotations

import strawberry
from strawberry import relay

from hub.actors import commands
from hub.graphql.arguments import key_of
from hub.graphql.context import Info
from hub.graphql.mutations.payload import UserError, carry_out
from hub.graphql.mutations.settings_input import StockRuleInput
from hub.graphql.types.listing import Listing


@strawberry.input
class ListingRuleSetInput:
    listing_id: relay.GlobalID
    rule: StockRuleInput | None = strawberry.field(description="Null goes back to the channel's rule.")


@strawberry.type
class ListingRuleSetPayload:
    listing: Listing | None
    user_errors: list[UserError]


async def listing_rule_set(info: Info, input: ListingRuleSetInput) -> ListingRuleSetPayload:
    """Give a listing a stock rule of its own, or none, and publish what follows."""
    key = key_of("Listing", input.listing_id, "listingId")
    rule = None if input.rule is None else input.rule.read()
    answer = await carry_out(info, commands.set_listing_rule, key, rule)
    return ListingRuleSetPayload(
        listing=await Listing.find(info, key) if answer.done else None, user_errors=answer.user_errors
    )
