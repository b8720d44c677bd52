"""How orders look in answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hub.sandbox.shopify.context import Info, iso
from hub.sandbox.shopify.ids import gid
from hub.sandbox.shopify.line_views import application, tax_lines
from hub.sandbox.shopify.money import NOTHING, SHOP_CURRENCY
from hub.sandbox.shopify.orders import Order
from hub.sandbox.shopify.paging import by_number, connection
from hub.sandbox.shopify.problems import Json
from hub.sandbox.shopify.totals import Totals, current, financial_status, fulfilment_status, outstanding, placed

if TYPE_CHECKING:
    from hub.sandbox.shopify.views import Views


class OrderViews:
    """Shows orders. ``total*`` amounts are as placed, ``current*`` ones after edits and refunds."""

    def __init__(self, views: Views) -> None:
        self.views = views

    def order(self, order: Order) -> Json:
        first, now = placed(order), current(order)
        return {
            "__typename": "Order",
            **self._identity(order),
            **self._statuses(order, now),
            **_amounts(order, first, now),
            **self._parts(order),
            "taxLines": tax_lines(first.taxes, order),
            "currentTaxLines": tax_lines(now.taxes, order),
            "subtotalLineItemsQuantity": first.quantity,
            "currentSubtotalLineItemsQuantity": now.quantity,
        }

    def _identity(self, order: Order) -> Json:
        people = self.views.people
        return {
            "id": gid("Order", order.number),
            "legacyResourceId": str(order.number),
            "name": order.name,
            "number": order.sequence,
            "createdAt": iso(order.created_at),
            "updatedAt": iso(order.updated_at),
            "processedAt": iso(order.created_at),
            "confirmationNumber": f"C{order.sequence}",
            "test": False,
            "note": order.note,
            "tags": order.tags,
            "customAttributes": [],
            "poNumber": None,
            "email": people.personal(order.buyer.email),
            "phone": people.personal(order.buyer.phone),
            "customerLocale": "nl",
            "sourceName": "web",
            "paymentGatewayNames": list(dict.fromkeys(each.gateway for each in order.transactions)),
            "currencyCode": SHOP_CURRENCY,
            "presentmentCurrencyCode": order.purse.currency,
            "billingAddress": lambda info: people.address(order, 0),
            "shippingAddress": lambda info: people.address(order, 1),
            "billingAddressMatchesShippingAddress": True,
            "customer": lambda info: people.customer(order),
            "purchasingEntity": lambda info: people.purchasing(order),
            "statusPageUrl": f"{self.views.shop.root}/orders/{order.number}",
        }

    def _statuses(self, order: Order, now: Totals) -> Json:
        owed, live = outstanding(order), order.cancelled_at is None
        waiting = any(each.remaining for each in order.fulfilment_orders)
        return {
            "displayFinancialStatus": financial_status(order),
            "displayFulfillmentStatus": fulfilment_status(order),
            "cancelledAt": iso(order.cancelled_at),
            "cancelReason": order.cancel_reason,
            "cancellation": None if live else {"staffNote": order.staff_note},
            "closed": order.closed_at is not None,
            "closedAt": iso(order.closed_at),
            "confirmed": True,
            "edited": order.edited,
            "fullyPaid": owed <= 0,
            "unpaid": not order.received,
            "canMarkAsPaid": live and owed > 0,
            "capturable": False,
            "fulfillable": live and waiting,
            "refundable": order.received > order.refunded,
            "requiresShipping": True,
            "returnStatus": "NO_RETURN",
            "taxesIncluded": order.taxes_included,
            "taxExempt": False,
            "estimatedTaxes": False,
            "dutiesIncluded": False,
            "totalWeight": "0",
            "currentTotalWeight": "0",
        }

    def _parts(self, order: Order) -> Json:
        views, fulfilment = self.views, self.views.fulfilment

        def lines(info: Info, **args: Any) -> Json:
            return connection(info, order.lines, lambda each: views.lines.line(order, each), by_number, args)

        def shipping(info: Info, **args: Any) -> Json:
            return connection(info, order.shipping, lambda each: views.lines.shipping(order, each), by_number, args)

        def applications(info: Info, **args: Any) -> Json:
            return connection(info, order.discounts, application, lambda each: (each.index, each.index), args)

        def no_lines(info: Info, **args: Any) -> Json:
            return connection(info, [], lambda each: views.lines.line(order, each), by_number, args)

        def fulfilment_orders(info: Info, **args: Any) -> Json:
            return connection(info, order.fulfilment_orders, fulfilment.fulfilment_order, by_number, args)

        def transactions(info: Info, first: int | None = None, **args: Any) -> list[Json]:
            return [views.payments.transaction(order, each) for each in order.transactions[:first]]

        def refunds(info: Info, first: int | None = None) -> list[Json]:
            return [views.payments.refund(order, each) for each in order.refunds[:first]]

        def fulfilments(info: Info, first: int | None = None, **args: Any) -> list[Json]:
            return [views.fulfilment.fulfilment(each) for each in order.fulfilments[:first]]

        codes = [each.code for each in order.discounts if each.code]
        return {
            "lineItems": lines,
            "nonFulfillableLineItems": no_lines,
            "shippingLine": lambda info: views.lines.shipping(order, order.shipping[0]) if order.shipping else None,
            "shippingLines": shipping,
            "discountApplications": applications,
            "discountCode": codes[0] if codes else None,
            "discountCodes": codes,
            "transactions": transactions,
            "refunds": refunds,
            "fulfillments": fulfilments,
            "fulfillmentsCount": {"count": len(order.fulfilments), "precision": "EXACT"},
            "fulfillmentOrders": fulfilment_orders,
        }


def _amounts(order: Order, first: Totals, now: Totals) -> Json:
    bag = order.purse.bag
    cart = sum((each.amount or NOTHING for each in order.discounts if each.code), NOTHING)
    shipping_back = sum((each.price for refund in order.refunds for each in refund.shipping), NOTHING)
    return {
        "originalTotalPriceSet": bag(first.total),
        "totalPriceSet": bag(first.total),
        "currentTotalPriceSet": bag(now.total),
        "subtotalPriceSet": bag(first.subtotal),
        "currentSubtotalPriceSet": bag(now.subtotal),
        "totalTaxSet": bag(first.tax),
        "currentTotalTaxSet": bag(now.tax),
        "currentTotalDutiesSet": None,
        "currentTotalAdditionalFeesSet": None,
        "totalShippingPriceSet": bag(first.shipping),
        "currentShippingPriceSet": bag(now.shipping),
        "totalDiscountsSet": bag(first.discounts),
        "currentTotalDiscountsSet": bag(now.discounts),
        "cartDiscountAmountSet": bag(cart),
        "currentCartDiscountAmountSet": bag(cart),
        "totalOutstandingSet": bag(outstanding(order)),
        "totalReceivedSet": bag(order.received),
        "totalRefundedSet": bag(order.refunded),
        "totalRefundedShippingSet": bag(shipping_back),
        "netPaymentSet": bag(order.received - order.refunded),
        "totalTipReceivedSet": bag(NOTHING),
        "totalCapturableSet": bag(NOTHING),
        "refundDiscrepancySet": bag(NOTHING),
    }
