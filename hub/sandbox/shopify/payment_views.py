"""How payments and refunds look in answers."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from hub.sandbox.shopify.context import Info, iso
from hub.sandbox.shopify.ids import gid
from hub.sandbox.shopify.money import NOTHING, SHOP_CURRENCY, cents, coins, tax_of
from hub.sandbox.shopify.orders import Line, Order, Refund, Shipping, Transaction
from hub.sandbox.shopify.paging import by_number, connection
from hub.sandbox.shopify.problems import Json

if TYPE_CHECKING:
    from hub.sandbox.shopify.views import Views


FEE_RATE, FLAT_FEE = Decimal("0.019"), Decimal("0.25")


def _costs(each: Transaction) -> bool:
    return each.gateway == "shopify_payments" and each.status == "SUCCESS" and each.kind in ("SALE", "CAPTURE")


class PaymentViews:
    """Shows money that moved."""

    def __init__(self, views: Views) -> None:
        self.views = views

    def transaction(self, order: Order, each: Transaction) -> Json:
        parent = each.parent
        return {
            "__typename": "OrderTransaction",
            "id": gid("OrderTransaction", each.number),
            "kind": each.kind,
            "status": each.status,
            "gateway": each.gateway,
            "formattedGateway": each.gateway.replace("_", " ").title(),
            "amountSet": order.purse.bag(each.amount),
            "createdAt": iso(each.at),
            "processedAt": iso(each.at),
            "test": False,
            "manualPaymentGateway": each.gateway == "Bank Deposit",
            "parentTransaction": lambda info: self.transaction(order, parent) if parent else None,
            "paymentId": f"{order.name}.{each.number % 100}",
            "errorCode": None,
            "fees": [self._fee(each)] if _costs(each) else [],
        }

    def _fee(self, each: Transaction) -> Json:
        """Return what Shopify Payments keeps of a payment: a part of it, and a flat fee."""
        return {
            "__typename": "TransactionFee",
            "id": gid("TransactionFee", each.number),
            "amount": coins(cents(each.amount * FEE_RATE) + FLAT_FEE, SHOP_CURRENCY),
            "flatFee": coins(FLAT_FEE, SHOP_CURRENCY),
            "taxAmount": coins(NOTHING, SHOP_CURRENCY),
            "type": "processing_fee",
        }

    def refund(self, order: Order, refund: Refund) -> Json:
        purse = order.purse

        def lines(info: Info, **args: Any) -> Json:
            return connection(
                info, refund.lines, lambda row: self._refund_line(order, row), lambda row: (row[0], row[0]), args
            )

        def shipping(info: Info, **args: Any) -> Json:
            return connection(info, refund.shipping, lambda each: self._refund_shipping(order, each), by_number, args)

        def transactions(info: Info, **args: Any) -> Json:
            return connection(info, refund.transactions, lambda each: self.transaction(order, each), by_number, args)

        return {
            "__typename": "Refund",
            "id": gid("Refund", refund.number),
            "legacyResourceId": str(refund.number),
            "createdAt": iso(refund.at),
            "processedAt": iso(refund.at),
            "updatedAt": iso(refund.at),
            "note": refund.note or None,
            "totalRefundedSet": purse.bag(refund.amount),
            "refundLineItems": lines,
            "refundShippingLines": shipping,
            "transactions": transactions,
            "order": lambda info: self.views.orders.order(order),
        }

    def _refund_line(self, order: Order, row: tuple[int, Line, int, bool]) -> Json:
        number, line, quantity, restocked = row
        amount, purse = line.amount(quantity), order.purse
        return {
            "id": gid("RefundLineItem", number),
            "lineItem": lambda info: self.views.lines.line(order, line),
            "quantity": quantity,
            "restockType": "CANCEL" if restocked else "NO_RESTOCK",
            "restocked": restocked,
            "location": None,
            "priceSet": purse.bag(line.unit),
            "subtotalSet": purse.bag(amount),
            "totalTaxSet": purse.bag(tax_of(amount, line.rate, included=order.taxes_included)),
        }

    def _refund_shipping(self, order: Order, each: Shipping) -> Json:
        tax = tax_of(each.price, each.rate, included=order.taxes_included)
        return {
            "id": gid("RefundShippingLine", each.number),
            "shippingLine": self.views.lines.shipping(order, each),
            "subtotalAmountSet": order.purse.bag(each.price),
            "taxAmountSet": order.purse.bag(tax),
        }
