"""What stands in Exact is booked once per order, at the cost of the day it was forwarded, and added up by SQL."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from hub.domain.amounts.booked import EntryKind
from hub.domain.booking import Booking, BookingKind
from hub.domain.certificate import Certificate, Entry
from hub.domain.order import ChannelFee
from hub.domain.report import Asked, ReportRow, Span, report_rows
from hub.domain.tax import Regime
from hub.store.bookings import add_bookings, book_fees, book_order, fees_to_json
from hub.store.certificates import certificate_to_json
from hub.store.engine import Database, Work
from hub.store.tables import booking, division, erp_item, order_line, orders
from hub.store.tenants import Tenant, create_tenant
from hub.store.views.report import booked_sums, oss_figures
from tests.api.house import DIVISION, House, line_row, order_row

NOVEMBER = Asked(date(2026, 11, 1), date(2026, 12, 1))
TODAY = date(2026, 11, 23)


def entry(net: str, vat: str, rate: str = "0.21", place: str = "BE", **fields: Any) -> Entry:
    usual: dict[str, Any] = {"line_id": "1", "quantity": Decimal(2)} | fields
    return Entry("Mug", Regime.OSS, place, Decimal(rate), "OB", Decimal(net), Decimal(vat), (), **usual)


SHIPPING = entry("4.09", "0.86", line_id=None, quantity=None, kind=EntryKind.SHIPPING)


class Books:
    """Forwards orders of a house without Exact."""

    def __init__(self, database: Database, house: House) -> None:
        self.database = database
        self.house = house

    async def forwarded(self, name: str, *entries: Entry, day: date = TODAY, **fields: Any) -> str:
        """Store an order with its certificate and book it; return its id."""
        total = sum((one.gross for one in entries), Decimal(0))
        certificate = Certificate("account", name, day, "EUR", "NL", "BE", entries, total, total)
        row = order_row(
            self.house, name, status="forwarded", division=DIVISION, derivation=certificate_to_json(certificate),
            **fields,
        )  # fmt: skip

        async def store(work: Work) -> None:
            await work.execute(insert(orders).values(tenant_id=self.house.tenant_id, **row))
            line = line_row(self.house, name, discount=Decimal("1.21"))
            await work.execute(insert(order_line).values(tenant_id=self.house.tenant_id, **line))
            await book_order(work, self.house.tenant_id, row["order_id"])

        await self.database.write(store)
        return str(row["order_id"])

    async def book_again(self, one: str) -> None:
        await self.database.write(lambda work: book_order(work, self.house.tenant_id, one))

    async def rows(self, asked: Asked = NOVEMBER, tenant_id: str | None = None) -> list[ReportRow]:
        async with self.database.read() as reading:
            return report_rows(await booked_sums(reading, tenant_id or self.house.tenant_id, asked), asked)

    async def stored(self, *columns: str) -> list[tuple[Any, ...]]:
        async with self.database.read() as reading:
            found = select(*(booking.c[name] for name in columns)).order_by(booking.c.kind, booking.c.place)
            return [tuple(row) for row in (await reading.execute(found)).all()]

    async def cost(self, **values: Any) -> None:
        """Let the item cost something else from now on."""
        await self.database.write(lambda work: work.execute(update(erp_item).values(**values)))


@pytest.fixture
async def books(database: Database, acme: Tenant) -> Books:
    house = House(acme.tenant_id)

    async def fill(work: Work) -> None:
        item = {"item_id": "i", "product_id": house.key("product"), "stocked": True, "sold": True, "ended": False}
        await work.execute(
            insert(erp_item).values(tenant_id="acme", division=DIVISION, cost_price=Decimal("3.333333"), **item)
        )
        await work.execute(
            insert(division).values(
                tenant_id="acme", code=DIVISION, connection_id="e", description="T", currency="EUR", enabled=True
            )
        )

    await database.write(fill)
    return Books(database, house)


async def test_an_order_is_booked_line_by_line_and_charge_by_charge(books: Books) -> None:
    await books.forwarded("a", entry("20.00", "4.20"), SHIPPING)
    assert await books.stored("kind", "place", "net", "vat", "discount", "cost", "day") == [
        ("line", 0, Decimal("20.00"), Decimal("4.20"), Decimal("1.21"), Decimal("6.67"), "2026-11-23"),
        ("shipping", 1, Decimal("4.09"), Decimal("0.86"), Decimal(0), None, "2026-11-23"),
    ]


async def test_the_cost_is_that_of_the_day_of_forwarding(books: Books) -> None:
    one = await books.forwarded("a", entry("20.00", "4.20"))
    await books.cost(cost_price=Decimal("9.99"))
    await books.book_again(one)
    assert await books.stored("cost", "unit_cost") == [(Decimal("6.67"), Decimal("3.333333"))]


@pytest.mark.parametrize(
    ("values", "cost"),
    [({"cost_price": None}, None), ({"cost_currency": "USD"}, None), ({"cost_currency": "EUR"}, Decimal("6.67"))],
)
async def test_only_a_cost_in_the_currency_of_the_books_is_known(
    books: Books, values: Mapping[str, Any], cost: Decimal | None
) -> None:
    await books.cost(**values)
    await books.forwarded("a", entry("20.00", "4.20"))
    assert await books.stored("cost") == [(cost,)]
    [row] = await books.rows()
    assert row.uncosted == (0 if cost else 20)


async def test_booking_again_replaces_the_sale_and_leaves_credits(books: Books) -> None:
    one = await books.forwarded("a", entry("20.00", "4.20"), SHIPPING)
    credit = Booking(BookingKind.CREDIT, 0, TODAY, TODAY, "EUR", "oss", "BE", "NL", Decimal("0.21"),
                     net=Decimal("-10.00"), vat=Decimal("-2.10"))  # fmt: skip
    await books.database.write(lambda work: add_bookings(work, "acme", one, "shop", [credit]))
    shorter = Certificate("account", "a", TODAY, "EUR", "NL", "BE", (entry("20.00", "4.20"),), Decimal(0),
                          Decimal(0))  # fmt: skip
    change = update(orders).values(derivation=certificate_to_json(shorter))
    await books.database.write(lambda work: work.execute(change))
    await books.book_again(one)
    assert await books.stored("kind", "net") == [("credit", Decimal("-10.00")), ("line", Decimal("20.00"))]
    [row] = await books.rows()
    assert (row.net, row.vat, row.credits) == (Decimal(10), Decimal("2.10"), Decimal(-10))
    assert row.orders == 1


async def test_what_the_channel_keeps_is_booked_with_the_order_and_when_it_is_told_later(books: Books) -> None:
    early = await books.forwarded(
        "a", entry("20.00", "4.20"), fees=fees_to_json([ChannelFee("commission", Decimal("2.50"), "EUR", "1")])
    )
    later = [ChannelFee("commission", Decimal("3.00"), "EUR", "1"), ChannelFee("payment", Decimal("0.25"), "EUR")]
    await books.database.write(lambda work: book_fees(work, "acme", early, later))
    [row] = await books.rows()
    assert (row.fees, row.cost, row.orders) == (Decimal("3.25"), Decimal("6.67"), 1)
    assert row.margin == Decimal("20.00") - Decimal("6.67") - Decimal("3.25")


async def test_what_no_column_can_hold_never_keeps_an_order_from_being_booked(books: Books) -> None:
    """Fees and cost prices are told by others; the order stands in Exact whatever they say."""
    odd = [
        ChannelFee("commission", Decimal("1.2345678901"), "EUR"),
        ChannelFee("commission", Decimal("1e15"), "EUR"),
        ChannelFee("a fee with a very long name", Decimal("0.10"), "EURO"),
    ]
    await books.cost(cost_price=Decimal("999999999999.999999"))
    longest = entry("20.00", "4.20", quantity=Decimal(10**6))
    await books.forwarded("a", longest, fees=fees_to_json(odd))
    assert await books.stored("kind", "cost") == [("channel_fee", Decimal("1.23")), ("line", None)]


async def test_an_order_without_a_certificate_is_booked_nowhere(books: Books) -> None:
    one = await books.forwarded("a", entry("20.00", "4.20"))
    await books.forwarded("b", entry("1.00", "0.21"))
    await books.database.write(lambda work: work.execute(update(orders).values(derivation=None)))
    await books.database.write(lambda work: work.execute(booking.delete()))
    await books.book_again(one)
    await books.database.write(lambda work: book_fees(work, "acme", one, [ChannelFee("x", Decimal(1), "EUR")]))
    assert await books.stored("kind") == []


async def test_a_report_adds_up_by_channel_period_and_rate_and_stops_at_its_days(books: Books) -> None:
    await books.forwarded("a", entry("20.00", "4.20"), SHIPPING)
    await books.forwarded("b", entry("10.00", "0.90", "0.09"), channel_id="bol", day=date(2026, 11, 1))
    await books.forwarded("c", entry("0.01", "0.00"), day=date(2026, 11, 30))
    await books.forwarded("d", entry("99.00", "20.79"), day=date(2026, 12, 1))
    bol, shop = await books.rows()
    assert (bol.channel_id, bol.net, bol.vat, bol.orders) == ("bol", Decimal(10), Decimal("0.90"), 1)
    assert (shop.channel_id, shop.net, shop.vat, shop.orders) == ("shop", Decimal("24.10"), Decimal("5.06"), 2)
    months = await books.rows(Asked(date(2026, 10, 1), date(2027, 1, 1), Span.MONTH, "shop"))
    assert [(row.period, row.net) for row in months] == [("2026-11", Decimal("24.10")), ("2026-12", 99)]


async def test_sums_stay_exact_over_many_small_amounts(books: Books) -> None:
    cents = [
        Booking(BookingKind.LINE, place, TODAY, TODAY, "EUR", net=Decimal("0.01"), vat=Decimal("0.000001"))
        for place in range(1000)
    ]
    await books.database.write(lambda work: add_bookings(work, "acme", "many", "shop", cents))
    [row] = await books.rows()
    assert (row.net, row.vat) == (Decimal("10.00"), Decimal("0.001"))


async def test_no_tenant_is_told_of_another(books: Books) -> None:
    await books.database.write(lambda work: create_tenant(work, "globex", "Globex"))
    await books.forwarded("a", entry("20.00", "4.20"))
    assert await books.rows(tenant_id="globex") == []
    async with books.database.read() as reading:
        assert (await oss_figures(reading, "globex", "2026-Q4")).lines == ()


async def test_the_one_stop_shop_is_told_its_own_sales_and_what_corrects_earlier_quarters(books: Books) -> None:
    one = await books.forwarded("a", entry("20.00", "4.20"), entry("5.00", "0.30", "0.06", line_id="2"))
    await books.forwarded("b", entry("70.00", "14.70"), day=date(2026, 9, 30))
    domestic = Booking(BookingKind.LINE, 9, TODAY, TODAY, "EUR", "domestic", "NL", "NL", Decimal("0.21"),
                       net=Decimal(500), vat=Decimal(105))  # fmt: skip
    back = Booking(BookingKind.CREDIT, 0, TODAY, date(2026, 9, 30), "EUR", "oss", "BE", "NL", Decimal("0.21"),
                   net=Decimal(-7), vat=Decimal("-1.47"))  # fmt: skip
    await books.database.write(lambda work: add_bookings(work, "acme", one, "shop", [domestic, back]))
    async with books.database.read() as reading:
        told = await oss_figures(reading, "acme", "2026-Q4")
    assert [(line.state, line.rate, line.net, line.vat) for line in told.lines] == [
        ("BE", Decimal("0.06"), Decimal(5), Decimal("0.30")),
        ("BE", Decimal("0.21"), Decimal(20), Decimal("4.20")),
    ]
    assert [(each.quarter, each.state, each.vat) for each in told.corrections] == [("2026-Q3", "BE", Decimal("-1.47"))]
