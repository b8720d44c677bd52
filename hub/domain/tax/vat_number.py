"""VAT numbers of the union: their form per state and, where public, their check digits; no register is asked.

Source of the forms: the Commission's questions and answers on VIES.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from hub.domain.tax.check_digits import CHECKS

_FORMS: Mapping[str, str] = {
    "AT": r"U\d{8}",
    "BE": r"[01]\d{9}",
    "BG": r"\d{9,10}",
    "CY": r"\d{8}[A-Z]",
    "CZ": r"\d{8,10}",
    "DE": r"\d{9}",
    "DK": r"\d{8}",
    "EE": r"\d{9}",
    "EL": r"\d{9}",
    "ES": r"[0-9A-Z]\d{7}[0-9A-Z]",
    "FI": r"\d{8}",
    "FR": r"[0-9A-HJ-NP-Z]{2}\d{9}",
    "HR": r"\d{11}",
    "HU": r"\d{8}",
    "IE": r"\d[0-9A-Z+*]\d{5}[A-Z]|\d{7}[A-W][A-IW]?",
    "IT": r"\d{11}",
    "LT": r"\d{9}|\d{12}",
    "LU": r"\d{8}",
    "LV": r"\d{11}",
    "MT": r"\d{8}",
    "NL": r"\d{9}B\d{2}",
    "PL": r"\d{10}",
    "PT": r"\d{9}",
    "RO": r"[1-9]\d{1,9}",
    "SE": r"\d{10}01",
    "SI": r"\d{8}",
    "SK": r"\d{10}",
    "XI": r"\d{9}|\d{12}|GD\d{3}|HA\d{3}",
}
PREFIXES = frozenset(_FORMS)
_STATES = {"EL": "GR"}


class Form(StrEnum):
    """``FOREIGN`` is no number of the union; ``MALFORMED`` has the wrong form; ``MISTYPED`` a wrong check digit."""

    GOOD = "good"
    FOREIGN = "foreign"
    MALFORMED = "malformed"
    MISTYPED = "mistyped"


@dataclass(frozen=True, slots=True)
class VatNumber:
    """A VAT number in one way of writing; ``prefix`` as the register calls the state (EL, XI)."""

    prefix: str
    digits: str
    form: Form

    @property
    def state(self) -> str:
        """The state as ISO calls it (GR), XI for Northern Ireland."""
        return _STATES.get(self.prefix, self.prefix)

    @property
    def masked(self) -> str:
        """The number with its middle hidden, for what many may read."""
        return f"{self.prefix}{'*' * max(0, len(self.digits) - 3)}{self.digits[-3:]}"

    def __str__(self) -> str:
        return f"{self.prefix}{self.digits}"


def read_vat_number(text: str, country: str | None = None) -> VatNumber:
    """Return a number as typed by a buyer; ``country`` (ISO) supplies the prefix where the buyer left it out."""
    plain = re.sub(r"[^0-9A-Z+*]", "", text.upper())
    prefix, digits = plain[:2], plain[2:]
    if prefix == "GR":
        prefix = "EL"
    if prefix in PREFIXES:
        return VatNumber(prefix, digits, _form(prefix, digits))
    home = "EL" if country == "GR" else (country or "").upper()
    if home in PREFIXES and not prefix.isalpha():
        return VatNumber(home, plain, _form(home, plain))
    return VatNumber(prefix, digits, Form.FOREIGN)


def _fits(prefix: str, digits: str) -> bool:
    return re.fullmatch(_FORMS[prefix], digits) is not None


def _form(prefix: str, digits: str) -> Form:
    if not _fits(prefix, digits):
        return Form.MALFORMED
    check = CHECKS.get(prefix)
    return Form.GOOD if check is None or check(digits) else Form.MISTYPED
