"""bol.com as the sandbox plays it: the retailer API on one side, buyers on the other."""

from __future__ import annotations

from decimal import Decimal

from anyio.abc import TaskGroup
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from hub.sandbox.bol.account import CHANNEL, Account
from hub.sandbox.bol.answers import Trouble
from hub.sandbox.bol.door import Door
from hub.sandbox.bol.offer_doors import OfferDoors
from hub.sandbox.bol.old_offer_doors import OldOfferDoors
from hub.sandbox.bol.order_doors import OrderDoors
from hub.sandbox.bol.orders import Discount, Item, Order
from hub.sandbox.bol.return_doors import ReturnDoors
from hub.sandbox.bol.returns import Handling, Return, ReturnItem
from hub.sandbox.bol.shipment_doors import ShipmentDoors
from hub.sandbox.bol.shipments import Shipment
from hub.sandbox.bol.status_doors import StatusDoors
from hub.sandbox.bol.stockroom_doors import StockroomDoors
from hub.sandbox.bol.subscription_doors import SubscriptionDoors
from hub.sandbox.bol.switches import Switches
from hub.sandbox.buyers import make_buyer
from hub.sandbox.ledger import Sale, Units
from hub.sandbox.platform import refuse_missing
from hub.sandbox.world import World

EXPIRY = 3 * 86_400
"""Nominal seconds after which bol cancels what nobody handled."""
CENT = Decimal("0.01")


