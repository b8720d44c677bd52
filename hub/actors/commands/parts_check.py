"""What an offer holds is refused where Exact cannot sell it so: at saving, not when an order comes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from hub.actors.commands.refusal import CommandRefused
from hub.domain.kit import Part
from hub.domain.tenant import Principal
from hub.store.catalogue import product_exists
from hub.store.engine import Work
from hub.store.item_life import lives_of

MOST_PARTS = 50
LARGEST_UNITS = Decimal(100_000)


async def check_product(work: Work, who: Principal, product_id: str | None, field: tuple[str, ...]) -> None:
    """Raise CommandRefused for a product that the tenant does not have."""
    if product_id is not None and not await product_exists(work.connection, who.tenant_id, product_id):
        raise CommandRefused("PRODUCT_UNKNOWN", "There is no such product.", field)


async def check_parts(work: Work, who: Principal, parts: Sequence[Part]) -> None:
    """Raise CommandRefused for parts that no offer can hold."""
    if len(parts) > MOST_PARTS:
        raise CommandRefused("TOO_MANY", f"An offer holds at most {MOST_PARTS} products.", ("parts",))
    if len({part.product_id for part in parts}) < len(parts):
        raise CommandRefused("MAPPED_TWICE", "One product is there twice; give its units together.", ("parts",))
    if any(part.weight is None for part in parts) and any(part.weight is not None for part in parts):
        raise CommandRefused("WEIGHT_MISSING", "Give all parts a weight, or none.", ("parts",))
    for place, part in enumerate(parts):
        field = ("parts", str(place))
        await check_product(work, who, part.product_id, (*field, "productId"))
        await check_units(work, who, part.product_id, part.units, (*field, "units"))
        if part.weight is not None and not 0 < part.weight < LARGEST_UNITS:
            raise CommandRefused("WEIGHT_UNFIT", "A weight is positive.", (*field, "weight"))


async def check_units(work: Work, who: Principal, product_id: str, units: Decimal, field: tuple[str, ...]) -> None:
    """Raise CommandRefused for units of a product that cannot be sold: a fraction where an item allows none."""
    if not 0 < units <= LARGEST_UNITS:
        raise CommandRefused("UNITS_UNFIT", f"Give more than 0 and at most {LARGEST_UNITS:f} units.", field)
    if units == units.to_integral_value():
        return
    lives = (await lives_of(work.connection, who.tenant_id, [product_id])).get(product_id, [])
    if not lives or not all(life.fractional for life in lives if not life.ended):
        raise CommandRefused("UNITS_UNFIT", "In Exact this item is sold in whole units only.", field)


def parts_to_json(parts: Iterable[Part]) -> list[dict[str, Any]]:
    """Return parts as plain JSON."""
    return [
        {"product_id": one.product_id, "units": f"{one.units:f}", "weight": one.weight and f"{one.weight:f}"}
        for one in parts
    ]
