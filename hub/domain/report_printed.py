"""Reports as people read them: sheets for a spreadsheet, and text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from functools import partial

from hub.domain.oss_return import OssReturn
from hub.domain.report import Asked, BookedSum, ReportRow, report_rows
from hub.domain.sheet import cell, sheet
from hub.domain.tax.rates import percent

REPORT_COLUMNS = (
    "period", "channel", "currency", "kind", "taxed_in", "regime", "rate", "net", "vat", "gross", "discount",
    "cost", "uncosted", "margin", "orders",
)  # fmt: skip
OSS_COLUMNS = ("part", "quarter", "state", "ships_from", "rate", "currency", "net", "vat")


def report_sheet(sums: Iterable[BookedSum], asked: Asked) -> str:
    """Return a report as CSV: a row per period, channel, kind, place and rate, whose margins add up."""
    rows = sorted(map(partial(_cells, asked), _merged(sums, asked)), key=lambda row: row[:7])
    return sheet([REPORT_COLUMNS, *rows])


def _merged(sums: Iterable[BookedSum], asked: Asked) -> Iterator[BookedSum]:
    """Yield the sums with the months of one period added up."""
    groups: dict[tuple[object, ...], BookedSum] = {}
    for one in sums:
        key = asked.period_of(one.month), one.channel_id, one.currency, one.kind, one.taxed_in, one.regime, one.rate
        groups[key] = groups[key].plus(one) if key in groups else one
    yield from groups.values()


def _cells(asked: Asked, one: BookedSum) -> list[str]:
    revenue = one.net - one.uncosted
    texts = asked.period_of(one.month), one.channel_id, one.currency, one.kind.value, one.taxed_in, one.regime
    amounts = one.net, one.vat, one.gross, one.discount, one.cost, one.uncosted, revenue - one.cost
    return [*map(cell, texts), cell(one.rate), *map(cell, amounts), cell(one.orders)]


def oss_sheet(one: OssReturn) -> str:
    """Return the figures for the one stop shop as CSV; corrections stand apart, without a rate."""
    sold = [
        ["sales", one.quarter, *map(cell, (line.state, line.ships_from, line.rate, line.currency, line.net, line.vat))]
        for line in one.lines
    ]
    corrected = [
        ["correction", *map(cell, (each.quarter, each.state, None, None, each.currency, each.net, each.vat))]
        for each in one.corrections
    ]
    return sheet([OSS_COLUMNS, *sold, *corrected])


def report_text(sums: Iterable[BookedSum], asked: Asked) -> str:
    """Return a report as text."""
    rows = report_rows(sums, asked)
    body = [line for row in rows for line in _lines(row)] or ["Nothing was booked."]
    return "\n".join((f"From {asked.since} until {asked.until} (that day not counted)", *body)) + "\n"


def _lines(row: ReportRow) -> Iterator[str]:
    yield ""
    yield f"{row.channel_id}, {row.period}: {row.orders} orders, {row.currency}"
    named: list[tuple[str, Decimal]] = [
        ("revenue without VAT", row.net), ("  of which shipping", row.shipping), ("  of which given back", row.credits),
        ("VAT", row.vat), ("discounts given", row.discounts), ("kept by the channel", row.fees),
        ("cost of goods", row.cost), ("revenue at no known cost", row.uncosted), ("margin", row.margin),
    ]  # fmt: skip
    yield from (f"  {name:<44}{amount:>14.2f}" for name, amount in named)
    for one in row.rates:
        place = f" in {one.taxed_in}" if one.taxed_in else ""
        regime = "as mapped" if one.regime is None else one.regime.replace("_", " ")
        yield f"  {f'VAT {percent(one.rate)}{place}, {regime}':<44}{one.net:>14.2f}{one.vat:>14.2f}"


def oss_text(one: OssReturn) -> str:
    """Return the figures for the one stop shop as text."""
    sold = [
        f"  {line.state} {percent(line.rate):<8} from {line.ships_from or '?'}{line.net:>14.2f}{line.vat:>14.2f} "
        f"{line.currency}"
        for line in one.lines
    ]
    corrected = [
        f"  {each.state} for {each.quarter}{each.net:>14.2f}{each.vat:>14.2f} {each.currency}"
        for each in one.corrections
    ]
    lines = [f"One stop shop, {one.quarter}", *(sold or ["  no sales"]), "Corrections of earlier quarters"]
    return "\n".join((*lines, *(corrected or ["  none"]), f"VAT to be paid{one.vat:>14.2f}")) + "\n"
