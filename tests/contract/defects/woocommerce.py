"""Known defects of the schemas that a WooCommerce shop publishes of itself, beside what the same shop answers."""

from __future__ import annotations

from functools import cache
from typing import Any

from tests.contract.defects.defect import CONTRACTS, NOTHING, Defect, mended

FOLDER = CONTRACTS / "woocommerce"
SCHEMAS, SAMPLES = "wc-v3-options-schemas.json", "samples-wc10.0.2.json"
_SAMPLE = "recorded answers of WooCommerce 10.0.2: samples-wc10.0.2.json"
_VARIATION = ("products/50/variations/51", "schema", "properties")
_PRODUCT = ("products/10", "schema", "properties")
_ORDER = ("orders/54", "schema", "properties")


def _unknown(place: tuple[str, ...], name: str, kind: str) -> Defect:
    return Defect(SCHEMAS, (*place, name), NOTHING, {"type": kind}, "the shop answers with it, undescribed", _SAMPLE)


def _mistyped(place: tuple[str, ...], published: str, real: Any) -> Defect:
    return Defect(SCHEMAS, (*place, "type"), published, real, "the shop answers with another type", _SAMPLE)


_STATUSES = [
    "auto-draft",
    "pending",
    "processing",
    "on-hold",
    "completed",
    "cancelled",
    "refunded",
    "failed",
    "checkout-draft",
]

_KINDS = ["simple", "grouped", "external", "variable"]

DEFECTS = (
    Defect(
        SCHEMAS,
        (*_ORDER, "status", "enum"),
        _STATUSES,
        [*_STATUSES, "trash"],
        "the shop shows orders in the trash with a status that the schema does not have",
        "recorded answer of WooCommerce 10.0.2: probes-wc10.0.2.json, order.get_trashed",
    ),
    Defect(
        SCHEMAS,
        (*_PRODUCT, "type", "enum"),
        _KINDS,
        [*_KINDS, "variation"],
        "the shop shows variations among its products too, asked by id or by SKU",
        "recorded answer of WooCommerce 10.0.2: probes-wc10.0.2.json, get.variation_via_products",
    ),
    _unknown(_ORDER, "currency_symbol", "string"),
    _mistyped(
        (*_ORDER, "line_items", "items", "properties", "image", "properties", "id"), "integer", ["integer", "string"]
    ),
    _mistyped((*_PRODUCT, "shipping_class_id"), "string", "integer"),
    _mistyped((*_VARIATION, "shipping_class_id"), "string", "integer"),
    _unknown(_VARIATION, "name", "string"),
    _unknown(_VARIATION, "parent_id", "integer"),
    _unknown(_VARIATION, "date_created_gmt", "date-time"),
    _unknown(_VARIATION, "date_modified_gmt", "date-time"),
)


@cache
def read(file: str) -> Any:
    """Return one of the shop's files with its known defects mended."""
    return mended(FOLDER, file, DEFECTS)
