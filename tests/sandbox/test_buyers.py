"""Invented buyers look real: their places fit their country, their VAT numbers pass the official checks."""

from __future__ import annotations

import random
import re

import pytest

from hub.sandbox.buyers import make_buyer

SHAPES = {"NL": r"\d{4}[A-Z]{2}", "BE": r"\d{4}", "DE": r"\d{5}", "FR": r"\d{5}"}


def german(number: str) -> bool:
    """ISO 7064, MOD 11,10: a number with its check digit leaves one."""
    check = 10
    for digit in number[2:10]:
        total = (int(digit) + check) % 10 or 10
        check = 2 * total % 11
    return (int(number[10]) + check) % 10 == 1


def french(number: str) -> bool:
    """Luhn's sum over the company number is a multiple of ten, and the key is made from it."""
    digits = [int(each) for each in number[4:]]
    luhn = sum(digits[-1::-2]) + sum(sum(divmod(2 * each, 10)) for each in digits[-2::-2])
    return luhn % 10 == 0 and int(number[2:4]) == (12 + 3 * (int(number[4:]) % 97)) % 97


def belgian(number: str) -> bool:
    return 97 - int(number[2:10]) % 97 == int(number[10:])


def dutch(number: str) -> bool:
    weighed = sum(int(digit) * weight for digit, weight in zip(number[2:10], range(9, 1, -1), strict=True))
    return weighed % 11 == int(number[10])


CHECKS = {"NL": dutch, "BE": belgian, "DE": german, "FR": french}


def test_the_checks_know_numbers_that_were_published_as_examples() -> None:
    assert german("DE136695976")
    assert not german("DE136695978")
    assert french("FR40303265045")
    assert not french("FR41303265045")


@pytest.mark.parametrize("country", ["NL", "BE", "DE", "FR"])
def test_a_business_buyer_fits_the_country(country: str) -> None:
    chance = random.Random(7)
    for _ in range(200):
        buyer = make_buyer(chance, country, business=True)
        assert buyer.country == country
        assert re.fullmatch(SHAPES[country], buyer.postcode)
        assert buyer.vat_number.startswith(country)
        assert CHECKS[country](buyer.vat_number), buyer.vat_number
