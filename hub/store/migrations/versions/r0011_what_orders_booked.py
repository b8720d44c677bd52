"""What every order booked, amount by amount; cost prices; fees of channels; VAT numbers behind a keyed hash.

The answers of the VAT register are a cache: they are dropped, and asked for again where an order needs one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from alembic import op

from hub.store.types import Instant, Json, Micros, Money

revision = "0011_0011"
down_revision = "0010_0008"
branch_labels = None
depends_on = None

BATCH = 500

ORDERS = sa.table(
    "orders", sa.column("tenant_id"), sa.column("order_id"), sa.column("channel_id"), sa.column("status"),
    sa.column("derivation", Json), sa.column("charges", Json),
)  # fmt: skip
TYPES: dict[str, Any] = {"rate": Money(), "net": Micros(), "vat": Micros(), "discount": Micros(), "place": sa.Integer()}
NAMES = (
    "tenant_id", "order_id", "kind", "place", "channel_id", "day", "supplied_on", "currency", "regime", "taxed_in",
    "ships_from", "rate", "code", "line_id", "net", "vat", "discount",
)  # fmt: skip
BOOKING = sa.table("booking", *(sa.column(name, TYPES.get(name, sa.String())) for name in NAMES))


def upgrade() -> None:
    """Bring the schema forward; what was forwarded before is booked from its certificates, at no known cost."""
    op.create_table(
        "booking",
        sa.Column("tenant_id", sa.String(length=64), nullable=False),
        sa.Column("order_id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("place", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("channel_id", sa.String(length=64), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("supplied_on", sa.String(length=10), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("regime", sa.String(length=32), nullable=True),
        sa.Column("taxed_in", sa.String(length=16), nullable=True),
        sa.Column("ships_from", sa.String(length=2), nullable=True),
        sa.Column("rate", Money(), nullable=False),
        sa.Column("code", sa.String(length=16), nullable=True),
        sa.Column("line_id", sa.String(length=128), nullable=True),
        sa.Column("net", Micros(), nullable=False),
        sa.Column("vat", Micros(), nullable=False),
        sa.Column("discount", Micros(), nullable=False),
        sa.Column("cost", Micros(), nullable=True),
        sa.Column("unit_cost", Money(), nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "order_id", "kind", "place", name=op.f("pk_booking")),
    )
    op.create_index("ix_booking_day", "booking", ["tenant_id", "day"])
    with op.batch_alter_table("orders", schema=None) as batch_op:
        batch_op.add_column(sa.Column("fees", Json, nullable=True))
    with op.batch_alter_table("erp_item", schema=None) as batch_op:
        batch_op.add_column(sa.Column("cost_price", Money(), nullable=True))
        batch_op.add_column(sa.Column("cost_currency", sa.String(length=3), nullable=True))
    _seal_vat_numbers()
    _book(op.get_bind())


def _seal_vat_numbers() -> None:
    op.drop_table("vat_number")
    op.create_table(
        "vat_number",
        sa.Column("tenant_id", sa.String(length=64), nullable=False),
        sa.Column("number_key", sa.String(length=64), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("answered_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "number_key", name=op.f("pk_vat_number")),
    )


def _book(connection: sa.Connection) -> None:
    after: tuple[str, str] = "", ""
    while rows := _batch(connection, after):
        after = rows[-1].tenant_id, rows[-1].order_id
        found = [booked for row in rows for booked in _bookings(row)]
        if found:
            connection.execute(sa.insert(BOOKING), found)


def _batch(connection: sa.Connection, after: tuple[str, str]) -> Sequence[sa.Row[Any]]:
    key = ORDERS.c.tenant_id, ORDERS.c.order_id
    statement = sa.select(ORDERS).where(ORDERS.c.status == "forwarded", sa.tuple_(*key) > after)
    return connection.execute(statement.order_by(*key).limit(BATCH)).all()


def _bookings(row: sa.Row[Any]) -> Iterator[dict[str, Any]]:
    certificate = row.derivation
    if certificate is None or certificate.get("version") != 1:
        return
    kinds = {str(charge["description"])[:60]: str(charge["kind"]) for charge in row.charges}
    for place, entry in enumerate(certificate["entries"]):
        yield {
            "tenant_id": row.tenant_id, "order_id": row.order_id, "kind": _kind(entry, kinds), "place": place,
            "channel_id": row.channel_id, "day": certificate["day"], "supplied_on": certificate["day"],
            "currency": certificate["currency"], "regime": entry["regime"], "taxed_in": entry["taxed_in"],
            "ships_from": certificate["ships_from"], "rate": Decimal(entry["rate"]), "code": entry["code"],
            "line_id": entry["line_id"], "net": Decimal(entry["net"]), "vat": Decimal(entry["vat"]),
            "discount": Decimal(0),
        }  # fmt: skip


def _kind(entry: Mapping[str, Any], kinds: Mapping[str, str]) -> str:
    if entry["line_id"] is not None:
        return "line"
    guess = "discount" if Decimal(entry["net"]) < 0 else "shipping"
    return kinds.get(entry["name"], guess)
