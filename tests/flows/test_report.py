"""What the hub reports is what stands in the books of Exact, at mixed rates and in several countries."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from hub.actors import commands
from hub.domain.booking import BookingKind
from hub.domain.report import Asked, ReportRow, report_rows
from hub.domain.tax import Regime
from hub.domain.tax.profile import TaxProfile
from hub.domain.vat_mapping import VatRule
from hub.store.tables import booking, orders
from hub.store.views.report import booked_sums, oss_figures
from tests.flows.stage import TENANT, Stage, eventually, stage

RULES = (
    VatRule("BE", Decimal("0.21"), "OB"),
    VatRule("DE", Decimal("0.19"), "OD"),
    VatRule("NL", Decimal(0), "7", Regime.REVERSE_CHARGE),
)
Sums = dict[tuple[str, Decimal], tuple[Decimal, Decimal]]


async def rows(made: Stage) -> list[ReportRow]:
    today = made.desk.clock.now().date()
    asked = Asked(today - timedelta(days=3), today + timedelta(days=3))
    async with made.database.read() as reading:
        return report_rows(await booked_sums(reading, TENANT, asked), asked)


def added(found: list[ReportRow]) -> Sums:
    """Return net and VAT by channel and rate."""
    sums: Sums = {}
    for row in found:
        for one in row.rates:
            net, vat = sums.get((row.channel_id, one.rate), (Decimal(0), Decimal(0)))
            sums[row.channel_id, one.rate] = net + one.net, vat + one.vat
    return sums


async def in_exact(made: Stage) -> Sums:
    """Return what the sandbox's books hold by channel and rate."""
    found: list[dict[str, Any]] = (await made.http.get("/_control/books")).json()
    return {(one["channel"], Decimal(one["rate"])): (Decimal(one["net"]), Decimal(one["vat"])) for one in found}


async def goods_by_rate(made: Stage) -> dict[str, str]:
    """Return one article per VAT rate of which the shelves hold enough."""
    state = (await made.http.get("/_control/state")).json()
    shown = [state["channels"][name]["shown"] for name in ("bol", "woocommerce")]
    enough = [one for one in state["goods"] if all(shelf.get(one["sku"], 0) > 12 for shelf in shown)]
    return {one["vat_rate"]: one["sku"] for one in enough}


async def all_forwarded(made: Stage, sold: list[str]) -> None:
    async def done() -> bool:
        found = await made.rows(select(orders.c.status).where(orders.c.external_id.in_(sold)))
        return [one.status for one in found] == ["forwarded"] * len(sold)

    await eventually(done)


async def test_the_report_equals_the_books_of_exact(database_url: str) -> None:
    async with stage(database_url, goods=40) as made:
        await made.command(commands.set_tax_profile, TaxProfile("NL", {}, oss_country="NL", opted=True))
        await made.configure("bol", vat_rules=RULES)
        await made.configure("woocommerce", vat_rules=RULES)
        goods = await goods_by_rate(made)
        both = [{"sku": sku, "quantity": count} for sku, count in zip(goods.values(), (3, 1), strict=True)]
        high = [{"sku": goods["0.21"], "quantity": 1}]
        sold = [
            await made.sell("bol", lines=both),
            await made.sell("woocommerce", lines=both),
            await made.sell("woocommerce", lines=high),
            await made.sell("bol", lines=high, country="BE"),
            await made.sell("bol", lines=high, country="DE"),
            await made.sell("bol", lines=high, country="BE", company=True),
        ]
        await all_forwarded(made, sold)
        found = await rows(made)
        assert added(found) == await in_exact(made)
        assert {rate for _, rate in added(found)} == {Decimal(one) for one in ("0", "0.09", "0.19", "0.21")}
        assert sum(row.orders for row in found) == len(sold)
        await costs_and_fees(made, found)
        await declared_in_the_one_stop_shop(made)


async def costs_and_fees(made: Stage, found: list[ReportRow]) -> None:
    """Goods cost what Exact says, and bol.com tells its commission with the order."""
    bol = next(row for row in found if row.channel_id == "bol")
    shop = next(row for row in found if row.channel_id == "woocommerce")
    assert bol.fees > 0
    assert shop.fees == shop.uncosted == 0
    assert shop.shipping > 0
    assert bol.margin == bol.net - bol.cost - bol.fees
    costs = await made.rows(select(booking.c.unit_cost).where(booking.c.kind == BookingKind.LINE.value))
    assert all(one.unit_cost for one in costs)


async def quarters(made: Stage) -> list[str]:
    """Return the quarter in which the books were written, or both where the last one ended meanwhile."""
    days = [date.fromisoformat(one.day) for one in await made.rows(select(booking.c.day).distinct())]
    return sorted({f"{day.year}-Q{(day.month + 2) // 3}" for day in days})


async def declared_in_the_one_stop_shop(made: Stage) -> None:
    async with made.database.read() as reading:
        told = [await oss_figures(reading, TENANT, quarter) for quarter in await quarters(made)]
    lines = sorted((one for each in told for one in each.lines), key=lambda one: one.state)
    assert [(one.state, one.ships_from, one.rate) for one in lines] == [
        ("BE", "NL", Decimal("0.21")),
        ("DE", "NL", Decimal("0.19")),
    ]
    assert sum(each.vat for each in told) == sum(one.vat for one in lines) > 0
    assert not any(each.corrections for each in told)
