"""Everything that can be shown, in one place, as objects show each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.sandbox.shopify.fulfilment_views import FulfilmentViews
from hub.sandbox.shopify.goods_views import GoodsViews
from hub.sandbox.shopify.line_views import LineViews
from hub.sandbox.shopify.order_views import OrderViews
from hub.sandbox.shopify.payment_views import PaymentViews
from hub.sandbox.shopify.people_views import PeopleViews

if TYPE_CHECKING:
    from hub.sandbox.shopify.shop import Shop


class Views:
    """The views of one shop."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.people = PeopleViews(shop)
        self.goods = GoodsViews(shop)
        self.fulfilment = FulfilmentViews(self)
        self.lines = LineViews(self)
        self.payments = PaymentViews(self)
        self.orders = OrderViews(self)
