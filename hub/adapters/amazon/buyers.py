"""Who bought on Amazon and where it goes: whatever Amazon tells of them, which depends on status and roles."""

from __future__ import annotations

from hub.adapters.fields import Fields
from hub.domain.address import Buyer, PostalAddress

PICKUP_POINT = "PICKUP_POINT"
"""The type of a deliveryAddress whose first line names a locker or shop, with the street below."""


def _address_of(order: Fields) -> Fields | None:
    recipient = order.maybe_child("recipient")
    return recipient.maybe_child("deliveryAddress") if recipient else None


def country(order: Fields) -> str | None:
    """Return the country of delivery; None where Amazon tells no address."""
    address = _address_of(order)
    return address.maybe_text("countryCode") if address else None


def buyer(order: Fields) -> Buyer | None:
    """Return who bought; None while Amazon tells no address, for the order is pending or the role is missing."""
    address, named = _address_of(order), order.maybe_child("buyer")
    if address is None:
        return None
    return Buyer(
        ship_to=_address(address),
        email=named.maybe_text("buyerEmail") if named else None,
        phone=address.maybe_text("phone"),
        vat_number=_vat_number(order),
    )


def _vat_number(order: Fields) -> str | None:
    tax = order.maybe_child("tax")
    for each in tax.children("taxRegistrations") if tax else []:
        if each.maybe_text("entityType") == "BUYER" and each.maybe_text("taxRegistrationType") in ("VAT", None):
            return each.maybe_text("taxRegistrationNumber")
    return None


def _address(address: Fields) -> PostalAddress:
    """Return an address; its lines stand in one where Amazon gives no street and number of their own."""
    finer = address.maybe_child("extendedFields") or Fields({}, "extendedFields")
    lines = [line for number in "123" if (line := address.maybe_text(f"addressLine{number}"))]
    street = finer.maybe_text("streetName")
    point = None
    if address.maybe_text("addressType") == PICKUP_POINT:
        point, lines = (lines[0], lines[1:]) if len(lines) > 1 else ("", lines)
    return PostalAddress(
        name=address.maybe_text("name") or "",
        street=street or ", ".join(lines),
        house_number=finer.maybe_text("streetNumber") if street else None,
        house_number_extension=finer.maybe_text("complement") if street else None,
        postcode=address.maybe_text("postalCode") or "",
        city=address.maybe_text("city") or "",
        country=address.maybe_text("countryCode") or "",
        company=address.maybe_text("companyName"),
        pickup_point=point,
    )
