"""The till: turns what a buyer wants into an order with lines, shipping, discount and taxes."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from itertools import count

from hub.sandbox.woocommerce.goods import Product, Shelves
from hub.sandbox.woocommerce.orders import Coupon, Extra, Line, Order
from hub.sandbox.woocommerce.tax import CENT, STANDARD, Rate, Split, split_gross, split_net


@dataclass
class Till:
    """Computes amounts in EUR; ``include_tax`` says how the shop's prices are entered."""

    shelves: Shelves
    rates: list[Rate]
    include_tax: bool
    numbers: count[int]

    def rate(self, country: str, tax_class: str) -> Rate | None:
        """Return the rate for goods that go to a country; none outside the table."""
        return next((each for each in self.rates if (each.country, each.tax_class) == (country, tax_class)), None)

    def split(self, gross: Decimal, rate: Rate | None) -> Split:
        """Split an amount that the buyer sees including VAT, the way this shop computes."""
        if self.include_tax:
            return split_gross(gross, rate)
        return split_net(split_gross(gross, rate).net, rate)

    def line(self, product: Product | None, quantity: int, country: str) -> Line:
        """Return a line; an unknown product makes a nameless one that costs nothing."""
        if product is None:
            nothing = Split(Decimal(0), Decimal(0), Decimal(0))
            return Line(next(self.numbers), 0, 0, "", quantity, STANDARD, None, nothing, nothing)
        rate = self.rate(country, product.tax_class)
        amount = self._amount(product.price, quantity, rate)
        parent = self.shelves.by_id.get(product.parent_id)
        return Line(
            line_id=next(self.numbers),
            product_id=product.parent_id or product.product_id,
            variation_id=product.product_id if product.parent_id else 0,
            name=product.name,
            quantity=quantity,
            tax_class=product.tax_class,
            rate=rate,
            subtotal=amount,
            total=amount,
            parent_name=parent.name if parent else None,
        )

    def _amount(self, price: Decimal, quantity: int, rate: Rate | None) -> Split:
        if self.include_tax:
            return split_gross(price * quantity, rate)
        return split_net(split_gross(price, rate).net * quantity, rate)

    def reprice(self, line: Line, quantity: int) -> None:
        """Give a line another quantity at the same unit price, without discount."""
        net = (line.subtotal.exact * quantity / line.quantity).quantize(CENT) if line.quantity else Decimal(0)
        line.quantity, line.subtotal = quantity, split_net(net, line.rate)
        line.total = line.subtotal

    def gross_extra(self, title: str, gross: Decimal, order: Order, country: str) -> Extra:
        """Return a shipping or fee line of an amount that the buyer sees including VAT."""
        rate = self._extra_rate(order, country)
        return Extra(next(self.numbers), title, rate, self.split(gross, rate))

    def net_extra(self, title: str, net: Decimal, order: Order, country: str) -> Extra:
        """Return a shipping or fee line of a net amount, as the API takes it."""
        rate = self._extra_rate(order, country)
        return Extra(next(self.numbers), title, rate, split_net(net, rate))

    def _extra_rate(self, order: Order, country: str) -> Rate | None:
        """Choose the tax class of shipping and fees: reduced only where all goods are."""
        classes = {line.tax_class for line in order.lines}
        return self.rate(country, classes.pop() if len(classes) == 1 else STANDARD)

    def discount(self, order: Order, gross: Decimal, code: str) -> None:
        """Spread a discount over the lines by their worth, and note the coupon."""
        worth, left = sum((line.subtotal.gross for line in order.lines), Decimal()), gross
        for line in order.lines:
            share = (gross * line.subtotal.gross / worth).quantize(CENT) if worth else Decimal(0)
            share = min(left if line is order.lines[-1] else share, line.subtotal.gross)
            line.total = self.split(line.subtotal.gross - share, line.rate)
            left -= share
        net = sum((line.subtotal.net - line.total.net for line in order.lines), Decimal())
        tax = sum((line.subtotal.tax - line.total.tax for line in order.lines), Decimal())
        order.coupons.append(Coupon(next(self.numbers), code, net, tax, gross))

    def close(self, order: Order) -> None:
        """Give every rate on the order the id of its tax line."""
        for rate in order.taxes():
            if rate.rate_id not in order.rate_lines:
                order.rate_lines[rate.rate_id] = next(self.numbers)
