"""The account that an order is booked on, and how it was found."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class MatchedBy(StrEnum):
    """How the account of an order was found.

    ``VAT_NUMBER`` and ``CHAMBER_OF_COMMERCE``: one account alone carries the buyer's number · ``CONFIRMED_LINK``: a
    person once said whose account it is · ``COUNTRY``: the channel's rule for the ship-to country · ``FIXED``: the
    channel's one account · ``CHOSEN`` by a person for this order · ``CREATED`` by the hub for this buyer.
    """

    VAT_NUMBER = "vat_number"
    CHAMBER_OF_COMMERCE = "chamber_of_commerce"
    CONFIRMED_LINK = "confirmed_link"
    COUNTRY = "country"
    FIXED = "fixed"
    CHOSEN = "chosen"
    CREATED = "created"

    @property
    def collective(self) -> bool:
        """Whether the account is shared by many buyers."""
        return self in (MatchedBy.COUNTRY, MatchedBy.FIXED)

    @property
    def by_hand(self) -> bool:
        """Whether a person said so."""
        return self in (MatchedBy.CHOSEN, MatchedBy.CONFIRMED_LINK)

    @property
    def says(self) -> str:
        """The reason as a sentence; it names nobody."""
        return _SAYS[self]


_SAYS = {
    MatchedBy.VAT_NUMBER: "It is the one account that carries the buyer's VAT number.",
    MatchedBy.CHAMBER_OF_COMMERCE: "It is the one account that carries the buyer's chamber-of-commerce number.",
    MatchedBy.CONFIRMED_LINK: "A person said earlier that this buyer of the channel has this account.",
    MatchedBy.COUNTRY: "The channel books orders that go to this country on this account.",
    MatchedBy.FIXED: "The channel books its orders on this account.",
    MatchedBy.CHOSEN: "A person chose this account for the order.",
    MatchedBy.CREATED: "The account was made for this buyer, for Exact had none with the buyer's number.",
}


@dataclass(frozen=True, slots=True)
class Debtor:
    """An account of a division; ``address_id`` is the delivery address of the order, None leaves it to Exact."""

    account_id: str
    matched_by: MatchedBy
    address_id: str | None = None
