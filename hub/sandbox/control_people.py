"""What people at a shop do by hand: change an order, give money back, set the stock of an article."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from hub.sandbox.control_sales import channel_of
from hub.sandbox.ledger import Units
from hub.sandbox.platform import Channel

if TYPE_CHECKING:
    from hub.sandbox.app import Sandbox

Json = dict[str, Any]


@runtime_checkable
class EditsOrders(Protocol):
    """A channel whose orders can be changed after the sale."""

    async def edit_order(self, external_id: str, sku: str, quantity: int) -> None: ...


@runtime_checkable
class Refunds(Protocol):
    """A channel whose people give money back; ``amount`` in EUR, None for what the units cost."""

    async def refund(self, external_id: str, units: list[Units], amount: Decimal | None = None) -> None: ...


@runtime_checkable
class SetsShown(Protocol):
    """A channel whose people set stock by hand."""

    async def set_shown(self, sku: str, quantity: int) -> None: ...


def _unable(channel: Channel) -> TypeError:
    return TypeError(f"{channel.name} cannot do this")


async def edit_order(sandbox: Sandbox, asked: Json) -> Json:
    """Set how many units of an article are on an order; zero removes it."""
    channel = channel_of(sandbox.world, asked["channel"])
    if not isinstance(channel, EditsOrders):
        raise _unable(channel)
    await channel.edit_order(str(asked["id"]), str(asked["sku"]), int(asked["quantity"]))
    return {"ok": True}


async def refund(sandbox: Sandbox, asked: Json) -> Json:
    """Give money back: for ``lines`` of ``{sku, quantity}``, or an ``amount``."""
    channel = channel_of(sandbox.world, asked["channel"])
    if not isinstance(channel, Refunds):
        raise _unable(channel)
    units = [Units(str(line["sku"]), int(line.get("quantity", 1))) for line in asked.get("lines") or ()]
    amount = Decimal(str(asked["amount"])) if asked.get("amount") is not None else None
    await channel.refund(str(asked["id"]), units, amount)
    return {"ok": True}


async def set_shown(sandbox: Sandbox, asked: Json) -> Json:
    """Set what a channel shows for an article, behind the hub's back."""
    channel = channel_of(sandbox.world, asked["channel"])
    if not isinstance(channel, SetsShown):
        raise _unable(channel)
    await channel.set_shown(str(asked["sku"]), int(asked["quantity"]))
    return {"ok": True}


ACTIONS = {"edit-order": edit_order, "refund": refund, "set-shown": set_shown}
