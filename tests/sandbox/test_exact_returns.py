"""Credit notes and returns in the simulated Exact: what it takes, what it refuses, when stock rises."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.exact_bench import ExactBench, exact_bench
from tests.sandbox.test_exact_contract import sell_and_take_back


def credit(exact: ExactBench, **changed: Any) -> dict[str, Any]:
    line = {"Item": exact.item(), "Quantity": -2, "NetPrice": 10, "VATCode": "4"} | changed.pop("line", {})
    body = {"Journal": "70", "OrderedBy": exact.account(), "Type": 8021, "YourRef": "1-x", "SalesInvoiceLines": [line]}
    return body | changed


async def test_a_credit_note_is_stored_negative_and_moves_no_stock() -> None:
    async with exact_bench() as exact:
        free = exact.books.free_of(exact.item())
        made = (await exact.post("salesinvoice/SalesInvoices", credit(exact))).json()["d"]
        assert (made["Type"], made["Status"], made["AmountFC"]) == (8021, 20, -20.0)
        assert exact.books.free_of(exact.item()) == free


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"Journal": "99"}, "Dagboek"),
        ({"Type": 8024}, "Type"),
        ({"Warehouse": "00000000-0000-0000-0000-000000000001"}, "Magazijn"),
        ({"line": {"Quantity": 2}}, "Quantity"),
        ({"SalesInvoiceLines": []}, "Verplicht"),
    ],
)
async def test_a_credit_note_that_cannot_be_is_refused(changed: dict[str, Any], told: str) -> None:
    async with exact_bench() as exact:
        answer = await exact.post("salesinvoice/SalesInvoices", credit(exact, **changed))
        assert answer.status_code == 500
        assert told in answer.json()["error"]["message"]["value"]


async def delivered(exact: ExactBench) -> str:
    exact.platform.office.settings.validate_hooks = False
    order = await exact.order()
    line: str = (await exact.lines(order))[0]["ID"]
    goods = [{"SalesOrderLineID": line, "QuantityDelivered": 1}]
    await exact.post("salesorder/GoodsDeliveries", {"DeliveryDate": "2026-11-23", "GoodsDeliveryLines": goods})
    return line


async def test_stock_rises_when_a_return_is_processed_and_not_before() -> None:
    async with exact_bench() as exact:
        line = await delivered(exact)
        free = exact.books.free_of(exact.item())
        await sell_and_take_back(exact, line)
        assert exact.books.free_of(exact.item()) == free
        done = await exact.client.post("/_control/process-returns", json={})
        assert done.json() == {"processed": 1}
        assert exact.books.free_of(exact.item()) == free + 1
        (planned,) = await exact.rows("salesorder/PlannedSalesReturns")
        assert planned["Status"] == 50
        lines = await exact.rows("salesinvoice/SalesInvoiceLines", filter=f"SalesOrderLine eq guid'{line}'")
        assert [each["Quantity"] for each in lines] == [-1.0]


async def test_no_more_comes_back_than_left() -> None:
    async with exact_bench() as exact:
        await sell_and_take_back(exact, await delivered(exact))
        (back,) = await exact.rows("salesorder/PlannedSalesReturnLines")
        (planned,) = await exact.rows("salesorder/PlannedSalesReturns")
        kept = ("Item", "GoodDeliveryLineID", "PlannedReturnQuantity", "ReceivedQuantity", "CreateCredit")
        again = {"DeliveredTo": planned["DeliveredTo"], "Warehouse": planned["Warehouse"]}
        again["PlannedSalesReturnLines"] = [{name: back[name] for name in kept}]
        answer = await exact.post("salesorder/PlannedSalesReturns", again)
        assert answer.status_code == 500
        assert "PlannedReturnQuantity" in answer.json()["error"]["message"]["value"]
