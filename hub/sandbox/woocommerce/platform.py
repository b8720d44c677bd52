"""WooCommerce as the sandbox plays it: the REST API on one side, buyers on the other."""

from __future__ import annotations

from decimal import Decimal

from anyio.abc import TaskGroup
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from hub.sandbox.buyers import make_buyer
from hub.sandbox.ledger import Units
from hub.sandbox.platform import refuse_missing
from hub.sandbox.woocommerce.answers import Trouble
from hub.sandbox.woocommerce.door import Door
from hub.sandbox.woocommerce.note_doors import NoteDoors
from hub.sandbox.woocommerce.order_batches import OrderBatches
from hub.sandbox.woocommerce.order_doors import OrderDoors
from hub.sandbox.woocommerce.orders import CLOSED, Line, Order
from hub.sandbox.woocommerce.product_doors import ProductDoors
from hub.sandbox.woocommerce.refunding import give_back, refund_part
from hub.sandbox.woocommerce.setting_doors import SettingDoors
from hub.sandbox.woocommerce.shelf_doors import ShelfDoors
from hub.sandbox.woocommerce.shop import CHANNEL, Shop
from hub.sandbox.woocommerce.switches import Switches
from hub.sandbox.woocommerce.tracking_doors import TrackingDoors
from hub.sandbox.woocommerce.webhook_doors import WebhookDoors
from hub.sandbox.world import World

GIFT_CARD, GIFT_CARD_KEY = Decimal(5), "_ywgc_applied_gift_cards"
EVERY_METHOD = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


class WooPlatform:
    """The ``Channel`` named woocommerce; ``switches`` bend its behaviour."""

    name = CHANNEL

    def __init__(self, world: World, switches: Switches | None = None) -> None:
        self.world, self.switches = world, switches or Switches()
        self.shop = Shop(world, self.switches)
        self.door = Door(self.shop)

    def routes(self) -> list[BaseRoute]:
        orders = OrderDoors(self.shop)
        rooms = (
            orders,
            OrderBatches(orders),
            NoteDoors(self.shop),
            ProductDoors(self.shop),
            ShelfDoors(self.shop),
            WebhookDoors(self.shop),
            TrackingDoors(self.shop),
            SettingDoors(self.shop),
        )
        return [
            *(route for room in rooms for route in room.routes(self.door)),
            Route("/{path:path}", _no_route, methods=EVERY_METHOD),
        ]

    async def start(self, task_group: TaskGroup) -> None:
        """Start nothing: webhooks are sent by tasks of their own."""

    def throttled(self, path: str) -> Response:
        return self.door.throttled()

    def spared(self, path: str) -> bool:
        return False

    async def place_order(
        self,
        lines: list[Units],
        *,
        country: str = "NL",
        paid: bool = True,
        shipping: Decimal = Decimal(0),
        discount: Decimal = Decimal(0),
        by_platform: bool = False,
        company: bool = False,
    ) -> str:
        """Let a buyer order; unpaid orders wait on hold, and the shop never ships itself."""
        refuse_missing(lines, self.shown, "the shop")
        buyer = make_buyer(self.shop.chance, country, business=company)
        till, status = self.shop.till, "processing" if paid else self.switches.unpaid_status
        order = self.shop.new_order(status, buyer, [self._line(each, country) for each in lines], "checkout")
        if not paid:
            order.payment = ("bacs", "Bank transfer")
        if buyer.vat_number:
            numbers = {"_billing_vat_number": buyer.vat_number, "_billing_coc_number": buyer.chamber_number}
            for key, value in numbers.items():
                order.meta.append({"id": next(self.shop.numbers), "key": key, "value": value})
        if shipping:
            order.shipping.append(till.gross_extra("Flat rate", shipping, order, country))
        if discount:
            till.discount(order, discount, "welkom")
        if self.switches.gift_cards > 0:
            self.switches.gift_cards -= 1
            self._pay_by_card(order)
        self.shop.book(order)
        return str(order.order_id)

    def _pay_by_card(self, order: Order) -> None:
        """Redeem a gift card the way a common plugin does: kept by its code, and taken off the total."""
        order.gift_card = min(GIFT_CARD, order.worth)
        codes = {f"GIFT-{order.order_id}": float(order.gift_card)}
        order.meta.append({"id": next(self.shop.numbers), "key": GIFT_CARD_KEY, "value": codes})

    def _line(self, wanted: Units, country: str) -> Line:
        product = self.shop.shelves.by_sku[wanted.sku]
        product.price = self.world.prices[wanted.sku]
        return self.shop.till.line(product, wanted.quantity, country)

    async def pay(self, external_id: str) -> None:
        """Let the money arrive; a paid order stays as it is."""
        order = self.shop.orders[int(external_id)]
        if order.paid_at is None and order.status in ("pending", "on-hold", "failed"):
            self.shop.set_status(order, "processing")
            self.shop.touch(order)

    async def cancel(self, external_id: str) -> None:
        """Cancel an order; its stock comes back."""
        order = self.shop.orders[int(external_id)]
        self.shop.set_status(order, "cancelled")
        self.shop.touch(order)

    async def refund(self, external_id: str, units: list[Units], amount: Decimal | None = None) -> None:
        """Let a person give money back, EUR; without an amount what the units cost."""
        order = self.shop.orders[int(external_id)]
        give_back(self.shop, order, [refund_part(order, self.shop, each) for each in units], amount)

    async def edit_order(self, external_id: str, sku: str, quantity: int) -> None:
        """Set how many of an article are on an order that is not paid yet; WooCommerce lets no other be edited."""
        order = self.shop.orders[int(external_id)]
        if order.status not in ("pending", "on-hold"):
            raise TypeError(f"order {external_id} is {order.status}, so it cannot be edited")
        self.shop.edit(order, sku, quantity)

    async def request_cancellation(self, external_id: str) -> None:
        """A shop has no such request: the order is cancelled."""
        await self.cancel(external_id)

    def listed(self) -> list[str]:
        """Return what a buyer can put into the basket; parents of variations are not."""
        goods = (each for each in self.shop.shelves.by_id.values() if each.sku in self.world.by_sku)
        return [each.sku for each in goods if each.kind != "variable" and each.status == "publish"]

    def shown(self, sku: str) -> int:
        return self.shop.shown(sku)

    def open_orders(self) -> list[str]:
        return [str(each.order_id) for each in self.shop.orders.values() if each.status not in CLOSED]


async def _no_route(request: Request) -> Response:
    return Trouble("rest_no_route", "No route was found matching the URL and request method.", 404).response()
