"""What a part of a line is worth: an order's amounts split over the parts that go back, such that nothing is lost."""

from __future__ import annotations

from decimal import Decimal

from hub.domain.money import cents


def share_of(
    line_gross: Decimal, line_vat: Decimal | None, quantity: int, before: int, now: int
) -> tuple[Decimal, Decimal | None]:
    """Return gross and VAT of ``now`` of a line's ``quantity`` offers, of which ``before`` went back already.

    Amounts in the order's currency. What went back so far is rounded as a whole, and a part is the step from one such
    sum to the next: parts that come to the whole quantity come to the line's gross and VAT exactly, in any sequence.
    VAT is None where the line's is. Raises ValueError for more offers than the line has, and for a negative count.
    """
    if quantity < 1 or before < 0 or now < 0 or before + now > quantity:
        raise ValueError(f"{now} offers after {before} are no part of {quantity}")
    gross = _step(line_gross, quantity, before, now)
    return gross, None if line_vat is None else _step(line_vat, quantity, before, now)


def _step(whole: Decimal, quantity: int, before: int, now: int) -> Decimal:
    return _up_to(whole, before + now, quantity) - _up_to(whole, before, quantity)


def _up_to(whole: Decimal, part: int, quantity: int) -> Decimal:
    return whole if part == quantity else cents(whole * part / quantity)
