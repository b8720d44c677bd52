"""The fewest calls and the shortest time that each platform's documented limits allow for N changed stock values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil

AT_ONCE = 1.0
"""Seconds: what the limits allow at once counts as this long."""


@dataclass(frozen=True, slots=True)
class Bound:
    """Calls and seconds, with the formula of each."""

    calls: int
    calls_are: str
    seconds: float = AT_ONCE
    seconds_are: str = "all at once, within a second"


@dataclass(frozen=True, slots=True)
class Change:
    """A listing's new quantity; ``family`` is the product that it is a variation of."""

    quantity: int
    family: str | None = None


Changes = Sequence[Change]


def exact(positions: int) -> Bound:
    """Exact reads 1,000 changed positions a call, 60 calls a minute and division."""
    calls = ceil(positions / 1000)
    return Bound(calls, "⌈N ÷ 1,000⌉ sync reads", max(AT_ONCE, 60.0 * ((calls - 1) // 60)), "60 reads a minute")


def bol(changes: Changes) -> Bound:
    """One PATCH per offer; a bucket of 50 that regains 50 a second."""
    number = len(changes)
    return Bound(number, "N PATCHes", max(AT_ONCE, (number - 50) / 50), "(N − 50) ÷ 50 a second")


def woocommerce(changes: Changes) -> Bound:
    """A batch takes 100 simple products, or 100 variations of one product; WooCommerce itself has no limit in time."""
    families = Counter(change.family for change in changes)
    return Bound(sum(ceil(size / 100) for size in families.values()), "⌈simple ÷ 100⌉ + ⌈variations ÷ 100⌉ per product")


def shopify(changes: Changes) -> Bound:
    """A mutation takes 250 rows; the adapter puts four into a request. 10 points each of 2,000, 100 a second."""
    mutations = ceil(len(changes) / 250)
    return Bound(
        ceil(mutations / 4),
        "⌈⌈N ÷ 250⌉ ÷ 4⌉ requests of mutations",
        max(AT_ONCE, (mutations * 10 - 2000) / 100),
        "10 points a mutation, of 2,000, 100 a second",
    )


def amazon(changes: Changes) -> Bound:
    """By PATCH (5/s) and one look per 20 SKUs; where a feed (300 s at best) is done sooner, low cover alone.

    A feed is a document, its upload, the feed, a look, the report's address and the report.
    """
    number = len(changes)
    patches, feeds = number, 0
    if (number - 5) / 5 > 300:
        patches = sum(change.quantity <= 5 for change in changes)
        feeds = ceil((number - patches) / 25_000)
    return Bound(
        patches + ceil(patches / 20) + 6 * feeds,
        "P + ⌈P ÷ 20⌉ + 6 per feed of 25,000; P = N, or up to 5 units where a feed is quicker",
        max(AT_ONCE, (patches - 5) / 5),
        "(P − 5) ÷ 5 a second",
    )


CHANNELS: Mapping[str, Callable[[Changes], Bound]] = {
    "bol": bol,
    "woocommerce": woocommerce,
    "shopify": shopify,
    "amazon": amazon,
}


def least(platform: str, changes: Changes, batch: int) -> Bound:
    """Return a channel's bound; where there is no formula, one call takes what the adapter says: ``batch``."""
    if platform in CHANNELS:
        return CHANNELS[platform](changes)
    return Bound(ceil(len(changes) / batch), f"⌈N ÷ {batch:,}⌉ batches")
