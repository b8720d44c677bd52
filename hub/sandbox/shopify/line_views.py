"""How the lines of an order, their taxes and discounts look in answers."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from hub.sandbox.shopify.context import Info
from hub.sandbox.shopify.ids import gid
from hub.sandbox.shopify.money import NOTHING, SHOP_CURRENCY, Purse, coins, tax_of
from hub.sandbox.shopify.orders import Discount, Line, Order, Shipping
from hub.sandbox.shopify.problems import Json

if TYPE_CHECKING:
    from hub.sandbox.shopify.views import Views


class LineViews:
    """Shows lines and shipping lines."""

    def __init__(self, views: Views) -> None:
        self.views = views

    def line(self, order: Order, line: Line) -> Json:
        purse, variant, goods = order.purse, line.variant, self.views.goods
        amount, waiting = line.amount(line.quantity), max(0, line.current - line.fulfilled)
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
            "requiresShipping": not line.gift_card,
            "restockable": True,
            "taxable": not line.gift_card,
            "isGiftCard": line.gift_card,
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
            "taxLines": lambda info, first=None: [] if line.gift_card else tax_lines({line.rate: tax}, order),
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
            "taxLines": tax_lines({each.rate: tax}, order),
        }


def tax_lines(taxes: dict[Decimal, Decimal], order: Order) -> list[Json]:
    """One tax line per rate, in the shop's own words."""
    return [
        {
            "title": f"NL BTW {rate * 100:g}%",
            "rate": float(rate),
            "ratePercentage": float(rate * 100),
            "priceSet": order.purse.bag(amount),
            "channelLiable": order.channel_liable,
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
    return {"allocatedAmountSet": purse.bag(share), "discountApplication": application(each)}


def application(each: Discount) -> Json:
    """A discount application: a code over the whole order, or the seller's own."""
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
