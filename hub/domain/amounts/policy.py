"""How a channel's amounts go into the books: roundings, charges by name, vouchers, currencies."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from hub.domain.order import Charge, ChargeKind

FEWEST_PLACES, MOST_PLACES = 2, 6


class Rounding(StrEnum):
    """What becomes of at most a cent per line: ``HOLD`` the order waits · ``CHARGE`` it is booked as rounding."""

    HOLD = "hold"
    CHARGE = "charge"


class MoneySide(StrEnum):
    """In whose currency a channel's amounts are read where it tells two: the ``SHOP``'s, or the ``BUYER``'s own."""

    SHOP = "shop"
    BUYER = "buyer"


@dataclass(frozen=True, slots=True)
class ChargeRule:
    """Where charges are booked: those of ``kind`` (None: any) whose description contains ``name`` in any case.

    ``charge_id`` is an order charge of Exact, ``item_id`` an item instead; shipping needs neither. ``vat_code`` books
    them with a code of their own (a deposit outside VAT) instead of the one of the goods.
    """

    kind: ChargeKind | None = None
    name: str = ""
    charge_id: str | None = None
    item_id: str | None = None
    vat_code: str | None = None

    def fits(self, charge: Charge) -> bool:
        """Say whether a charge is booked by this rule."""
        same_kind = self.kind is None or self.kind is charge.kind
        return same_kind and self.name.casefold() in charge.description.casefold()


@dataclass(frozen=True, slots=True)
class AmountPolicy:
    """A channel's settings on amounts; as they stand by default nothing is rounded away and nothing converted.

    ``rounding`` books a cent per line at most on ``rounding_charge_id``, which also takes the rounding of totals.
    ``total_step`` is set where the shop rounds totals to it (0.05 in Belgium); that rounding carries
    ``rounding_vat_code``, or the code of the leading goods. ``price_places`` is how many decimals unit prices have.
    ``charge_rules`` go before the channel's one ``charge_id``, the first that fits; ``shipping_item`` books shipping
    as an item. ``voucher_item`` is Exact's item for gift cards sold that no listing maps. ``gift_cards`` are parts of
    the names of negative charges, and of payment methods, that are a payment by gift card; ``gift_card_keys`` the keys
    under which a shop's plugin keeps what was paid so. ``currencies`` (ISO 4217) are forwarded as they are, beside the
    division's own.
    """

    rounding: Rounding = Rounding.HOLD
    rounding_charge_id: str | None = None
    rounding_vat_code: str | None = None
    price_places: int = MOST_PLACES
    total_step: Decimal | None = None
    charge_rules: tuple[ChargeRule, ...] = ()
    shipping_item: str | None = None
    voucher_item: str | None = None
    gift_cards: tuple[str, ...] = ()
    gift_card_keys: tuple[str, ...] = ()
    currencies: tuple[str, ...] = ()
    money: MoneySide = MoneySide.SHOP

    @property
    def rounds(self) -> bool:
        """Whether a cent per line may be booked as rounding."""
        return self.rounding is Rounding.CHARGE and self.rounding_charge_id is not None

    def rule_for(self, charge: Charge) -> ChargeRule | None:
        """Return the first rule that fits a charge; one for the shipping item where shipping has no rule."""
        found = next((rule for rule in self.charge_rules if rule.fits(charge)), None)
        if found is None and charge.kind is ChargeKind.SHIPPING and self.shipping_item is not None:
            return ChargeRule(ChargeKind.SHIPPING, item_id=self.shipping_item)
        return found
