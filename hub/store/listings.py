"""Statements about listings: what a channel offers, mapped to products, and what was last published."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy import BindParameter, ColumnElement, Row, Select, bindparam, case, exists, null, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.domain.kit import Part
from hub.domain.matching import MappedBy, Match
from hub.domain.money import Money, priced
from hub.domain.stock import STOPPED, StockRule
from hub.store.engine import Work
from hub.store.parts import parts_of_listings, replace_parts
from hub.store.settings_codec import rule_from_json
from hub.store.tables import listing, listing_part, stock_difference
from hub.store.upsert import fitting, upsert

_SEEN = select(
    listing,
    exists()
    .where(
        stock_difference.c.tenant_id == listing.c.tenant_id,
        stock_difference.c.listing_id == listing.c.listing_id,
        stock_difference.c.healed_at.is_(None),
    )
    .label("drifts"),
)


@dataclass(frozen=True, slots=True)
class OfferedProduct:
    """A listing as the channel shows it, to be stored; ids in ``refs`` are what an update needs."""

    external_id: str
    sku: str | None
    ean: str | None
    title: str
    refs: Mapping[str, str]
    by_platform: bool
    price: Money | None = None


@dataclass(frozen=True, slots=True)
class StoredListing:
    """A listing with its mapping and what was published last; ``quantity`` None means unknown.

    ``believed`` is what the channel should show after sales of its own, for platforms that compare before they set.
    ``again`` says that it was to be published while the channel still worked on the write before. ``zero_due`` is
    when (UTC) a zero goes out that waits for a person, ``stopped`` are the terms that say why it must not be sold.
    ``quantity_at`` is when the channel took the number, ``listed_at`` when it last listed the offer (both UTC).
    ``drifts`` says that it is known to show something else than Exact says.
    """

    listing_id: str
    channel_id: str
    external_id: str
    product_id: str | None
    mapped_by: str | None
    sku: str | None
    ean: str | None
    title: str
    refs: Mapping[str, str]
    by_platform: bool
    rule: StockRule | None
    status: str
    quantity: int | None
    believed: int | None
    sent: int | None
    again: bool
    process_id: str | None
    version: int
    zero_due: datetime | None = None
    stopped: tuple[tuple[str, str], ...] = ()
    quantity_at: datetime | None = None
    listed_at: datetime | None = None
    price: Money | None = None
    drifts: bool = False

    @property
    def sells(self) -> bool:
        """Whether it sells something known from own stock."""
        return self.status != "unmapped" and not self.by_platform

    @property
    def showed(self) -> int | None:
        """What it showed by the last that is known: what was seen, else what was sent."""
        return self.sent if self.quantity is None else self.quantity


def listing_id(tenant_id: str, channel_id: str, external_id: str) -> str:
    """Return the hub's id of a listing: the same for the same offer, however often it is read."""
    return uuid5(NAMESPACE_URL, f"handelhub:{tenant_id}:{channel_id}:{external_id}").hex


async def save_listings(
    work: Work,
    tenant_id: str,
    channel_id: str,
    offered: Sequence[OfferedProduct],
    matches: Mapping[str, Match],
    listed_at: datetime | None = None,
) -> list[str]:
    """Store a page of listings as read, at a moment (UTC); ``matches`` holds what was found for external ids.

    A mapping made by hand stays. Returns the ids of listings that are new or newly mapped.
    """
    names = [one.external_id for one in offered]
    before = {row.external_id: row for row in await _locked_listings(work, tenant_id, channel_id, names)}
    rows = [_row(tenant_id, channel_id, one, before.get(one.external_id), matches) for one in offered]
    await upsert(work.connection, listing, [row for row in rows if _is_news(row, before.get(row["external_id"]))])
    if listed_at is not None:
        await _note_listed(work, tenant_id, [row["listing_id"] for row in rows], listed_at)
    repacked = await _save_packs(work, tenant_id, rows, matches)
    return [
        row["listing_id"]
        for row in rows
        if row["listing_id"] in repacked or _newly_mapped(row, before.get(row["external_id"]))
    ]


def _is_news(row: Mapping[str, Any], before: StoredListing | None) -> bool:
    """Say whether a row tells something that is not stored yet; a large catalogue hardly ever changes."""
    if before is None or priced(row["price"], row["currency"]) != before.price:
        return True
    return any(row[name] != getattr(before, name) for name in _TOLD)


_TOLD = ("product_id", "mapped_by", "sku", "ean", "title", "refs", "by_platform", "status")


