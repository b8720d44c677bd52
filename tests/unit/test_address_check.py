"""Whether an address is fit for a label: the channel's own fields first, a person's word above all."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hub.domain.address import ConfirmedAddress, PostalAddress
from hub.domain.addressing import AddressParts, CheckState, Doubt, Kind, check_address

PLACE = PostalAddress("Jan", "Kerkstraat 12 bis", "3511 AB", "Utrecht", "NL")


def test_a_clear_line_is_sure() -> None:
    check = check_address(PLACE)
    assert (check.state, check.kind, check.doubts) == (CheckState.SURE, Kind.STREET, ())
    assert check.parts == AddressParts("Kerkstraat", "12", "bis")


def test_the_channels_own_fields_win_over_what_the_street_looks_like() -> None:
    check = check_address(replace(PLACE, street="Plein 1944", house_number="7", house_number_extension="B 2"))
    assert (check.state, check.confidence) == (CheckState.SURE, 1.0)
    assert check.parts == AddressParts("Plein 1944", "7", "B 2")


@pytest.mark.parametrize(
    ("place", "doubt"),
    [
        (replace(PLACE, street="Kerkstraat"), Doubt.NO_NUMBER),
        (replace(PLACE, street="Kerkstraat 12", house_number="12"), Doubt.NUMBER_TWICE),
        (replace(PLACE, house_number="bis"), Doubt.NO_NUMBER),
        (replace(PLACE, street="", house_number="12"), Doubt.EMPTY),
        (replace(PLACE, street=" "), Doubt.EMPTY),
        (replace(PLACE, postcode=""), Doubt.NO_POSTCODE),
        (replace(PLACE, city=" "), Doubt.NO_CITY),
        (replace(PLACE, street="Postbus 12"), Doubt.PO_BOX),
        (replace(PLACE, pickup_point=""), Doubt.PICKUP_POINT_UNNAMED),
    ],
)
def test_what_is_missing_or_odd_is_doubted(place: PostalAddress, doubt: Doubt) -> None:
    check = check_address(place)
    assert check.state is CheckState.UNSURE
    assert doubt in check.doubts


def test_a_pickup_point_is_never_taken_apart() -> None:
    check = check_address(replace(PLACE, pickup_point="Albert Heijn: UTRECHT"))
    assert (check.kind, check.state) == (Kind.PICKUP_POINT, CheckState.SURE)
    assert check.parts == AddressParts("Kerkstraat 12 bis")
    assert check.pickup_point == "Albert Heijn: UTRECHT"


def test_a_line_of_a_country_that_is_not_known_goes_as_it_is() -> None:
    check = check_address(replace(PLACE, street="Calle Mayor 5, 3º B", country="ES"))
    assert (check.state, check.parts) == (CheckState.AS_GIVEN, AddressParts("Calle Mayor 5, 3º B"))


def test_a_persons_word_goes_above_all() -> None:
    said = ConfirmedAddress("Kerkstraat", "12", "bis", "bus 1")
    check = check_address(replace(PLACE, street="?"), said)
    assert (check.state, check.doubts) == (CheckState.CONFIRMED, ())
    assert check.parts == AddressParts("Kerkstraat", "12", "bis", "bus 1")
    point = check_address(replace(PLACE, pickup_point=""), replace(said, pickup_point="Primera"))
    assert (point.kind, point.pickup_point) == (Kind.PICKUP_POINT, "Primera")
