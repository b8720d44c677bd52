"""Whether an address is fit for a label: taken apart, confirmed by a person, or to be looked at first."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from hub.domain.address import ConfirmedAddress, PostalAddress
from hub.domain.addressing.parser import COUNTRIES, parse_line
from hub.domain.addressing.parts import GIVEN, SURE_FROM, AddressParts, Doubt, Kind, confidence_of, words


class CheckState(StrEnum):
    """``AS_GIVEN`` lies in a country whose lines are not taken apart · ``UNSURE`` asks a person before a label is made,
    and holds up nothing in the books.
    """

    SURE = "sure"
    UNSURE = "unsure"
    CONFIRMED = "confirmed"
    AS_GIVEN = "as_given"


@dataclass(frozen=True, slots=True)
class AddressCheck:
    """What is thought of an address; all but ``parts`` and ``pickup_point`` may be shown to anybody."""

    state: CheckState
    kind: Kind
    confidence: float
    doubts: tuple[Doubt, ...]
    parts: AddressParts
    pickup_point: str | None = None


def check_address(place: PostalAddress, confirmed: ConfirmedAddress | None = None) -> AddressCheck:
    """Return what is thought of an address; a person's word goes first, then the channel's own fields."""
    if confirmed is not None:
        return _confirmed(place, confirmed)
    kind, parts, doubts = _read(place)
    doubts += (() if place.postcode.strip() else (Doubt.NO_POSTCODE,)) + (
        () if place.city.strip() else (Doubt.NO_CITY,)
    )
    confidence = confidence_of(doubts, GIVEN if place.house_number else 0.95)
    state = CheckState.SURE if confidence >= SURE_FROM else CheckState.UNSURE
    if state is CheckState.SURE and kind is Kind.STREET and _untaken(place):
        state = CheckState.AS_GIVEN
    return AddressCheck(state, kind, confidence, doubts, parts, place.pickup_point)


def _confirmed(place: PostalAddress, said: ConfirmedAddress) -> AddressCheck:
    parts = AddressParts(said.street, said.house_number, said.extension, said.box)
    kind = Kind.STREET if place.pickup_point is None else Kind.PICKUP_POINT
    point = place.pickup_point if said.pickup_point is None else said.pickup_point
    return AddressCheck(CheckState.CONFIRMED, kind, GIVEN, (), parts, point)


def _untaken(place: PostalAddress) -> bool:
    return place.country.upper() not in COUNTRIES and not place.house_number


def _read(place: PostalAddress) -> tuple[Kind, AddressParts, tuple[Doubt, ...]]:
    if place.pickup_point is not None:
        unnamed = () if place.pickup_point.strip() else (Doubt.PICKUP_POINT_UNNAMED,)
        return Kind.PICKUP_POINT, AddressParts(place.first_line), unnamed
    if place.house_number:
        return Kind.STREET, _given(place), _doubts_of_fields(place)
    if _untaken(place):
        return Kind.STREET, AddressParts(place.first_line), () if place.street.strip() else (Doubt.EMPTY,)
    line = parse_line(place.first_line, place.country.upper())
    return line.kind, line.parts, line.doubts


def _given(place: PostalAddress) -> AddressParts:
    return AddressParts(place.street.strip(), place.house_number, place.house_number_extension)


def _doubts_of_fields(place: PostalAddress) -> tuple[Doubt, ...]:
    street, number = words(place.street), words(place.house_number or "")
    if not street:
        return (Doubt.EMPTY,)
    if not any(word.isdigit() for word in number):
        return (Doubt.NO_NUMBER,)
    return (Doubt.NUMBER_TWICE,) if street[-len(number) :] == number else ()