async def _note_listed(work: Work, tenant_id: str, ids: Sequence[str], at: datetime) -> None:
    statement = update(listing).where(listing.c.tenant_id == tenant_id, listing.c.listing_id.in_(ids))
    await work.execute(statement.values(listed_at=at))


async def _save_packs(
    work: Work, tenant_id: str, rows: Sequence[Mapping[str, Any]], matches: Mapping[str, Match]
) -> set[str]:
    """Set what the rules say that offers hold, unless a person has; return the listings where that is new."""
    ruled = [row for row in rows if row["mapped_by"] != MappedBy.HAND.value]
    held = await parts_of_listings(work.connection, tenant_id, [row["listing_id"] for row in ruled])
    wanted = {row["listing_id"]: _pack(matches.get(row["external_id"])) for row in ruled}
    changed = {one: parts for one, parts in wanted.items() if held.get(one, ()) != parts}
    await replace_parts(work, tenant_id, changed)
    sold = {row["listing_id"] for row in ruled if not row["by_platform"] and row["product_id"] is not None}
    return sold & changed.keys()


def _pack(match: Match | None) -> tuple[Part, ...]:
    return () if match is None or match.units is None else (Part(match.product_id, match.units),)


def _row(
    tenant_id: str,
    channel_id: str,
    one: OfferedProduct,
    before: StoredListing | None,
    matches: Mapping[str, Match],
) -> dict[str, Any]:
    match = matches.get(one.external_id)
    product, by = (None, None) if match is None else (match.product_id, match.by.value)
    by_hand = before is not None and before.mapped_by == MappedBy.HAND.value
    if before is not None and by_hand:
        product, by = before.product_id, before.mapped_by
    kept = before is not None and before.product_id == product and before.status not in ("unmapped", "platform")
    return {
        "tenant_id": tenant_id,
        "listing_id": listing_id(tenant_id, channel_id, one.external_id),
        "channel_id": channel_id,
        "external_id": one.external_id,
        "product_id": product,
        "mapped_by": by,
        "sku": one.sku,
        "ean": fitting(one.ean, 32),
        "title": one.title,
        "refs": dict(one.refs),
        "by_platform": one.by_platform,
        "status": before.status if before is not None and kept else _first_status(one, product),
        "price": None if one.price is None else one.price.amount,
        "currency": None if one.price is None else one.price.currency,
    }


def _first_status(one: OfferedProduct, product: str | None) -> str:
    if one.by_platform:
        return "platform"
    return "unmapped" if product is None else "mapped"


def _newly_mapped(row: Mapping[str, Any], before: StoredListing | None) -> bool:
    """Say whether the listing sells something from own stock that it did not before."""
    if row["product_id"] is None or row["by_platform"]:
        return False
    return before is None or before.product_id != row["product_id"] or before.by_platform


async def channel_listings(connection: AsyncConnection, tenant_id: str, channel_id: str) -> list[StoredListing]:
    """Return all listings of a channel."""
    statement = select(listing).where(listing.c.tenant_id == tenant_id, listing.c.channel_id == channel_id)
    return [_stored(row) for row in (await connection.execute(statement)).all()]


async def _locked_listings(
    work: Work, tenant_id: str, channel_id: str, external_ids: Sequence[str]
) -> list[StoredListing]:
    """Return some of a channel's listings, locked, so that nobody maps one by hand meanwhile."""
    statement = _named(tenant_id, channel_id, external_ids)
    return [_stored(row) for row in (await work.connection.execute(statement.with_for_update())).all()]


async def listings_named(
    connection: AsyncConnection, tenant_id: str, channel_id: str, external_ids: Sequence[str]
) -> list[StoredListing]:
    """Return listings of a channel by the channel's own ids."""
    return [_stored(row) for row in (await connection.execute(_named(tenant_id, channel_id, external_ids))).all()]


def _named(tenant_id: str, channel_id: str, external_ids: Sequence[str]) -> Select[Any]:
    own = (listing.c.tenant_id == tenant_id, listing.c.channel_id == channel_id)
    return select(listing).where(*own, listing.c.external_id.in_(external_ids))


_BY_ID = _SEEN.where(
    listing.c.tenant_id == bindparam("tenant"), listing.c.listing_id.in_(bindparam("ids", expanding=True))
)


async def listings_by_id(connection: AsyncConnection, tenant_id: str, ids: Iterable[str]) -> list[StoredListing]:
    """Return listings of the tenant by id."""
    found = await connection.execute(_BY_ID, {"tenant": tenant_id, "ids": list(ids)})
    return [_stored(row) for row in found.all()]


