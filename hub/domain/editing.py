"""What changed in an order since it went to the books, line by line, in the channel's own words: offers and gross."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from hub.domain.money import CENT, cents
from hub.domain.to_forward import OrderToForward


@dataclass(frozen=True, slots=True)
class SoldLine:
    """Offers of one line that are wanted, and what the buyer pays for them, VAT included."""

    line_id: str
    name: str
    quantity: int
    gross: Decimal


@dataclass(frozen=True, slots=True)
class SoldCharge:
    """A charge beside the lines, VAT included; a discount is negative."""

    kind: str
    description: str
    gross: Decimal


@dataclass(frozen=True, slots=True)
class Sold:
    """What is wanted of an order; nothing at all once it is off."""

    lines: tuple[SoldLine, ...] = ()
    charges: tuple[SoldCharge, ...] = ()


@dataclass(frozen=True, slots=True)
class LineEdit:
    """One line before and after; None where it was not there, or is there no more."""

    before: SoldLine | None
    after: SoldLine | None

    @property
    def line_id(self) -> str:
        return self._any.line_id

    @property
    def name(self) -> str:
        return self._any.name

    @property
    def _any(self) -> SoldLine:
        found = self.after or self.before
        assert found is not None
        return found

    @property
    def fewer(self) -> int:
        """Offers that are off; negative where some came on."""
        return _count(self.before) - _count(self.after)

    @property
    def only_less(self) -> bool:
        """Whether there are only fewer offers, at the price of before."""
        if self.before is None or self.fewer <= 0:
            return False
        kept = Decimal(0) if self.after is None else self.after.gross
        fair = cents(self.before.gross * _count(self.after) / self.before.quantity)
        return abs(kept - fair) <= CENT


@dataclass(frozen=True, slots=True)
class Edit:
    """All that differs; ``charges`` are before and after, None where they are the same."""

    lines: tuple[LineEdit, ...] = ()
    charges: tuple[tuple[SoldCharge, ...], tuple[SoldCharge, ...]] | None = None
    everything: bool = False
    """Nothing at all is wanted any more."""

    def __bool__(self) -> bool:
        return bool(self.lines) or self.charges is not None

    @property
    def only_less(self) -> bool:
        """Whether it is a cancellation, of some offers or of everything, and nothing else."""
        return self.everything or (self.charges is None and all(line.only_less for line in self.lines))

    @property
    def off(self) -> dict[str, int]:
        """Offers that are off, by line."""
        return {line.line_id: line.fewer for line in self.lines if line.fewer > 0}


def as_sold(order: OrderToForward, *, off: bool = False) -> Sold:
    """Return what is wanted of an order; ``off`` says that the order as a whole is not."""
    if off or not any(line.wanted > 0 for line in order.lines):
        return Sold()
    return Sold(
        tuple(
            SoldLine(line.line_id, line.name, line.wanted, line.share(line.gross))
            for line in order.lines
            if line.wanted > 0
        ),
        tuple(SoldCharge(one.kind.value, one.description, one.gross) for one in order.charges if one.gross),
    )


def difference(before: Sold, after: Sold) -> Edit:
    """Return what leads from one to the other; ``applied`` takes it there."""
    then, now = _by_id(before.lines), _by_id(after.lines)
    pairs = [(then.get(one), now.get(one)) for one in dict.fromkeys((*then, *now))]
    return Edit(
        tuple(LineEdit(was, now_is) for was, now_is in pairs if not _same(was, now_is)),
        None if before.charges == after.charges else (before.charges, after.charges),
        everything=bool(before.lines) and not after.lines,
    )


def applied(before: Sold, edit: Edit) -> Sold:
    """Return what an edit makes of an order; the order of lines is that of before, with new ones last."""
    lines = _by_id(before.lines)
    for one in edit.lines:
        if one.after is None:
            lines.pop(one.line_id, None)
        else:
            lines[one.line_id] = one.after
    return Sold(tuple(lines.values()), before.charges if edit.charges is None else edit.charges[1])


def _same(before: SoldLine | None, after: SoldLine | None) -> bool:
    """A title that was corrected is no edit."""
    if before is None or after is None:
        return before is after
    return (before.quantity, before.gross) == (after.quantity, after.gross)


def _by_id(lines: Iterable[SoldLine]) -> dict[str, SoldLine]:
    return {line.line_id: line for line in lines}


def _count(line: SoldLine | None) -> int:
    return 0 if line is None else line.quantity
