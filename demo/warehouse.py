"""Goods that leave: delivered in Exact for the marketplaces, packed in the hub for the shops."""

from __future__ import annotations

import anyio

from demo import documents
from demo.api import Json, Refused
from demo.channels import PACKED_IN_HUB
from demo.day import Day, Sold

WHOLE, LATER_TRACKED = 0.6, 0.8
OVERTIME = 120.0
"""Seconds after closing time in which the first parcel of the day may leave."""


async def deliver_in_exact(day: Day) -> None:
    """Deliver what Exact ships: whole, in part, or with the tracking code filled in later."""
    while await day.pause(day.site.plan.pace.delivery):
        if day.to_deliver:
            await _deliver(day, day.to_deliver.popleft())
        if len(day.untracked) > 2:
            await _fill_in(day)
    await _ship_first(day)
    while day.untracked:
        await _fill_in(day)


async def _ship_first(day: Day) -> None:
    """Let a parcel leave after closing time where none did before: on a slow machine nothing was in Exact yet."""
    deadline = anyio.current_time() + OVERTIME
    while day.to_deliver and not day.parcels and anyio.current_time() < deadline:
        await _deliver(day, day.to_deliver.popleft())
        await anyio.sleep(day.site.plan.pace.delivery)


async def _deliver(day: Day, sold: Sold) -> None:
    drawn = day.chance.random()
    if drawn < WHOLE:
        done = await _ship(day, sold, tracking=day.tracking_code())
    elif drawn < LATER_TRACKED:
        done = await _ship(day, sold)
        day.untracked.extend(done)
    else:
        done = await _ship_in_parts(day, sold)
    if not done:
        day.to_deliver.append(sold)


async def _ship(day: Day, sold: Sold, **how: object) -> list[str]:
    """Return the deliveries made: none while the order is not in Exact yet."""
    answer = await day.site.control.act("deliver", your_ref=sold.external_id, **how)
    made = (answer or {}).get("deliveries", [])
    day.parcels += sum(one["tracking"] is not None for one in made)
    return [one["delivery"] for one in made]


async def _ship_in_parts(day: Day, sold: Sold) -> list[str]:
    """Send one of each article from the first half of the catalogue first, and whatever is left after that."""
    first = [{"sku": f"ART-{number:05d}", "quantity": 1} for number in range(1, 31)]
    parts = await _ship(day, sold, tracking=day.tracking_code(), lines=first)
    return parts + await _ship(day, sold, tracking=day.tracking_code())


async def _fill_in(day: Day) -> None:
    delivery = day.untracked.popleft()
    await day.site.control.act("track", delivery=delivery, tracking=day.tracking_code())
    day.parcels += 1


async def pack_in_hub(day: Day) -> None:
    """Pack the shops' orders and enter their parcels over GraphQL, some in two boxes."""
    while await day.pause(day.site.plan.pace.delivery * 2):
        for slug in PACKED_IN_HUB:
            for order in await _waiting(day, slug):
                if not day.open:
                    return
                await _pack(day, order)


async def _waiting(day: Day, slug: str) -> list[Json]:
    found = await day.api.ask(documents.TO_PACK, channel=day.channels[slug])
    return [one for one in found["orders"]["nodes"] if not one["parcels"] and not one["cancelled"]]


async def _pack(day: Day, order: Json) -> None:
    lines = [line for line in order["lines"] if line["open"] > 0]
    first = [{"lineId": lines[0]["id"], "quantity": 1}] if lines else []
    if day.chance.random() < 0.25 and sum(line["open"] for line in lines) > 1:
        await _enter(day, order, units=first)
    await _enter(day, order)


async def _enter(day: Day, order: Json, **what: object) -> None:
    """Enter one parcel; asking again after a lost answer is refused by the hub, which is as good."""
    given = {"orderId": order["id"], "carrier": "POSTNL", "tracking": day.tracking_code(), **what}
    try:
        await day.api.change(documents.PARCEL, **given)
    except Refused as refusal:
        if refusal.code != "ENTERED_ALREADY":
            raise
    day.parcels += 1