class BolPlatform:
    """The ``Channel`` named bol; ``switches`` bend its behaviour."""

    name = CHANNEL

    def __init__(self, world: World, switches: Switches | None = None) -> None:
        self.world, self.switches = world, switches or Switches()
        self.account = Account(world, self.switches)
        self.door = Door(self.account)

    def routes(self) -> list[BaseRoute]:
        offers = OfferDoors(self.account)
        rooms = (
            OldOfferDoors(self.account, offers),
            offers,
            OrderDoors(self.account, self._order_while_paging),
            ShipmentDoors(self.account),
            StatusDoors(self.account),
            SubscriptionDoors(self.account),
            StockroomDoors(self.account),
            ReturnDoors(self.account),
        )
        token = Route("/token", self.door.token, methods=["POST"])
        rest = Route("/{path:path}", _no_route, methods=["GET", "POST", "PUT", "PATCH", "DELETE"])
        return [token, *(route for room in rooms for route in room.routes(self.door)), rest]

    async def start(self, task_group: TaskGroup) -> None:
        """Let commands finish in time even when nobody asks, so that pushes go out."""
        task_group.start_soon(self.account.agenda.keep_time, self.account.settle, self.world.clock)

    def throttled(self, path: str) -> Response:
        return self.door.throttled()

    def spared(self, path: str) -> bool:
        return path == "/token"

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
        """Let a buyer order; everything on bol is paid, and the buyer pays no shipping."""
        self.account.settle()
        refuse_missing(lines, self.at_bol if by_platform else self.shown, "bol")
        order = self._order(lines, country, company, by_platform)
        _spread(order.items, discount)
        now = self.world.clock.now()
        self.world.note_sale(Sale(CHANNEL, order.order_id, lines, order.total, now, now, by_platform=by_platform))
        self.account.add_order(order)
        if by_platform:
            due = self.account.later(self.account.chance.uniform(2, 6))
            self.account.agenda.add(due, lambda: self._ship_from_bol(order))
        return order.order_id

    def _order(self, lines: list[Units], country: str, company: bool, by_platform: bool) -> Order:
        chance, switches, now = self.account.chance, self.switches, self.world.clock.now()
        order_id = "A" + "".join(chance.choice("ABCDEFGHJKLMNPQRSTUVWXYZ0123456789") for _ in range(9))
        pickup = chance.random() < switches.pickup_chance and country == "NL"
        buyer = make_buyer(chance, country, business=company)
        return Order(
            order_id=order_id,
            placed_at=now,
            expires_at=self.account.later(EXPIRY),
            expiry_shown=self.account.later(EXPIRY * self.world.clock.speed),
            buyer=buyer,
            items=[self._item(line, by_platform) for line in lines],
            pickup_point=_pickup_point(buyer.city, named=switches.pickup_named) if pickup else None,
            phone_shown=chance.random() < switches.phone_chance,
        )

    def _item(self, line: Units, by_platform: bool) -> Item:
        good, offer = self.world.by_sku[line.sku], self.account.offers.by_sku.get(line.sku)
        known_product, known_offer = self._drawn_nulls()
        return Item(
            item_id=self.account.number(),
            sku=line.sku,
            ean=good.ean,
            title=good.title,
            offer_id=offer.offer_id if offer else "",
            method="FBB" if by_platform else "FBR",
            quantity=line.quantity,
            unit_price=self.world.prices[line.sku],
            placed=next(self.account.happenings),
            changed_at=self.world.clock.now(),
            distribution=self.switches.distribution,
            product_known=known_product,
            offer_known=known_offer,
        )

    def _drawn_nulls(self) -> tuple[bool, bool]:
        known_product, known_offer = self.switches.null_product <= 0, self.switches.null_offer <= 0
        self.switches.null_product -= not known_product
        self.switches.null_offer -= not known_offer
        return known_product, known_offer

    def _ship_from_bol(self, order: Order) -> None:
        items = [(item, item.open) for item in order.items if item.open]
        if not items:
            return
        self.account.ship(
            Shipment(
                shipment_id=self.account.number(),
                transport_id=self.account.number(),
                order=order,
                items=items,
                at=self.world.clock.now(),
                reference=None,
                transporter="TNT",
                tracking=f"3SBOL{self.account.number()}",
                method="FBB",
            )
        )

    async def _order_while_paging(self) -> None:
        if self.switches.orders_while_paging <= 0:
            return
        self.switches.orders_while_paging -= 1
        sku = next((sku for sku in self.listed() if self.shown(sku) > 0), None)
        if sku is not None:
            await self.place_order([Units(sku, 1)])

    async def pay(self, external_id: str) -> None:
        """Do nothing: an order on bol is always paid."""

    async def cancel(self, external_id: str) -> None:
        """Let bol cancel what is open of an order; the stock is for sale again."""
        self.account.settle()
        order = self.account.orders[external_id]
        self.account.cancel(order, order.items)

    async def request_cancellation(self, external_id: str) -> None:
        """Let the buyer ask; the items stay open until the retailer cancels or ships."""
        self.account.settle()
        for item in self.account.orders[external_id].items:
            if item.open:
                item.cancellation_request, item.changed_at = True, self.world.clock.now()
                self.account.push.tell("ORDER", "ORDER_ITEM_CANCELLATION_REQUEST", item.item_id)

    async def announce_return(self, external_id: str, units: list[Units]) -> str:
        """Let the buyer announce that units come back; bol gives the money back itself."""
        self.account.settle()
        order = self.account.orders[external_id]
        by_sku = {item.sku: item for item in order.items}
        items = [ReturnItem(self.account.number(), order, by_sku[each.sku], each.quantity) for each in units]
        made = Return(self.account.number(), self.world.clock.now(), items)
        self.account.returns[made.return_id] = made
        return made.return_id

    def handle_returns(self) -> None:
        """Let somebody handle all returns in bol's own pages."""
        for item in (item for each in self.account.returns.values() for item in each.items if not item.handled):
            item.handled.append(Handling("RETURN_RECEIVED", item.quantity, self.world.clock.now()))

    def listed(self) -> list[str]:
        return list(self.account.offers.by_sku)

    def shown(self, sku: str) -> int:
        """Return how many units of the retailer's own stock a buyer can order now."""
        self.account.settle()
        offer = self.account.offers.by_sku.get(sku)
        return offer.corrected_stock if offer is not None and offer.for_sale else 0

    def at_bol(self, sku: str) -> int:
        """Return how many units lie in bol's own warehouse."""
        return self.account.inventory.get(self.world.by_sku[sku].ean, 0)

    def open_orders(self) -> list[str]:
        """Return orders that the retailer still has to handle."""
        self.account.settle()
        waiting = self.account.open_orders.values()
        return [order.order_id for order in waiting if any(item.method == "FBR" for item in order.items)]


def _pickup_point(city: str, *, named: bool) -> str:
    return f"Albert Heijn: {city.upper()}" if named else ""


async def _no_route(request: Request) -> Response:
    return Trouble(404, "The requested resource was not found.").response()


def _spread(items: list[Item], discount: Decimal) -> None:
    """Take a discount off the lines by their worth, whole cents only, never below a cent a line."""
    total = sum((item.total_price for item in items), Decimal())
    left = discount
    for item in items:
        share = (discount * item.unit_price * item.quantity / total).quantize(CENT)
        amount = min(left, share if item is not items[-1] else left, item.total_price - CENT)
        if amount > 0:
            item.discounts.append(Discount("Korting", amount))
            left -= amount
