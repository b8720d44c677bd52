"""A shop that implements the generic contract, as the sandbox plays it: the API on one side, buyers on the other."""

from __future__ import annotations

from decimal import Decimal

from anyio.abc import TaskGroup
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from hub.sandbox.generic.door import Door, no_such_path
from hub.sandbox.generic.effect_doors import EffectDoors
from hub.sandbox.generic.hook_doors import HookDoors
from hub.sandbox.generic.order_doors import OrderDoors
from hub.sandbox.generic.orders import CENT, Line, Order, Refund
from hub.sandbox.generic.shop import CHANNEL, Shop
from hub.sandbox.generic.stock_doors import StockDoors
from hub.sandbox.generic.switches import Switches
from hub.sandbox.ledger import Refunded, Units
from hub.sandbox.platform import refuse_missing
from hub.sandbox.world import World

EVERY_METHOD = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


class GenericPlatform:
    """The ``Channel`` named generic; ``switches`` bend its behaviour."""

    name = CHANNEL

    def __init__(self, world: World, switches: Switches | None = None) -> None:
        self.world, self.switches = world, switches or Switches()
        self.shop = Shop(world, self.switches)
        self.door = Door(self.shop)

    def routes(self) -> list[BaseRoute]:
        rooms = (OrderDoors(self.shop), EffectDoors(self.shop), StockDoors(self.shop), HookDoors(self.shop))
        return [
            *(route for room in rooms for route in room.routes(self.door)),
            Route("/{path:path}", no_such_path, methods=EVERY_METHOD),
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
        """Let a buyer order; an order by the platform leaves the wholesaler's stock alone."""
        if not by_platform:
            refuse_missing(lines, self.shown, "the shop")
        order = self.shop.book(
            lines,
            country=country,
            paid=paid,
            shipping=shipping,
            discount=discount,
            by_platform=by_platform,
            company=company,
        )
        return order.order_id

    async def pay(self, external_id: str) -> None:
        self.shop.pay(self.shop.orders[external_id])

    async def cancel(self, external_id: str) -> None:
        """Take everything off that has not left yet; its stock comes back."""
        order = self.shop.orders[external_id]
        self.shop.cancel(order, {line.line_id: line.open for line in order.lines})

    async def request_cancellation(self, external_id: str) -> None:
        """Let the buyer ask; the wholesaler decides."""
        order = self.shop.orders[external_id]
        for line in order.lines:
            line.cancellation_requested = line.open > 0
        self.shop.touch(order)

    async def refund(self, external_id: str, units: list[Units], amount: Decimal | None = None) -> None:
        """Let a person give money back, EUR; without an amount what the units cost."""
        order = self.shop.orders[external_id]
        lines = tuple(_part(order, each) for each in units)
        beside = Decimal() if amount is None else amount - sum((gross for *_, gross in lines), Decimal())
        refund = Refund(f"R{external_id}-{len(order.refunds) + 1}", self.world.clock.now(), lines, beside)
        order.refunds.append(refund)
        note = Refunded(CHANNEL, external_id, refund.refund_id, refund.amount, refund.at)
        self.world.ledger.refunds.append(note)
        self.shop.touch(order)

    def listed(self) -> list[str]:
        return list(self.shop.by_sku)

    def shown(self, sku: str) -> int:
        listing = self.shop.by_sku.get(sku)
        return max(0, listing.quantity) if listing else 0

    def open_orders(self) -> list[str]:
        return [each.order_id for each in self.shop.orders.values() if each.open]


def _part(order: Order, wanted: Units) -> tuple[Line, int, Decimal]:
    """Return what so many units of an article cost, such that all units cost what the line did."""
    line = next(each for each in order.lines if each.sku == wanted.sku)
    before = sum(units for refund in order.refunds for each, units, _ in refund.lines if each is line)
    sums = [(line.gross * part / line.quantity).quantize(CENT) for part in (before, before + wanted.quantity)]
    return line, wanted.quantity, sums[1] - sums[0]
