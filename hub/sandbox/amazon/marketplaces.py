"""The European marketplaces: ids as Amazon publishes them, and which of them the seller takes part in."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Marketplace:
    """One marketplace; ``seller`` says whether the simulated seller takes part."""

    marketplace_id: str
    country: str
    name: str
    language: str
    currency: str = "EUR"
    seller: bool = False

    @property
    def domain(self) -> str:
        return f"www.{self.name.lower()}"


MARKETPLACES = (
    Marketplace("A1805IZSGTT6HS", "NL", "Amazon.nl", "nl_NL", seller=True),
    Marketplace("AMEN7PMS3EDWL", "BE", "Amazon.com.be", "fr_BE", seller=True),
    Marketplace("A1PA6795UKMFR9", "DE", "Amazon.de", "de_DE", seller=True),
    Marketplace("A13V1IB3VIYZZH", "FR", "Amazon.fr", "fr_FR", seller=True),
    Marketplace("APJ6JRA9NG5V4", "IT", "Amazon.it", "it_IT"),
    Marketplace("A1RKKUPIHCS9HS", "ES", "Amazon.es", "es_ES"),
    Marketplace("A28R8C7NBKEWEA", "IE", "Amazon.ie", "en_IE"),
    Marketplace("A2NODRKZP88ZB9", "SE", "Amazon.se", "sv_SE", "SEK"),
    Marketplace("A1C3SOZRARQ6R3", "PL", "Amazon.pl", "pl_PL", "PLN"),
    Marketplace("A1F83G8C2ARO7P", "GB", "Amazon.co.uk", "en_GB", "GBP"),
    Marketplace("A33AVAJ2PDY3EV", "TR", "Amazon.com.tr", "tr_TR", "TRY"),
)
BY_ID = {each.marketplace_id: each for each in MARKETPLACES}
OWN = tuple(each for each in MARKETPLACES if each.seller)
GERMANY = next(each for each in OWN if each.country == "DE")


def marketplace_of(country: str) -> Marketplace:
    """Return where a buyer from that country orders: at home, else in Germany."""
    return next((each for each in OWN if each.country == country), GERMANY)
