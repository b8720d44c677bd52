"""Finding out what the lines of an order sell: by listing, then by what a person said of a SKU."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Row, bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.domain.kit import KitBooking, Part
from hub.domain.order import OrderLine
from hub.store.parts import mapped_skus, parts_of_listings
from hub.store.settings_codec import rule_from_json
from hub.store.tables import listing, order_line, order_line_part


@dataclass(frozen=True, slots=True)
class Resolved:
    """What an order line sells: ``units`` of a product in each offer, or a kit of ``parts``.

    A kit with a product stands as that item on the sales order, one without as its parts. Neither: not known yet.
    """

    product_id: str | None
    units: Decimal
    parts: tuple[Part, ...] = ()


def is_kit(*, in_exact: bool = False) -> ColumnElement[bool]:
    """Return the condition that an order line has parts; ``in_exact``: that they stand on a sales order."""
    line, part = order_line.c, order_line_part.c
    same = [part.tenant_id == line.tenant_id, part.order_id == line.order_id, part.line_id == line.line_id]
    if in_exact:
        same.append(part.sales_order_line_id.is_not(None))
    return select(part.product_id).where(*same).exists()


async def resolve_products(
    connection: AsyncConnection,
    tenant_id: str,
    channel_id: str,
    lines: Sequence[OrderLine],
    units_per_offer: Decimal,
    booking: KitBooking,
) -> dict[str, Resolved]:
    """Return what each line sells, by line id: by the listing's own id, then its SKU, then its EAN.

    A SKU or EAN of several listings that sell different things is not guessed. ``units_per_offer`` is the channel's,
    for listings without a rule of their own. Last comes what a person said of a SKU that is no listing.
    """
    rows = await _listings_named(connection, tenant_id, channel_id, lines)
    parts = await parts_of_listings(connection, tenant_id, [row.listing_id for row in rows])
    sold = [(row, _sold(row, parts.get(row.listing_id, ()), units_per_offer, booking)) for row in rows]
    known = [(row, one) for row, one in sold if one.product_id is not None or one.parts]
    found = {line.line_id: _match(line, known) for line in lines}
    left = [line.sku for line in lines if line.sku and found[line.line_id] is None]
    skus = await mapped_skus(connection, tenant_id, channel_id, left) if left else {}
    unknown = Resolved(None, units_per_offer)
    return {line.line_id: found[line.line_id] or _by_hand(line, skus) or unknown for line in lines}


_ONE = listing.c
_NAMED = select(_ONE.listing_id, _ONE.external_id, _ONE.sku, _ONE.ean, _ONE.product_id, _ONE.rule).where(
    _ONE.tenant_id == bindparam("tenant"),
    _ONE.channel_id == bindparam("channel"),
    _ONE.external_id.in_(bindparam("externals", expanding=True))
    | _ONE.sku.in_(bindparam("skus", expanding=True))
    | _ONE.ean.in_(bindparam("eans", expanding=True)),
)


async def _listings_named(
    connection: AsyncConnection, tenant_id: str, channel_id: str, lines: Sequence[OrderLine]
) -> Sequence[Any]:
    externals = [line.external_listing_id for line in lines if line.external_listing_id]
    skus = [line.sku for line in lines if line.sku]
    eans = [line.ean for line in lines if line.ean]
    asked = {"tenant": tenant_id, "channel": channel_id, "externals": externals, "skus": skus, "eans": eans}
    return (await connection.execute(_NAMED, asked)).all()


def _match(line: OrderLine, known: Sequence[tuple[Row[Any], Resolved]]) -> Resolved | None:
    for name, value in (("external_id", line.external_listing_id), ("sku", line.sku), ("ean", line.ean)):
        found = [one for row, one in known if value and getattr(row, name) == value]
        if found:
            return found[0] if all(one == found[0] for one in found) else None
    return None


def _sold(row: Row[Any], parts: tuple[Part, ...], units_per_offer: Decimal, booking: KitBooking) -> Resolved:
    units = units_per_offer if row.rule is None else rule_from_json(row.rule).units_per_offer
    if not parts:
        return Resolved(row.product_id, units)
    if len(parts) == 1:
        return Resolved(parts[0].product_id, parts[0].units)
    own = row.product_id if booking is KitBooking.OWN_ITEM else None
    return Resolved(own, Decimal(1), parts)


def _by_hand(line: OrderLine, skus: Mapping[str, Part]) -> Resolved | None:
    part = skus.get(line.sku or "")
    return None if part is None else Resolved(part.product_id, part.units)
