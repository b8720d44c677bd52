"""What is thought of an order's address, and how it was read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import strawberry
from sqlalchemy import Row

from hub.domain.address import Buyer
from hub.domain.addressing import CheckState, Doubt, Kind, check_address


@strawberry.type(description="An address taken apart; what the channel gave stands unchanged with the buyer.")
class AddressParts:
    street: str
    house_number: str | None
    extension: str | None = strawberry.field(description="Belongs to the house number.")
    box: str | None = strawberry.field(description="Lies behind the door.")
    pickup_point: str | None

    @classmethod
    def of(cls, buyer: Buyer) -> Self:
        check = check_address(buyer.ship_to, buyer.confirmed)
        parts = check.parts
        return cls(
            street=parts.street,
            house_number=parts.house_number,
            extension=parts.extension,
            box=parts.box,
            pickup_point=check.pickup_point,
        )


@strawberry.type(description="Whether an order's address is fit for a label; it holds up nothing in the books.")
class AddressCheck:
    state: CheckState = strawberry.field(description="UNSURE asks for orderAddressConfirm before a parcel is entered.")
    kind: Kind
    confidence: float = strawberry.field(description="From 0 to 1, a rank and no probability.")
    doubts: list[Doubt] = strawberry.field(description="Why a person should look at it.")

    @classmethod
    def of(cls, row: Row[Any]) -> Self:
        doubts: Sequence[str] = row.doubts
        return cls(
            state=CheckState(row.state),
            kind=Kind(row.kind),
            confidence=row.confidence,
            doubts=[Doubt(each) for each in doubts],
        )
