"""Mutations about sending: fulfilments, tracking, moves and holds; none of them recognises a repeat."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hub.sandbox.shopify.context import Info
from hub.sandbox.shopify.dispatch import Dispatch, Picked
from hub.sandbox.shopify.ids import number_of
from hub.sandbox.shopify.orders import OPEN_STATUSES, Fulfilment, FulfilmentOrder, Tracking
from hub.sandbox.shopify.problems import Json, Refused, not_found, user_error
from hub.sandbox.shopify.shop import Shop
from hub.sandbox.shopify.views import Views

LINES_AT_MOST = 512


class FulfilmentWrites:
    """Resolves the fulfilment mutations; their userErrors have no code."""

    def __init__(self, shop: Shop, views: Views, dispatch: Dispatch) -> None:
        self.shop, self.views, self.dispatch = shop, views, dispatch

    def fields(self) -> dict[str, Callable[..., Any]]:
        """Return the resolvers by field."""
        return {
            "fulfillmentCreate": self._create,
            "fulfillmentTrackingInfoUpdate": self._retrack,
            "fulfillmentCancel": self._cancel,
            "fulfillmentOrderMove": self._move,
            "fulfillmentOrderReleaseHold": self._release,
        }

    def _create(self, info: Info, fulfillment: Json, message: str | None = None) -> Json:
        groups = fulfillment["lineItemsByFulfillmentOrder"]
        self._move_away(groups)
        try:
            _check_quantities(groups)
            picked = self._pick(groups)
        except Refused as refused:
            return {"fulfillment": None, "userErrors": refused.errors}
        made = self.dispatch.send(picked, _tracking(fulfillment.get("trackingInfo") or {}))
        return {"fulfillment": self.views.fulfilment.fulfilment(made), "userErrors": []}

    def _move_away(self, groups: list[Json]) -> None:
        """Let a person move the fulfilment order right before it is fulfilled, if the switches say so."""
        found = self.shop.fulfilment_orders.get(number_of(groups[0]["fulfillmentOrderId"])) if groups else None
        if self.shop.switches.moves > 0 and found is not None and found.status in OPEN_STATUSES:
            self.shop.switches.moves -= 1
            self.dispatch.relocate(found, self.dispatch.elsewhere(found))

    def _pick(self, groups: list[Json]) -> Picked:
        sources = [self._source(group["fulfillmentOrderId"]) for group in groups]
        if not sources:
            raise _refused("Fulfillment order does not exist.")
        orders = list(dict.fromkeys(each.order.number for each in sources))
        places = list(dict.fromkeys(each.location.number for each in sources))
        if len(orders) > 1:
            told = f"Multiple orders with ids [{', '.join(map(str, orders))}] were found."
            raise _refused(f"All fulfillment orders must belong to the same order. {told}")
        if len(places) > 1:
            told = f"Multiple locations with ids [{', '.join(map(str, places))}] were found."
            raise _refused(f"All fulfillment orders must be assigned to a single location. {told}")
        for each in sources:
            if each.status not in OPEN_STATUSES or not each.remaining:
                told = f"Fulfillment order {each.number} has an unfulfillable status= {each.status.lower()}."
                raise _refused(told)
        return [row for source, group in zip(sources, groups, strict=True) for row in _rows(source, group)]

    def _source(self, text: str) -> FulfilmentOrder:
        found = self.shop.fulfilment_orders.get(number_of(text, "FulfillmentOrder"))
        if found is None:
            raise _refused("Fulfillment order does not exist.")
        return found

    def _retrack(
        self, info: Info, fulfillmentId: str, trackingInfoInput: Json, notifyCustomer: bool | None = None
    ) -> Json:
        made = self._fulfilment(fulfillmentId)
        self.dispatch.retrack(made, _tracking(trackingInfoInput))
        return {"fulfillment": self.views.fulfilment.fulfilment(made), "userErrors": []}

    def _cancel(self, info: Info, id: str) -> Json:
        made = self._fulfilment(id)
        self.dispatch.cancel(made)
        return {"fulfillment": self.views.fulfilment.fulfilment(made), "userErrors": []}

    def _fulfilment(self, text: str) -> Fulfilment:
        made = self.shop.fulfilments.get(number_of(text, "Fulfillment"))
        if made is None:
            raise not_found(text)
        return made

    def _move(self, info: Info, id: str, newLocationId: str, **args: Any) -> Json:
        nothing = dict.fromkeys(("movedFulfillmentOrder", "originalFulfillmentOrder", "remainingFulfillmentOrder"))
        place = self.shop.goods.locations.get(number_of(newLocationId, "Location"))
        source = self.shop.fulfilment_orders.get(number_of(id, "FulfillmentOrder"))
        if source is None or place is None or not source.remaining:
            return nothing | {"userErrors": [user_error(["id"], "Fulfillment order does not exist.")]}
        moved = self.dispatch.relocate(source, place)
        show = self.views.fulfilment.fulfilment_order
        return nothing | {
            "movedFulfillmentOrder": show(moved),
            "originalFulfillmentOrder": show(source),
            "userErrors": [],
        }

    def _release(self, info: Info, id: str, **args: Any) -> Json:
        held = self.shop.fulfilment_orders.get(number_of(id, "FulfillmentOrder"))
        if held is None or held.status != "ON_HOLD":
            told = "Fulfillment order is not on hold."
            return {"fulfillmentOrder": None, "userErrors": [user_error(["id"], told)]}
        self.dispatch.release(held)
        return {"fulfillmentOrder": self.views.fulfilment.fulfilment_order(held), "userErrors": []}


def _check_quantities(groups: list[Json]) -> None:
    """Refuse quantities below one, before anything else is looked at."""
    for place, group in enumerate(groups):
        lines = group.get("fulfillmentOrderLineItems") or []
        path = ["fulfillment", "lineItemsByFulfillmentOrder", str(place), "fulfillmentOrderLineItems"]
        if len(lines) > LINES_AT_MOST:
            raise Refused(user_error(path, f"At most {LINES_AT_MOST} line items can be fulfilled at once."))
        for number, line in enumerate(lines):
            if line["quantity"] <= 0:
                raise Refused(user_error([*path, str(number), "quantity"], "Quantity must be greater than 0"))


def _rows(source: FulfilmentOrder, group: Json) -> Picked:
    wanted = group.get("fulfillmentOrderLineItems")
    if not wanted:
        return [(source, task, task.remaining) for task in source.tasks if task.remaining]
    tasks = {task.number: task for task in source.tasks}
    rows: Picked = []
    for line in wanted:
        task = tasks.get(number_of(line["id"], "FulfillmentOrderLineItem"))
        if task is None:
            raise _refused("Fulfillment order line item does not exist.")
        if line["quantity"] > task.remaining:
            raise _refused("Invalid fulfillment order line item quantity requested.")
        rows.append((source, task, line["quantity"]))
    return rows


def _tracking(asked: Json) -> list[Tracking]:
    """Return the parcels: one number, or several with their links beside them."""
    numbers = asked.get("numbers") or ([asked["number"]] if asked.get("number") else [])
    urls = asked.get("urls") or ([asked["url"]] if asked.get("url") else [])
    company = asked.get("company")
    if not numbers:
        return [Tracking(company, None, url) for url in urls] or ([Tracking(company, None, None)] if company else [])
    return [
        Tracking(company, number, urls[place] if place < len(urls) else None) for place, number in enumerate(numbers)
    ]


def _refused(message: str) -> Refused:
    return Refused(user_error(["fulfillment"], message))
