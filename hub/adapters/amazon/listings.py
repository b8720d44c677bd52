"""Reading listings: by SKU, twenty a call, or by browsing, where a thousand are the most that Amazon shows."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

from hub.adapters.amazon.calls import AmazonCalls, answered
from hub.adapters.amazon.patches import OWN_CHANNEL, own_quantity
from hub.adapters.amazon.seller import AmazonAccount
from hub.adapters.amazon.stock import MARKETPLACE
from hub.adapters.amazon.usage_plans import GET_LISTING, SEARCH_LISTINGS
from hub.adapters.fields import Fields
from hub.adapters.port import ChannelListing

MOST = 20
"""SKUs that one search takes, and listings on one page."""
_STOCK = "fulfillmentAvailability,issues"
_WHOLE = "summaries,fulfillmentAvailability"
_SEPARATOR = ","


class Listings:
    """Listings of one seller."""

    def __init__(self, calls: AmazonCalls, account: AmazonAccount) -> None:
        self._calls = calls
        self._account = account

    async def by_sku(self, marketplace: str, skus: Sequence[str]) -> AsyncIterator[dict[str, Fields | None]]:
        """Yield quantities and issues by SKU, None for a SKU without a listing. Raises once the usage plan ends."""
        plain = [sku for sku in skus if _SEPARATOR not in sku]
        for start in range(0, len(plain), MOST):
            part = plain[start : start + MOST]
            found = await self._search(
                marketplace, includedData=_STOCK, identifiersType="SKU", identifiers=_SEPARATOR.join(part)
            )
            items = {str(item.verbatim("sku")): item for item in found.children("items")}
            yield {sku: items.get(sku) for sku in part}
        for sku in skus:
            if _SEPARATOR in sku:
                yield {sku: await self._one(marketplace, sku)}

    async def _one(self, marketplace: str, sku: str) -> Fields | None:
        """Read a SKU that cannot stand in a list."""
        asked = {"marketplaceIds": marketplace, "includedData": _STOCK}
        response = await self._calls.send(
            GET_LISTING.at(seller=self._account.seller, sku=sku), params=asked, expect=(404,)
        )
        return None if response.status_code == 404 else answered(response, GET_LISTING)

    async def browse(self, marketplace: str, token: str | None) -> tuple[list[ChannelListing], str | None]:
        """Return a page of listings and the token of the next; sorted by what no change moves over a page edge."""
        page = {"pageToken": token} if token else {}
        found = await self._search(marketplace, includedData=_WHOLE, sortBy="sku", sortOrder="ASC", **page)
        pagination = found.maybe_child("pagination")
        rows = [listing(item, marketplace) for item in found.children("items")]
        return rows, pagination.maybe_text("nextToken") if pagination else None

    async def _search(self, marketplace: str, **asked: str) -> Fields:
        params = {"marketplaceIds": marketplace, "pageSize": str(MOST), **asked}
        return await self._calls.read(SEARCH_LISTINGS.at(seller=self._account.seller), params)


def listing(item: Fields, marketplace: str) -> ChannelListing:
    """Return a listing; one that Amazon ships from its own warehouse shows no quantity of ours."""
    sku = item.verbatim("sku") or item.text("sku")
    summaries = item.children("summaries")
    titles = [title for each in summaries if (title := each.maybe_text("itemName"))]
    channels = {each.maybe_text("fulfillmentChannelCode") for each in item.children("fulfillmentAvailability")}
    return ChannelListing(
        external_id=sku,
        sku=sku,
        ean=None,
        title=titles[0] if titles else sku,
        quantity=own_quantity(item),
        references={MARKETPLACE: marketplace},
        stocked_by_platform=bool(channels - {OWN_CHANNEL, None}),
    )
