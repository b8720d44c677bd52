"""Who bought: personal data, as far as Shopify lets the app see it."""

from __future__ import annotations

import re

from hub.adapters.fields import Fields
from hub.domain.address import Buyer, PostalAddress

VAT_KEYS = frozenset({"vatnumber", "vatid", "vatno", "vat", "btwnummer", "btwnumber", "btwid", "taxid"})
COC_KEYS = frozenset({"kvk", "kvknummer", "kvknumber", "cocnumber", "chamberofcommerce"})
"""What shops name the fields that they add to the checkout; Shopify has none of its own for them."""


def country(order: Fields) -> str | None:
    """Return where the goods go, as far as it is told."""
    place = _place(order)
    return place.maybe_text("countryCodeV2") if place is not None else None


def buyer(order: Fields) -> Buyer | None:
    """Return the buyer; None where Shopify hides the address, or there is none to send to."""
    place = _place(order)
    if place is None or not (place.maybe_text("address1") or _name(place)):
        return None
    ship_to, billing = _address(place), order.maybe_child("billingAddress")
    bill_to = _address(billing) if billing is not None and billing.maybe_text("address1") else None
    return Buyer(
        ship_to=ship_to,
        email=order.maybe_text("email"),
        phone=place.maybe_text("phone") or order.maybe_text("phone"),
        vat_number=_attribute(order, VAT_KEYS),
        chamber_of_commerce=_attribute(order, COC_KEYS),
        bill_to=bill_to if bill_to != ship_to else None,
    )


def _place(order: Fields) -> Fields | None:
    return order.maybe_child("shippingAddress") or order.maybe_child("billingAddress")


def _address(place: Fields) -> PostalAddress:
    return PostalAddress(
        name=_name(place),
        street=" ".join(text for key in ("address1", "address2") if (text := place.maybe_text(key))),
        postcode=place.maybe_text("zip") or "",
        city=place.maybe_text("city") or "",
        country=place.maybe_text("countryCodeV2") or "",
        company=place.maybe_text("company"),
    )


def _name(place: Fields) -> str:
    parts = [text for key in ("firstName", "lastName") if (text := place.maybe_text(key))]
    return " ".join(parts) or place.maybe_text("name") or ""


def _attribute(order: Fields, keys: frozenset[str]) -> str | None:
    for each in order.children("customAttributes"):
        if re.sub(r"[^a-z]", "", (each.maybe_text("key") or "").lower()) in keys:
            return each.maybe_text("value")
    return None
