"""The statements behind reports: what was booked, added up by the database."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, case, func, literal_column, select
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.domain.booking import BookingKind
from hub.domain.oss_return import OssReturn, OssSum, months_of, oss_return
from hub.domain.report import Asked, BookedSum
from hub.domain.tax import Regime
from hub.store.tables import booking
from hub.store.types import Micros

NOTHING: ColumnElement[Any] = literal_column("0")
MONTH = func.substr(booking.c.day, 1, 7)
SOLD_MONTH = func.substr(booking.c.supplied_on, 1, 7)
OF_THE_CHANNEL = (BookingKind.CREDIT.value, BookingKind.CHANNEL_FEE.value)
GROUP = (
    booking.c.channel_id, MONTH, booking.c.kind, booking.c.regime, booking.c.taxed_in, booking.c.rate,
    booking.c.currency,
)  # fmt: skip


async def booked_sums(connection: AsyncConnection, tenant_id: str, asked: Asked) -> list[BookedSum]:
    """Return what a tenant booked in a period, grouped, in one statement."""
    rows = (await connection.execute(_sums(tenant_id, asked))).all()
    return [_sum(row) for row in rows]


def _sums(tenant_id: str, asked: Asked) -> Select[Any]:
    of_goods = booking.c.kind == BookingKind.LINE.value
    first = (booking.c.place == 0) & booking.c.kind.not_in(OF_THE_CHANNEL)
    statement = select(
        *GROUP[:1],
        MONTH.label("month"),
        *GROUP[2:],
        _total(booking.c.net).label("net"),
        _total(booking.c.vat).label("vat"),
        _total(booking.c.discount).label("discount"),
        _total(booking.c.cost).label("cost"),
        _total(case((of_goods & booking.c.cost.is_(None), booking.c.net), else_=NOTHING)).label("uncosted"),
        func.sum(case((first, 1), else_=0), type_=Integer).label("orders"),
    ).where(
        booking.c.tenant_id == tenant_id,
        booking.c.day >= asked.since.isoformat(),
        booking.c.day < asked.until.isoformat(),
    )
    if asked.channel_id is not None:
        statement = statement.where(booking.c.channel_id == asked.channel_id)
    return statement.group_by(*GROUP)


def _total(amounts: Any) -> Any:
    return func.coalesce(func.sum(amounts, type_=Micros), NOTHING, type_=Micros)


def _sum(row: Any) -> BookedSum:
    names = BookedSum.__dataclass_fields__
    return BookedSum(**{name: getattr(row, name) for name in names if name != "kind"}, kind=BookingKind(row.kind))


async def oss_figures(connection: AsyncConnection, tenant_id: str, quarter: str) -> OssReturn:
    """Return what a tenant has to declare in the one stop shop for a quarter; ``ValueError`` for what is none."""
    since, until = months_of(quarter)
    group = booking.c.taxed_in, booking.c.ships_from, booking.c.rate, booking.c.currency
    statement = (
        select(
            *group, SOLD_MONTH.label("month"), _total(booking.c.net).label("net"), _total(booking.c.vat).label("vat")
        )
        .where(
            booking.c.tenant_id == tenant_id,
            booking.c.day >= since,
            booking.c.day < until,
            booking.c.regime == Regime.OSS.value,
        )
        .group_by(*group, SOLD_MONTH)
    )
    rows = (await connection.execute(statement)).all()
    return oss_return(quarter, [OssSum(**row._asdict()) for row in rows])
