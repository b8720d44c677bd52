"""Drift: where what a channel shows is not what Exact says; its cause follows from facts, its remedy from a policy.

Three numbers are compared, all in offers: what Exact says under the hub's own formula, what the hub believes that the
channel shows (what it last sent and the channel took, less sales it knows of), and what the channel shows.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from hub.domain.money import Money, cents


class DriftCause(StrEnum):
    """``LATE_NEWS`` no webhook told of the change, or none in time · ``REFUSED_WRITE`` the channel does not take the
    number · ``WRITE_UNDER_WAY`` it is being written · ``CHANGED_BY_HAND`` something else moved the number ·
    ``MAPPING`` the listing stands for no product, or for another one · ``UNKNOWN_SALE`` the channel's own subtraction
    for a sale that the hub had not heard of · ``LISTING_GONE`` the channel no longer has it · ``STALE_READ`` the
    channel answered with an older number than the one it had taken.
    """

    LATE_NEWS = "late_news"
    REFUSED_WRITE = "refused_write"
    WRITE_UNDER_WAY = "write_under_way"
    CHANGED_BY_HAND = "changed_by_hand"
    MAPPING = "mapping"
    UNKNOWN_SALE = "unknown_sale"
    LISTING_GONE = "listing_gone"
    STALE_READ = "stale_read"


class DriftState(StrEnum):
    """``OPEN`` waits for a person, or for time · ``HEALING`` what is right was asked for · ``ASIDE`` a person does not
    mind it · ``HEALED`` the channel took what is right, or shows it.
    """

    OPEN = "open"
    HEALING = "healing"
    ASIDE = "aside"
    HEALED = "healed"


class Healing(StrEnum):
    """What the hub does about drift by itself: tell only, heal chosen causes, heal all that can be healed."""

    TELL = "tell"
    CHOSEN = "chosen"
    ALL = "all"


HEALABLE = frozenset(DriftCause) - {DriftCause.MAPPING, DriftCause.LISTING_GONE}
"""Causes that the hub has a remedy for; the others need a person, on the channel or here."""

OWN_LAPSES = (
    DriftCause.LATE_NEWS,
    DriftCause.WRITE_UNDER_WAY,
    DriftCause.UNKNOWN_SALE,
    DriftCause.STALE_READ,
)
"""Causes in which nobody but the hub and the platforms has had a part."""


@dataclass(frozen=True, slots=True)
class DriftPolicy:
    """What a channel's drift is healed of; ``causes`` count where ``healing`` is ``CHOSEN``."""

    healing: Healing = Healing.CHOSEN
    causes: tuple[DriftCause, ...] = OWN_LAPSES

    def heals(self, cause: DriftCause) -> bool:
        """Say whether the hub does something about a cause by itself."""
        allowed = self.healing is Healing.ALL or (self.healing is Healing.CHOSEN and cause in self.causes)
        return allowed and cause in HEALABLE


@dataclass(frozen=True, slots=True)
class Sight:
    """One listing as it is compared; quantities in offers, None where unknown.

    ``says`` is None for a listing that is not mapped or not the hub's to publish (``hands_off``). ``elsewhere``: its
    SKU or EAN on the channel stands for another product by now. ``busy``: a write is under way or waits.
    one that was not tried yet is late where its change was not ``announced``.
    ``fresh``: the hub's own number is younger than the channel's answer may be old.
    ``sold`` offers were ordered before the look and heard of after it; ``searched`` says that orders were looked for.
    """

    says: int | None
    believed: int | None
    shown: int | None
    hands_off: bool = False
    listed: bool = True
    mapped: bool = True
    elsewhere: bool = False
    refused: bool = False
    busy: bool = False
    announced: bool = True
    fresh: bool = False
    sold: int = 0
    searched: bool = False

    @property
    def agrees(self) -> bool:
        """Whether the channel shows what Exact says, or nothing can be said against it."""
        return self.shown is None or self.shown == self.says


def cause_of(one: Sight) -> DriftCause | None:
    """Return why a channel shows what it should not, None where it shows what it should. The first that fits holds."""
    if one.hands_off:
        return None
    if not one.listed:
        return DriftCause.LISTING_GONE
    if not one.mapped:
        return DriftCause.MAPPING if one.shown else None
    if one.agrees:
        return None
    return _by_hub(one) or _by_others(one)


def _by_hub(one: Sight) -> DriftCause | None:
    if one.elsewhere:
        return DriftCause.MAPPING
    if one.refused:
        return DriftCause.REFUSED_WRITE
    if one.busy:
        untried = one.believed is not None and one.shown == one.believed
        return DriftCause.LATE_NEWS if untried and not one.announced else DriftCause.WRITE_UNDER_WAY
    if one.believed is None or one.shown == one.believed:
        return DriftCause.LATE_NEWS
    return DriftCause.STALE_READ if one.fresh else None


def _by_others(one: Sight) -> DriftCause:
    missing = (one.believed or 0) - (one.shown or 0)
    if missing > 0 and (one.sold == missing or not one.searched):
        return DriftCause.UNKNOWN_SALE
    return DriftCause.CHANGED_BY_HAND


def is_settled(one: Sight) -> bool:
    """Say whether the cause will stay; units that are missing are a sale until orders were looked for."""
    return one.searched or cause_of(one) is not DriftCause.UNKNOWN_SALE


def units_at_risk(says: int | None, shown: int | None) -> int:
    """Return the offers that the channel shows too many (could be oversold) or, below zero, too few (cannot be sold).

    What the channel no longer has counts as shown zero times.
    """
    return max(shown or 0, 0) - (says or 0)


def money_at_risk(units: int, price: Money | None) -> Money | None:
    """Return what so many offers are worth at the price that the channel asks, None where that is not known."""
    amount = None if price is None else cents(abs(units) * price.amount)
    return None if price is None or amount is None or amount >= NO_PRICE else Money(amount, price.currency)


NO_PRICE = Decimal(10**9)
"""Where somebody asks as much, it is to keep an offer from being bought."""


def sensible(price: Money | None) -> Money | None:
    """Return a price as it can be kept and reckoned with, in cents; None for what is none."""
    if price is None or not price.amount.is_finite() or not 0 <= price.amount < NO_PRICE or len(price.currency) != 3:
        return None
    return Money(cents(price.amount), price.currency)


PARTIAL_SHARE, FEW = 10, 20


def is_partial(missing: int, listings: int) -> bool:
    """Say whether so many listings missing from a whole read look like a read of a part: over a tenth, and many."""
    return missing > FEW and missing * PARTIAL_SHARE > listings
