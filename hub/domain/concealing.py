"""Taking a buyer out of a sentence: platforms quote in a refusal what they were sent."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from hub.domain.address import Buyer, PostalAddress
from hub.domain.customers.numbers import one_chamber_number, one_vat_number

HIDDEN = "[hidden]"
PARTICLES = frozenset({"van", "von", "der", "den", "het", "ten", "ter", "und", "des", "del", "the"})
SHORTEST_WORD = 3
"""Shorter parts of a name stand in too many other words."""
CUT_FROM = 200
"""No adapter cuts a platform's words shorter than this."""


def concealed(text: str, buyer: Buyer) -> str:
    """Return the text without any name, address, number or e-mail of the buyer, whatever their case."""
    values = sorted({value for value in _personal(buyer) if len(value) >= SHORTEST_WORD}, key=len, reverse=True)
    if not values:
        return text
    either = "|".join(re.escape(value) for value in values)
    return re.sub(rf"(?<!\w)(?:{either})(?!\w)", HIDDEN, _without_stump(text, values), flags=re.IGNORECASE)


def _without_stump(text: str, values: Sequence[str]) -> str:
    """Adapters cut what is very long: the beginning of a name may be left at the end."""
    for value in values if len(text) >= CUT_FROM else ():
        for length in range(len(value), SHORTEST_WORD - 1, -1):
            if text.casefold().endswith(value[:length].casefold()):
                return text[:-length] + HIDDEN
    return text


def _personal(buyer: Buyer) -> Iterator[str]:
    for place in (buyer.ship_to, buyer.bill_to):
        yield from () if place is None else _of_place(place)
    numbers = (one_vat_number(buyer.vat_number, buyer.ship_to.country), one_chamber_number(buyer.chamber_of_commerce))
    said = buyer.confirmed
    corrected = (said.street, said.pickup_point) if said is not None else ()
    for value in (buyer.email, buyer.phone, buyer.vat_number, buyer.chamber_of_commerce, *numbers, *corrected):
        yield value or ""


def _of_place(place: PostalAddress) -> Iterator[str]:
    yield from _with_words(place.name)
    yield from _with_words(place.company)
    for value in (place.first_line, place.street, place.postcode, place.city, place.pickup_point):
        yield value or ""
    yield from _street_names(place.street)
    yield place.postcode.replace(" ", "")


def _street_names(street: str) -> Iterator[str]:
    """A line that holds more than the street may be quoted in other pieces: with a blank for a comma, or by half."""
    yield from (part.strip() for part in re.split(r"[,;]|\b\d\S*", street))


def _with_words(name: str | None) -> Iterator[str]:
    yield name or ""
    yield from (word for word in (name or "").split() if word.casefold() not in PARTICLES)
