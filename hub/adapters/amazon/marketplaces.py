"""Amazon's European marketplaces, and which of them a seller takes part in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hub.adapters.amazon.calls import AmazonCalls
from hub.adapters.amazon.usage_plans import GET_PARTICIPATIONS
from hub.adapters.fields import Fields
from hub.clock import Clock
from hub.outcome import Rejected

CURRENCIES: Mapping[str, str] = {
    "A1PA6795UKMFR9": "EUR",
    "A1805IZSGTT6HS": "EUR",
    "AMEN7PMS3EDWL": "EUR",
    "A13V1IB3VIYZZH": "EUR",
    "A28R8C7NBKEWEA": "EUR",
    "APJ6JRA9NG5V4": "EUR",
    "A1RKKUPIHCS9HS": "EUR",
    "A2NODRKZP88ZB9": "SEK",
    "A1C3SOZRARQ6R3": "PLN",
    "A1F83G8C2ARO7P": "GBP",
    "A33AVAJ2PDY3EV": "TRY",
}
"""Currency by marketplace id: DE, NL, BE, FR, IE, IT, ES, SE, PL, UK, TR."""
MOST = 50
"""Marketplaces that one search for orders takes."""
A_DAY = 86_400.0


class Marketplaces:
    """The seller's marketplaces: those that a person chose, else those that Amazon names, asked once a day."""

    def __init__(self, calls: AmazonCalls, clock: Clock, chosen: Sequence[str] = ()) -> None:
        self._calls = calls
        self._clock = clock
        self._chosen = tuple(chosen)
        self._told: tuple[str, ...] = ()
        self._told_at = 0.0

    async def ids(self) -> tuple[str, ...]:
        """Return the marketplace ids, at least one. Raises Rejected where the seller takes part in none."""
        if self._chosen:
            return self._chosen
        now = self._clock.monotonic()
        if not self._told or now - self._told_at > A_DAY:
            self._told, self._told_at = await self._ask(), now
        return self._told

    async def _ask(self) -> tuple[str, ...]:
        answer = await self._calls.read(GET_PARTICIPATIONS)
        found = [each.maybe_child("marketplace") for each in answer.children("payload") if _takes_part(each)]
        ids = tuple(one.text("id") for one in found if one is not None and _is_shop(one))[:MOST]
        if not ids:
            raise Rejected("The seller takes part in no marketplace of Amazon.", code="no_marketplace")
        return ids


def _takes_part(each: Fields) -> bool:
    participation = each.maybe_child("participation")
    return participation is not None and participation.flag("isParticipating")


def _is_shop(marketplace: Fields) -> bool:
    """Say whether buyers can go there: Amazon also lists technical marketplaces under other names."""
    return (marketplace.maybe_text("domainName") or "").removeprefix("www.").startswith("amazon.")
