"""Amazon as the sandbox plays it: the Selling Partner API for Europe on one side, buyers on the other."""

from __future__ import annotations

from decimal import Decimal

from anyio.abc import TaskGroup
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from hub.sandbox.amazon.account import CHANNEL, Account
from hub.sandbox.amazon.answers import unknown
from hub.sandbox.amazon.checkout import Checkout, spread
from hub.sandbox.amazon.consent import CONSENT_PATH, TOKEN_PATH, Consent
from hub.sandbox.amazon.documents import FOLDER, Denied, Documents
from hub.sandbox.amazon.door import Door
from hub.sandbox.amazon.feed_doors import FeedDoors
from hub.sandbox.amazon.listing_doors import ListingDoors
from hub.sandbox.amazon.listings import Listing
from hub.sandbox.amazon.notice_doors import NoticeDoors
from hub.sandbox.amazon.order_doors import OrderDoors
from hub.sandbox.amazon.reports import ReportDoors
from hub.sandbox.amazon.seller_doors import SellerDoors
from hub.sandbox.amazon.shipment_doors import ShipmentDoors
from hub.sandbox.amazon.sqs_doors import PATH as QUEUES
from hub.sandbox.amazon.sqs_doors import SqsDoors
from hub.sandbox.amazon.switches import Switches
from hub.sandbox.ledger import Sale, Units
from hub.sandbox.platform import SoldOut, refuse_missing
from hub.sandbox.world import World


class AmazonPlatform:
    """The ``Channel`` named amazon; ``switches`` bend its behaviour."""

    name = CHANNEL

    def __init__(self, world: World, switches: Switches | None = None) -> None:
        self.world, self.switches = world, switches or Switches()
        self.account = Account(world, self.switches)
        self.door = Door(self.account)

    def routes(self) -> list[BaseRoute]:
        documents = Documents(self.account)
        rooms = (
            OrderDoors(self.account),
            ShipmentDoors(self.account),
            ListingDoors(self.account),
            SellerDoors(),
            FeedDoors(self.account, documents, self.door),
            ReportDoors(self.account, documents),
            NoticeDoors(self.account),
        )
        return [
            *Consent(self.door.lwa).routes(),
            *documents.routes(),
            *SqsDoors(self.account).routes(),
            *(route for room in rooms for route in room.routes(self.door)),
            Route("/{path:path}", _no_route, methods=["GET", "POST", "PUT", "PATCH", "DELETE"]),
        ]

    async def start(self, task_group: TaskGroup) -> None:
        """Let things happen in time even when nobody asks, so that notifications go out."""
        task_group.start_soon(self.account.agenda.keep_time, self.account.settle, self.world.clock)

    def throttled(self, path: str) -> Response:
        if path == TOKEN_PATH:
            return JSONResponse({"error": "slow_down", "error_description": "Too many requests"}, 429)
        if path.startswith(QUEUES):
            return SqsDoors.throttled()
        if path.startswith(FOLDER):
            return Denied("SlowDown", "Please reduce your request rate.").response(503)
        return self.door.throttled()

    def spared(self, path: str) -> bool:
        return path in (TOKEN_PATH, CONSENT_PATH)

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
        """Let a buyer order on his country's marketplace; ``by_platform`` leaves the goods to Amazon's warehouse."""
        self.account.settle()
        found = self._chosen(lines, by_platform)
        order = Checkout(self.account).order(found, country, company=company, by_amazon=by_platform)
        spread(order.items, shipping, discount)
        order.pending = True
        now = self.world.clock.now()
        units = [Units(listing.good.sku, line.quantity) for line, listing in found]
        self.world.note_sale(Sale(CHANNEL, order.order_id, units, order.total, now, None, by_platform=by_platform))
        self.account.add_order(order)
        if paid:
            self._authorise(order.order_id)
        return order.order_id

    def _authorise(self, order_id: str) -> None:
        order = self.account.orders[order_id]
        if self.switches.pending_seconds:
            self.account.in_about(self.switches.pending_seconds, lambda: self.account.pay(order))
        else:
            self.account.pay(order)

    def _chosen(self, lines: list[Units], by_platform: bool) -> list[tuple[Units, Listing]]:
        refuse_missing(lines, self.at_amazon if by_platform else self.shown, "Amazon")
        if not lines:
            raise SoldOut("nothing was ordered")
        found = ((line, self.account.listings.of_good(line.sku, by_amazon=by_platform)) for line in lines)
        return [(line, listing) for line, listing in found if listing is not None]

    async def pay(self, external_id: str) -> None:
        """Let the payment of a pending order be authorised."""
        self.account.settle()
        self.account.pay(self.account.orders[external_id])

    async def cancel(self, external_id: str) -> None:
        """Let the buyer cancel what is in no package yet; the stock is for sale again."""
        self.account.settle()
        order = self.account.orders[external_id]
        self.account.cancel(order, order.items, "BUYER", "Buyer cancelled")

    async def request_cancellation(self, external_id: str) -> None:
        """Let the buyer ask; the order stays open until the seller cancels or ships."""
        self.account.settle()
        order = self.account.orders[external_id]
        if order.open:
            self.account.wish_cancelled(order)

    def listed(self) -> list[str]:
        """Return the SKUs that the seller ships himself."""
        return [each.sku for each in self.account.listings.own()]

    def shown(self, sku: str) -> int:
        """Return how many units of the seller's own stock a buyer can order now."""
        self.account.settle()
        listing = self.account.listings.of_good(sku, by_amazon=False)
        return listing.shown if listing is not None else 0

    def at_amazon(self, sku: str) -> int:
        """Return how many units of a good lie in Amazon's warehouse."""
        listing = self.account.listings.of_good(sku, by_amazon=True)
        return listing.at_amazon if listing is not None else 0

    def open_orders(self) -> list[str]:
        """Return orders that the seller still has to ship or to cancel, pending ones too."""
        self.account.settle()
        return [each.order_id for each in self.account.orders.values() if each.open and not each.by_amazon]


async def _no_route(request: Request) -> Response:
    return unknown("The requested resource was not found.").response()
