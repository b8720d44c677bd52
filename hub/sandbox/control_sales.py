"""What buyers do: order, pay, cancel, ask for a cancellation."""

from __future__ import annotations

import random
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from hub.sandbox.ledger import Units
from hub.sandbox.platform import Channel, SoldOut
from hub.sandbox.world import World

if TYPE_CHECKING:
    from hub.sandbox.app import Sandbox

Json = dict[str, Any]
SHIPPING = Decimal("4.95")
COUNTRIES = {"amazon": ("NL", "NL", "NL", "NL", "BE", "DE")}
"""Where buyers come from when nobody says so, as often as they are named; elsewhere all are Dutch."""


def channel_of(world: World, name: object) -> Channel:
    """Return the channel of that name; KeyError where there is none."""
    found = world.platforms[str(name)]
    if not isinstance(found, Channel):
        raise KeyError(name)
    return found


async def sell(sandbox: Sandbox, asked: Json) -> Json:
    """Let one or more buyers order; without lines they choose for themselves among what is shown."""
    channel = channel_of(sandbox.world, asked["channel"])
    if lines := asked.get("lines"):
        units = [Units(str(line["sku"]), int(line.get("quantity", 1))) for line in lines]
        return {"ids": [await _order(sandbox, channel, units, asked)], "sold_out": 0}
    ids: list[str] = []
    count = int(asked.get("count", 1))
    for _ in range(count):
        units = _choose(channel, sandbox.chance)
        try:
            ids += [await _order(sandbox, channel, units, asked)] if units else []
        except SoldOut:
            continue
    return {"ids": ids, "sold_out": count - len(ids)}


async def _order(sandbox: Sandbox, channel: Channel, units: list[Units], asked: Json) -> str:
    chance = sandbox.chance
    shipping = asked.get("shipping", SHIPPING if channel.name != "bol" and chance.random() < 0.5 else 0)
    worth = sum((sandbox.world.prices[line.sku] * line.quantity for line in units), Decimal(0))
    discount = asked.get("discount", "2.50" if worth > 20 and chance.random() < 0.15 else 0)
    return await channel.place_order(
        units,
        country=str(asked.get("country") or _country(channel, chance)),
        paid=bool(asked.get("paid", True)),
        shipping=Decimal(str(shipping)),
        discount=Decimal(str(discount)),
        by_platform=bool(asked.get("by_platform", False)),
        company=_is_company(asked, chance),
    )


def _is_company(asked: Json, chance: random.Random) -> bool:
    """Say whether a company orders: as asked, else with the chance ``business_share``, which is none unless given."""
    if "company" in asked:
        return bool(asked["company"])
    share = float(asked.get("business_share", 0))
    return share > 0 and chance.random() < share


def _country(channel: Channel, chance: random.Random) -> str:
    countries = COUNTRIES.get(channel.name)
    return chance.choice(countries) if countries else "NL"


def _choose(channel: Channel, chance: random.Random) -> list[Units]:
    shown = {sku: quantity for sku in channel.listed() if (quantity := channel.shown(sku)) > 0}
    if not shown:
        return []
    wanted = chance.sample(sorted(shown), min(len(shown), chance.choice((1, 1, 1, 2, 3))))
    return [Units(sku, chance.randint(1, min(2, shown[sku]))) for sku in wanted]


async def pay(sandbox: Sandbox, asked: Json) -> Json:
    await channel_of(sandbox.world, asked["channel"]).pay(str(asked["id"]))
    return {"ok": True}


async def cancel(sandbox: Sandbox, asked: Json) -> Json:
    await channel_of(sandbox.world, asked["channel"]).cancel(str(asked["id"]))
    return {"ok": True}


async def request_cancellation(sandbox: Sandbox, asked: Json) -> Json:
    await channel_of(sandbox.world, asked["channel"]).request_cancellation(str(asked["id"]))
    return {"ok": True}


ACTIONS = {"sell": sell, "pay": pay, "cancel": cancel, "request-cancellation": request_cancellation}