_PRODUCTS: BindParameter[Any] = bindparam("products", expanding=True)
_PART_OF = (listing.c.tenant_id == listing_part.c.tenant_id) & (listing.c.listing_id == listing_part.c.listing_id)
_SELLING = (
    select(listing.c.product_id, listing.c.channel_id, listing.c.listing_id)
    .where(
        listing.c.tenant_id == bindparam("tenant"),
        listing.c.product_id.in_(_PRODUCTS),
        listing.c.by_platform.is_(False),
    )
    .union(
        select(listing_part.c.product_id, listing.c.channel_id, listing.c.listing_id)
        .join(listing, _PART_OF)
        .where(
            listing_part.c.tenant_id == bindparam("tenant"),
            listing_part.c.product_id.in_(_PRODUCTS),
            listing.c.by_platform.is_(False),
        )
    )
)


async def listings_selling(
    connection: AsyncConnection, tenant_id: str, product_ids: Iterable[str]
) -> list[tuple[str, str, str]]:
    """Return (product id, channel id, listing id) of every listing that sells one of the products from own stock.

    A kit sells each of its parts.
    """
    wanted = list(product_ids)
    if not wanted:
        return []
    rows = (await connection.execute(_SELLING, {"tenant": tenant_id, "products": wanted})).all()
    return [(row.product_id, row.channel_id, row.listing_id) for row in rows]


async def pending_listings(connection: AsyncConnection, tenant_id: str, channel_id: str) -> list[StoredListing]:
    """Return listings whose last write the channel still works on."""
    statement = _SEEN.where(
        listing.c.tenant_id == tenant_id, listing.c.channel_id == channel_id, listing.c.process_id.is_not(None)
    )
    return [_stored(row) for row in (await connection.execute(statement)).all()]


async def set_mapping(work: Work, tenant_id: str, one: str, product_id: str | None, parts: Sequence[Part] = ()) -> None:
    """Map a listing to a product by hand, with what an offer holds where it is not one; or take the mapping away.

    A kit may have a product that it is in Exact as a whole.
    """
    values = {
        "product_id": product_id,
        "mapped_by": MappedBy.HAND.value,
        "status": "mapped" if product_id or parts else "unmapped",
        "believed": None,
    }
    await change_listing(work, tenant_id, one, values | moved())
    await replace_parts(work, tenant_id, {one: parts})


async def set_rule(work: Work, tenant_id: str, one: str, rule: Mapping[str, Any] | None) -> None:
    """Give a listing a stock rule of its own; None goes back to the channel's."""
    await change_listing(work, tenant_id, one, {"rule": rule})


def seen_before(at: datetime) -> ColumnElement[bool]:
    """Say that a listing's number is older than a moment (UTC), or that nothing says how old it is."""
    return or_(listing.c.quantity_at.is_(None), listing.c.quantity_at < at)


def moved() -> dict[str, Any]:
    """Return what is forgotten of a listing whose number something else moved, also of what was sent and not ended."""
    sent = case((listing.c.process_id.is_(None), listing.c.sent), else_=null())
    return {"quantity": None, "sent": sent, "version": listing.c.version + 1}


async def change_listing(work: Work, tenant_id: str, one: str, values: Mapping[str, Any]) -> None:
    """Store some columns of one listing."""
    statement = update(listing).where(listing.c.tenant_id == tenant_id, listing.c.listing_id == one)
    await work.execute(statement.values(**values))


def _stored(row: Row[Any]) -> StoredListing:
    return StoredListing(
        listing_id=row.listing_id,
        channel_id=row.channel_id,
        external_id=row.external_id,
        product_id=row.product_id,
        mapped_by=row.mapped_by,
        sku=row.sku,
        ean=row.ean,
        title=row.title,
        refs=row.refs,
        by_platform=row.by_platform,
        rule=None if row.rule is None else rule_from_json(row.rule),
        status=row.status,
        quantity=row.quantity,
        believed=row.believed,
        sent=row.sent,
        again=row.again,
        process_id=row.process_id,
        version=row.version,
        zero_due=row.zero_due,
        stopped=_stopped(row.terms),
        quantity_at=row.quantity_at,
        listed_at=row.listed_at,
        price=priced(row.price, row.currency),
        drifts=bool(getattr(row, "drifts", False)),
    )


def _stopped(terms: Any) -> tuple[tuple[str, str], ...]:
    pairs = (one.values() if isinstance(one, Mapping) else one for one in terms or ())
    return tuple((str(name), str(value)) for name, value in pairs if str(name).endswith(STOPPED))
