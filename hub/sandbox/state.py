"""The sandbox as it stands: for people who look, and for scripts that choose what to do next."""

from __future__ import annotations

from typing import Any

from hub.sandbox.exact.platform import ExactPlatform
from hub.sandbox.world import World


def describe(world: World) -> dict[str, Any]:
    """Return goods with FreeStock per warehouse, what every channel shows, open orders and the faults in force."""
    exact = world.platforms.get("exact")
    return {
        "now": world.clock.now().isoformat(),
        "speed": world.clock.speed,
        "seed": world.seed,
        "goods": [_good(world, sku, exact) for sku in world.by_sku],
        "channels": {
            channel.name: {
                "shown": {sku: channel.shown(sku) for sku in channel.listed()},
                "open_orders": channel.open_orders(),
            }
            for channel in world.channels()
        },
        "sales": len(world.ledger.sales),
        "sales_orders": len(world.ledger.sales_orders),
        "faults": {"profile": world.faults.profile, "outages": sorted(world.faults.outages)},
        "calls": dict(world.ledger.calls),
    }


def _good(world: World, sku: str, exact: object) -> dict[str, Any]:
    good = world.by_sku[sku]
    told: dict[str, Any] = {"sku": sku, "ean": good.ean, "title": good.title, "price": str(world.prices[sku])}
    told["vat_rate"] = str(good.vat_rate)
    if isinstance(exact, ExactPlatform):
        item = exact.main.guid("item", sku)
        told["free"] = float(exact.free(sku))
        told["warehouses"] = {
            row["WarehouseCode"]: float(row["FreeStock"]) for row in exact.main.table("stock").of(item)
        }
    return told
