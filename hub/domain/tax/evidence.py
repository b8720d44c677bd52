"""What is known of a buyer's VAT number: the register's answer, with its time and consultation number."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class VatStatus(StrEnum):
    """``UNKNOWN``: asked, and the register could not say."""

    VALID = "valid"
    INVALID = "invalid"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class VatAnswer:
    """The answer of a VAT register on one number (with its prefix); ``at`` is UTC.

    ``consultation`` proves the question and is given only to a seller who names its own number.
    ``reason`` says why the answer is unknown, in the register's own word.
    """

    number: str
    status: VatStatus
    at: datetime
    consultation: str | None = None
    reason: str | None = None


class UnknownPolicy(StrEnum):
    """What a tenant wants while the register cannot say: wait, charge VAT as to a private buyer, or trust the buyer."""

    HOLD = "hold"
    AS_PRIVATE = "as_private"
    ACCEPT = "accept"


@dataclass(frozen=True, slots=True)
class TaxBuyer:
    """A buyer as far as VAT asks: a business or not, its VAT number with prefix, and the register's answer to it."""

    business: bool = False
    vat_number: str | None = None
    answer: VatAnswer | None = None
