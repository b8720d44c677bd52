"""The actor of one tenant and division: orders into Exact, FreeStock and deliveries out of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from hub.actors.desk import Desk, Teller
from hub.actors.erp.aftersales import InvoiceLane
from hub.actors.erp.control import ControlLane
from hub.actors.erp.orders import OrderLane
from hub.actors.erp.scene import Scene
from hub.actors.erp.stock import StockLane
from hub.actors.erp.tracking import TrackingLane
from hub.actors.runtime.address import Address
from hub.actors.runtime.turn import Turn
from hub.adapters.port import Erp
from hub.adapters.vat_register import VatRegister
from hub.store.divisions import save_meters

Lane = type[OrderLane] | type[StockLane] | type[TrackingLane] | type[ControlLane] | type[InvoiceLane]

LANES: dict[str, Lane] = {
    "order": OrderLane,
    "stock": StockLane,
    "tracking": TrackingLane,
    "control": ControlLane,
    "invoice": InvoiceLane,
}


class ErpActor:
    """Routes each turn to its lane and stores the budgets that Exact's answers told."""

    def __init__(
        self,
        desk: Desk,
        adapter: Callable[[Address, str], Awaitable[Erp]],
        connection_id: str,
        register: VatRegister,
    ) -> None:
        self.desk = desk
        self.adapter = adapter
        self.connection_id = connection_id
        self.register = register

    def batch(self, lane: str) -> int:
        """Return the most messages that one turn of a lane takes."""
        return LANES[lane].batch

    async def handle(self, turn: Turn) -> None:
        """Handle one turn of a lane."""
        tenant, division = turn.address.tenant, int(turn.address.name)
        teller = Teller(turn.address, self.desk.clock)
        erp = await self.adapter(turn.address, self.connection_id)
        scene = Scene(self.desk, erp, tenant, division, self.connection_id, teller, self.register)
        await LANES[turn.lane](scene).handle(turn)
        meters, now = erp.meters(), self.desk.clock.now()
        turn.write(lambda work: save_meters(work, tenant, str(turn.address), meters, now))
