"""What VAT makes of one line, with every step that led there."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

DIRECTIVE = "VAT directive 2006/112/EC"


class Regime(StrEnum):
    """``DOMESTIC`` taxed where dispatch begins · ``OSS`` taxed at the buyer's, declared in the one stop shop ·
    ``BELOW_THRESHOLD`` distance sale taxed at home · ``DESTINATION`` taxed at the buyer's under a number there ·
    ``REVERSE_CHARGE`` intra-community supply to a business · ``EXPORT`` leaves the union · ``DEEMED_SUPPLIER`` the
    marketplace sells to the buyer and accounts for the VAT · ``STOCK_ABROAD`` domestic sale from stock in another
    member state · ``VOUCHER`` a multi-purpose voucher is sold: no supply yet · ``EVIDENCE_PENDING`` waits for the VAT
    register · ``NEEDS_PERSON`` the facts do not decide it.
    """

    DOMESTIC = "domestic"
    OSS = "oss"
    BELOW_THRESHOLD = "below_threshold"
    DESTINATION = "destination"
    REVERSE_CHARGE = "reverse_charge"
    EXPORT = "export"
    DEEMED_SUPPLIER = "deemed_supplier"
    STOCK_ABROAD = "stock_abroad"
    VOUCHER = "voucher"
    EVIDENCE_PENDING = "evidence_pending"
    NEEDS_PERSON = "needs_person"

    @property
    def decided(self) -> bool:
        return self not in (Regime.EVIDENCE_PENDING, Regime.NEEDS_PERSON)

    @property
    def zero(self) -> bool:
        """No VAT is charged by the seller, whatever is sold."""
        return self in (Regime.REVERSE_CHARGE, Regime.EXPORT, Regime.DEEMED_SUPPLIER, Regime.VOUCHER)

    @property
    def distance(self) -> bool:
        """Counts towards the threshold of distance sales."""
        return self in (Regime.OSS, Regime.BELOW_THRESHOLD, Regime.DESTINATION)


@dataclass(frozen=True, slots=True)
class Reason:
    """One step: the rule applied, the facts it found, and where the rule or fact comes from."""

    rule: str
    says: str
    source: str = DIRECTIVE


@dataclass(frozen=True, slots=True)
class Treatment:
    """The decision on one line; ``taxed_in`` is a state or region, ``rate`` a fraction; both None while undecided."""

    regime: Regime
    taxed_in: str | None
    rate: Decimal | None
    reasons: tuple[Reason, ...]

    @property
    def why(self) -> str:
        """The step that settled it, in words."""
        return self.reasons[-1].says
