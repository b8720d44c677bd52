"""How a refund becomes a credit note: what was sold goes back at its own rate and code, never computed anew."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from hub.domain.amounts.refunding import share_of
from hub.domain.certificate import Certificate, Entry
from hub.domain.invoicing import CreditLine
from hub.domain.life.refund import RefundCause
from hub.domain.money import CENT, ZERO, cents, total
from hub.domain.order import ChargeKind, Refund
from hub.domain.product import ErpItem, VatCode
from hub.domain.tax.amounts import share_out
from hub.domain.to_forward import LineToForward, OrderToForward

PRICE_PLACES = Decimal("0.000001")


class Unbookable(Exception):
    """A person must decide; ``detail`` shows what differs, without personal data."""

    def __init__(self, cause: RefundCause, message: str) -> None:
        super().__init__(message)
        self.cause = cause
        self.message = message


@dataclass(frozen=True, slots=True)
class Sold:
    """One entry of an order's certificate as money goes back for it.

    ``asked`` is what the channel asked for it; ``entry`` what was booked, which differs where VAT was not ours.
    """

    entry: Entry
    asked: Decimal
    line: LineToForward | None = None
    charge: ChargeKind | None = None

    @property
    def units(self) -> int:
        """Offers that were booked."""
        if self.line is None or self.entry.quantity is None:
            return 0
        return int(self.entry.quantity / self.line.units_per_offer)


@dataclass(frozen=True, slots=True)
class Past:
    """What went back before, in the channel's money.

    By place of what was sold: by ``noted`` credit notes, and by ``returned`` goods that Exact credits itself; and by
    line what of those returns earlier refunds were ``covered`` by.
    """

    noted: Mapping[int, Decimal] = field(default_factory=dict)
    returned: Mapping[int, Decimal] = field(default_factory=dict)
    covered: Mapping[str, Decimal] = field(default_factory=dict)

    def at(self, place: int) -> Decimal:
        return self.noted.get(place, ZERO) + self.returned.get(place, ZERO)


@dataclass(frozen=True, slots=True)
class Parts:
    """What a refund still gives back, by place of what was sold; and by line what returns in Exact credit of it."""

    noted: Mapping[int, Decimal]
    covered: Mapping[str, Decimal]


def sold_of(order: OrderToForward, certificate: Certificate) -> tuple[Sold, ...]:
    """Return what was sold, in the order of the certificate's entries."""
    lines = {line.line_id: line for line in order.lines}
    kinds = {charge.description[:60]: charge.kind for charge in order.charges}
    return tuple(_sold(entry, lines, kinds) for entry in certificate.entries)


def _sold(entry: Entry, lines: Mapping[str, LineToForward], kinds: Mapping[str, ChargeKind]) -> Sold:
    line = lines.get(entry.line_id or "")
    if line is None or entry.quantity is None:
        return Sold(entry, entry.gross, charge=kinds.get(entry.name))
    booked, all_units = entry.quantity, Decimal(line.quantity * line.units_per_offer)
    return Sold(entry, line.gross if booked == all_units else cents(line.gross * booked / all_units), line)


def parts_of(refund: Refund, sold: Sequence[Sold], past: Past, *, of_return: bool = False) -> Parts:
    """Take a refund apart, in the channel's money; raises Unbookable.

    Goods that a return in Exact credits are not credited again, whichever comes first. ``of_return`` refunds are for
    returned goods that no return in Exact credits.
    """
    noted: dict[int, Decimal] = {}
    covered: dict[str, Decimal] = {}
    for line in refund.lines:
        place = next((at for at, one in enumerate(sold) if one.line and one.line.line_id == line.line_id), None)
        if place is None:
            _spread(line.gross, _parts_of_kit(line.line_id, sold), sold, past, noted)
            continue
        if line.quantity and not of_return:
            left = past.returned.get(place, ZERO) - past.covered.get(line.line_id, ZERO)
            covered[line.line_id] = min(line.gross, max(ZERO, left - covered.get(line.line_id, ZERO)))
        noted[place] = noted.get(place, ZERO) + line.gross - covered.get(line.line_id, ZERO)
    for charge in refund.charges:
        _spread(charge.gross, _candidates(charge.kind, sold), sold, past, noted)
    _must_fit(noted, sold, past)
    return Parts({place: amount for place, amount in noted.items() if amount}, covered)


def _parts_of_kit(line_id: str, sold: Sequence[Sold]) -> list[int]:
    """Return where the parts of a kit stand that was booked as its parts; raises Unbookable where it was not booked."""
    found = [at for at, one in enumerate(sold) if one.line and one.line.line_id.startswith(f"{line_id}/")]
    if not found:
        raise Unbookable(RefundCause.UNKNOWN_LINE, f"The order was booked without line {line_id}.")
    return found


