"""How fulfilment orders and fulfilments look in answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hub.sandbox.shopify.context import Info, iso
from hub.sandbox.shopify.ids import gid
from hub.sandbox.shopify.orders import OPEN_STATUSES, Fulfilment, FulfilmentOrder, Task
from hub.sandbox.shopify.paging import by_number, connection
from hub.sandbox.shopify.problems import Json

if TYPE_CHECKING:
    from hub.sandbox.shopify.views import Views


class FulfilmentViews:
    """Shows what has to be sent and what was sent."""

    def __init__(self, views: Views) -> None:
        self.views = views

    def fulfilment_order(self, each: FulfilmentOrder) -> Json:
        order, place = each.order, each.location

        def lines(info: Info, **args: Any) -> Json:
            rows = [task for task in each.tasks if task.total]
            return connection(info, rows, lambda task: self._task(each, task), by_number, args)

        def fulfilments(info: Info, **args: Any) -> Json:
            made = [one for one in order.fulfilments if each in one.sources]
            return connection(info, made, self.fulfilment, by_number, args)

        return {
            "__typename": "FulfillmentOrder",
            "id": gid("FulfillmentOrder", each.number),
            "status": each.status,
            "requestStatus": "UNSUBMITTED",
            "order": lambda info: self.views.orders.order(order),
            "orderId": gid("Order", order.number),
            "orderName": order.name,
            "orderProcessedAt": iso(order.created_at),
            "assignedLocation": {
                "name": place.name,
                "address1": "Havenweg 1",
                "zip": place.postcode,
                "city": place.city,
                "countryCode": "NL",
                "location": lambda info: self.views.goods.location(place),
            },
            "destination": lambda info: self.views.people.destination(order, each.number),
            "deliveryMethod": _delivery_method(each),
            "createdAt": iso(each.created_at),
            "updatedAt": iso(each.updated_at),
            "fulfillAt": iso(each.created_at),
            "fulfillBy": None,
            "fulfillmentHolds": [_hold(each.hold)] if each.hold else [],
            "supportedActions": [{"action": action, "externalUrl": None} for action in _actions(each)],
            "lineItems": lines,
            "fulfillments": fulfilments,
        }

    def _task(self, each: FulfilmentOrder, task: Task) -> Json:
        line, variant = task.line, task.line.variant
        return {
            "__typename": "FulfillmentOrderLineItem",
            "id": gid("FulfillmentOrderLineItem", task.number),
            "lineItem": lambda info: self.views.lines.line(each.order, line),
            "totalQuantity": task.total,
            "remainingQuantity": task.remaining,
            "sku": line.sku,
            "productTitle": line.title,
            "variantTitle": line.variant_title,
            "vendor": "Sandbox",
            "requiresShipping": True,
            "inventoryItemId": gid("InventoryItem", variant.item_number) if variant else None,
            "variant": lambda info: self.views.goods.variant(variant) if variant else None,
        }

    def fulfilment(self, made: Fulfilment) -> Json:
        def tracking(info: Info, first: int | None = None) -> list[Json]:
            shown = made.tracking[:first]
            return [{"company": each.company, "number": each.number, "url": each.url} for each in shown]

        def lines(info: Info, **args: Any) -> Json:
            return connection(info, made.sent, lambda row: self._sent(made, row), lambda row: (row[0], row[0]), args)

        def sources(info: Info, **args: Any) -> Json:
            return connection(info, made.sources, self.fulfilment_order, by_number, args)

        return {
            "__typename": "Fulfillment",
            "id": gid("Fulfillment", made.number),
            "legacyResourceId": str(made.number),
            "name": made.name,
            "status": made.status,
            "displayStatus": "CANCELED" if made.status == "CANCELLED" else "FULFILLED",
            "createdAt": iso(made.created_at),
            "updatedAt": iso(made.updated_at),
            "deliveredAt": None,
            "estimatedDeliveryAt": None,
            "inTransitAt": None,
            "requiresShipping": True,
            "totalQuantity": sum(quantity for _, _, quantity in made.sent),
            "location": lambda info: self.views.goods.location(made.location),
            "order": lambda info: self.views.orders.order(made.order),
            "trackingInfo": tracking,
            "fulfillmentLineItems": lines,
            "fulfillmentOrders": sources,
        }

    def _sent(self, made: Fulfilment, row: tuple[int, Task, int]) -> Json:
        number, task, quantity = row
        line, purse = task.line, made.order.purse
        return {
            "__typename": "FulfillmentLineItem",
            "id": gid("FulfillmentLineItem", number),
            "lineItem": lambda info: self.views.lines.line(made.order, line),
            "quantity": quantity,
            "originalTotalSet": purse.bag(line.unit * quantity),
            "discountedTotalSet": purse.bag(line.amount(quantity)),
        }


def _actions(each: FulfilmentOrder) -> list[str]:
    if each.status in OPEN_STATUSES:
        return ["CREATE_FULFILLMENT", "HOLD", "MOVE", "SPLIT"]
    return ["RELEASE_HOLD", "MOVE"] if each.status == "ON_HOLD" else []


def _hold(number: int) -> Json:
    return {
        "__typename": "FulfillmentHold",
        "id": gid("FulfillmentHold", number),
        "reason": "OTHER",
        "reasonNotes": "Held by a person in the shop",
        "displayReason": "Other",
        "heldByRequestingApp": False,
        "handle": None,
    }


def _delivery_method(each: FulfilmentOrder) -> Json:
    shipping = each.order.shipping
    return {
        "__typename": "DeliveryMethod",
        "id": gid("DeliveryMethod", each.number),
        "methodType": "SHIPPING",
        "presentedName": shipping[0].title if shipping else "Gratis",
        "serviceCode": shipping[0].title if shipping else None,
    }
