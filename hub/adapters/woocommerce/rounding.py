"""A shop that rounds VAT on the order instead of per line: its lines are made to add up to its total.

Such a shop tells each line's VAT with more decimals, and rounds only their sum. The cents between that sum and the
rounded lines are moved to the lines that lost most, so that VAT per rate is the shop's own; any other difference stays,
so that the order waits for a person.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from hub.domain.money import CENT, ZERO, total


@dataclass(frozen=True, slots=True)
class Taxed:
    """A line or charge: its amount with rounded VAT, that VAT, the VAT before rounding, and its rate."""

    gross: Decimal
    vat: Decimal
    exact: Decimal
    rate: Decimal | None

    @property
    def lost(self) -> Decimal:
        """What rounding took off its VAT."""
        return self.exact - self.vat


def moved_cents(parts: Sequence[Taxed], order_total: Decimal, by_rate: dict[Decimal, Decimal]) -> list[Decimal]:
    """Return what to add to each part's VAT such that all add up to the order's total; zeros where nothing is moved.

    ``by_rate`` is the shop's own VAT per rate. Moves at most a cent per part, and only where VAT before rounding
    explains the total.
    """
    moves = [ZERO] * len(parts)
    missing = order_total - total(part.gross for part in parts)
    exact = total(part.gross + part.lost for part in parts)
    if not missing or missing % CENT or abs(exact - order_total) > CENT or abs(missing) > CENT * len(parts):
        return moves
    cent = CENT.copy_sign(missing)
    short = {rate: vat - total(part.vat for part in parts if part.rate == rate) for rate, vat in by_rate.items()}
    for _ in range(int(missing / cent)):
        free = [at for at, move in enumerate(moves) if not move and parts[at].lost * cent > 0]
        if not free:
            return [ZERO] * len(parts)
        at = max(free, key=lambda at: (short.get(parts[at].rate or ZERO, ZERO) * cent > 0, parts[at].lost * cent))
        moves[at] = cent
        short[parts[at].rate or ZERO] = short.get(parts[at].rate or ZERO, ZERO) - cent
    return moves
