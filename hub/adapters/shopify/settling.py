"""Making an order's parts add up to what Shopify says it comes to now, to the cent.

Shopify rounds what is left of a line after a refund, and each amount that it converts from the buyer's currency, by
itself. Only those cents are moved; any other difference stays, so that the order waits for a person.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import combinations

from hub.adapters.shopify.amounts import share
from hub.domain.money import CENT, ZERO, cents, total
from hub.domain.order import Charge, OrderLine


@dataclass(frozen=True, slots=True)
class Counted:
    """A line and how many of its units the buyer still pays for."""

    line: OrderLine
    current: int

    @property
    def worth(self) -> Decimal:
        return share(self.line.gross, self.current, self.line.quantity)

    @property
    def partly(self) -> bool:
        return 0 < self.current < self.line.quantity


@dataclass(frozen=True, slots=True)
class Settled:
    """Lines and charges that add up to ``total``, unless a difference is left for a person; ``moved`` is rounding."""

    lines: tuple[OrderLine, ...]
    charges: tuple[Charge, ...]
    total: Decimal
    moved: Decimal = ZERO


def settle(
    counted: Sequence[Counted], charges: Sequence[Charge], extras: Sequence[Charge], current: Decimal, slack: int
) -> Settled:
    """Settle an order on ``current``, its total after edits, cancellations and refunds.

    ``extras`` are charges that Shopify names but may count within others (a tip, duties, fees). ``slack`` is how many
    cents rounding may have moved. What is no longer wanted is added on top of the total by its own worth, for the
    hub takes it off again the same way.
    """
    missing = current - total(one.worth for one in counted) - total(charge.gross for charge in charges)
    taken = _explaining(extras, missing, slack)
    missing -= total(charge.gross for charge in taken)
    moved = ZERO
    if missing and abs(missing) <= slack * CENT:
        settled = _absorb(counted, missing)
        moved = missing if settled is not counted else ZERO
        counted = settled
    gone = total(one.line.gross - one.worth for one in counted)
    return Settled(tuple(one.line for one in counted), (*charges, *taken), current + gone, moved)


def _explaining(extras: Sequence[Charge], missing: Decimal, slack: int) -> tuple[Charge, ...]:
    """Return the extras that explain what is missing; all of them where no choice does."""
    for size in range(len(extras), -1, -1):
        for chosen in combinations(extras, size):
            if abs(missing - total(charge.gross for charge in chosen)) <= slack * CENT:
                return chosen
    return tuple(extras)


def _absorb(counted: Sequence[Counted], missing: Decimal) -> Sequence[Counted]:
    """Return the lines with rounding added to what is left of the largest one; a partly cancelled one comes first."""
    places = [place for place, one in enumerate(counted) if one.current > 0]
    for place in sorted(places, key=lambda at: (counted[at].partly, counted[at].line.gross), reverse=True):
        changed = _worth_more(counted[place], missing)
        if changed is not None:
            return [*counted[:place], changed, *counted[place + 1 :]]
    return counted


def _worth_more(one: Counted, missing: Decimal) -> Counted | None:
    rough = one.line.gross + cents(missing * one.line.quantity / one.current)
    for nudge in (ZERO, CENT, -CENT):
        changed = Counted(replace(one.line, gross=rough + nudge), one.current)
        if changed.worth == one.worth + missing and changed.line.gross >= 0:
            return changed
    return None
