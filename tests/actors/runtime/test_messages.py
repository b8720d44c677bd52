"""Messages and addresses survive being stored, whichever version stored them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

import pytest

from hub.actors.runtime.address import Address
from hub.actors.runtime.codec import Unreadable
from hub.actors.runtime.message import fold_of, kind_of, message, pack, pack_text, unpack
from hub.store.types import json_value


class Colour(StrEnum):
    RED = "red"


@dataclass(frozen=True, slots=True)
class Part:
    name: str
    price: Decimal | None


@message("test.whole", lane="order")
@dataclass(frozen=True, slots=True)
class Whole:
    """One of each thing a message may carry."""

    text: str
    number: int
    flag: bool
    nothing: str | None
    price: Decimal
    at: datetime
    day: date
    colour: Colour
    parts: tuple[Part, ...]
    names: list[str]
    pair: tuple[str, int]
    extra: dict[str, int]
    hint: str = "none"


def upgraded(version: int, fields: dict[str, Any]) -> dict[str, Any]:
    return {"sku": fields["code"]} if version == 1 else fields


@message("test.renamed", lane="order", version=2, upgrade=upgraded)
@dataclass(frozen=True, slots=True)
class Renamed:
    sku: str


WHOLE = Whole(
    text="a",
    number=1,
    flag=True,
    nothing=None,
    price=Decimal("12.50"),
    at=datetime(2026, 11, 23, 12, 0, 0, 5, tzinfo=UTC),
    day=date(2026, 11, 23),
    colour=Colour.RED,
    parts=(Part("p", Decimal("0.10")), Part("q", None)),
    names=["x", "y"],
    pair=("a", 2),
    extra={"k": 1},
)


def test_a_message_comes_back_as_it_went() -> None:
    assert unpack("test.whole", 1, pack(WHOLE)) == WHOLE


def test_a_message_is_the_same_as_text() -> None:
    assert json_value(pack_text(WHOLE)) == pack(WHOLE)
    with pytest.raises(TypeError, match="float"):
        pack_text(Renamed(1.5))  # type: ignore[arg-type]


def test_a_field_that_a_message_does_not_know_is_ignored_and_a_missing_one_takes_its_default() -> None:
    data = pack(WHOLE) | {"unknown": 1}
    del data["hint"]
    assert unpack("test.whole", 1, data) == WHOLE


@pytest.mark.parametrize(
    ("field", "value"),
    [("number", "1"), ("number", True), ("price", 12.5), ("at", "yesterday"), ("colour", "blue"), ("parts", "p")],
)
def test_a_field_of_another_type_is_unreadable(field: str, value: object) -> None:
    with pytest.raises(Unreadable):
        unpack("test.whole", 1, pack(WHOLE) | {field: value})


def test_a_missing_field_is_unreadable() -> None:
    with pytest.raises(Unreadable):
        unpack("test.renamed", 2, {})


def test_an_older_version_is_upgraded() -> None:
    assert unpack("test.renamed", 1, {"code": "a"}) == Renamed("a")


def test_a_newer_version_and_an_unknown_name_are_unreadable() -> None:
    with pytest.raises(Unreadable, match="newer hub"):
        unpack("test.renamed", 3, {"sku": "a"})
    with pytest.raises(Unreadable, match="no message"):
        unpack("test.unheard", 1, {})


def test_a_value_that_cannot_be_read_back_is_refused() -> None:
    with pytest.raises(TypeError, match="float"):
        pack(Renamed(1.5))  # type: ignore[arg-type]


def test_a_class_that_was_never_registered_is_refused() -> None:
    with pytest.raises(TypeError, match="not registered"):
        kind_of(Part("p", None))


def test_two_messages_may_not_share_a_name() -> None:
    with pytest.raises(ValueError, match=r"test\.whole"):
        message("test.whole", lane="order")(Part)


def test_fold_keys_of_different_kinds_do_not_meet() -> None:
    assert fold_of(kind_of(WHOLE), WHOLE) is None


def test_an_address_comes_back_from_its_text() -> None:
    address = Address("channel", "acme", "bol-1")
    assert str(address) == "channel/acme/bol-1"
    assert Address.parse(str(address)) == address


@pytest.mark.parametrize("text", ["", "channel", "channel/acme", "channel//bol", "a/b/c/d"])
def test_a_text_that_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="address"):
        Address.parse(text)
