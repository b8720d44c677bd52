"""What happens when a buyer orders: the order with its items, windows and amounts."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

from hub.sandbox.amazon.account import Account
from hub.sandbox.amazon.listings import Listing
from hub.sandbox.amazon.marketplaces import marketplace_of
from hub.sandbox.amazon.orders import Item, Order
from hub.sandbox.buyers import make_buyer
from hub.sandbox.ledger import Units

CENT = Decimal("0.01")
SHIP_DAYS, DELIVER_DAYS = 2, 5
"""Days, in uncompressed time as deadlines are dates, until the latest moments of the windows."""


class Checkout:
    """Makes orders; what they take from the stock is the account's business."""

    def __init__(self, account: Account) -> None:
        self._account = account

    def order(self, lines: list[tuple[Units, Listing]], country: str, *, company: bool, by_amazon: bool) -> Order:
        """Return an order that is not yet in the books."""
        account, chance = self._account, self._account.chance
        now, switches = account.now(), account.switches
        buyer = make_buyer(chance, country, business=company)
        programs = ["AMAZON_BUSINESS"] if company else []
        if chance.random() < switches.prime_chance:
            programs.append("PRIME")
        pickup = chance.random() < switches.pickup_chance and not company
        return Order(
            order_id=self._order_id(),
            marketplace=marketplace_of(country),
            placed_at=now,
            updated_at=now,
            buyer=buyer,
            items=[self._item(line, listing) for line, listing in lines],
            ship_by=(now, _end_of_day(now, SHIP_DAYS)),
            deliver_by=(_end_of_day(now, SHIP_DAYS), _end_of_day(now, DELIVER_DAYS)),
            by_amazon=by_amazon,
            programs=programs,
            pickup_point=f"Amazon Locker - {buyer.city}" if pickup else None,
            split_address=chance.random() < switches.split_address_chance,
            address_known=not _spend(switches, "addressless"),
            strange_status=_spend(switches, "unknown_status"),
        )

    def _order_id(self) -> str:
        chance = self._account.chance
        return f"40{chance.randint(2, 8)}-{chance.randint(0, 9_999_999):07d}-{chance.randint(0, 9_999_999):07d}"

    def _item(self, line: Units, listing: Listing) -> Item:
        return Item(
            item_id=str(self._account.chance.randint(10**13, 10**14 - 1)),
            listing=listing,
            quantity=line.quantity,
            unit_price=self._account.world.prices[listing.good.sku],
            vat_rate=listing.good.vat_rate,
        )


def _end_of_day(now: datetime, days: int) -> datetime:
    return (now + timedelta(days=days)).replace(hour=22, minute=59, second=59, microsecond=0)


def _spend(switches: object, name: str) -> bool:
    left = int(getattr(switches, name))
    if left > 0:
        setattr(switches, name, left - 1)
    return left > 0


def spread(items: list[Item], shipping: Decimal, discount: Decimal) -> None:
    """Lay shipping and discount on the items by their worth, in whole cents, never below a cent an item."""
    worth = sum((item.goods_total for item in items), Decimal(0))
    left_shipping, left_discount = shipping, discount
    for item in items:
        last = item is items[-1]
        item.shipping = left_shipping if last else (shipping * item.goods_total / worth).quantize(CENT)
        share = left_discount if last else (discount * item.goods_total / worth).quantize(CENT)
        item.discount = max(Decimal(0), min(share, left_discount, item.goods_total - CENT))
        left_shipping, left_discount = left_shipping - item.shipping, left_discount - item.discount