def _candidates(kind: ChargeKind, sold: Sequence[Sold]) -> list[int]:
    """Return what an amount beside the lines goes back for; a discount after the fact is one on the goods."""
    if kind is ChargeKind.DISCOUNT:
        return [place for place, one in enumerate(sold) if one.line is not None]
    return [place for place, one in enumerate(sold) if one.charge is kind]


def _spread(
    amount: Decimal, places: Iterable[int], sold: Sequence[Sold], past: Past, parts: dict[int, Decimal]
) -> None:
    """Share an amount over what is left; one that is negative takes less for what this refund itself gives back."""
    left = {place: sold[place].asked - past.at(place) - parts.get(place, ZERO) for place in places}
    worth = {place: parts[place] for place in left if place in parts} if amount < 0 else left
    worth = {place: value for place, value in worth.items() if value > 0}
    if not amount:
        return
    if total(worth.values()) < abs(amount):
        raise Unbookable(
            RefundCause.MORE_THAN_SOLD, f"{abs(amount):.2f} is given back of what has {total(worth.values()):.2f} left."
        )
    for place, share in share_out(amount, worth).items():
        parts[place] = parts.get(place, ZERO) + share


def _must_fit(parts: Mapping[int, Decimal], sold: Sequence[Sold], past: Past) -> None:
    for place, amount in parts.items():
        one = sold[place]
        if past.at(place) + amount > one.asked:
            raise Unbookable(
                RefundCause.MORE_THAN_SOLD,
                f"{amount:.2f} is given back of {one.entry.name}, which was sold for {one.asked:.2f} "
                f"and has {one.asked - past.at(place):.2f} left.",
            )


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What the books know: items by product id, VAT codes by code, the order charge of a channel."""

    items: Mapping[str, ErpItem]
    vat_codes: Mapping[str, VatCode]
    charge_id: str | None = None


def credit_lines(
    parts: Mapping[int, Decimal], refund: Refund, sold: Sequence[Sold], past: Past, books: Catalogue
) -> tuple[CreditLine, ...]:
    """Return the lines of a credit note; raises Unbookable."""
    units = {line.line_id: line.quantity for line in refund.lines}
    lines = [_credit_line(sold[place], amount, past.at(place), units, books) for place, amount in parts.items()]
    if all(line.item_id is None for line in lines):
        lines.insert(0, _empty_line(sold, books))
    return tuple(lines)


def _empty_line(sold: Sequence[Sold], books: Catalogue) -> CreditLine:
    """Return a line of nothing: Exact takes no invoice of charges alone."""
    for one in sold:
        item = books.items.get(one.line.product_id or "") if one.line is not None else None
        if item is not None:
            return CreditLine(item.item_id, Decimal(1), ZERO, ZERO, one.entry.code, "No goods came back")
    raise Unbookable(RefundCause.NO_ITEM, "No item in Exact for anything of this order.")


def amounts_of(one: Sold, before: Decimal, now: Decimal) -> tuple[Decimal, Decimal]:
    """Return gross and VAT as booked for a part of what was asked; the parts of the whole come to the whole."""
    gross, vat = share_of(one.entry.gross, one.entry.vat, _whole(one.asked), _whole(before), _whole(now))
    return gross, vat or ZERO


def _whole(amount: Decimal) -> int:
    return int(cents(amount) / CENT)


def _credit_line(one: Sold, amount: Decimal, before: Decimal, units: Mapping[str, int], books: Catalogue) -> CreditLine:
    gross, vat = amounts_of(one, before, amount)
    code = books.vat_codes.get(one.entry.code)
    included = code is not None and code.kind == "I"
    if one.line is None:
        shipping = one.charge is ChargeKind.SHIPPING
        if not shipping and books.charge_id is None:
            raise Unbookable(RefundCause.CHARGE_UNMAPPED, f"Choose an order charge for {one.entry.name}.")
        charge_id = None if shipping else books.charge_id
        return CreditLine(
            None, Decimal(1), gross, vat, one.entry.code, one.entry.name[:60], shipping, charge_id, included
        )
    item = books.items.get(one.line.product_id or "")
    if item is None:
        raise Unbookable(RefundCause.NO_ITEM, f"No item in Exact for {one.line.name}.")
    quantity = Decimal(units.get(one.line.line_id, 0) * one.line.units_per_offer)
    priced = gross if included else gross - vat
    if not quantity or cents((priced / quantity).quantize(PRICE_PLACES) * quantity) != priced:
        quantity = Decimal(1)
    return CreditLine(item.item_id, quantity, gross, vat, one.entry.code, one.entry.name[:60], included=included)
