"""A reading meets rows of the one before again: that is how it is known to hold all that changed since."""

from __future__ import annotations

from decimal import Decimal

from hub.adapters.exact.erp import ExactErp
from hub.adapters.exact.sync import REMEMBERED
from hub.adapters.port import Page, StockRow
from tests.adapters.exact.conftest import Shop

ITEMS = range(12)


def count(shop: Shop, *places: int, warehouses: int = 1) -> None:
    books = shop.exact.main
    for place in places:
        for row in books.table("stock").of(shop.item(place))[:warehouses]:
            books.move(row["ItemId"], row["Warehouse"], CurrentStock=Decimal(1))


async def all_at_first(erp: ExactErp) -> Page[StockRow]:
    page = await erp.stock_since(None)
    assert page.follows
    assert len(page.rows) > REMEMBERED
    return page


async def test_what_was_met_before_is_not_told_again(erp: ExactErp) -> None:
    page = await all_at_first(erp)
    for _ in range(2):
        page = await erp.stock_since(page.cursor)
        assert page.follows
        assert page.rows == ()


async def test_a_reading_brings_what_changed_and_follows(shop: Shop, erp: ExactErp) -> None:
    page = await all_at_first(erp)
    for place in (0, 11, 11, 3):
        count(shop, place)
        page = await erp.stock_since(page.cursor)
        assert page.follows
        assert [row.item_id for row in page.rows] == [shop.item(place)]


async def test_in_another_database_nothing_is_met_again(shop: Shop, erp: ExactErp) -> None:
    page = await all_at_first(erp)
    shop.exact.main.change_database()
    page = await erp.stock_since(page.cursor)
    assert not page.follows
    assert page.rows == ()
    assert not (await erp.stock_since(page.cursor)).follows


async def test_rows_that_another_database_numbers_about_the_cursor_do_not_make_a_reading_follow(
    shop: Shop, erp: ExactErp
) -> None:
    shop.exact.main.change_database()
    page = await all_at_first(erp)
    count(shop, *ITEMS)
    shop.exact.main.change_database()
    page = await erp.stock_since(page.cursor)
    assert not page.follows
    assert 0 < len(page.rows) < len(ITEMS)


async def test_where_all_that_was_met_has_changed_a_reading_does_not_follow_and_the_next_one_does(
    shop: Shop, erp: ExactErp
) -> None:
    page = await all_at_first(erp)
    count(shop, *ITEMS, warehouses=2)
    page = await erp.stock_since(page.cursor)
    assert not page.follows
    assert {row.item_id for row in page.rows} == {shop.item(place) for place in ITEMS}
    assert (await erp.stock_since(page.cursor)).follows


async def test_a_cursor_from_before_rows_were_remembered_is_gone_on_with(shop: Shop, erp: ExactErp) -> None:
    last = max(row.timestamp for row in (await all_at_first(erp)).rows)
    count(shop, 5)
    page = await erp.stock_since(f"[{last},{last},null]")
    assert [row.item_id for row in page.rows] == [shop.item(5)]
    assert not page.follows
    assert (await erp.stock_since(page.cursor)).follows
