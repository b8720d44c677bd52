"""Carriers by the exact names that Shopify makes tracking links for; any other name is shown as it is.

Source: the description of ``FulfillmentTrackingInfo`` in the schema of 2026-10, as far as carriers of Europe go.
"""

from __future__ import annotations

NAMES = (
    "Amazon",
    "Asendia USA",
    "BPost",
    "BPost International",
    "BRT",
    "Chronopost",
    "Colissimo",
    "Correos",
    "Deutsche Post",
    "DHL",
    "DHL eCommerce",
    "DHL Express",
    "DHL Parcel",
    "DPD",
    "DPD Local",
    "DPD UK",
    "Evri",
    "FedEx",
    "GLS",
    "Hermes",
    "Mondial Relay",
    "Packeta",
    "PostNL",
    "PostNord DK",
    "PostNord SE",
    "Poste Italiane",
    "Royal Mail",
    "SEUR",
    "Swiss Post",
    "TNT",
    "UPS",
    "USPS",
)
_BY_KEY = {name.casefold().replace(" ", ""): name for name in NAMES}


def company(carrier: str) -> str:
    """Return a carrier's name as Shopify writes it: capitals count there."""
    return _BY_KEY.get(carrier.casefold().replace(" ", ""), carrier)
