"""parcelRetry"""

from __future__ import annotations

import strawberry
from strawberry import relay

from hub.actors import commands
from hub.graphql.arguments import key_of
from hub.graphql.context import Info
from hub.graphql.mutations.parcel_enter import short
from hub.graphql.mutations.payload import UserError, carry_out
from hub.graphql.types.delivery import Parcel


@strawberry.input
class ParcelRetryInput:
    parcel_id: relay.GlobalID
    carrier: str | None = strawberry.field(default=None, description="Another carrier; without it as before.")


@strawberry.type
class ParcelRetryPayload:
    parcel: Parcel | None
    user_errors: list[UserError]


async def parcel_retry(info: Info, input: ParcelRetryInput) -> ParcelRetryPayload:
    """Tell the channel again of a parcel that it refused, and make its refused goods delivery in Exact again."""
    key = key_of("Parcel", input.parcel_id, "parcelId")
    answer = await carry_out(info, commands.retry_parcel, key, short(input.carrier, 64))
    found = await Parcel.find(info, key) if answer.done else None
    return ParcelRetryPayload(parcel=found, user_errors=answer.user_errors)
