"""Orders as Shopify would answer them, reckoned apart from the hub's own code."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

CENT = Decimal("0.01")
Json = dict[str, Any]


def rounded(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


def bag(amount: Decimal, rate: Decimal = Decimal(1)) -> Json:
    """Return an amount in the buyer's currency, and converted by itself to the shop's."""
    return {"shopMoney": {"amount": str(rounded(amount * rate))}, "presentmentMoney": {"amount": str(amount)}}


@dataclass
class Made:
    """One line: a price for one, and how many the buyer ordered and still pays for."""

    unit: Decimal
    quantity: int
    current: int
    vat: Decimal = Decimal("0.21")
    discount: Decimal = Decimal(0)
    more: Json = field(default_factory=dict)

    def price(self, units: int) -> Decimal:
        return self.unit * units - rounded(self.discount * units / self.quantity)

    def tax(self, units: int, *, included: bool) -> Decimal:
        price = self.price(units)
        return rounded(price * self.vat / (1 + self.vat) if included else price * self.vat)


@dataclass
class MadeOrder:
    """An order; amounts are the buyer's, the shop's follow by ``rate``."""

    lines: Sequence[Made]
    included: bool = True
    shipping: Decimal = Decimal(0)
    rate: Decimal = Decimal(1)
    extra: Decimal = Decimal(0)

    def total(self, *, now: bool) -> Decimal:
        """Return what the order comes to, now or as placed, in the buyer's currency."""
        found = self.shipping + self.extra
        if not self.included:
            found += rounded(self.shipping * Decimal("0.21"))
        for line in self.lines:
            units = line.current if now else line.quantity
            found += line.price(units)
            found += Decimal(0) if self.included else line.tax(units, included=False)
        return found

    def node(self, **changes: Any) -> Json:
        """Return the order as the document asks for it."""
        shipping = {
            "title": "Standard",
            "discountedPriceSet": bag(self.shipping, self.rate),
            "currentDiscountedPriceSet": bag(self.shipping, self.rate),
            "taxLines": [self._tax(Decimal("0.21"), self._shipping_tax())],
        }
        return {
            "id": "gid://shopify/Order/5821",
            "name": "#1001",
            "createdAt": "2026-11-23T09:00:00Z",
            "updatedAt": "2026-11-23T09:30:00Z",
            "cancelledAt": None,
            "test": False,
            "currencyCode": "EUR",
            "presentmentCurrencyCode": "EUR" if self.rate == 1 else "USD",
            "taxesIncluded": self.included,
            "dutiesIncluded": False,
            "displayFinancialStatus": "PAID",
            "displayFulfillmentStatus": "UNFULFILLED",
            "fullyPaid": True,
            "email": "a@example.test",
            "phone": None,
            "customAttributes": [],
            "totalPriceSet": bag(self.total(now=False), self.rate),
            "currentTotalPriceSet": bag(self.total(now=True), self.rate),
            "totalTipReceivedSet": bag(Decimal(0)),
            "currentTotalDutiesSet": None,
            "currentTotalAdditionalFeesSet": None,
            "totalRefundedSet": bag(Decimal(0)),
            "fulfillmentsCount": {"count": 0},
            "shippingAddress": ADDRESS,
            "billingAddress": ADDRESS,
            "shippingLines": {"nodes": [shipping] if self.shipping else []},
            "lineItems": {"nodes": self.line_nodes(), "pageInfo": {"hasNextPage": False, "endCursor": None}},
        } | changes

    def _shipping_tax(self) -> Decimal:
        part = Decimal("0.21") / Decimal("1.21") if self.included else Decimal("0.21")
        return rounded(self.shipping * part)

    def _tax(self, rate: Decimal, amount: Decimal) -> Json:
        return {"rate": rate, "ratePercentage": rate * 100, "priceSet": bag(amount, self.rate)}

    def line_nodes(self) -> list[Json]:
        return [self._line(number, line) for number, line in enumerate(self.lines, 1)]

    def _line(self, number: int, line: Made) -> Json:
        tax = line.tax(line.quantity, included=self.included)
        return {
            "id": f"gid://shopify/LineItem/{number}",
            "sku": f"SKU-{number}",
            "name": f"Article {number}",
            "quantity": line.quantity,
            "currentQuantity": line.current,
            "unfulfilledQuantity": line.current,
            "originalTotalSet": bag(line.unit * line.quantity, self.rate),
            "discountAllocations": [{"allocatedAmountSet": bag(line.discount, self.rate)}] if line.discount else [],
            "taxLines": [self._tax(line.vat, tax)],
            "variant": {"barcode": "8710000000017", "inventoryItem": {"legacyResourceId": str(900 + number)}},
        } | line.more


ADDRESS = {
    "firstName": "Jan",
    "lastName": "de Vries",
    "name": "Jan de Vries",
    "company": None,
    "address1": "Dorpsstraat 1",
    "address2": "bis",
    "zip": "1234AB",
    "city": "Utrecht",
    "countryCodeV2": "NL",
    "phone": "+31612345678",
}
