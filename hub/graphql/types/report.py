"""Reports on what was booked."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Self

import strawberry

from hub.domain import oss_return, report
from hub.domain.tax import Regime
from hub.graphql.context import Info
from hub.graphql.fields import shown
from hub.graphql.types.certificate import RateSum
from hub.graphql.types.channel import Channel

strawberry.enum(report.Span, name="ReportSpan", description="What a report has a row for.")


@strawberry.type(description="One channel in one period and currency, as it stands in Exact; amounts without VAT.")
class ChannelReportRow:
    channel_id: strawberry.Private[str]
    period: str = strawberry.field(description="2026-11, 2026-Q4, or the first and the last day given.")
    currency: str
    orders: int = strawberry.field(description="Orders forwarded that were placed in the period.")
    net: Decimal = strawberry.field(description="All revenue: goods, charges, less what was given back.")
    vat: Decimal
    gross: Decimal
    shipping: Decimal = strawberry.field(description="The part of net that is shipping.")
    credits: Decimal = strawberry.field(description="The part of net that was given back: negative.")
    discounts: Decimal = strawberry.field(description="What was taken off, VAT included; off net already.")
    fees: Decimal = strawberry.field(description="What the channel kept for itself, as far as it tells.")
    cost: Decimal = strawberry.field(description="What the goods cost according to Exact when they were forwarded.")
    uncosted: Decimal = strawberry.field(description="The part of net whose goods have no cost price in Exact.")
    margin: Decimal = strawberry.field(description="Net without what has no known cost, less cost and fees.")
    rates: list[RateSum]

    @shown("The channel; null where it is gone.")
    async def channel(self, info: Info) -> Channel | None:
        return await Channel.find(info, self.channel_id)

    @classmethod
    def of(cls, row: report.ReportRow) -> Self:
        rates = [
            RateSum(
                regime=None if one.regime is None else Regime(one.regime),
                taxed_in=one.taxed_in,
                rate=one.rate,
                net=one.net,
                vat=one.vat,
                gross=one.gross,
            )
            for one in row.rates
        ]
        amounts = ("net", "vat", "gross", "shipping", "credits", "discounts", "fees", "cost", "uncosted", "margin")
        return cls(
            channel_id=row.channel_id,
            period=row.period,
            currency=row.currency,
            orders=row.orders,
            rates=rates,
            **{name: getattr(row, name) for name in amounts},
        )


@strawberry.type(description="What channels brought, from the amounts that stand in Exact.")
class ChannelReport:
    since: date = strawberry.field(name="from", description="First day, in the calendar of the books.")
    until: date = strawberry.field(description="The day after the last one.")
    rows: list[ChannelReportRow] = strawberry.field(description="By period, channel and currency.")


@strawberry.type(description="Sales to a member state at a rate, by the country that the goods left from.")
class OssLine:
    state: str
    ships_from: str | None
    rate: Decimal = strawberry.field(description="A fraction: 0.21 is 21 %.")
    currency: str
    net: Decimal = strawberry.field(description="Taxable amount.")
    vat: Decimal


@strawberry.type(description="What is to be corrected of an earlier quarter, per member state; negative takes off.")
class OssCorrection:
    quarter: str
    state: str
    currency: str
    net: Decimal
    vat: Decimal


@strawberry.type(description="What the one stop shop asks for a quarter.")
class OssReturn:
    quarter: str
    lines: list[OssLine]
    corrections: list[OssCorrection]
    vat: Decimal = strawberry.field(description="VAT to be paid, corrections included.")

    @classmethod
    def of(cls, one: oss_return.OssReturn) -> Self:
        lines = [
            OssLine(
                state=line.state,
                ships_from=line.ships_from,
                rate=line.rate,
                currency=line.currency,
                net=line.net,
                vat=line.vat,
            )
            for line in one.lines
        ]
        corrections = [
            OssCorrection(quarter=each.quarter, state=each.state, currency=each.currency, net=each.net, vat=each.vat)
            for each in one.corrections
        ]
        return cls(quarter=one.quarter, lines=lines, corrections=corrections, vat=one.vat)
