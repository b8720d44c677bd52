"""The simulated Exact against the published field tables: names, types, methods and what it answers."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from hub.sandbox.exact.catalogue import ENTITIES, ME, POSITION
from hub.sandbox.exact.edm import NAMES, Edm
from hub.sandbox.exact.entity import Entity
from tests.sandbox.exact_bench import ExactBench, exact_bench

SPEC = Path(__file__).parents[2].parent / "shared" / "contracts" / "exact" / "exact-entities-detail.json"
WIRE: dict[str, type | tuple[type, ...]] = {
    "Edm.Guid": str,
    "Edm.String": str,
    "Edm.DateTime": str,
    "Edm.Int64": str,
    "Edm.Binary": str,
    "Edm.Int32": int,
    "Edm.Int16": int,
    "Edm.Byte": int,
    "Edm.Double": (int, float),
    "Edm.Boolean": bool,
}
EVERY = [*ENTITIES.values(), ME, POSITION]
READABLE = [entity.path for entity in ENTITIES.values() if "GET" in entity.methods]


@pytest.fixture(scope="module")
def spec() -> dict[str, Any]:
    """The published entities."""
    if not SPEC.exists():
        pytest.skip(f"the published field tables are not here: {SPEC}")
    read: dict[str, Any] = json.loads(SPEC.read_text())
    return read


@pytest.mark.parametrize("entity", EVERY, ids=lambda entity: entity.path)
def test_fields_methods_and_mandatory_marks_are_the_published_ones(entity: Entity, spec: dict[str, Any]) -> None:
    published = spec[entity.path]
    assert set(entity.methods) <= set(published["methods"])
    plain = {name: told for name, told in published["fields"].items() if not told["type"].startswith("Exact.")}
    assert set(entity.fields) == set(plain)
    for name, field in entity.fields.items():
        told = plain[name]
        wanted = "Collection" if told["type"].startswith("Collection") else told["type"].removeprefix("Edm.")
        assert NAMES[field.kind] == wanted, name
        assert field.key == told["key"], name
        if "POST" in entity.methods or "PUT" in entity.methods:
            writable = bool({"POST", "PUT"} & set(told["methods"])) and not (told["key"] and not told["mandatory"])
            assert field.writable == writable, name
            assert field.mandatory == told["mandatory"], name


@pytest.fixture(scope="module")
async def lived_in() -> AsyncIterator[ExactBench]:
    """Exact after one of everything has happened, shared by tests that only read."""
    async with exact_bench() as exact:
        await live_a_little(exact)
        yield exact


@pytest.mark.parametrize("path", READABLE)
async def test_answers_carry_exactly_the_published_fields_in_their_types(
    lived_in: ExactBench, path: str, spec: dict[str, Any]
) -> None:
    rows = await _first_rows(lived_in, path)
    assert rows, f"nothing to look at in {path}"
    for row in rows:
        check_row(path, row, spec[path]["fields"])


def check_row(path: str, row: dict[str, Any], fields: dict[str, Any], *, whole: bool = True) -> None:
    """Fail where a row holds something unpublished, or of another type, or (as a ``whole``) lacks a field."""
    for name, value in row.items():
        if name == "__metadata" or value is None:
            continue
        kind = fields[name]["type"]
        if kind.startswith("Collection"):
            assert set(value) <= {"__deferred", "results"}
            continue
        assert isinstance(value, WIRE[kind]), f"{path}.{name} is {value!r}"
        if kind == "Edm.Guid":
            assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", str(value))
        if kind == "Edm.DateTime":
            assert re.fullmatch(r"/Date\(-?\d+\)/", str(value))
        if kind in ("Edm.Int32", "Edm.Int16", "Edm.Byte"):
            assert not isinstance(value, bool), f"{path}.{name} is {value!r}"
    if path in ENTITIES and whole:
        expected = {name for name, field in ENTITIES[path].fields.items() if field.kind is not Edm.COLLECTION}
        assert expected <= set(row) or path.startswith("bulk/")


async def live_a_little(exact: ExactBench) -> None:
    """Make one of everything."""
    exact.platform.office.settings.validate_hooks = False
    charge = [{"IsShippingCost": True, "AmountFCInclVAT": 4.95, "VATCode": "4"}]
    order = await exact.order(SalesOrderOrderChargeLines=charge, YourRef="WEB-1")
    line = (await exact.lines(order))[0]
    delivery = {"SalesOrderLineID": line["ID"], "QuantityDelivered": 1, "TrackingNumber": "3SX"}
    await exact.post("salesorder/GoodsDeliveries", {"DeliveryDate": "2026-11-23", "GoodsDeliveryLines": [delivery]})
    asked = {"JournalCode": "70", "CreateMode": 1, "InvoiceMode": 1, "SalesOrderIDs": [{"ID": order["OrderID"]}]}
    await exact.post("salesinvoice/InvoiceSalesOrders", asked)
    await sell_and_take_back(exact, delivery["SalesOrderLineID"])
    await exact.post("webhooks/WebhookSubscriptions", {"Topic": "Items", "CallbackURL": "http://127.0.0.1:1/x"})
    gone = await exact.order()
    await exact.delete(f"salesorder/SalesOrders(guid'{gone['OrderID']}')")


async def sell_and_take_back(exact: ExactBench, sales_order_line: str) -> None:
    """Post a credit note with a charge, and plan a return of what was delivered of a sales order line."""
    item = exact.item("ART-00001")
    line = {"Item": item, "Quantity": -1, "NetPrice": 10, "VATCode": "4"}
    credit = {"Journal": "70", "OrderedBy": exact.account(), "Type": 8021, "SalesInvoiceLines": [line]}
    credit["SalesInvoiceOrderChargeLines"] = [{"IsShippingCost": True, "AmountFCInclVAT": -4.95, "VATCode": "4"}]
    assert (await exact.post("salesinvoice/SalesInvoices", credit)).status_code == 201
    filtered = f"SalesOrderLineID eq guid'{sales_order_line}'"
    delivered = (await exact.rows("salesorder/GoodsDeliveryLines", filter=filtered))[0]
    back = {"Item": delivered["Item"], "GoodDeliveryLineID": delivered["ID"], "PlannedReturnQuantity": 1}
    back |= {"ReceivedQuantity": 1, "CreateCredit": 1}
    warehouse = (await exact.rows("inventory/Warehouses"))[0]["ID"]
    planned = {"DeliveredTo": exact.account(), "Warehouse": warehouse, "PlannedSalesReturnLines": [back]}
    assert (await exact.post("salesorder/PlannedSalesReturns", planned)).status_code == 201


async def _first_rows(exact: ExactBench, path: str) -> list[dict[str, Any]]:
    if path.startswith("bulk/"):
        key = ENTITIES[path].key
        return await exact.rows(path, select=f"{key},Created,Modified", top=3)
    if path == "crm/Accounts":
        return await exact.rows(path, filter="Status eq 'C'")
    if path == "logistics/Items":
        return await exact.rows(path, filter="IsSalesItem eq true")
    return await exact.rows(path)
