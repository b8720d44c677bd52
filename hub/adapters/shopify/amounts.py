"""Amounts on a Shopify order: in the currency of the shop, and in the one that the buyer saw and paid in."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from hub.adapters.fields import Fields, unreadable
from hub.domain.amounts.policy import MoneySide
from hub.domain.money import cents, total


class Side(StrEnum):
    """Which of the two amounts of a ``MoneyBag`` is meant."""

    SHOP = "shopMoney"
    BUYER = "presentmentMoney"

    @property
    def currency(self) -> str:
        """The field of an order that names the currency."""
        return "currencyCode" if self is Side.SHOP else "presentmentCurrencyCode"

    @classmethod
    def of(cls, money: MoneySide) -> Side:
        """Return the side that a channel's settings want."""
        return cls.BUYER if money is MoneySide.BUYER else cls.SHOP


def amount(fields: Fields, key: str, side: Side = Side.SHOP) -> Decimal:
    """Return a required amount; Shopify writes amounts as texts, with or without cents."""
    found = maybe_amount(fields, key, side)
    if found is None:
        raise unreadable(f"{fields.where}.{key} is missing")
    return found


def maybe_amount(fields: Fields, key: str, side: Side = Side.SHOP) -> Decimal | None:
    """Return an amount, None where Shopify has none to tell."""
    bag = fields.maybe_child(key)
    money = bag.maybe_child(side) if bag is not None else None
    return money.amount("amount") if money is not None else None


@dataclass(frozen=True, slots=True)
class Priced:
    """What something costs, VAT included, and the VAT in it; no rate where several apply."""

    gross: Decimal
    vat: Decimal
    rate: Decimal | None


def priced(part: Fields, price: Decimal, *, included: bool, side: Side = Side.SHOP) -> Priced:
    """Return what a price comes to with the tax lines beside it; ``included`` says that it holds them already."""
    vat = total(amount(tax, "priceSet", side) for tax in part.children("taxLines"))
    return Priced(price if included else price + vat, vat, _rate(part, side))


def _rate(part: Fields, side: Side) -> Decimal | None:
    """Return the one rate that applies, as a fraction; zero without tax lines, None with several."""
    charged = _charged(part, side)
    if not charged:
        return Decimal(0)
    return _fraction(charged[0]) if len(charged) == 1 else None


def _charged(part: Fields, side: Side) -> list[Fields]:
    """Return the tax lines that ask for something, or else the first one, which tells the rate of nothing."""
    taxes = part.children("taxLines")
    return [tax for tax in taxes if amount(tax, "priceSet", side)] or taxes[:1]


def channel_remits(part: Fields) -> bool:
    """Say whether the sales channel, and not the seller, is liable for all the tax on a part of an order.

    An unknown liability (null) is the seller's.
    """
    charged = _charged(part, Side.SHOP)
    return bool(charged) and all(tax.flag("channelLiable") for tax in charged)


def _fraction(tax: Fields) -> Decimal | None:
    rate, percentage = tax.maybe_amount("rate"), tax.maybe_amount("ratePercentage")
    if rate is None and percentage is not None:
        rate = percentage / 100
    return None if rate is None else rate.quantize(Decimal("0.000001")).normalize()


def share(whole: Decimal, part: int, of: int) -> Decimal:
    """Return the part of an amount that falls to some units, in cents as the books divide it."""
    return whole if part == of else cents(whole * part / of)
