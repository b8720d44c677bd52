"""The endpoints for products and variations, one by one and in batches."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from hub.sandbox.woocommerce import wire
from hub.sandbox.woocommerce.answers import Json, Trouble, answer, body_of, page_of, trimmed
from hub.sandbox.woocommerce.casts import loose_boolean, loose_integer, strict_integer
from hub.sandbox.woocommerce.door import Door
from hub.sandbox.woocommerce.goods import Product
from hub.sandbox.woocommerce.product_filters import chosen_products
from hub.sandbox.woocommerce.shop import Shop, euros

LIMIT = 100
ELSEWHERE = (
    "To manipulate product variations you should use the /products/&lt;product_id&gt;/variations/&lt;id&gt; endpoint."
)


class ProductDoors:
    """Lists, shows and changes products; a batch changes one after the other, without a transaction."""

    def __init__(self, shop: Shop) -> None:
        self.shop, self.shelves = shop, shop.shelves

    def routes(self, door: Door) -> list[BaseRoute]:
        one = "wc/v3/products/{product_id:int}"
        variation = one + "/variations/{variation_id:int}"
        edits = ["PUT", "PATCH", "POST"]
        return [
            door.route("wc/v3/products", self.list, ["GET"]),
            door.route("wc/v3/products/batch", self.batch, edits),
            door.route(one, self.get, ["GET"]),
            door.route(one, self.put, edits),
            door.route(one + "/variations", self.list_variations, ["GET"]),
            door.route(one + "/variations/batch", self.batch_variations, edits),
            door.route(variation, self.get_variation, ["GET"]),
            door.route(variation, self.put_variation, edits),
        ]

    async def list(self, request: Request) -> Response:
        """List products; only a search by SKU finds variations too."""
        rows = chosen_products(request, self.shelves.by_id.values())
        place = f"{self.shop.root}wc/v3/products"
        return page_of(request, rows, lambda each: wire.product(each, self.shelves, self.shop.root), place)

    async def list_variations(self, request: Request) -> Response:
        parent = self._find(request.path_params["product_id"])
        rows = [self.shelves.by_id[each] for each in parent.variations]
        place = f"{self.shop.root}wc/v3/products/{parent.product_id}/variations"
        return page_of(request, rows, lambda each: wire.variation(each, self.shelves, self.shop.root), place)

    async def get(self, request: Request) -> Response:
        found = self._find(request.path_params["product_id"])
        return answer(trimmed(request, wire.product(found, self.shelves, self.shop.root)))

    async def get_variation(self, request: Request) -> Response:
        found = self._variation(request.path_params["product_id"], request.path_params["variation_id"])
        return answer(trimmed(request, self.shop.show_product(found)))

    async def put(self, request: Request) -> Response:
        """Change one product; the values must fit the schema."""
        found, body = self._find(request.path_params["product_id"]), await body_of(request)
        if found.parent_id:
            raise Trouble("woocommerce_rest_invalid_product_id", ELSEWHERE, 404)
        self._apply_strictly(found, body)
        return answer(trimmed(request, self.shop.show_product(found)))

    async def put_variation(self, request: Request) -> Response:
        found = self._variation(request.path_params["product_id"], request.path_params["variation_id"])
        self._apply_strictly(found, await body_of(request))
        return answer(trimmed(request, self.shop.show_product(found)))

    async def batch(self, request: Request) -> Response:
        """Change up to 100 products; what fails says so inside a 200."""
        return await self._batch(request, self._batch_product)

    async def batch_variations(self, request: Request) -> Response:
        """Change up to 100 variations of one parent."""
        parent_id = request.path_params["product_id"]
        return await self._batch(request, lambda number: self._variation(parent_id, number))

    async def _batch(self, request: Request, find: Any) -> Response:
        body = await body_of(request)
        asked = {name: body[name] for name in ("create", "update", "delete") if isinstance(body.get(name), list)}
        if sum(len(items) for items in asked.values()) > LIMIT:
            message = f"Unable to accept more than {LIMIT} items for this request."
            raise Trouble("woocommerce_rest_request_entity_too_large", message, 413)
        done: dict[str, list[Json]] = {}
        for name, items in asked.items():
            done[name] = [await self._batch_item(name, item, find) for item in items]
        return answer(trimmed(request, done) if any(done.values()) else [])

    async def _batch_item(self, name: str, item: Any, find: Any) -> Json:
        if self.shop.switches.item_seconds:
            await self.shop.clock.sleep(self.shop.switches.item_seconds)
        item = item if isinstance(item, dict) else {}
        number = loose_integer(item.get("id"))
        try:
            if name != "update":
                raise Trouble("woocommerce_rest_cannot_" + name, "Sorry, you are not allowed to do that.", 401)
            found: Product = find(number)
        except Trouble as trouble:
            return {"id": number, "error": trouble.body()}
        self._apply_loosely(found, item)
        return self.shop.show_product(found)

    def _batch_product(self, number: int) -> Product:
        found = self.shelves.by_id.get(number)
        if found is None:
            raise Trouble("woocommerce_rest_product_invalid_id", "Invalid ID.", 400)
        if found.parent_id:
            raise Trouble("woocommerce_rest_invalid_product_id", ELSEWHERE, 404)
        return found

    def _apply_strictly(self, product: Product, body: Json) -> None:
        checked = dict(body)
        for name in ("stock_quantity", "inventory_delta"):
            if name in body:
                checked[name] = strict_integer(name, body[name])
        self._apply_loosely(product, checked)

    def _apply_loosely(self, product: Product, body: Json) -> None:
        """Take over what is present; a quantity without managed stock is dropped without a word."""
        if body.get("manage_stock") is not None:
            product.manage_stock = loose_boolean(body["manage_stock"])
        if body.get("regular_price") not in (None, ""):
            product.price = euros(body["regular_price"])
        if isinstance(body.get("meta_data"), list):
            product.meta = [dict(each, id=place) for place, each in enumerate(body["meta_data"], start=1)]
        quantity = self._quantity(product, body)
        if quantity is not None and product.manage_stock:
            self.shop.set_stock(product, quantity, "hub")
        else:
            self.shop.touch_product(product)

    def _quantity(self, product: Product, body: Json) -> int | None:
        if body.get("inventory_delta") is not None:
            return product.quantity + loose_integer(body["inventory_delta"])
        if body.get("stock_quantity") is not None:
            return loose_integer(body["stock_quantity"])
        return None

    def _find(self, number: int) -> Product:
        found = self.shelves.by_id.get(number)
        if found is None:
            raise Trouble("woocommerce_rest_product_invalid_id", "Invalid ID.", 404)
        return found

    def _variation(self, parent_id: int, number: int) -> Product:
        found = self.shelves.by_id.get(number)
        if found is None or found.parent_id != parent_id or not parent_id:
            raise Trouble("woocommerce_rest_product_variation_invalid_id", "Invalid ID.", 404)
        return found
