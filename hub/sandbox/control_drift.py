"""What makes a shop show other numbers than it was told: hands, refusals, renamings, old answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from hub.sandbox.generic.platform import GenericPlatform
from hub.sandbox.generic.shop import Listing, Shop

if TYPE_CHECKING:
    from hub.sandbox.app import Sandbox

Json = dict[str, Any]
Bend = Callable[[Shop, Listing, Any], None]


def _set(shop: Shop, listing: Listing, to: Any) -> None:
    shop.set_stock(listing, int(to), "platform")


def _refuse(shop: Shop, listing: Listing, to: Any) -> None:
    listing.refused = bool(to)


def _busy(shop: Shop, listing: Listing, to: Any) -> None:
    listing.busy = bool(to)


def _rename(shop: Shop, listing: Listing, to: Any) -> None:
    listing.sku = str(to)


def _stale(shop: Shop, listing: Listing, to: Any) -> None:
    listing.stale = None if to is None else int(to)


def _remove(shop: Shop, listing: Listing, to: Any) -> None:
    del shop.listings[listing.listing_id]


BENDS: Mapping[str, Bend] = {
    "set": _set,
    "refuse": _refuse,
    "busy": _busy,
    "rename": _rename,
    "stale": _stale,
    "remove": _remove,
}


async def bend(sandbox: Sandbox, asked: Json) -> Json:
    """Bend ``listings`` of the generic shop: each has a ``sku``, ``how`` it is bent, and ``to`` what.

    ``set`` shows another number as a hand would, ``refuse`` and ``busy`` (true, false) turn stock writes away for good
    or for now, ``rename`` tells another SKU, ``stale`` lets lists tell an old number (null ends it), ``remove`` takes
    the listing off.
    """
    platform = sandbox.world.platforms["generic"]
    if not isinstance(platform, GenericPlatform):
        raise KeyError("generic")
    for each in asked["listings"]:
        BENDS[str(each["how"])](platform.shop, platform.shop.by_sku[str(each["sku"])], each.get("to", True))
    return {"bent": len(asked["listings"])}


ACTIONS = {"bend": bend}
