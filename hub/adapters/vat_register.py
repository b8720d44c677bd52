"""What the hub asks of a register of VAT numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from hub.domain.tax.evidence import VatAnswer
from hub.domain.tax.vat_number import VatNumber


class VatRegister(Protocol):
    """A register that tells whether a business may buy without VAT. Every question is repeatable."""

    async def check(self, number: VatNumber, requester: VatNumber | None = None) -> VatAnswer:
        """Return the answer on one number; a register that is away, busy or odd answers ``UNKNOWN``, with its reason.

        ``requester`` is the seller's own number: only then the answer carries a consultation number.
        """
        ...

    async def availability(self) -> Mapping[str, bool]:
        """Return by prefix (EL, XI) whether that state's register answers now; raises an outcome where none is told."""
        ...
