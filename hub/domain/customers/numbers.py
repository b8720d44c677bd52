"""VAT and chamber-of-commerce numbers in one way of writing, so that they can be compared."""

from __future__ import annotations

import re

from hub.domain.tax.vat_number import read_vat_number

SHORTEST = 5
"""Fewer characters are no number of a company."""


def one_vat_number(text: str | None, country: str | None) -> str | None:
    """Return a VAT number with its prefix and nothing between; None for what cannot be one.

    ``country`` (ISO) supplies the prefix where it was left out.
    """
    number = str(read_vat_number(text, country)) if text else ""
    return number if len(number) > SHORTEST and any(char.isdigit() for char in number) else None


def one_chamber_number(text: str | None) -> str | None:
    """Return a chamber-of-commerce number without what people write between; None for what cannot be one.

    It says nothing without the country whose chamber gave it.
    """
    number = re.sub(r"[^0-9A-Z]", "", (text or "").upper())
    number = re.sub(r"^(?:KVK|COC|BCE|KBO|SIREN|SIRET)(?:NR|NO)?", "", number)
    return number if len(number) >= SHORTEST and any(char.isdigit() for char in number) else None
