"""The certificate of an order as it is kept: plain JSON beside the order, amounts as text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.domain.amounts.booked import EntryKind
from hub.domain.certificate import Certificate, Entry, Evidence
from hub.domain.tax import Reason, Regime
from hub.domain.tax.evidence import VatStatus
from hub.store.payments import payments_from_json, payments_to_json
from hub.store.tables import orders

VERSION = 1


async def certificate_of(connection: AsyncConnection, tenant_id: str, order: str) -> tuple[str, Certificate] | None:
    """Return an order's number and certificate, by the hub's id or the channel's; None where there is none."""
    statement = select(orders.c.number, orders.c.derivation).where(
        orders.c.tenant_id == tenant_id,
        (orders.c.order_id == order) | (orders.c.external_id == order) | (orders.c.number == order),
        orders.c.derivation.is_not(None),
    )
    row = (await connection.execute(statement.order_by(orders.c.placed_at.desc()).limit(1))).one_or_none()
    found = None if row is None else certificate_from_json(row.derivation)
    return None if row is None or found is None else (row.number, found)


def certificate_to_json(one: Certificate) -> dict[str, Any]:
    """Return a certificate as plain JSON."""
    return {
        "version": VERSION,
        "customer_id": one.customer_id,
        "your_ref": one.your_ref,
        "day": one.day.isoformat(),
        "currency": one.currency,
        "ships_from": one.ships_from,
        "ships_to": one.ships_to,
        "entries": [_entry_to_json(entry) for entry in one.entries],
        "total": str(one.total),
        "channel_total": str(one.channel_total),
        "evidence": None if one.evidence is None else asdict(one.evidence) | {"status": one.evidence.status.value},
        "customer_reason": None if one.customer_reason is None else asdict(one.customer_reason),
        "payments": payments_to_json(one.payments),
        "books_currency": one.books_currency,
    }


def _entry_to_json(entry: Entry) -> dict[str, Any]:
    plain = {name: _text(getattr(entry, name)) for name in Entry.__dataclass_fields__ if name != "reasons"}
    return plain | {"reasons": [asdict(reason) for reason in entry.reasons]}


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def certificate_from_json(plain: Mapping[str, Any] | None) -> Certificate | None:
    """Read a certificate back; None for what was kept before there were certificates."""
    if plain is None or plain.get("version") != VERSION:
        return None
    evidence, whose = plain["evidence"], plain.get("customer_reason")
    return Certificate(
        customer_id=plain["customer_id"],
        your_ref=plain["your_ref"],
        day=date.fromisoformat(plain["day"]),
        currency=plain["currency"],
        ships_from=plain["ships_from"],
        ships_to=plain["ships_to"],
        entries=tuple(_entry_from_json(entry) for entry in plain["entries"]),
        total=Decimal(plain["total"]),
        channel_total=Decimal(plain["channel_total"]),
        evidence=None if evidence is None else Evidence(**{**evidence, "status": VatStatus(evidence["status"])}),
        customer_reason=None if whose is None else Reason(**whose),
        payments=payments_from_json(plain.get("payments")),
        books_currency=plain.get("books_currency"),
    )


def _kind_of_before(plain: Mapping[str, Any]) -> EntryKind:
    """Return what an entry was that did not say so yet: charges were shipping, as a rule, or else discounts."""
    if plain["line_id"]:
        return EntryKind.GOODS
    return EntryKind.DISCOUNT if Decimal(plain["net"]) < 0 else EntryKind.SHIPPING


def _entry_from_json(plain: Mapping[str, Any]) -> Entry:
    return Entry(
        name=plain["name"],
        regime=None if plain["regime"] is None else Regime(plain["regime"]),
        taxed_in=plain["taxed_in"],
        rate=Decimal(plain["rate"]),
        code=plain["code"],
        net=Decimal(plain["net"]),
        vat=Decimal(plain["vat"]),
        reasons=tuple(Reason(**reason) for reason in plain["reasons"]),
        line_id=plain["line_id"],
        quantity=_amount(plain["quantity"]),
        unit_price=_amount(plain["unit_price"]),
        rounding=Decimal(plain["rounding"]),
        kind=EntryKind(plain.get("kind") or _kind_of_before(plain)),
        discount=Decimal(plain.get("discount", 0)),
        paid_by_platform=Decimal(plain.get("paid_by_platform", 0)),
    )


def _amount(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
