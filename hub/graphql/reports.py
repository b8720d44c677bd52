"""What can be asked of the books."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import strawberry
from strawberry import relay

from hub.domain.report import Asked, Span, report_rows
from hub.graphql.arguments import id_of
from hub.graphql.context import Info
from hub.graphql.errors import BadInput
from hub.graphql.fields import shown
from hub.graphql.types.report import ChannelReport, ChannelReportRow, OssReturn
from hub.store.views.report import booked_sums, oss_figures

Since = Annotated[date, strawberry.argument(name="from", description="First day, in the calendar of the books.")]
Until = Annotated[date, strawberry.argument(description="The day after the last one.")]


@strawberry.type
class Reports:
    @shown("Revenue, VAT, discounts, shipping, fees, cost and margin, per channel and period, as booked in Exact.")
    async def channel_report(
        self,
        info: Info,
        since: Since,
        until: Until,
        channel_id: Annotated[relay.GlobalID | None, strawberry.argument(description="Without it all.")] = None,
        span: Span = Span.WHOLE,
    ) -> ChannelReport:
        asked = Asked(since, until, span, id_of("Channel", channel_id, "channelId"))
        if problem := asked.problem():
            raise BadInput(problem, argument="until")
        async with info.context.needs.database.read() as reading:
            sums = await booked_sums(reading, info.context.tenant_id, asked)
        rows = [ChannelReportRow.of(row) for row in report_rows(sums, asked)]
        return ChannelReport(since=since, until=until, rows=rows)

    @shown("What is to be declared in the one stop shop for a quarter; corrections of earlier ones stand apart.")
    async def oss_return(
        self, info: Info, quarter: Annotated[str, strawberry.argument(description="Such as 2026-Q4.")]
    ) -> OssReturn:
        try:
            async with info.context.needs.database.read() as reading:
                return OssReturn.of(await oss_figures(reading, info.context.tenant_id, quarter))
        except ValueError as problem:
            raise BadInput(str(problem), argument="quarter") from problem
