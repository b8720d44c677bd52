"""The endpoint for stock: every row compared before it is set, and late writes left alone."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute

from hub.sandbox.generic.door import Door, Trouble, body_of, number_in, rows_in, text_in
from hub.sandbox.generic.orders import Json
from hub.sandbox.generic.shop import Shop


class StockDoors:
    """Sets what buyers can order."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop

    def routes(self, door: Door) -> list[BaseRoute]:
        return [door.route("/stock", self.put, ["PUT"])]

    async def put(self, request: Request) -> Response:
        body = await body_of(request)
        sequence, rows = number_in(body, "sequence", 1), rows_in(body, "quantities")
        checked = [(text_in(row, "listing_id", 64), number_in(row, "quantity", 0), _expected(row)) for row in rows]
        if len({listing_id for listing_id, *_ in checked}) < len(checked):
            raise Trouble(422, "invalid_request", "A listing stands there twice.")
        results = [{"listing_id": row[0], **self._set(sequence, *row)} for row in checked]
        return JSONResponse({"results": results})

    def _set(self, sequence: int, listing_id: str, quantity: int, expected: int | None) -> Json:
        listing = self.shop.listings.get(listing_id)
        if listing is None:
            return {"outcome": "refused", "code": "unknown_listing", "reason": "There is no such listing."}
        if listing.refused:
            return {"outcome": "refused", "code": "not_for_sale", "reason": "This listing takes no stock."}
        if listing.busy:
            return {"outcome": "stale", "sequence": sequence}
        if sequence < listing.sequence:
            return {"outcome": "stale", "sequence": listing.sequence}
        listing.sequence = sequence
        if expected is not None and listing.quantity not in (expected, quantity):
            return {"outcome": "conflict", "found": listing.quantity}
        if listing.quantity != quantity:
            self.shop.set_stock(listing, quantity, "hub")
        return {"outcome": "accepted"}


def _expected(row: Json) -> int | None:
    value = row.get("expected")
    if value is not None and (not isinstance(value, int) or isinstance(value, bool)):
        raise Trouble(400, "invalid_request", "expected is a whole number.")
    return value
