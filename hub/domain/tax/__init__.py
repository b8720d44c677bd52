"""VAT as a decision of its own: where a line is taxed, at what rate, and why. Pure; the tables are data."""

from hub.domain.tax.decision import decide
from hub.domain.tax.evidence import TaxBuyer, UnknownPolicy, VatAnswer, VatStatus
from hub.domain.tax.oss import Oss
from hub.domain.tax.rates import Goods
from hub.domain.tax.supply import DeemedScheme, Seller, Supply
from hub.domain.tax.treatment import Reason, Regime, Treatment

__all__ = [
    "DeemedScheme",
    "Goods",
    "Oss",
    "Reason",
    "Regime",
    "Seller",
    "Supply",
    "TaxBuyer",
    "Treatment",
    "UnknownPolicy",
    "VatAnswer",
    "VatStatus",
    "decide",
]
