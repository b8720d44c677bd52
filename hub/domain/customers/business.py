"""A buyer as a business: what identifies it, and the account that would be made of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from hub.domain.address import Buyer, PostalAddress
from hub.domain.customers.numbers import one_chamber_number, one_vat_number
from hub.domain.customers.policy import CustomerPolicy
from hub.domain.tax.vat_number import Form, read_vat_number

LANGUAGES: Mapping[str, str] = {"NL": "NL", "DE": "DE", "AT": "DE", "FR": "FR", "GB": "EN", "IE": "EN"}
"""The language of a country that has one; of others it is not known."""


@dataclass(frozen=True, slots=True)
class Business:
    """A business that ordered; numbers in one way of writing, ``country`` ISO. Personal data: sole traders have names.

    ``identities`` are what the channel knows it by for good, the surest first.
    """

    name: str
    country: str
    place: PostalAddress
    vat_number: str | None
    chamber_of_commerce: str | None
    identities: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AccountDraft:
    """An account to be made in Exact: a customer of ``country`` (ISO) who is billed in ``currency``.

    ``line`` is None where the only address known is a pickup point.
    """

    name: str
    country: str
    currency: str
    vat_number: str | None = None
    chamber_of_commerce: str | None = None
    line: str | None = None
    postcode: str | None = None
    city: str | None = None
    language: str | None = None


def business_of(buyer: Buyer | None, policy: CustomerPolicy) -> Business | None:
    """Return the buyer as a business that gets an account of its own; None for a consumer, whatever the e-mail says."""
    if buyer is None or not policy.individual:
        return None
    place = buyer.bill_to or buyer.ship_to
    company = place.company or buyer.ship_to.company
    vat = one_vat_number(buyer.vat_number, place.country)
    chamber = one_chamber_number(buyer.chamber_of_commerce)
    if vat is None and chamber is None and not (policy.companies and company):
        return None
    country = place.country.upper()
    return Business(company or place.name, country, place, vat, chamber, _identities(buyer, country, vat, chamber))


def _identities(buyer: Buyer, country: str, vat: str | None, chamber: str | None) -> tuple[str, ...]:
    found = (
        f"ref {buyer.customer_ref}" if buyer.customer_ref else None,
        f"vat {vat}" if vat else None,
        f"coc {country} {chamber}" if chamber else None,
    )
    return tuple(one for one in found if one)


def cannot_make(business: Business) -> str | None:
    """Return why no account can be made of a business; None where it can.

    Without a number nothing would find the account again after an answer that was lost.
    """
    if business.vat_number is not None:
        form = read_vat_number(business.vat_number).form
        return None if form in (Form.GOOD, Form.FOREIGN) else "the VAT number is mistyped"
    return None if business.chamber_of_commerce else "there is no VAT or chamber-of-commerce number"


def account_draft(business: Business, currency: str) -> AccountDraft:
    """Return the account to make of a business."""
    place = business.place
    line = None if place.pickup_point is not None else place.first_line
    return AccountDraft(
        name=business.name,
        country=business.country,
        currency=currency,
        vat_number=business.vat_number,
        chamber_of_commerce=business.chamber_of_commerce,
        line=line,
        postcode=None if line is None else place.postcode,
        city=None if line is None else place.city,
        language=LANGUAGES.get(business.country),
    )
