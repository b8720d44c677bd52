"""Known defects of Exact Online's published entity catalogue."""

from __future__ import annotations

from functools import cache
from typing import Any

from tests.contract.defects.defect import CONTRACTS, Defect, mended

FOLDER = CONTRACTS / "exact"
ENTITIES = "exact-entities-detail.json"

DEFECTS = tuple(
    Defect(
        ENTITIES,
        (entity, "fields", field, "mandatory"),
        True,
        False,
        "mandatory only for a line that is posted alone; inside its document Exact fills it in",
        "the example requests on Exact's own pages of SalesOrders and SalesInvoices, whose lines have no parent id",
    )
    for entity, field in (
        ("salesorder/SalesOrderLines", "OrderID"),
        ("salesorder/SalesOrderOrderChargeLines", "OrderID"),
        ("salesinvoice/SalesInvoiceLines", "InvoiceID"),
    )
)


@cache
def read(file: str = ENTITIES) -> Any:
    """Return the catalogue with its known defects mended."""
    return mended(FOLDER, file, DEFECTS)
