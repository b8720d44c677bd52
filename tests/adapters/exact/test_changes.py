"""Sales orders changed, deleted and completed in the simulated Exact, each step repeatable."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from hub.adapters.exact.erp import ExactErp
from hub.domain.aligning import NOTHING, SalesOrderChanges
from hub.domain.sales_order import DraftCharge, SalesOrderDraft
from hub.outcome import Rejected
from tests.adapters.exact.conftest import Shop
from tests.adapters.exact.test_against_sandbox import draft

POST = DraftCharge(Decimal("4.95"), "4", Decimal("0.21"), "Post", shipping=True)
DEARER = replace(POST, gross=Decimal("6.95"))


def one_line(shop: Shop) -> SalesOrderDraft:
    """Return a draft of one line without charges."""
    whole = draft(shop, "WEB-1")
    return replace(whole, lines=(replace(whole.lines[0], vat=None),), charges=())


async def test_lines_are_changed_added_and_removed(shop: Shop, erp: ExactErp) -> None:
    wanted = one_line(shop)
    made = await erp.create_sales_order(wanted)
    (line,) = (await erp.sales_order(made)).lines
    assert (line.delivered, line.net_price, line.vat_code) == (
        Decimal(0),
        wanted.lines[0].net_price,
        wanted.lines[0].vat_code,
    )
    more = replace(wanted.lines[0], quantity=Decimal(5))
    other = replace(wanted.lines[0], item_id=shop.item(1), quantity=Decimal(1))
    await erp.change_sales_order_lines(made, SalesOrderChanges({line.line_id: more}, (other,)))
    kept, added = (await erp.sales_order(made)).lines
    assert (kept.line_id, kept.quantity, added.item_id, added.quantity) == (
        line.line_id,
        Decimal(5),
        shop.item(1),
        Decimal(1),
    )
    for _ in range(2):
        await erp.change_sales_order_lines(made, SalesOrderChanges({added.line_id: other}, (), (line.line_id,)))
    assert [one.line_id for one in (await erp.sales_order(made)).lines] == [added.line_id]


async def test_charges_are_set_to_what_they_should_be_and_left_where_they_are_right(shop: Shop, erp: ExactErp) -> None:
    wanted = one_line(shop)
    made = await erp.create_sales_order(wanted)
    before = (await erp.sales_order(made)).total
    for charges, total in (
        ((POST,), "4.95"),
        ((POST,), "4.95"),
        ((DEARER,), "6.95"),
        ((DEARER, POST), "11.90"),
        ((), "0"),
    ):
        await erp.change_sales_order_lines(made, replace(NOTHING, charges=charges))
        assert (await erp.sales_order(made)).total == before + Decimal(total)


async def test_a_deleted_sales_order_is_gone_and_may_be_deleted_again(shop: Shop, erp: ExactErp) -> None:
    made = await erp.create_sales_order(draft(shop, "WEB-1"))
    for _ in range(2):
        await erp.delete_sales_order(made)
    assert "WEB-1" not in await erp.find_sales_orders(["WEB-1"])


async def test_the_rest_is_completed_and_an_error_within_a_201_is_a_refusal(shop: Shop, erp: ExactErp) -> None:
    made = await erp.create_sales_order(draft(shop, "WEB-1"))
    for _ in range(2):
        await erp.complete_sales_order(made)
    assert shop.exact.main.table("salesorder/SalesOrders").rows[made]["DeliveryStatus"] == 21
    with pytest.raises(Rejected) as caught:
        await erp.complete_sales_order(shop.item())
    assert caught.value.code == "not_completed"
