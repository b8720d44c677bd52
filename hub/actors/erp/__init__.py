"""The actor of one tenant and division: orders into Exact, FreeStock and deliveries out of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from hub.actors.desk import Desk, Teller
from hub.actors.erp.aftersales import InvoiceLane
from hub.actors.erp.control import ControlLane
from hub.actors.erp.orders import OrderLane
from hub.actors.erp.scene import Scene
from hub.actors.erp.stock import StockLane
from hub.actors.erp.tracking import TrackingLane
from hub.actors.runtime.address import Address
from hub.actors.runtime.turn import Turn
from hub.adapters.port import ERRORS, Erp, Meter
from hub.adapters.vat_register import VatRegister
from hub.outcome import Outcome
from hub.store.divisions import save_meters
from hub.store.engine import Work

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
        self._resting: frozenset[str] = frozenset()

    def batch(self, lane: str) -> int:
        """Return the most messages that one turn of a lane takes."""
        return LANES[lane].batch

    async def handle(self, turn: Turn) -> None:
        """Handle one turn of a lane."""
        tenant, division = turn.address.tenant, int(turn.address.name)
        teller = Teller(turn.address, self.desk.clock)
        erp = await self.adapter(turn.address, self.connection_id)
        scene = Scene(self.desk, erp, tenant, division, self.connection_id, teller, self.register)
        before = _told(erp.meters())
        try:
            await LANES[turn.lane](scene).handle(turn)
        except Outcome:
            if _told(erp.meters()) != before:
                await turn.checkpoint(self._kept(turn.address, scene))
            raise
        turn.write(self._kept(turn.address, scene))

    def _kept(self, address: Address, scene: Scene) -> Callable[[Work], Awaitable[None]]:
        """Store the budgets as they then are, and tell once of an endpoint that the hub leaves alone from now on."""
        meters, now = scene.erp.meters, self.desk.clock.now()
        resting = frozenset(one.name.removeprefix(ERRORS) for one in meters() if _is_spent(one))
        news, self._resting = sorted(resting - self._resting), resting

        async def keep(work: Work) -> None:
            await save_meters(work, scene.tenant, str(address), meters(), now)
            for endpoint in news:
                _tell(scene, endpoint, work)

        return keep


def _told(meters: Sequence[Meter]) -> list[tuple[str, int | None]]:
    return [(one.name, one.remaining) for one in meters]


def _is_spent(meter: Meter) -> bool:
    return meter.name.startswith(ERRORS) and not meter.remaining


def _tell(scene: Scene, endpoint: str, work: Work) -> None:
    message = f"{endpoint} rests for up to an hour: Exact refused too many calls to it, and blocks it at more than ten"
    scene.tell(work, "erp.endpoint_rests", message, level="error", endpoint=endpoint)
