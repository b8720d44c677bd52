"""The endpoints for orders."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from hub.sandbox.woocommerce import order_wire
from hub.sandbox.woocommerce.answers import Json, Trouble, answer, body_of, not_in_enum, page_of, trimmed, whole_number
from hub.sandbox.woocommerce.casts import loose_boolean, loose_integer
from hub.sandbox.woocommerce.door import Door
from hub.sandbox.woocommerce.order_filters import chosen_orders
from hub.sandbox.woocommerce.orders import STATUSES, Line, Order
from hub.sandbox.woocommerce.shop import Shop, euros

SETTABLE = ("auto-draft", *STATUSES)


class OrderDoors:
    """Lists, shows, makes, changes and trashes orders."""

    def __init__(self, shop: Shop) -> None:
        self.shop, self.orders = shop, shop.orders

    def routes(self, door: Door) -> list[BaseRoute]:
        one = "wc/v3/orders/{order_id:int}"
        return [
            door.route("wc/v3/orders", self.list, ["GET"]),
            door.route("wc/v3/orders", self.create, ["POST"]),
            door.route("wc/v3/orders/statuses", self.statuses, ["GET"]),
            door.route(one, self.get, ["GET"]),
            door.route(one, self.put, ["PUT", "PATCH", "POST"]),
            door.route(one, self.delete, ["DELETE"]),
        ]

    async def list(self, request: Request) -> Response:
        """List orders; paging counts rows, so they shift while orders come in."""
        places = whole_number(request, "dp", 2, 0)
        rows = chosen_orders(request, self.orders.values())
        place = f"{self.shop.root}wc/v3/orders"
        return page_of(request, rows, lambda each: self.shop.show_order(each, places), place)

    async def statuses(self, request: Request) -> Response:
        return answer([{"slug": slug, "name": name} for slug, name in STATUSES.items()])

    async def get(self, request: Request) -> Response:
        places = whole_number(request, "dp", 2, 0)
        return answer(trimmed(request, self.shop.show_order(find_order(self.shop, request), places)))

    async def create(self, request: Request) -> Response:
        """Make an order; asking twice makes two, and nobody looks at the stock."""
        order = self.made(await body_of(request))
        headers = {"Location": f"{self.shop.root}wc/v3/orders/{order.order_id}"}
        return answer(trimmed(request, self.shop.show_order(order)), 201, headers)

    def made(self, body: Json) -> Order:
        """Make an order from its members and book it."""
        status = "processing" if loose_boolean(body.get("set_paid")) else str(body.get("status", "pending"))
        if status not in SETTABLE:
            raise not_in_enum("status", SETTABLE)
        country = str((body.get("shipping") or body.get("billing") or {}).get("country", "NL"))
        lines = [self._new_line(each, country) for each in listed_objects(body, "line_items")]
        order = self.shop.new_order(status, None, lines, "rest-api")
        self._take_over(order, body)
        for each in listed_objects(body, "shipping_lines"):
            title = str(each.get("method_title", "Flat rate"))
            order.shipping.append(self.shop.till.net_extra(title, euros(each.get("total")), order, country))
        self.shop.book(order)
        return order

    def _new_line(self, wanted: Json, country: str) -> Line:
        number = loose_integer(wanted.get("variation_id")) or loose_integer(wanted.get("product_id"))
        return self.shop.till.line(
            self.shop.shelves.by_id.get(number), loose_integer(wanted.get("quantity", 1)), country
        )

    async def put(self, request: Request) -> Response:
        """Change an order; every PUT moves its modification date, even one that changes nothing."""
        order = find_order(self.shop, request)
        self.change(order, await body_of(request))
        return answer(trimmed(request, self.shop.show_order(order)))

    def change(self, order: Order, body: Json) -> None:
        """Take over what the members say."""
        status = body.get("status")
        if status is not None and status not in SETTABLE:
            raise not_in_enum("status", SETTABLE)
        self._take_over(order, body)
        for wanted in listed_objects(body, "line_items"):
            self._change_line(order, wanted)
        self.shop.till.close(order)
        if status is not None:
            self.shop.set_status(order, status)
        elif loose_boolean(body.get("set_paid")) and order.paid_at is None:
            self.shop.set_status(order, "processing")
        self.shop.touch(order)

    def _take_over(self, order: Order, body: Json) -> None:
        order.customer_note = str(body.get("customer_note", order.customer_note))
        order.transaction_id = str(body.get("transaction_id", order.transaction_id))
        for name, person in (("billing", order.billing), ("shipping", order.delivery)):
            if isinstance(body.get(name), dict):
                person.update(order_wire.NO_PERSON | person | {key: str(value) for key, value in body[name].items()})
        for entry in listed_objects(body, "meta_data"):
            self._set_meta(order, entry)

    def _set_meta(self, order: Order, entry: Json) -> None:
        """Set a meta by id, else by key; other metas stay."""
        for known in order.meta:
            if entry.get("id") == known["id"] or ("id" not in entry and entry.get("key") == known["key"]):
                known["value"] = entry.get("value")
                return
        order.meta.append({"id": next(self.shop.numbers), "key": entry.get("key"), "value": entry.get("value")})

    def _change_line(self, order: Order, wanted: Json) -> None:
        """Change the line with this id, remove it at quantity 0; without an id a line is added."""
        line = next((each for each in order.lines if each.line_id == wanted.get("id")), None)
        if line is None:
            order.lines.append(self._new_line(wanted, str(order.delivery.get("country", "NL"))))
            return
        quantity = loose_integer(wanted.get("quantity", line.quantity))
        if quantity == 0:
            order.lines.remove(line)
        elif quantity != line.quantity:
            self.shop.till.reprice(line, quantity)

    async def delete(self, request: Request) -> Response:
        """Move an order to the trash, which the answer does not show yet; ``force`` removes it."""
        order = find_order(self.shop, request)
        before = self.shop.show_order(order)
        if loose_boolean(request.query_params.get("force", "false")):
            del self.orders[order.order_id]
        else:
            self.shop.set_status(order, "trash")
        self.shop.tell_order("deleted", order)
        return answer(trimmed(request, before))


def find_order(shop: Shop, request: Request) -> Order:
    """Return the order of the path; one in the trash is still there."""
    order = shop.orders.get(request.path_params["order_id"])
    if order is None:
        raise Trouble("woocommerce_rest_shop_order_invalid_id", "Invalid ID.", 404)
    return order


def listed_objects(body: Json, name: str) -> list[Json]:
    """Return the objects of a list in the body; anything else is passed over."""
    values: Any = body.get(name)
    return [each for each in values if isinstance(each, dict)] if isinstance(values, list) else []
