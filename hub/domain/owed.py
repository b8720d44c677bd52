"""What is owed to the seller: all that buyer and marketplace pay, less what was cancelled and a marketplace's VAT."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from hub.domain.money import total, vat_within
from hub.domain.order import Charge
from hub.domain.tax import Regime, Treatment
from hub.domain.to_forward import LineToForward, OrderToForward


def expected_total(order: OrderToForward, treatments: Mapping[str, Treatment] | None = None) -> Decimal:
    """Return what is owed for all that is still wanted, in the order's currency.

    That is the channel's total and what the marketplace adds to it, less what was cancelled before forwarding, and
    less a marketplace's own VAT.
    """
    treated = treatments or {}
    gone = total(line.gross - line.share(line.gross) for line in order.lines)
    added = total(line.share(line.paid_by_platform) for line in order.lines)
    theirs = total(marketplaces_vat(line, treated.get(line.line_id)) for line in order.lines)
    charged = total(charge.gross for charge in order.charges)
    return (
        order.total - gone + added - theirs - charged + total(charge.gross for charge in owed_charges(order, treated))
    )


def owed_gross(line: LineToForward, treatment: Treatment | None) -> Decimal:
    """What is owed for a line, by whomever: the whole consideration, which is what VAT is due on."""
    return line.share(line.gross) + line.share(line.paid_by_platform) - marketplaces_vat(line, treatment)


def owed_vat(line: LineToForward, rate: Decimal) -> Decimal | None:
    """The VAT in what is owed for a line: the channel's own, and that on the marketplace's part of the price.

    None where the channel states none.
    """
    if line.vat is None:
        return None
    return line.share(line.vat) + vat_within(line.share(line.paid_by_platform), rate)


def marketplaces_vat(line: LineToForward, treatment: Treatment | None) -> Decimal:
    """The VAT within a line that a deemed supplier accounts for: no part of what it owes the seller."""
    deemed = treatment is not None and treatment.regime is Regime.DEEMED_SUPPLIER
    return owed_vat(line, line.vat_rate or Decimal(0)) or Decimal(0) if deemed else Decimal(0)


def owed_charges(order: OrderToForward, treatments: Mapping[str, Treatment]) -> list[Charge]:
    """The charges as they are owed to the seller: without VAT where a deemed supplier sells everything."""
    deemed = treatments and all(one.regime is Regime.DEEMED_SUPPLIER for one in treatments.values())
    if not deemed:
        return list(order.charges)
    return [replace(one, gross=one.gross - (one.vat or Decimal(0)), vat=None, vat_rate=None) for one in order.charges]
