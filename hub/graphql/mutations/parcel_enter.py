"""parcelEnter"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import strawberry
from strawberry import relay

from hub.actors import commands
from hub.domain.delivery import ShippedUnits
from hub.graphql.arguments import key_of
from hub.graphql.context import Info
from hub.graphql.errors import BadInput
from hub.graphql.mutations.payload import UserError, carry_out
from hub.graphql.mutations.units_input import UnitsInput
from hub.graphql.types.delivery import Parcel

MOST_UNITS = 500


@strawberry.input
class ParcelUnitsInput:
    line_id: relay.GlobalID = strawberry.field(description="The id of an OrderLine of this order.")
    quantity: int


@strawberry.input
class ParcelEnterInput:
    order_id: relay.GlobalID
    units: list[ParcelUnitsInput] | None = strawberry.field(
        default=None, description="Without units: all that is open."
    )
    carrier: str | None = strawberry.field(default=None, description="The carrier's name or code.")
    tracking: str | None = None
    shipped_at: datetime | None = strawberry.field(default=None, description="Now, unless given.")


@strawberry.type
class ParcelEnterPayload:
    parcel: Parcel | None
    user_errors: list[UserError]


async def parcel_enter(info: Info, input: ParcelEnterInput) -> ParcelEnterPayload:
    """Enter a parcel that was packed: the channel is told, and Exact gets its goods delivery."""
    order = key_of("Order", input.order_id, "orderId")
    units = None if input.units is None else read_units(order, input.units)
    sent = input.shipped_at or info.context.now
    answer = await carry_out(
        info, commands.enter_parcel, order, units, short(input.carrier, 64), short(input.tracking, 255), sent
    )
    return ParcelEnterPayload(parcel=await Parcel.find(info, answer.value), user_errors=answer.user_errors)


def read_units(order: str, given: Sequence[ParcelUnitsInput | UnitsInput]) -> list[ShippedUnits]:
    """Return the units by the channel's own line ids; raises ``BadInput`` for lines of another order."""
    if len(given) > MOST_UNITS:
        raise BadInput(f"Give at most {MOST_UNITS} lines.", argument="units")
    found: dict[str, int] = {}
    for one in given:
        owner, _, line = key_of("OrderLine", one.line_id, "lineId").partition(":")
        if owner != order:
            raise BadInput("This line belongs to another order.", argument="lineId")
        found[line] = found.get(line, 0) + one.quantity
    return [ShippedUnits(line, quantity) for line, quantity in found.items()]


def short(value: str | None, longest: int) -> str | None:
    """Return the text without outer spaces, None for nothing; raises ``BadInput`` where it is too long."""
    trimmed = (value or "").strip() or None
    if trimmed is not None and len(trimmed) > longest:
        raise BadInput(f"Give at most {longest} characters.")
    return trimmed
