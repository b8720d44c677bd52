"""Gift cards that are sold: vouchers for several things, which are taxed when they are used."""

from __future__ import annotations

from decimal import Decimal

from hub.domain.tax.treatment import Reason, Regime, Treatment


def treat_voucher(home: str | None) -> Treatment:
    """Return the treatment of a multi-purpose voucher; ``home`` is where the seller is established, if known."""
    says = "A gift card for whatever the shop sells: its sale is no supply, VAT follows when it is used."
    reason = Reason("voucher", says, "VAT directive, articles 30a and 30b(2)")
    return Treatment(Regime.VOUCHER, home, Decimal(0), (reason,))
