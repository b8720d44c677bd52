"""What the simulated platforms share: time, faults, the ledger, the goods and a line to the outside."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

import httpx2
from anyio.abc import TaskGroup

from hub.sandbox.catalogue import Good
from hub.sandbox.clock import Clock
from hub.sandbox.faults import Faults
from hub.sandbox.ledger import Ledger, Sale, Shown
from hub.sandbox.platform import Channel, Platform


@dataclass
class World:
    """One sandbox run. ``task_group`` exists while the application runs (set by its lifespan)."""

    clock: Clock
    faults: Faults
    ledger: Ledger
    goods: list[Good]
    seed: int
    http: httpx2.AsyncClient
    base_url: str = "http://127.0.0.1:9100"
    task_group: TaskGroup | None = None
    platforms: dict[str, Platform] = field(default_factory=dict)
    prices: dict[str, Decimal] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.prices = {good.sku: good.price for good in self.goods}
        self.by_sku = {good.sku: good for good in self.goods}
        self.by_ean = {good.ean: good for good in self.goods}
        self._seed_text = f"{self.seed}"

    def chance(self, purpose: str) -> random.Random:
        """Return a random stream of its own for one purpose, fixed by the seed."""
        return random.Random(f"{self._seed_text}/{purpose}")

    def channels(self) -> Iterable[Channel]:
        """Return the platforms that sell."""
        return (platform for platform in self.platforms.values() if isinstance(platform, Channel))

    def note_shown(self, channel: str, sku: str, quantity: int, by: Literal["hub", "sale", "platform"]) -> None:
        """Note that a channel now sells ``quantity`` of an article, and who made it so."""
        self.ledger.shown.append(Shown(channel, sku, quantity, self.clock.now(), by))

    def note_sale(self, sale: Sale) -> None:
        self.ledger.sales[(sale.channel, sale.external_id)] = sale
