"""Known defects of bol.com's published specifications."""

from __future__ import annotations

from functools import cache
from typing import Any

from tests.contract.defects.defect import CONTRACTS, NOTHING, Defect, mended

FOLDER = CONTRACTS / "bol"
RETAILER, SHARED, OFFERS = "retailer-v10.json", "shared-v10.json", "offers-v11.5.0-derived-resolved.json"
SCHEMAS = ("components", "schemas")

UNDESCRIBED = frozenset({401, 403, 406, 415, 429})
"""Statuses that every endpoint may give and (almost) no operation describes.

Source: bol.com's pages on authentication, media types and rate limits; seen live by several open client libraries.
"""

_V10 = "application/vnd.retailer.v10+json"
_PROBLEM = ["detail", "status", "title", "type", "violations"]
_REASONS = (
    "Content",
    "Pricing",
    "Stock",
    "ShopStatus",
    "SellingRights",
    "AccountRights",
    "OnHold",
    "AssortmentPolicy",
    "Offer",
)
_CONDITIONS = ("New", "Secondhand", "Refurbished")
_LISTS = (
    (RETAILER, "ReducedOrders", "orders"),
    (RETAILER, "ShipmentsResponse", "shipments"),
    (RETAILER, "InventoryResponse", "inventory"),
    (RETAILER, "ReturnsResponse", "returns"),
    (RETAILER, "SubscriptionsResponse", "subscriptions"),
    (SHARED, "ProcessStatusResponse", "processStatuses"),
)


def _branches(names: tuple[str, ...], kind: str) -> list[dict[str, str]]:
    return [{"$ref": f"#/components/schemas/{name}{kind}"} for name in names]


def _overlapping(kind: str, names: tuple[str, ...]) -> Defect:
    return Defect(
        OFFERS,
        (*SCHEMAS, kind, "oneOf"),
        _branches(names, kind),
        NOTHING,
        "the branches overlap, so that a right document fits more than one of them; the discriminator alone can choose",
        "read in the schema itself: every branch allows every category",
    )


DEFECTS = (
    *(
        Defect(
            file,
            (*SCHEMAS, "Problem", "required"),
            _PROBLEM,
            [name for name in _PROBLEM if name != "violations"],
            "violations are called mandatory, but come only with requests that break the specification",
            "live answers of status 401, 404 and 429 in public integrations of bol.com",
        )
        for file in (RETAILER, SHARED, OFFERS)
    ),
    *(
        Defect(
            file,
            (*SCHEMAS, schema, "required"),
            [name],
            [],
            "a list without entries is an empty object, although its member is called mandatory",
            "empty answers seen live by public client libraries of bol.com",
        )
        for file, schema, name in _LISTS
    ),
    Defect(
        RETAILER,
        ("paths", "/retailer/orders", "get", "responses", "400"),
        NOTHING,
        {"content": {_V10: {"schema": {"$ref": "#/components/schemas/Problem"}}}},
        "the refusal of a bad parameter is not described",
        "the same file describes it for every other list; seen live for this one",
    ),
    _overlapping("Condition", _CONDITIONS),
    _overlapping("Reason", _REASONS),
    *(
        Defect(
            OFFERS,
            (*SCHEMAS, name, "properties", "amount", "minimum"),
            NOTHING,
            0,
            "the lower bound of stock was forgotten",
            "retailer-v10.json, UpdateOfferStockRequest: minimum 0",
        )
        for name in ("CreateStock", "UpdateStock")
    ),
)


@cache
def read(file: str) -> Any:
    """Return a specification with its known defects mended."""
    return mended(FOLDER, file, DEFECTS)
