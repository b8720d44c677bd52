"""What a platform says about an order is kept without the buyer in it, and with all that a person needs."""

from __future__ import annotations

import pytest

from hub.domain.address import Buyer, PostalAddress
from hub.domain.concealing import HIDDEN, concealed
from hub.outcome import Rejected

PLACE = PostalAddress(
    "Jan-Willem van der Meer", "Oude Gracht", "3511 AB", "Utrecht", "NL", "12", company="Meer & Zonen B.V."
)
BUYER = Buyer(PLACE, "jw@meer.test", "+31612345678", "NL001234567B01", "12345678")


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("Customer 'Jan-Willem van der Meer' is blocked", "Customer '[hidden]' is blocked"),
        ("mr. MEER refuses", "mr. [hidden] refuses"),
        ("no street Oude Gracht 12 in 3511AB UTRECHT", "no street [hidden] in [hidden] [hidden]"),
        ("JW@MEER.TEST or +31612345678", "[hidden] or [hidden]"),
        ("VAT NL001234567B01, KvK 12345678", "VAT [hidden], KvK [hidden]"),
        ("Meer & Zonen B.V.", "[hidden]"),
    ],
)
def test_no_part_of_the_buyer_stays_in_a_sentence(said: str, kept: str) -> None:
    assert concealed(said, BUYER) == kept


@pytest.mark.parametrize("length", [200, 204, 207])
def test_a_name_that_was_cut_short_at_the_end_is_hidden_too(length: int) -> None:
    said = ("x" * 195 + " Jan-Willem van der Meer")[:length]
    assert concealed(said, BUYER) == "x" * 195 + f" {HIDDEN}"


def test_words_that_only_look_alike_stay() -> None:
    said = "Article MEERKAT-12 of order 1234567890 (EAN 8712345678906): no VAT code for van 0.21"
    assert concealed(said, BUYER) == said


def test_a_buyer_of_whom_little_is_known_hides_little() -> None:
    unknown = Buyer(PostalAddress("", "", "", "", "NL"))
    assert concealed("a sentence", unknown) == "a sentence"


@pytest.mark.parametrize(
    "contact", ["jan.jansen@example.test", "+31 6 1234 5678", "+32475123456", "06-12345678", "0612345678"]
)
def test_a_refusal_hides_contacts_whoever_they_belong_to(contact: str) -> None:
    refusal = Rejected(f"cannot reach {contact}, order 4711", code="unreachable")
    assert refusal.reason == str(refusal) == f"cannot reach {HIDDEN}, order 4711"


def test_a_refusal_keeps_the_numbers_of_things() -> None:
    said = "EAN 8712345678906, order 1234567890, sales order 20260612345678, 2026-11-23T12:00:00+01:00"
    assert Rejected(said).reason == said


@pytest.mark.parametrize(
    "street", ["Oude Gracht, 12", "Oude Gracht 12 bis", "Locker 7, Oude Gracht, 12", "Oude Gracht"]
)
@pytest.mark.parametrize("said", ["Oude Gracht 12", "Oude Gracht,12", "oude gracht"])
def test_a_street_is_hidden_however_its_line_is_put_together(street: str, said: str) -> None:
    buyer = Buyer(PostalAddress("Jan Meer", street, "3511 AB", "Utrecht", "NL"))
    assert "gracht" not in concealed(f"No such place: {said}.", buyer).casefold()
