"""Orders as the simulated shop keeps them, and as the contract shows them. Amounts are EUR including VAT."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from hub.sandbox.buyers import Buyer

Json = dict[str, Any]
CENT = Decimal("0.01")


@dataclass(slots=True)
class Line:
    """One line; ``gross`` is for the quantity as ordered, after the discount."""

    line_id: str
    listing_id: str
    sku: str
    ean: str
    title: str
    quantity: int
    unit_price: Decimal
    discount: Decimal
    vat_rate: Decimal
    cancelled: int = 0
    shipped: int = 0
    cancellation_requested: bool = False

    @property
    def gross(self) -> Decimal:
        return self.unit_price * self.quantity - self.discount

    @property
    def open(self) -> int:
        return self.quantity - self.cancelled - self.shipped

    def shown(self) -> Json:
        return {
            "id": self.line_id,
            "listing_id": self.listing_id,
            "sku": self.sku,
            "ean": self.ean,
            "title": self.title,
            "quantity": self.quantity,
            "cancelled": self.cancelled,
            "shipped": self.shipped,
            "unit_price": money(self.unit_price),
            "discount": money(self.discount),
            "gross": money(self.gross),
            **vat(self.gross, self.vat_rate),
            "cancellation_requested": self.cancellation_requested,
        }


@dataclass(frozen=True, slots=True)
class Charge:
    """Shipping costs."""

    gross: Decimal
    vat_rate: Decimal

    def shown(self) -> Json:
        told = {"kind": "shipping", "description": "Shipping", "gross": money(self.gross)}
        return told | vat(self.gross, self.vat_rate)


@dataclass(frozen=True, slots=True)
class Refund:
    """Money given back: by line with units and amount, and beside the lines."""

    refund_id: str
    at: datetime
    lines: tuple[tuple[Line, int, Decimal], ...]
    beside: Decimal

    @property
    def amount(self) -> Decimal:
        return self.beside + sum((gross for _, _, gross in self.lines), Decimal())

    def shown(self) -> Json:
        lines = [
            {"line_id": line.line_id, "quantity": units, "gross": money(gross)} for line, units, gross in self.lines
        ]
        beside = [{"kind": "discount", "description": "Goodwill", "gross": money(self.beside)}] if self.beside else []
        return {"id": self.refund_id, "made_at": instant(self.at), "lines": lines, "charges": beside}


@dataclass(slots=True)
class Order:
    """One order. ``effects`` are the parcels and cancellations taken, by what they are and their reference."""

    order_id: str
    placed_at: datetime
    changed_at: datetime
    paid: bool
    by_platform: bool
    buyer: Buyer
    lines: list[Line]
    charges: list[Charge] = field(default_factory=list)
    cancelled: bool = False
    effects: dict[tuple[str, str], Json] = field(default_factory=dict)
    refunds: list[Refund] = field(default_factory=list)

    @property
    def total(self) -> Decimal:
        return sum((line.gross for line in self.lines), Decimal()) + sum(
            (each.gross for each in self.charges), Decimal()
        )

    @property
    def place(self) -> tuple[datetime, str]:
        """Where the order stands in the list."""
        return (self.changed_at, self.order_id)

    @property
    def open(self) -> bool:
        return not self.cancelled and any(line.open for line in self.lines)

    @property
    def shipments(self) -> list[Json]:
        return [effect for (kind, _), effect in self.effects.items() if kind == "shipment"]

    def listed(self) -> Json:
        return {"id": self.order_id, "changed_at": instant(self.changed_at)}

    def shown(self) -> Json:
        return {
            "id": self.order_id,
            "number": f"W{self.order_id}",
            "status": self._status(),
            "placed_at": instant(self.placed_at),
            "changed_at": instant(self.changed_at),
            "currency": "EUR",
            "total": money(self.total),
            "payment": "paid" if self.paid else "pending",
            "cancelled": self.cancelled,
            "fulfilled_by": "platform" if self.by_platform else "seller",
            "ship_by": None,
            "lines": [line.shown() for line in self.lines],
            "charges": [charge.shown() for charge in self.charges],
            "refunds": [refund.shown() for refund in self.refunds],
            "buyer": _buyer(self.buyer),
            "ship_to": _address(self.buyer),
        }

    def _status(self) -> str:
        if self.cancelled:
            return "cancelled"
        return "open" if self.open else "shipped"


def money(amount: Decimal) -> str:
    return str(amount.quantize(CENT, rounding=ROUND_HALF_UP))


def instant(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def vat(gross: Decimal, rate: Decimal) -> Json:
    """Return percentage and VAT within an amount."""
    return {"vat_rate": f"{(rate * 100).normalize():f}", "vat": money(gross * rate / (1 + rate))}


def _buyer(buyer: Buyer) -> Json:
    return {
        "email": buyer.email,
        "phone": buyer.phone,
        "vat_number": buyer.vat_number or None,
        "chamber_of_commerce": buyer.chamber_number or None,
    }


def _address(buyer: Buyer) -> Json:
    return {
        "name": f"{buyer.first_name} {buyer.last_name}",
        "company": buyer.company or None,
        "street": buyer.street,
        "house_number": buyer.house_number,
        "house_number_extension": buyer.extension or None,
        "postcode": buyer.postcode,
        "city": buyer.city,
        "country": buyer.country,
    }
