"""A channel's settings: what is switched on, and how its orders map onto the books."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from hub.domain.platform import Platform
from hub.domain.retention import USUAL_DAYS, usual_days
from hub.domain.stock import StockRule


class ChannelStatus(StrEnum):
    ACTIVE = "active"
    PAUSED = "paused"


class FulfilmentMode(StrEnum):
    """``BOOKKEEPING`` parcels are entered in the hub, which makes the goods delivery in Exact ·
    ``ERP`` deliveries come from Exact · ``OFF`` nothing is told to the channel.
    """

    BOOKKEEPING = "bookkeeping"
    ERP = "erp"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class StockSource:
    """A warehouse of a division whose FreeStock feeds a channel; no warehouse means all of the division."""

    division: int
    warehouse_id: str | None = None


@dataclass(frozen=True, slots=True)
class ChannelSettings:
    """Everything a wholesaler sets per channel; the three switches make modes A, B and C.

    ``vat_codes`` maps a VAT rate (a fraction, 0.21) to a VAT code of ``division``.
    ``charge_id`` is Exact's order charge that fees and order discounts are booked on.
    ``buyer_days`` is how long the buyer of an order is kept after its end; None keeps it until somebody asks.
    ``carriers`` maps the code of a shipping method in Exact (or a carrier's name) to the platform's carrier code.
    """

    division: int | None = None
    customer_id: str | None = None
    forwarding: bool = False
    stock: bool = False
    fulfilment: FulfilmentMode = FulfilmentMode.OFF
    forward_unpaid: bool = False
    vat_codes: dict[Decimal, str] = field(default_factory=dict)
    charge_id: str | None = None
    reference_prefix: str = ""
    sources: tuple[StockSource, ...] = ()
    rule: StockRule = field(default_factory=StockRule)
    carriers: dict[str, str] = field(default_factory=dict)
    default_carrier: str | None = None
    sweep_seconds: float = 300.0
    buyer_days: int | None = USUAL_DAYS

    @classmethod
    def usual(cls, platform: Platform) -> ChannelSettings:
        """Return the settings that a channel of this platform begins with."""
        return cls(buyer_days=usual_days(platform))
