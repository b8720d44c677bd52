"""Listings 2021-08-01: reading, searching, and patches that are accepted now and take effect later."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from hub.sandbox.amazon import listing_wire
from hub.sandbox.amazon.account import Account
from hub.sandbox.amazon.answers import answer, denied, invalid, unknown
from hub.sandbox.amazon.door import Door, body_of, chosen, listed
from hub.sandbox.amazon.edits import NO_SUCH_SKU, Edit, Issue, check_edits, read_patches
from hub.sandbox.amazon.listings import Listing
from hub.sandbox.amazon.lwa import SELLER_ID
from hub.sandbox.amazon.marketplaces import BY_ID

PATH = "/listings/2021-08-01/items/{seller_id}"
PREVIEW = "VALIDATION_PREVIEW"
MOST_RESULTS = 1000
SORTED_BY = {"sku": "sku", "createdDate": "created_at", "lastUpdatedDate": "updated_at"}
REFUSED = Issue("90000900", "The attributes are invalid.", "fulfillment_availability")


class ListingDoors:
    """Shows the seller's listings, and takes changes of them in."""

    def __init__(self, account: Account) -> None:
        self.account = account

    def routes(self, door: Door) -> list[BaseRoute]:
        return [
            door.route(PATH, "searchListingsItems", self.search),
            door.route(PATH + "/{sku:path}", "getListingsItem", self.get),
            door.route(PATH + "/{sku:path}", "patchListingsItem", self.patch, "PATCH"),
        ]

    async def get(self, request: Request) -> Response:
        marketplaces, included = _marketplaces(request), _included(request)
        listing = self.account.listings.by_sku.get(request.path_params["sku"])
        if listing is None:
            raise unknown(f"SKU '{request.path_params['sku']}' not found in marketplace {','.join(marketplaces)}")
        return answer(listing_wire.item(listing, marketplaces, included))

    async def search(self, request: Request) -> Response:
        """Answer with a page of at most 20; no more than a thousand results can be reached."""
        marketplaces, included = _one_marketplace(request), _included(request)
        found, size = self._found(request), _number(request, "pageSize", 10, 20)
        start = _number(request, "pageToken", 0, MOST_RESULTS)
        reachable = found[:MOST_RESULTS]
        page = [listing_wire.item(each, marketplaces, included) for each in reachable[start : start + size]]
        pages = {"nextToken": str(start + size)} if start + size < len(reachable) else {}
        pages |= {"previousToken": str(start - size)} if start >= size else {}
        told: dict[str, Any] = {"numberOfResults": len(found), "items": page}
        return answer(told | ({"pagination": pages} if pages else {}))

    def _found(self, request: Request) -> list[Listing]:
        wanted, kind = listed(request, "identifiers", 20), request.query_params.get("identifiersType")
        if bool(wanted) != bool(kind) or kind not in (None, "SKU", "ASIN", "EAN"):
            raise invalid("Invalid input", "identifiers need an identifiersType of SKU, ASIN or EAN.")
        every = self.account.listings.by_sku.values()
        names = {"SKU": lambda each: each.sku, "ASIN": lambda each: each.asin, "EAN": lambda each: each.good.ean}
        found = [each for each in every if kind is None or names[kind](each) in wanted]
        by = next(iter(chosen(request, "sortBy", frozenset(SORTED_BY))), "lastUpdatedDate")
        order = next(iter(chosen(request, "sortOrder", frozenset({"ASC", "DESC"}))), "DESC")
        return sorted(found, key=lambda each: _sorting(each, by), reverse=order == "DESC")

    async def patch(self, request: Request) -> Response:
        """Take a patch in; what is wrong with its values is told in a 200."""
        marketplaces, body = _one_marketplace(request), await body_of(request)
        chosen(request, "includedData", frozenset({"identifiers", "issues"}))
        preview = bool(chosen(request, "mode", frozenset({PREVIEW})))
        if not isinstance(body.get("productType"), str) or not body["productType"]:
            raise invalid("Invalid input", "'productType' is required.")
        sku, edits = request.path_params["sku"], read_patches(body.get("patches"))
        listing = self.account.listings.by_sku.get(sku)
        issues = self._issues(listing, edits)
        if listing is not None and not issues and not preview:
            self.account.submit(listing, edits)
        status = "INVALID" if issues else ("VALID" if preview else "ACCEPTED")
        told: dict[str, Any] = {"sku": sku, "status": status, "submissionId": uuid.uuid4().hex}
        told["issues"] = [each.shown() for each in issues]
        if "identifiers" in listed(request, "includedData"):
            told["identifiers"] = [{"marketplaceId": marketplaces[0], "asin": listing.asin}] if listing else []
        return answer(told)

    def _issues(self, listing: Listing | None, edits: list[Edit]) -> list[Issue]:
        if listing is None:
            return [NO_SUCH_SKU]
        if self.account.switches.invalid_patches > 0:
            self.account.switches.invalid_patches -= 1
            return [REFUSED]
        return list(check_edits(edits))


def _marketplaces(request: Request) -> list[str]:
    if request.path_params["seller_id"] != SELLER_ID:
        raise denied()
    found = listed(request, "marketplaceIds")
    if not found:
        raise invalid("Invalid input", "'marketplaceIds' is required.")
    if not all(each in BY_ID and BY_ID[each].seller for each in found):
        raise invalid("Invalid input", "The seller does not take part in this marketplace.")
    return found


def _one_marketplace(request: Request) -> list[str]:
    """Read exactly one marketplace: the reference pages allow no more, though the model sets no bound."""
    found = _marketplaces(request)
    if len(found) > 1:
        raise invalid("Invalid input", "'marketplaceIds' may hold one value.")
    return found


def _included(request: Request) -> set[str]:
    return set(chosen(request, "includedData", listing_wire.DATA_SETS)) or {"summaries"}


def _number(request: Request, name: str, default: int, most: int) -> int:
    text = request.query_params.get(name, str(default))
    if not text.isdecimal() or int(text) > most:
        raise invalid("Invalid input", f"'{name}' is invalid.")
    return int(text)


def _sorting(listing: Listing, by: str) -> tuple[str | datetime, str]:
    value: str | datetime = getattr(listing, SORTED_BY[by])
    return (value, listing.sku)
