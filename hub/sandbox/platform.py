"""What every simulated platform offers to the sandbox around it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from typing import Protocol, runtime_checkable

from anyio.abc import TaskGroup
from starlette.responses import Response
from starlette.routing import BaseRoute

from hub.sandbox.ledger import Units


class SoldOut(Exception):
    """A buyer wanted more than the channel shows, or something it does not sell; nothing was ordered."""


def refuse_missing(lines: list[Units], shown: Callable[[str], int], platform: str) -> None:
    """Raise ``SoldOut`` where a platform, by its name, shows fewer units than all lines together ask for."""
    wanted = Counter[str]()
    for line in lines:
        wanted[line.sku] += line.quantity
    for sku, quantity in wanted.items():
        if shown(sku) < quantity:
            raise SoldOut(f"{platform} shows fewer than {quantity} of {sku}")


@runtime_checkable
class Platform(Protocol):
    """A platform; its routes are mounted under ``/{name}``, and paths in its routes start after that."""

    name: str

    def routes(self) -> list[BaseRoute]: ...

    async def start(self, task_group: TaskGroup) -> None:
        """Start background work; the group is cancelled when the sandbox stops."""

    def throttled(self, path: str) -> Response:
        """Return a 429 as this platform gives it; used for injected throttling."""

    def spared(self, path: str) -> bool:
        """Say whether random faults after the effect leave this path alone (token endpoints, consent pages)."""


@runtime_checkable
class Channel(Platform, Protocol):
    """A platform that sells. Amounts are EUR including VAT; ids are the platform's own order ids."""

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
        """Let a buyer order, at ``world.prices``; note the sale and the lowered stock; return the order id.

        Raises ``SoldOut`` where the channel shows less than the buyer wants.
        """

    async def pay(self, external_id: str) -> None: ...

    async def cancel(self, external_id: str) -> None:
        """The buyer or the platform cancels; note it on the sale."""

    async def request_cancellation(self, external_id: str) -> None:
        """The buyer asks the seller to cancel (bol.com); elsewhere the same as ``cancel``."""

    def listed(self) -> list[str]:
        """Return the SKUs this channel offers."""

    def shown(self, sku: str) -> int:
        """Return how many units a buyer can order right now."""

    def open_orders(self) -> list[str]:
        """Return ids of orders that are neither shipped in full nor cancelled."""
