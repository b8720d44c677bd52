"""What a report of all listings says of each, and of one SKU that several marketplaces show."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping

from hub.adapters.amazon.patches import OWN_CHANNEL
from hub.adapters.amazon.stock import MARKETPLACE
from hub.adapters.port import ChannelListing

EAN = "4"
"""How the report names a product id that is an EAN."""


def merged(parts: Iterable[list[ChannelListing]]) -> list[ChannelListing]:
    """Return each SKU once, as the first marketplace that has it shows it; Amazon's anywhere is Amazon's."""
    found: dict[str, ChannelListing] = {}
    for each in (row for part in parts for row in part):
        if each.external_id not in found or each.stocked_by_platform:
            found[each.external_id] = each
    return list(found.values())


def report_rows(content: bytes, charset: str, marketplace: str) -> Iterator[ChannelListing]:
    """Yield the listings of a report: tab-separated, its quotation marks plain text, in an encoding that varies."""
    text = _decoded(content, charset)
    for row in csv.DictReader(io.StringIO(text, newline=""), delimiter="\t", quoting=csv.QUOTE_NONE):
        if row.get("seller-sku"):
            yield _listing(row, marketplace)


def _listing(row: Mapping[str, str | None], marketplace: str) -> ChannelListing:
    sku = row["seller-sku"] or ""
    by_amazon = (row.get("fulfillment-channel") or OWN_CHANNEL) != OWN_CHANNEL
    quantity = (row.get("quantity") or "").strip()
    return ChannelListing(
        external_id=sku,
        sku=sku,
        ean=(row.get("product-id") or None) if row.get("product-id-type") == EAN else None,
        title=row.get("item-name") or sku,
        quantity=int(quantity) if quantity.isdecimal() and not by_amazon else None,
        references={MARKETPLACE: marketplace},
        stocked_by_platform=by_amazon,
    )


def _decoded(content: bytes, charset: str) -> str:
    """Return a report's text: as told, else as UTF-8, else as Western Europe's Windows encoding."""
    for encoding in (charset or "utf-8", "utf-8-sig"):
        try:
            return content.decode(encoding).removeprefix("\ufeff")
        except (UnicodeDecodeError, LookupError):
            continue
    return content.decode("cp1252", errors="replace")
