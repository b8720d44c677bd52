"""A channel's settings: what is switched on, and how its orders map onto the books."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from hub.domain.amounts.policy import AmountPolicy
from hub.domain.cancelling import CancelPolicy
from hub.domain.customers.policy import CustomerPolicy
from hub.domain.drift import DriftPolicy
from hub.domain.importing import ImportPolicy
from hub.domain.invoicing import Invoicing
from hub.domain.kit import KitSettings
from hub.domain.matching import MatchingRules
from hub.domain.platform import Platform
from hub.domain.retention import USUAL_DAYS, usual_days
from hub.domain.stock import StockRule
from hub.domain.tax.rates import Goods
from hub.domain.vat_mapping import VatRule
from hub.domain.zero_guard import ZeroGuard


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

    ``vat_codes`` maps a VAT rate (a fraction, 0.21) to a VAT code of ``division``: for sales taxed at home.
    ``vat_rules`` does so by where and under which regime a sale is taxed, and goes first.
    ``ships_from`` is the country (ISO) that the channel's goods leave from, ``warehouse_countries`` that of single
    warehouses by id; without either it is the division's own. ``goods`` says what the items of a VAT code are, where
    their percentage says too little. ``split_charges`` shares charges out over the goods' rates instead of booking
    them at the leading one.
    ``charge_id`` is Exact's order charge that fees and order discounts are booked on, unless a rule of ``amounts``
    says otherwise.
    ``buyer_days`` is how long the buyer of an order is kept after its end; None keeps it until somebody asks.
    ``matching`` says how SKUs stand for items, ``kits`` how kits are booked, ``zero_guard`` when a mass zero waits.
    ``customers`` says which account an order is booked on, where that is not ``customer_id``.
    ``look_up_before`` is set when the hub was put back from a backup: orders placed before it may have been forwarded
    and told without the hub knowing, so each effect is looked up before it is tried (UTC).
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
    vat_rules: tuple[VatRule, ...] = ()
    ships_from: str | None = None
    warehouse_countries: dict[str, str] = field(default_factory=dict)
    goods: dict[str, Goods] = field(default_factory=dict)
    split_charges: bool = False
    buyer_days: int | None = USUAL_DAYS
    matching: MatchingRules = field(default_factory=MatchingRules)
    kits: KitSettings = field(default_factory=KitSettings)
    zero_guard: ZeroGuard = field(default_factory=ZeroGuard)
    customers: CustomerPolicy = field(default_factory=CustomerPolicy)
    look_up_before: datetime | None = None
    invoicing: Invoicing = field(default_factory=Invoicing)
    amounts: AmountPolicy = field(default_factory=AmountPolicy)
    cancelling: CancelPolicy = field(default_factory=CancelPolicy)
    importing: ImportPolicy = field(default_factory=ImportPolicy)
    drift: DriftPolicy = field(default_factory=DriftPolicy)

    @classmethod
    def usual(cls, platform: Platform) -> ChannelSettings:
        """Return the settings that a channel of this platform begins with."""
        return cls(buyer_days=usual_days(platform))

    @property
    def warehouse_id(self) -> str | None:
        """The warehouse that sales orders take goods from: the first chosen one of the division; None is its main one.

        Else an order would lower a number that the channel does not show.
        """
        chosen = [source.warehouse_id for source in self.sources if source.division == self.division]
        return None if None in chosen else next(iter(chosen), None)

    def may_be_done(self, placed_at: datetime) -> bool:
        """Say whether what is to be done for an order may have been done already, unknown to the hub."""
        return self.look_up_before is not None and placed_at < self.look_up_before

    def origin(self, division_country: str | None) -> str | None:
        """Return the country that goods leave from; None where the warehouses lie in several."""
        usual = self.ships_from or (division_country or "").strip() or None
        places = {
            self.warehouse_countries.get(source.warehouse_id or "", usual)
            for source in self.sources
            if source.division == self.division
        }
        return next(iter(places)) if len(places) == 1 else None if places else usual
