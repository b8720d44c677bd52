"""What Exact makes of what is posted: the arithmetic of its lines and order charges, to the cent.

Source: the meaning of NetPrice follows the type of the VAT code (``I`` VAT included, ``E`` excluded); amounts are
rounded per line. A VAT amount that is posted with a line is taken over
as long as it is near the one that Exact computes.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from hub.domain.money import cents, vat_within
from hub.domain.tax.amounts import Parts

VAT_TOLERANCE = Decimal("0.05")
"""How far a posted VAT amount may lie from the computed one (order's currency); Exact publishes no figure."""


@dataclass(frozen=True, slots=True)
class Priced:
    """A unit price, the VAT to post with it, and what Exact makes of both.

    ``left`` is what the price could not express of the amount wanted: zero, or some cents for a rounding.
    """

    price: Decimal
    vat: Decimal | None
    parts: Parts
    left: Decimal


def line_parts(quantity: Decimal, price: Decimal, rate: Decimal, kind: str, vat: Decimal | None = None) -> Parts:
    """Return what Exact books for a line; ``vat`` is the amount posted with it, None where Exact computes it."""
    amount = cents(quantity * price)
    if kind == "I":
        own = vat_within(amount, rate) if vat is None else vat
        return Parts(amount - own, own)
    return Parts(amount, cents(amount * rate) if vat is None else vat)


def charge_parts(gross: Decimal, rate: Decimal) -> Parts:
    """Return what Exact books for an order charge that is posted with VAT in it."""
    vat = vat_within(gross, rate)
    return Parts(gross - vat, vat)


def price_line(gross: Decimal, vat: Decimal | None, quantity: Decimal, rate: Decimal, kind: str, places: int) -> Priced:
    """Return the unit price that stands for ``gross``, of which ``vat`` is VAT (None: whatever the rate gives)."""
    wanted = vat_within(gross, rate) if vat is None else vat
    amount = gross if kind == "I" else gross - wanted
    price = (amount / quantity).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    posted = vat
    if vat is None and line_parts(quantity, price, rate, kind).vat != wanted:
        posted = wanted
    parts = line_parts(quantity, price, rate, kind, posted)
    return Priced(price, posted, parts, gross - parts.gross)


def is_taken_over(priced: Priced, quantity: Decimal, rate: Decimal, kind: str) -> bool:
    """Say whether Exact takes over the VAT that is posted."""
    own = line_parts(quantity, priced.price, rate, kind).vat
    return priced.vat is None or abs(priced.vat - own) <= VAT_TOLERANCE
