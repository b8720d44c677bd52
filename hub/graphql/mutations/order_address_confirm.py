"""orderAddressConfirm"""

from __future__ import annotations

from datetime import datetime

import strawberry
from strawberry import relay

from hub.actors import commands
from hub.domain.address import ConfirmedAddress
from hub.domain.tenant import Principal
from hub.graphql.arguments import key_of
from hub.graphql.context import Info
from hub.graphql.mutations.checks import text
from hub.graphql.mutations.payload import UserError, carry_out
from hub.graphql.types.order import Order
from hub.store.engine import Work
from hub.store.secrets import Vault

LONGEST = 100


@strawberry.input(description="An address as a person reads it, or puts it right.")
class AddressPartsInput:
    street: str
    house_number: str | None = None
    extension: str | None = strawberry.field(default=None, description="Belongs to the house number.")
    box: str | None = strawberry.field(default=None, description="Lies behind the door.")
    pickup_point: str | None = strawberry.field(default=None, description="For an order that goes to one.")

    def read(self) -> ConfirmedAddress:
        """Return the address; refuses what is too long."""
        optional = {
            "house_number": ("houseNumber", self.house_number),
            "extension": ("extension", self.extension),
            "box": ("box", self.box),
            "pickup_point": ("pickupPoint", self.pickup_point),
        }
        given = {
            name: text(value, field, LONGEST) for name, (field, value) in optional.items() if value and value.strip()
        }
        return ConfirmedAddress(street=text(self.street, "street", LONGEST), **given)


@strawberry.input
class OrderAddressConfirmInput:
    order_id: relay.GlobalID
    parts: AddressPartsInput | None = strawberry.field(
        default=None, description="How the address is to be read; null agrees with how the hub reads it."
    )


@strawberry.type
class OrderAddressConfirmPayload:
    order: Order | None
    user_errors: list[UserError]


async def order_address_confirm(info: Info, input: OrderAddressConfirmInput) -> OrderAddressConfirmPayload:
    """Confirm or correct how an order's address is read; what the channel gave stays as it is, beside it."""
    key = key_of("Order", input.order_id, "orderId")
    answer = await carry_out(info, _confirm, info.context.needs.vault, key, input.parts)
    order = await Order.find(info, key) if answer.done else None
    return OrderAddressConfirmPayload(order=order, user_errors=answer.user_errors)


async def _confirm(
    work: Work, who: Principal, now: datetime, vault: Vault, key: str, parts: AddressPartsInput | None
) -> None:
    await commands.confirm_address(work, who, now, vault, key, None if parts is None else parts.read())
