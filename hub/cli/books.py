"""Print what became of an order, and what channels brought."""

from __future__ import annotations

import os
from datetime import date
from typing import Annotated

import anyio
import typer

from hub.cli.given import given, refuse, with_database
from hub.domain.oss_return import months_of
from hub.domain.report import Asked, Span
from hub.node.reporting import read_oss, read_report
from hub.settings import read_settings
from hub.store.engine import Database


def certificate(
    tenant: Annotated[str, typer.Option(help="The tenant's id.")],
    order: Annotated[str, typer.Option(help="The order: the channel's id or number of it, or the hub's id.")],
    page: Annotated[bool, typer.Option("--page", help="Print an HTML page instead of text.")] = False,
) -> None:
    """Print how an order's sales order followed from it: VAT, codes, rounding and sums, with every reason."""
    from hub.domain.certificate import Certificate
    from hub.domain.printed import as_page, as_text
    from hub.store.certificates import certificate_of

    async def read(database: Database) -> tuple[str, Certificate] | None:
        async with database.read() as connection:
            return await certificate_of(connection, tenant, order)

    found = with_database(read)
    if found is None:
        refuse(f"tenant {tenant} has no order {order} with a certificate")
    typer.echo((as_page if page else as_text)(*found), nl=page)


def report(
    tenant: Annotated[str, typer.Option(help="The tenant's id.")],
    since: Annotated[str, typer.Option("--from", help="First day (ISO 8601), in the calendar of the books.")],
    until: Annotated[str, typer.Option(help="The day after the last one.")],
    channel: Annotated[str | None, typer.Option(help="One channel's slug; without it all.")] = None,
    span: Annotated[Span, typer.Option(help="What there is a row for.")] = Span.WHOLE,
    as_csv: Annotated[bool, typer.Option("--csv", help="Write CSV instead of text.")] = False,
) -> None:
    """Print what channels brought: revenue, VAT per country and rate, discounts, fees, cost and margin, as booked."""
    from hub.domain.report_printed import report_sheet, report_text

    first, end = given(date.fromisoformat, since), given(date.fromisoformat, until)
    asked = Asked(first or date.min, end or date.max, span, channel)
    if problem := asked.problem():
        refuse(problem)
    sums = anyio.run(read_report, read_settings(os.environ), tenant, asked)
    typer.echo((report_sheet if as_csv else report_text)(sums, asked), nl=False)


def oss(
    tenant: Annotated[str, typer.Option(help="The tenant's id.")],
    quarter: Annotated[str, typer.Option(help="Such as 2026-Q4.")],
    as_csv: Annotated[bool, typer.Option("--csv", help="Write CSV instead of text.")] = False,
) -> None:
    """Print what the one stop shop asks for a quarter: taxable amount and VAT per member state and rate."""
    from hub.domain.report_printed import oss_sheet, oss_text

    given(months_of, quarter)
    found = anyio.run(read_oss, read_settings(os.environ), tenant, quarter)
    typer.echo((oss_sheet if as_csv else oss_text)(found), nl=False)
