"""What a channel should show, by the truth of the sandbox and the rules told to it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from math import floor

from hub.sandbox.exact.platform import ExactPlatform
from hub.sandbox.matching import Matches
from hub.sandbox.world import World


@dataclass(frozen=True, slots=True)
class Rule:
    """How the hub was told to publish on one channel; ``warehouses`` are codes of the main division."""

    buffer: int = 0
    cap: int | None = None
    warehouses: tuple[str, ...] | None = None
    fixed: int | None = None
    hands_off: bool = False


class Expectation:
    """Computes the expected number per channel and article; ``division`` None means the main one."""

    def __init__(self, world: World, matches: Matches, rules: dict[str, Rule]) -> None:
        self._rules = rules
        exact = world.platforms.get("exact")
        self._exact = exact if isinstance(exact, ExactPlatform) else None
        self._waiting: Counter[str] = Counter()
        for sale in world.ledger.sales.values():
            if matches.is_waiting(sale):
                for line in sale.units:
                    self._waiting[line.sku] += line.quantity

    def of(self, channel: str, sku: str) -> int | None:
        """Return what ``channel`` should show, or None where it is not the hub's to say."""
        rule = self._rules.get(channel, Rule())
        if rule.hands_off or self._exact is None:
            return None
        if rule.fixed is not None:
            return rule.fixed
        quantity = floor(self._free(sku, rule) - self._waiting[sku]) - rule.buffer
        return max(0, quantity if rule.cap is None else min(quantity, rule.cap))

    def _free(self, sku: str, rule: Rule) -> Decimal:
        if self._exact is None:
            return Decimal(0)
        return self._exact.free(sku, rule.warehouses)
