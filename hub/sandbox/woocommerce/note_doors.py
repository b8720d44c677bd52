"""The endpoints for the notes and the refunds of an order."""

from __future__ import annotations

from decimal import Decimal

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from hub.sandbox.woocommerce import order_wire
from hub.sandbox.woocommerce.answers import Json, Trouble, answer, body_of, not_in_enum, page_of, trimmed
from hub.sandbox.woocommerce.casts import loose_boolean, loose_integer
from hub.sandbox.woocommerce.door import Door
from hub.sandbox.woocommerce.order_doors import find_order, listed_objects
from hub.sandbox.woocommerce.orders import Line, Order
from hub.sandbox.woocommerce.refunding import give_back
from hub.sandbox.woocommerce.shop import Shop, euros

NOTE_KINDS = ("any", "customer", "internal")


class NoteDoors:
    """Notes and refunds of one order."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop

    def routes(self, door: Door) -> list[BaseRoute]:
        notes, refunds = "wc/v3/orders/{order_id:int}/notes", "wc/v3/orders/{order_id:int}/refunds"
        return [
            door.route(notes, self.list_notes, ["GET"]),
            door.route(notes, self.add_note, ["POST"]),
            door.route(refunds, self.list_refunds, ["GET"]),
            door.route(refunds, self.add_refund, ["POST"]),
        ]

    async def list_notes(self, request: Request) -> Response:
        """List the notes, newest first; ``type`` chooses those to the customer, or the others."""
        order, kind = find_order(self.shop, request), request.query_params.get("type", "any")
        if kind not in NOTE_KINDS:
            raise not_in_enum("type", NOTE_KINDS)
        chosen = [each for each in order.notes if kind in ("any", "customer" if each.customer_note else "internal")]
        return answer([trimmed(request, order_wire.note(order, each, self.shop.root)) for each in chosen])

    async def add_note(self, request: Request) -> Response:
        order, body = find_order(self.shop, request), await body_of(request)
        if not body.get("note"):
            raise Trouble("rest_missing_callback_param", "Missing parameter(s): note", 400, params=["note"])
        note = self.shop.note(order, str(body["note"]), customer=loose_boolean(body.get("customer_note")))
        headers = {"Location": f"{self.shop.root}wc/v3/orders/{order.order_id}/notes/{note.note_id}"}
        return answer(trimmed(request, order_wire.note(order, note, self.shop.root)), 201, headers)

    async def list_refunds(self, request: Request) -> Response:
        order = find_order(self.shop, request)
        place = f"{self.shop.root}wc/v3/orders/{order.order_id}/refunds"
        rows = list(reversed(order.refunds))
        return page_of(request, rows, lambda each: order_wire.refund(order, each, self.shop.root), place)

    async def add_refund(self, request: Request) -> Response:
        """Give money back; asking twice gives it back twice, and too much is an HTTP 500."""
        order, body = find_order(self.shop, request), await body_of(request)
        lines = [part for each in listed_objects(body, "line_items") if (part := _refund_part(order, each))]
        amount = euros(body.get("amount")) or sum((net + tax for _, _, net, tax in lines), Decimal())
        if amount <= 0 or amount > order.total - order.refunded:
            raise Trouble("woocommerce_rest_cannot_create_order_refund", "Invalid refund amount.", 500)
        paid_back = loose_boolean(body.get("api_refund", True))
        if loose_boolean(body.get("api_restock", True)):
            self._restock(lines)
        refund = give_back(self.shop, order, lines, amount, str(body.get("reason", "")), paid_back=paid_back)
        return answer(trimmed(request, order_wire.refund(order, refund, self.shop.root)), 201)

    def _restock(self, lines: list[tuple[Line, int, Decimal, Decimal]]) -> None:
        for line, quantity, _, _ in lines:
            product = self.shop.product(line)
            back = min(quantity, line.taken)
            if product is not None and back:
                line.taken -= back
                self.shop.set_stock(product, product.quantity + back, "platform")


def _refund_part(order: Order, wanted: Json) -> tuple[Line, int, Decimal, Decimal] | None:
    line = next((each for each in order.lines if each.line_id == wanted.get("id")), None)
    if line is None:
        return None
    tax = sum((euros(each.get("refund_total")) for each in listed_objects(wanted, "refund_tax")), Decimal())
    return line, loose_integer(wanted.get("quantity")), euros(wanted.get("refund_total")), tax
