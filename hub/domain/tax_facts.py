"""What VAT of an order follows from, as far as its buyer tells."""

from __future__ import annotations

from hub.domain.address import Buyer
from hub.domain.tax import Seller, TaxBuyer
from hub.domain.taxing import TaxFacts


def facts_of(seller: Seller, ships_from: str | None, buyer: Buyer | None, known_country: str | None) -> TaxFacts:
    """Return the facts of an order; ``known_country`` is where it goes when nobody knows its buyer any more.

    A buyer with a VAT number or a chamber-of-commerce number is a business.
    """
    if buyer is None:
        return TaxFacts(seller, ships_from, known_country)
    number = buyer.vat_number or None
    business = bool(number or buyer.chamber_of_commerce)
    place = buyer.ship_to
    return TaxFacts(seller, ships_from, place.country, place.postcode, TaxBuyer(business=business, vat_number=number))
