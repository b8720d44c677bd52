"""The whole adapter against the simulated Exact Online, over real HTTP."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from hub.adapters.exact.erp import ExactErp
from hub.adapters.port import DeletedKind, Page, StockRow
from hub.domain.money import vat_within
from hub.domain.sales_order import DraftCharge, DraftLine, SalesOrderDraft
from hub.outcome import Rejected, Throttled, Unauthorized, Unavailable
from hub.sandbox.faults import Fault, Forced
from tests.adapters.exact.conftest import CALLBACK, Shop, consent

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
HIGH = Decimal("0.21")


def order_line(item: str, quantity: int, price: str) -> DraftLine:
    gross = quantity * Decimal(price)
    return DraftLine(
        f"line-{item}", item, Decimal(quantity), Decimal(price), "4", HIGH, gross, vat_within(gross, HIGH), "Goods"
    )


def draft(shop: Shop, your_ref: str = "WEB-100045", *lines: DraftLine) -> SalesOrderDraft:
    used = lines or (order_line(shop.item(0), 3, "9.99"), order_line(shop.item(1), 1, "4.10"))
    charges = (DraftCharge(Decimal("4.95"), "4", HIGH, "Shipping", shipping=True),)
    return SalesOrderDraft(
        your_ref=your_ref,
        customer_id=customer(shop),
        order_date=NOW,
        currency="EUR",
        description=f"Order {your_ref}",
        lines=used,
        charges=charges,
        total=sum((line.gross for line in used), Decimal("4.95")),
    )


def customer(shop: Shop) -> str:
    accounts = shop.exact.main.table("crm/Accounts").rows.values()
    return str(next(row["ID"] for row in accounts if row["Status"] == "C" and not row["Blocked"]))


async def all_stock(erp: ExactErp, cursor: str | None = None) -> tuple[list[StockRow], str | None]:
    rows: list[StockRow] = []
    page: Page[StockRow] = Page((), cursor, more=True)
    while page.more:
        page = await erp.stock_since(page.cursor)
        rows += page.rows
    return rows, page.cursor


def fail(shop: Shop, fault: Fault, method: str, path: str = "", times: int = 1) -> None:
    shop.sandbox.world.faults.forced.append(Forced(fault, "exact", method, path, times))


async def test_after_consent_the_companies_can_be_chosen(shop: Shop) -> None:
    divisions = await shop.online.divisions()
    assert {(each.code, each.country, each.currency) for each in divisions} == {
        (123456, "NL", "EUR"),
        (654321, "BE", "EUR"),
    }
    assert await shop.online.current_division() == 123456


async def test_a_code_works_once(shop: Shop) -> None:
    code = await consent(shop.online)
    await shop.online.exchange(code, CALLBACK)
    with pytest.raises(Rejected):
        await shop.online.exchange(code, CALLBACK)


async def test_master_data_is_read_in_our_words(shop: Shop, erp: ExactErp) -> None:
    warehouses = await erp.warehouses()
    assert [each.main for each in warehouses].count(True) == 1
    codes = {code.code: code for code in await erp.vat_codes()}
    assert (codes["4"].percentage, codes["4"].kind, codes["4"].usable_for_sales) == (HIGH, "I", True)
    assert any(method.tracking_url for method in await erp.shipping_methods())
    customers = await erp.customers_since(None)
    assert not customers.more
    assert any(each.is_customer for each in customers.rows)
    assert not all(each.is_customer for each in customers.rows)
    assert all(each.code == each.code.strip() and each.code for each in customers.rows)
    items = await erp.items_since(None)
    good = shop.sandbox.world.goods[0]
    item = next(each for each in items.rows if each.code == good.sku)
    assert (item.item_id, item.ean, item.division) == (shop.item(0), good.ean, 123456)
    assert (await erp.items_since(items.cursor)).rows == ()


async def test_free_stock_is_read_whole_and_then_only_what_changed(shop: Shop, erp: ExactErp) -> None:
    rows, cursor = await all_stock(erp)
    for good in shop.sandbox.world.goods:
        read = sum((row.free_stock for row in rows if row.item_code == good.sku), Decimal(0))
        assert read == shop.exact.free(good.sku)
    assert await all_stock(erp, cursor) == ([], cursor)
    before = shop.exact.free(shop.sandbox.world.goods[0].sku)
    await erp.create_sales_order(draft(shop))
    changed, _ = await all_stock(erp, cursor)
    assert {row.item_id for row in changed} == {shop.item(0), shop.item(1)}
    assert shop.exact.free(shop.sandbox.world.goods[0].sku) == before - 3


async def test_an_order_stands_in_exact_to_the_cent_and_is_found_by_its_reference(shop: Shop, erp: ExactErp) -> None:
    wanted = draft(shop)
    assert wanted.your_ref not in await erp.find_sales_orders([wanted.your_ref])
    order_id = await erp.create_sales_order(wanted)
    order = await erp.sales_order(order_id)
    assert (order.your_ref, order.total, order.order_id) == (wanted.your_ref, wanted.total, order_id)
    assert [(line.item_id, line.quantity, line.line_number) for line in order.lines] == [
        (shop.item(0), Decimal(3), 1),
        (shop.item(1), Decimal(1), 2),
    ]
    assert (await erp.find_sales_orders([wanted.your_ref])).get(wanted.your_ref) == order
    (booked,) = shop.sandbox.world.ledger.sales_orders.values()
    assert (booked.your_ref, booked.total) == (wanted.your_ref, wanted.total)


async def test_the_channels_own_vat_amounts_are_booked(shop: Shop, erp: ExactErp) -> None:
    line = replace(order_line(shop.item(0), 1, "10.00"), vat=Decimal("1.73"))
    order = await erp.sales_order(await erp.create_sales_order(replace(draft(shop, "WEB-1", line), charges=())))
    assert (order.total, order.total_excluding_vat) == (Decimal("10.00"), Decimal("8.27"))


async def test_an_order_of_more_lines_than_a_page_is_read_whole(shop: Shop, erp: ExactErp) -> None:
    lines = [order_line(shop.item(place % 12), 1, "1.21") for place in range(130)]
    order_id = await erp.create_sales_order(draft(shop, "WEB-LONG", *lines))
    order = await erp.sales_order(order_id)
    assert len(order.lines) == 130
    assert [line.line_number for line in order.lines] == list(range(1, 131))


async def test_several_orders_are_looked_up_or_read_back_by_one_call(shop: Shop, erp: ExactErp) -> None:
    ids = [await erp.create_sales_order(draft(shop, f"WEB-{number}")) for number in range(3)]
    calls = shop.sandbox.world.ledger.calls["exact"]
    nowhere = "0c2f8a7e-5e1b-4d53-9a3e-6c1d2b7f4e90"
    found = await erp.sales_orders([*ids, nowhere])
    assert shop.sandbox.world.ledger.calls["exact"] == calls + 1
    by_reference = await erp.find_sales_orders(["WEB-0", "WEB-2", "WEB-9"])
    assert shop.sandbox.world.ledger.calls["exact"] == calls + 2
    assert by_reference == {"WEB-0": found[ids[0]], "WEB-2": found[ids[2]]}
    assert [found[one].your_ref for one in ids] == ["WEB-0", "WEB-1", "WEB-2"]
    assert all(len(one.lines) == 2 for one in found.values())
    assert nowhere not in found


async def test_a_reference_with_quotes_and_odd_signs_is_found(shop: Shop, erp: ExactErp) -> None:
    wanted = draft(shop, "O'Neill & Søn #1 50%+ 'x'")
    order_id = await erp.create_sales_order(wanted)
    found = (await erp.find_sales_orders([wanted.your_ref])).get(wanted.your_ref)
    assert found is not None
    assert found.order_id == order_id


async def test_an_unknown_item_is_refused_for_good_in_exacts_own_words(shop: Shop, erp: ExactErp) -> None:
    bad = draft(shop, "WEB-2", order_line("0c2f8a7e-5e1b-4d53-9a3e-6c1d2b7f4e90", 1, "1.00"))
    with pytest.raises(Rejected) as caught:
        await erp.create_sales_order(bad)
    assert caught.value.code == "validation"
    assert caught.value.reason


@pytest.mark.parametrize("fault", [Fault.LOST_ANSWER, Fault.BROKEN_ANSWER])
async def test_after_a_lost_answer_the_order_is_found_and_not_posted_again(
    shop: Shop, erp: ExactErp, fault: Fault
) -> None:
    fail(shop, fault, "POST", "SalesOrders")
    with pytest.raises(Unavailable) as caught:
        await erp.create_sales_order(draft(shop))
    assert caught.value.unknown
    assert "WEB-100045" in await erp.find_sales_orders(["WEB-100045"])


@pytest.mark.parametrize("fault", [Fault.LOST_REQUEST, Fault.BROKEN])
async def test_after_a_lost_request_the_order_is_not_found(shop: Shop, erp: ExactErp, fault: Fault) -> None:
    fail(shop, fault, "POST", "SalesOrders")
    with pytest.raises(Unavailable) as caught:
        await erp.create_sales_order(draft(shop))
    assert caught.value.unknown
    assert "WEB-100045" not in await erp.find_sales_orders(["WEB-100045"])


async def test_an_injected_429_says_when_to_come_back(shop: Shop, erp: ExactErp) -> None:
    fail(shop, Fault.THROTTLE, "GET")
    with pytest.raises(Throttled) as caught:
        await erp.warehouses()
    assert 0 < caught.value.retry_after <= 62


async def test_the_budget_is_read_from_the_headers_and_kept_on_our_side(shop: Shop) -> None:
    shop.exact.office.settings.minute_limit = 20
    erp = shop.erp

    async def read_on() -> None:
        while True:
            await erp.stock_since(None)

    with pytest.raises(Throttled) as caught:
        await read_on()
    minute, day, *_ = erp.meters()
    assert minute.limit == 20
    assert day.limit == 5000
    assert minute.remaining in (4, 5), "a fifth is left to orders, and the call that stock has for itself"
    assert 0 < caught.value.retry_after <= 62
    assert "exact.429" not in shop.sandbox.world.ledger.refusals
    assert "WEB-1" not in await erp.find_sales_orders(["WEB-1"])


async def test_the_breaker_stops_well_before_exact_would(shop: Shop, erp: ExactErp) -> None:
    bad = draft(shop, "WEB-2", order_line("0c2f8a7e-5e1b-4d53-9a3e-6c1d2b7f4e90", 1, "1.00"))
    for _ in range(5):
        with pytest.raises(Rejected):
            await erp.create_sales_order(bad)
    with pytest.raises(Throttled, match="salesorder/SalesOrders"):
        await erp.create_sales_order(bad)
    assert sum(shop.sandbox.world.ledger.refusals.values()) == 5
    assert "WEB-2" not in await erp.find_sales_orders(["WEB-2"]), "what became of orders can still be read"


async def test_a_withdrawn_consent_asks_for_a_new_one(shop: Shop, erp: ExactErp) -> None:
    await erp.warehouses()
    shop.exact.expire_grant()
    with pytest.raises(Unauthorized, match="connect the account again"):
        await erp.warehouses()
    await shop.store.save(await shop.online.exchange(await consent(shop.online), CALLBACK))
    assert await shop.erp.warehouses()


async def test_a_token_is_renewed_when_its_time_has_come(shop: Shop, erp: ExactErp) -> None:
    first = await shop.store.load()
    assert first is not None
    shop.sandbox.world.clock.advance(575)
    await shop.store.save(replace(first, issued_at=first.issued_at - timedelta(seconds=575)))
    assert await erp.warehouses()
    second = await shop.store.load()
    assert second is not None
    assert second.access_token != first.access_token
    assert second.refresh_token != first.refresh_token


async def delivered(shop: Shop, erp: ExactErp, reference: str, tracking: str | None) -> tuple[str, list[str]]:
    order = await erp.sales_order(await erp.create_sales_order(draft(shop, reference)))
    lines = {line.line_id: line.quantity for line in order.lines}
    entry = await erp.deliver(lines, delivered_at=NOW, tracking=tracking, description=f"Parcel {reference}")
    return entry, list(lines)


async def test_a_delivery_of_ours_is_found_by_its_description(shop: Shop, erp: ExactErp) -> None:
    entry, lines = await delivered(shop, erp, "WEB-1", "3SABC")
    other, _ = await delivered(shop, erp, "WEB-2", None)
    assert await erp.find_delivery("Parcel WEB-1", lines) == entry
    assert await erp.find_delivery("Parcel WEB-2", lines) is None
    read = await erp.delivery(entry)
    assert read is not None
    assert (read.tracking, read.entry_id, read.delivered_at.date()) == ("3SABC", entry, NOW.date())
    assert {line.sales_order_line_id: line.quantity for line in read.lines} == dict(zip(lines, [3, 1], strict=True))
    assert await erp.deliveries_of(lines) == (read,)
    unread = await erp.delivery(other)
    assert unread is not None
    assert unread.tracking is None
    assert await erp.delivery("0c2f8a7e-5e1b-4d53-9a3e-6c1d2b7f4e90") is None
    assert not shop.sandbox.world.ledger.refusals


async def test_more_delivered_than_ordered_is_refused(shop: Shop, erp: ExactErp) -> None:
    order = await erp.sales_order(await erp.create_sales_order(draft(shop)))
    too_many = {order.lines[0].line_id: Decimal(4)}
    with pytest.raises(Rejected) as caught:
        await erp.deliver(too_many, delivered_at=NOW, tracking=None, description="x")
    assert caught.value.code == "validation"


async def test_changed_deliveries_come_whole_and_again_when_tracking_is_filled_in_later(
    shop: Shop, erp: ExactErp
) -> None:
    first = await erp.deliveries_since(None)
    assert (first.rows, first.more) == ((), False)
    entry, lines = await delivered(shop, erp, "WEB-1", None)
    second = await erp.deliveries_since(first.cursor)
    (delivery,) = second.rows
    assert (delivery.entry_id, delivery.tracking) == (entry, None)
    assert [line.sales_order_line_id for line in delivery.lines] == lines
    assert (await erp.deliveries_since(second.cursor)).rows == ()
    main = shop.exact.main
    (row, *_) = main.table("salesorder/GoodsDeliveryLines").of(entry)
    main.touch("salesorder/GoodsDeliveryLines", row | {"TrackingNumber": "3SLATE"})
    third = await erp.deliveries_since(second.cursor)
    (delivery,) = third.rows
    assert sorted(line.tracking or "" for line in delivery.lines) == ["", "3SLATE"]


async def test_many_changed_deliveries_come_in_few_calls(shop: Shop, erp: ExactErp) -> None:
    shop.exact.office.settings.minute_limit = 1000
    cursor = (await erp.deliveries_since(None)).cursor
    for number in range(30):
        await delivered(shop, erp, f"WEB-{number}", None)
    before = shop.sandbox.world.ledger.calls["exact"]
    page = await erp.deliveries_since(cursor)
    assert len(page.rows) == 30
    assert shop.sandbox.world.ledger.calls["exact"] - before == 4


async def test_the_same_tracking_on_header_and_line_is_told_once_per_line(shop: Shop, erp: ExactErp) -> None:
    entry, _ = await delivered(shop, erp, "WEB-1", "3SABC")
    read = await erp.delivery(entry)
    assert read is not None
    assert len({line.sales_order_line_id for line in read.lines}) == len(read.lines) == 2


async def test_subscriptions_are_made_listed_replaced_and_removed(shop: Shop, erp: ExactErp) -> None:
    shop.exact.office.settings.validate_hooks = False
    made = await erp.subscribe("StockPositions", "http://127.0.0.1:1/a")
    assert await erp.subscribe("StockPositions", "http://127.0.0.1:1/a") == made
    moved = await erp.subscribe("StockPositions", "http://127.0.0.1:1/b")
    assert moved.external_id != made.external_id
    assert await erp.subscriptions() == (moved,)
    await erp.unsubscribe(moved.external_id)
    await erp.unsubscribe(moved.external_id)
    assert await erp.subscriptions() == ()


async def test_an_outage_is_an_outage_for_readings_and_leaves_nothing_unknown(shop: Shop, erp: ExactErp) -> None:
    shop.sandbox.world.faults.outages.add("exact")
    with pytest.raises(Unavailable) as caught:
        await erp.stock_since(None)
    assert not caught.value.unknown
    shop.sandbox.world.faults.outages.clear()
    assert (await erp.stock_since(None)).rows


async def test_deletions_that_concern_stock_are_told_once(shop: Shop, erp: ExactErp) -> None:
    books = shop.exact.main
    start = await erp.deleted_since(None)
    assert start.rows == ()
    order_id = await erp.create_sales_order(draft(shop))
    position = next(iter(books.table("stock").of(shop.item(2))))
    books.delete("stock", position["ID"])
    books.delete("logistics/Items", shop.item(3))
    books.delete("salesorder/SalesOrders", order_id)
    page = await erp.deleted_since(start.cursor)
    assert [(row.kind, row.key) for row in page.rows] == [
        (DeletedKind.STOCK_ROW, position["ID"]),
        (DeletedKind.ITEM, shop.item(3)),
    ]
    assert (await erp.deleted_since(page.cursor)).rows == ()


async def test_a_division_that_is_moved_says_that_its_row_versions_began_anew(shop: Shop, erp: ExactErp) -> None:
    before = await erp.generation()
    assert await erp.generation() == before
    (row,) = shop.exact.main.table("system/Divisions").find(Code=shop.exact.main.code)
    row["DivisionMoveDate"] = NOW
    assert await erp.generation() != before
    assert await shop.online.erp(654321).generation() == before
