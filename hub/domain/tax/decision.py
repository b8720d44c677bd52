"""VAT of one line, decided from its facts: pure, total, and explained step by step."""

from __future__ import annotations

from decimal import Decimal

from hub.domain.tax.evidence import UnknownPolicy, VatStatus
from hub.domain.tax.places import Place, Unplaced, place_of
from hub.domain.tax.rates import Found, Goods, category_of, percent, rate_for, rates_on
from hub.domain.tax.supply import DeemedScheme, Seller, Supply
from hub.domain.tax.treatment import DIRECTIVE, Reason, Regime, Treatment
from hub.domain.tax.vat_number import Form, read_vat_number
from hub.domain.tax.voucher import treat_voucher

SHIFTED_TO_LOCAL_BUYER = frozenset("BE ES FR IT NL PL PT".split())  # noqa: SIM905
"""States known to make a local business account for the VAT of a seller who is not established there (article 194)."""


def decide(supply: Supply, seller: Seller) -> Treatment:
    """Return the treatment of a line; every combination of facts has one, and each says why."""
    return _Decision(supply, seller).treatment()


class _Decision:
    """One decision in the making; each rule either settles it or leaves a reason and passes on."""

    def __init__(self, supply: Supply, seller: Seller) -> None:
        self.supply = supply
        self.seller = seller
        self.reasons: list[Reason] = []

    def treatment(self) -> Treatment:
        if self.supply.voucher:
            return treat_voucher(self.seller.home)
        origin = place_of(self.supply.ships_from, self.supply.from_postcode)
        target = place_of(self.supply.ships_to, self.supply.to_postcode)
        if isinstance(origin, Unplaced) or isinstance(target, Unplaced):
            return self._person("places", f"Sent from {_said(origin)} to {_said(target)}: a country is missing.")
        self._note("places", f"Sent from {origin} to {target} on {self.supply.day.isoformat()}.", "the order")
        if self.supply.deemed is not None:
            return self._deemed(origin, self.supply.deemed)
        if origin.state is None:
            return self._person("import", f"{origin} lies outside the union: goods enter it, and customs decide.")
        if target.state is None:
            says = f"{target} lies outside the VAT area of the union: exempt where the exit is proven."
            return self._zero(Regime.EXPORT, origin, "export", says, f"{DIRECTIVE}, article 146")
        if origin.state == target.state:
            return self._within(origin, target, origin.state)
        return self._across(origin, target)

    def _deemed(self, origin: Place, scheme: DeemedScheme) -> Treatment:
        says = f"The marketplace says that it is the supplier ({scheme.value}): the seller's own sale is to it, exempt."
        return self._zero(
            Regime.DEEMED_SUPPLIER, origin, "deemed supplier", says, f"{DIRECTIVE}, articles 14a and 136a"
        )

    def _within(self, origin: Place, target: Place, state: str) -> Treatment:
        if state == self.seller.home:
            self._note("domestic", f"Sold within {state}, where the seller is established.", f"{DIRECTIVE}, article 32")
            return self._taxed(Regime.DOMESTIC, target)
        if not self.seller.registered_in(state):
            return self._person("stock abroad", f"Goods lie in {state}, and the seller has no VAT number there.")
        if state in SHIFTED_TO_LOCAL_BUYER and self._number_is_of(state):
            says = f"The buyer is a business of {state}, which may have to account for the VAT itself."
            return self._person("domestic reverse charge", says, f"{DIRECTIVE}, article 194")
        self._note("stock abroad", f"Sold within {state} from stock there.", f"{DIRECTIVE}, article 32")
        return self._taxed(Regime.STOCK_ABROAD, target)

    def _across(self, origin: Place, target: Place) -> Treatment:
        if not self.seller.registered_in(origin.state or ""):
            return self._person("stock abroad", f"Goods lie in {origin}, and the seller has no VAT number there.")
        if self.supply.buyer.business or self.supply.buyer.vat_number is not None:
            settled = self._business(origin)
            if settled is not None:
                return settled
        return self._distance(origin, target)

    def _business(self, origin: Place) -> Treatment | None:
        """Return what a VAT number settles; None where the buyer counts as private."""
        text = self.supply.buyer.vat_number
        if text is None:
            return self._private("The buyer is a business but gave no VAT number")
        number = read_vat_number(text, self.supply.ships_to)
        if number.form is Form.FOREIGN:
            return self._private(f"{number.masked} is no VAT number of the union")
        if number.form is not Form.GOOD:
            return self._private(f"{number.masked} cannot be a VAT number of {number.state} ({number.form.value})")
        if number.state == origin.state:
            says = f"The buyer's VAT number {number.masked} is of {origin}, where dispatch begins: VAT of {origin}."
            self._note("same state", says, f"{DIRECTIVE}, articles 32 and 138(1)(b)")
            return self._taxed(Regime.DOMESTIC, origin)
        return self._by_answer(origin, number.masked)

    def _by_answer(self, origin: Place, shown: str) -> Treatment | None:
        answer = self.supply.buyer.answer
        if answer is None:
            return self._pending(f"The register has not been asked about {shown} yet.")
        when = f"{answer.at:%Y-%m-%d %H:%M} UTC"
        asked = f"VIES, {when}" + (f", consultation {answer.consultation}" if answer.consultation else "")
        match answer.status:
            case VatStatus.VALID:
                says = f"{shown} is valid ({asked}): the buyer accounts for the VAT."
                return self._reverse(origin, says)
            case VatStatus.INVALID:
                return self._private(f"{shown} is not valid ({asked})")
        because = f"The register could not say whether {shown} is valid ({answer.reason or 'no reason given'}, {when})"
        match self.seller.unknown:
            case UnknownPolicy.ACCEPT:
                return self._reverse(origin, f"{because}; the tenant accepts such numbers.")
            case UnknownPolicy.AS_PRIVATE:
                return self._private(f"{because}, and the tenant wants VAT charged then")
            case UnknownPolicy.HOLD:
                return self._pending(f"{because}; the order waits for an answer.")

    def _distance(self, origin: Place, target: Place) -> Treatment:
        """A sale to a private buyer in another state (articles 33 and 59c)."""
        source = f"{DIRECTIVE}, articles 33 and 59c"
        oss, state = self.seller.oss, target.state or ""
        if oss.registered:
            self._note("one stop shop", f"Distance sale to {target}; the seller declares these in the OSS.", source)
            return self._taxed(Regime.OSS, target)
        if state in self.seller.numbers or state == self.seller.home:
            self._note("local number", f"Distance sale to {target}, where the seller has a VAT number.", source)
            return self._taxed(Regime.DESTINATION, target)
        if self._keeps_threshold(origin):
            self._note("threshold", f"{oss.says(self.supply.sale).capitalize()}: taxed in {origin}.", source)
            return self._taxed(Regime.BELOW_THRESHOLD, origin)
        says = f"VAT of {target} is due, and the seller has neither OSS nor a VAT number there"
        return self._person("one stop shop", f"{says} ({self._no_threshold(origin)}).", source)

    def _keeps_threshold(self, origin: Place) -> bool:
        seller = self.seller
        at_home = origin.state == seller.home and not seller.stock_abroad
        return at_home and not seller.oss.opted and not seller.oss.exceeded_with(self.supply.sale)

    def _no_threshold(self, origin: Place) -> str:
        if origin.state != self.seller.home or self.seller.stock_abroad:
            return "goods are not sent from home alone, so the threshold does not apply"
        if self.seller.oss.opted:
            return "the seller waived the threshold"
        return self.seller.oss.says(self.supply.sale)

    def _number_is_of(self, state: str) -> bool:
        text = self.supply.buyer.vat_number
        return text is not None and read_vat_number(text, self.supply.ships_to).state == state

    def _taxed(self, regime: Regime, place: Place) -> Treatment:
        rate = self._own_rate(place) if place.state == self.seller.home else None
        if rate is not None:
            return self._end(regime, place.region, rate)
        found = rate_for(place.region, self.supply.goods, self.supply.day)
        if not isinstance(found, Found):
            return self._person("rate", f"The rate cannot be told: {found.because}.", "the rate table")
        self._note("rate", f"{percent(found.rate.rate)}: {found.because}.", found.rate.cited)
        return self._end(regime, place.region, found.rate.rate)

    def _own_rate(self, place: Place) -> Decimal | None:
        """At home the item's own VAT code says it, where the table knows that rate on that day."""
        rate = self.supply.home_rate
        if rate is None or place.region != place.state:
            return None
        known = {row.rate for row in rates_on(place.region, self.supply.day)}
        if rate != 0 and known and rate not in known:
            return None
        kind = category_of(place.region, rate, self.supply.day) or Goods.STANDARD
        self._note(
            "rate", f"{percent(rate)}: the item's own VAT code, {kind.value} in {place}.", "the division's items"
        )
        return rate

    def _reverse(self, origin: Place, says: str) -> Treatment:
        return self._zero(Regime.REVERSE_CHARGE, origin, "reverse charge", says, f"{DIRECTIVE}, article 138")

    def _zero(self, regime: Regime, origin: Place, rule: str, says: str, source: str) -> Treatment:
        self._note(rule, says, source)
        return self._end(regime, origin.region, Decimal(0))

    def _private(self, because: str) -> Treatment | None:
        """Note why the buyer counts as private, which settles nothing yet."""
        self._note("private buyer", f"{because}: taxed as a sale to a private buyer.", f"{DIRECTIVE}, article 138(1)")
        return None

    def _pending(self, says: str) -> Treatment:
        self._note("evidence", says, "VIES")
        return Treatment(Regime.EVIDENCE_PENDING, None, None, tuple(self.reasons))

    def _person(self, rule: str, says: str, source: str = DIRECTIVE) -> Treatment:
        self._note(rule, says, source)
        return Treatment(Regime.NEEDS_PERSON, None, None, tuple(self.reasons))

    def _end(self, regime: Regime, region: str, rate: Decimal) -> Treatment:
        return Treatment(regime, region, rate, tuple(self.reasons))

    def _note(self, rule: str, says: str, source: str) -> None:
        self.reasons.append(Reason(rule, says, source))


def _said(place: Place | Unplaced) -> str:
    return (place.said or "nowhere") if isinstance(place, Unplaced) else str(place)
