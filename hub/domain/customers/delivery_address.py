"""The delivery address that goes with an order to Exact: never the debtor's own address."""

from __future__ import annotations

from dataclasses import dataclass

from hub.domain.address import Buyer, PostalAddress
from hub.domain.addressing import AddressParts
from hub.domain.order import HoldCause
from hub.domain.to_forward import Hold


@dataclass(frozen=True, slots=True)
class AddressDraft:
    """An address to be found or made under an account: personal data. ``country`` is ISO.

    ``line`` is street and number, ``recipient`` who receives, ``pickup_point`` where it is collected.
    """

    line: str
    recipient: str
    postcode: str
    city: str
    country: str
    pickup_point: str | None = None


def delivery_address(buyer: Buyer) -> AddressDraft:
    """Return where an order's goods go; raises Hold where a pickup point has no name."""
    place = buyer.ship_to
    point = place.pickup_point
    if buyer.confirmed is not None and buyer.confirmed.pickup_point is not None:
        point = buyer.confirmed.pickup_point
    if point is not None and not point.strip():
        message = "The order goes to a pickup point that the channel does not name; confirm its address."
        raise Hold(HoldCause.ADDRESS_INCOMPLETE, message)
    return AddressDraft(_line(buyer), _recipient(place), place.postcode, place.city, place.country.upper(), point)


def _line(buyer: Buyer) -> str:
    said = buyer.confirmed
    if said is None:
        return buyer.ship_to.first_line
    return AddressParts(said.street, said.house_number, said.extension, said.box).composed()


def _recipient(place: PostalAddress) -> str:
    names = (place.company, place.name)
    return ", ".join(dict.fromkeys(name for name in names if name))
