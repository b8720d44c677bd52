"""Commands on listings and products: map by hand, give a rule of its own, keep units back, confirm zeros."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from hub.actors.commands.mapping_check import check_rule
from hub.actors.commands.parts_check import check_parts, check_product, check_units, parts_to_json
from hub.actors.commands.refusal import CommandRefused, record
from hub.actors.desk import Cause, channel_address, pass_on_stock
from hub.actors.messages import PublishStock
from hub.actors.repairing import repair_orders
from hub.actors.runtime import mailbox
from hub.domain.kit import Part
from hub.domain.stock import StockRule
from hub.domain.tenant import Principal
from hub.store.channels import load_channel
from hub.store.engine import Work
from hub.store.item_life import product_facts, set_safety_stock
from hub.store.listings import StoredListing, listings_by_id, set_mapping, set_rule
from hub.store.orders import load_order
from hub.store.parts import map_sku, mapped_skus, parts_of_listings
from hub.store.settings_codec import rule_to_json
from hub.store.zeros import held_zeros, hold_zeros


async def find_listing(work: Work, who: Principal, listing_id: str) -> StoredListing:
    """Return a listing of the principal's tenant or refuse."""
    found = await listings_by_id(work.connection, who.tenant_id, [listing_id])
    if not found:
        raise CommandRefused("NOT_FOUND", "There is no such listing.", ("listingId",))
    return found[0]


async def map_listing(
    work: Work,
    who: Principal,
    now: datetime,
    listing_id: str,
    product_id: str | None,
    parts: Sequence[Part] = (),
) -> None:
    """Map a listing to a product by hand, or to the parts of a kit, or take the mapping away; publish what follows.

    Orders that waited for it go on.
    """
    listing = await find_listing(work, who, listing_id)
    await check_product(work, who, product_id, ("productId",))
    await check_parts(work, who, parts)
    before = (await parts_of_listings(work.connection, who.tenant_id, [listing_id])).get(listing_id, ())
    await set_mapping(work, who.tenant_id, listing_id, product_id, parts)
    record(work, who, now, "listing.mapped", f"Listing {_name(listing)} was mapped by hand",
           channel_id=listing.channel_id, subject_type="listing", subject_id=listing_id,
           before={"product_id": listing.product_id, "mapped_by": listing.mapped_by, "parts": parts_to_json(before)},
           after={"product_id": product_id, "mapped_by": "hand", "parts": parts_to_json(parts)})  # fmt: skip
    if product_id is not None or parts:
        await _repair(work, who, listing.channel_id)
    _publish(work, who, listing, "mapping changed")


async def map_line(work: Work, who: Principal, now: datetime, order_id: str, line_id: str, part: Part) -> None:
    """Say which product the SKU of an order line stands for that is no listing; orders that waited for it go on.

    It holds for every order of the channel with this SKU, now and later, until a listing bears it.
    """
    order = await load_order(work.connection, who.tenant_id, order_id)
    line = next((one for one in order.lines if one.line_id == line_id), None) if order is not None else None
    if order is None or line is None:
        raise CommandRefused("NOT_FOUND", "There is no such order line.", ("lineId",))
    if not line.sku:
        raise CommandRefused("NO_SKU", "The line has no SKU that could be mapped.", ("lineId",))
    await check_parts(work, who, [part])
    known = await mapped_skus(work.connection, who.tenant_id, order.channel_id, [line.sku])
    await map_sku(work, who.tenant_id, order.channel_id, line.sku, part)
    record(work, who, now, "sku.mapped", f"SKU {line.sku} was mapped by hand",
           channel_id=order.channel_id, subject_type="order", subject_id=order_id,
           before={"parts": parts_to_json(known.values())}, after={"parts": parts_to_json([part])})  # fmt: skip
    await _repair(work, who, order.channel_id)


async def _repair(work: Work, who: Principal, channel_id: str) -> None:
    channel = await load_channel(work.connection, who.tenant_id, channel_id)
    if channel is not None:
        await repair_orders(work, channel)


async def set_safety(work: Work, who: Principal, now: datetime, product_id: str, units: Decimal) -> None:
    """Keep so many stock units of a product back on every channel, and publish what follows."""
    await check_product(work, who, product_id, ("productId",))
    if units < 0:
        raise CommandRefused("RULE_UNFIT", "Safety stock is not negative.", ("units",))
    facts = await product_facts(work.connection, who.tenant_id, [product_id])
    code, before = facts[product_id]
    await set_safety_stock(work, who.tenant_id, product_id, units)
    record(work, who, now, "product.safety_stock", f"The safety stock of {code} was changed",
           subject_type="product", subject_id=product_id,
           before={"safety_stock": f"{before:f}"}, after={"safety_stock": f"{units:f}"})  # fmt: skip
    await pass_on_stock(work, who.tenant_id, [product_id], Cause("safety stock changed"))


async def confirm_zeros(work: Work, who: Principal, now: datetime, channel_id: str) -> None:
    """Let the zeros of a channel go out that wait for a person."""
    channel = await load_channel(work.connection, who.tenant_id, channel_id)
    if channel is None:
        raise CommandRefused("NOT_FOUND", "There is no such channel.", ("channelId",))
    held = await held_zeros(work.connection, who.tenant_id, channel_id)
    await hold_zeros(work, who.tenant_id, held, now)
    for one in held:
        mailbox.post(work, channel_address(who.tenant_id, channel_id), PublishStock(one, "confirmed by a person"))
    record(work, who, now, "stock.zeros_confirmed", f"{len(held)} zeros of {channel.name} were confirmed",
           channel_id=channel_id, listings=len(held))  # fmt: skip


async def set_listing_rule(work: Work, who: Principal, now: datetime, listing_id: str, rule: StockRule | None) -> None:
    """Give a listing a stock rule of its own; None goes back to the channel's."""
    listing = await find_listing(work, who, listing_id)
    if rule is not None:
        check_rule(rule, ("rule",))
        if listing.product_id is not None:
            await check_units(work, who, listing.product_id, rule.units_per_offer, ("rule", "unitsPerOffer"))
    plain = None if rule is None else rule_to_json(rule)
    before = None if listing.rule is None else rule_to_json(listing.rule)
    await set_rule(work, who.tenant_id, listing_id, plain)
    record(work, who, now, "listing.rule", f"The stock rule of {_name(listing)} was changed",
           channel_id=listing.channel_id, subject_type="listing", subject_id=listing_id,
           before={"rule": before}, after={"rule": plain})  # fmt: skip
    _publish(work, who, listing, "rule changed")


def _publish(work: Work, who: Principal, listing: StoredListing, cause: str) -> None:
    address = channel_address(who.tenant_id, listing.channel_id)
    mailbox.post(work, address, PublishStock(listing.listing_id, cause))


def _name(listing: StoredListing) -> str:
    return listing.sku or listing.external_id
