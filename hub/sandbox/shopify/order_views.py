"""How orders, their lines, taxes, discounts and payments look in answers."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from hub.sandbox.shopify.context import Info, iso
from hub.sandbox.shopify.ids import gid
from hub.sandbox.shopify.money import NOTHING, SHOP_CURRENCY, Purse, coins, tax_of
from hub.sandbox.shopify.orders import Discount, Line, Order, Refund, Shipping, Transaction
from hub.sandbox.shopify.paging import connection
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
            "taxLines": _tax_lines(first.taxes, order.purse),
            "currentTaxLines": _tax_lines(now.taxes, order.purse),
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
            return connection(info, order.lines, lambda each: self.line(order, each), _by_number, args)

        def shipping(info: Info, **args: Any) -> Json:
            return connection(info, order.shipping, lambda each: self.shipping(order, each), _by_number, args)

        def applications(info: Info, **args: Any) -> Json:
            return connection(info, order.discounts, _application, lambda each: (each.index, each.index), args)

        def no_lines(info: Info, **args: Any) -> Json:
            return connection(info, [], lambda each: self.line(order, each), _by_number, args)

        def fulfilment_orders(info: Info, **args: Any) -> Json:
            return connection(info, order.fulfilment_orders, fulfilment.fulfilment_order, _by_number, args)

        def transactions(info: Info, first: int | None = None, **args: Any) -> list[Json]:
            return [self.transaction(order, each) for each in order.transactions[:first]]

        def refunds(info: Info, first: int | None = None) -> list[Json]:
            return [self.refund(order, each) for each in order.refunds[:first]]

        def fulfilments(info: Info, first: int | None = None, **args: Any) -> list[Json]:
            return [views.fulfilment.fulfilment(each) for each in order.fulfilments[:first]]

        codes = [each.code for each in order.discounts if each.code]
        return {
            "lineItems": lines,
            "nonFulfillableLineItems": no_lines,
            "shippingLine": lambda info: self.shipping(order, order.shipping[0]) if order.shipping else None,
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

    def line(self, order: Order, line: Line) -> Json:
        purse, variant, goods = order.purse, line.variant, self.views.goods
        amount, waiting = line.amount(line.quantity), line.current - line.fulfilled
        own = sum((share for each, share in line.discounts if not each.code), NOTHING)
        tax = tax_of(amount, line.rate, included=order.taxes_included)
        net = amount - tax if order.taxes_included else amount
        return {
            "__typename": "LineItem",
            "id": gid("LineItem", line.number),
            "name": line.title,
            "title": line.title,
            "sku": line.sku,
            "variantTitle": None if line.variant_title == "Default Title" else line.variant_title,
            "vendor": "Sandbox",
            "quantity": line.quantity,
            "currentQuantity": line.current,
            "refundableQuantity": line.current,
            "unfulfilledQuantity": waiting,
            "nonFulfillableQuantity": 0,
            "requiresShipping": True,
            "restockable": True,
            "taxable": True,
            "isGiftCard": False,
            "merchantEditable": not line.fulfilled,
            "customAttributes": [],
            "product": lambda info: goods.product(variant.product) if variant else None,
            "variant": lambda info: goods.variant(variant) if variant else None,
            "originalUnitPriceSet": purse.bag(line.unit),
            "originalTotalSet": purse.bag(line.unit * line.quantity),
            "discountedUnitPriceSet": purse.bag(line.unit - own / line.quantity),
            "discountedUnitPriceAfterAllDiscountsSet": purse.bag(amount / line.quantity),
            "discountedTotalSet": _discounted_total(purse, line, own),
            "totalDiscountSet": purse.bag(own),
            "priceAfterAllDiscountsBeforeTaxesSet": purse.bag(net),
            "unfulfilledDiscountedTotalSet": purse.bag(line.amount(waiting)),
            "unfulfilledOriginalTotalSet": purse.bag(line.unit * waiting),
            "discountAllocations": [_allocation(purse, each, share) for each, share in line.discounts],
            "taxLines": lambda info, first=None: _tax_lines({line.rate: tax}, purse),
        }

    def shipping(self, order: Order, each: Shipping) -> Json:
        purse = order.purse
        tax = tax_of(each.price, each.rate, included=order.taxes_included)
        gone = each.refunded or order.cancelled_at is not None
        return {
            "id": gid("ShippingLine", each.number),
            "title": each.title,
            "code": each.title,
            "source": "shopify",
            "carrierIdentifier": None,
            "custom": False,
            "deliveryCategory": None,
            "isRemoved": False,
            "phone": None,
            "originalPriceSet": purse.bag(each.price),
            "discountedPriceSet": purse.bag(each.price),
            "currentDiscountedPriceSet": purse.bag(NOTHING if gone else each.price),
            "discountAllocations": [],
            "taxLines": _tax_lines({each.rate: tax}, purse),
        }

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
        }

    def refund(self, order: Order, refund: Refund) -> Json:
        purse = order.purse

        def lines(info: Info, **args: Any) -> Json:
            return connection(
                info, refund.lines, lambda row: self._refund_line(order, row), lambda row: (row[0], row[0]), args
            )

        def shipping(info: Info, **args: Any) -> Json:
            return connection(info, refund.shipping, lambda each: self._refund_shipping(order, each), _by_number, args)

        def transactions(info: Info, **args: Any) -> Json:
            return connection(info, refund.transactions, lambda each: self.transaction(order, each), _by_number, args)

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
            "order": lambda info: self.order(order),
        }

    def _refund_line(self, order: Order, row: tuple[int, Line, int, bool]) -> Json:
        number, line, quantity, restocked = row
        amount, purse = line.amount(quantity), order.purse
        return {
            "id": gid("RefundLineItem", number),
            "lineItem": lambda info: self.line(order, line),
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
            "shippingLine": self.shipping(order, each),
            "subtotalAmountSet": order.purse.bag(each.price),
            "taxAmountSet": order.purse.bag(tax),
        }


def _by_number(each: Any) -> tuple[int, int]:
    return each.number, each.number


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


def _tax_lines(taxes: dict[Decimal, Decimal], purse: Purse) -> list[Json]:
    return [
        {
            "title": f"NL BTW {rate * 100:g}%",
            "rate": float(rate),
            "ratePercentage": float(rate * 100),
            "priceSet": purse.bag(amount),
            "channelLiable": False,
            "source": "Shopify",
        }
        for rate, amount in taxes.items()
    ]


def _discounted_total(purse: Purse, line: Line, own: Decimal) -> Any:
    """Return the resolver of a total without codes over the whole order, unless they are asked for."""

    def resolve(info: Info, withCodeDiscounts: bool | None = False) -> Json:
        taken = line.discount if withCodeDiscounts else own
        return purse.bag(line.unit * line.quantity - taken)

    return resolve


def _allocation(purse: Purse, each: Discount, share: Decimal) -> Json:
    return {"allocatedAmountSet": purse.bag(share), "discountApplication": _application(each)}


def _application(each: Discount) -> Json:
    value = (
        coins(each.amount, SHOP_CURRENCY)
        if each.amount is not None
        else {"__typename": "PricingPercentageValue", "percentage": float(each.percentage or 0)}
    )
    return {
        "__typename": "DiscountCodeApplication" if each.code else "ManualDiscountApplication",
        "allocationMethod": "ACROSS" if each.code else "EACH",
        "index": each.index,
        "targetSelection": "ALL" if each.code else "EXPLICIT",
        "targetType": "LINE_ITEM",
        "value": value,
        "code": each.code,
        "title": each.title,
        "description": each.title,
    }
