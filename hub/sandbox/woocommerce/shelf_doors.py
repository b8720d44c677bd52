"""The endpoints that put products on the shelves and take them off again."""

from __future__ import annotations

from dataclasses import replace

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from hub.sandbox.woocommerce import wire
from hub.sandbox.woocommerce.answers import Json, Trouble, answer, body_of, not_in_enum, trimmed
from hub.sandbox.woocommerce.casts import loose_boolean, loose_integer
from hub.sandbox.woocommerce.door import Door
from hub.sandbox.woocommerce.goods import KINDS, Product
from hub.sandbox.woocommerce.shop import CHANNEL, Shop, euros


class ShelfDoors:
    """Makes and deletes products; the world's buyers never ask for those that an integrator made."""

    def __init__(self, shop: Shop) -> None:
        self.shop, self.shelves = shop, shop.shelves

    def routes(self, door: Door) -> list[BaseRoute]:
        return [
            door.route("wc/v3/products", self.create, ["POST"]),
            door.route("wc/v3/products/{product_id:int}", self.delete, ["DELETE"]),
        ]

    async def create(self, request: Request) -> Response:
        """Make a product; its SKU, if it has one, must be new."""
        body = await body_of(request)
        if body.get("type", "simple") not in KINDS:
            raise not_in_enum("type", KINDS)
        known = self.shelves.by_sku.get(str(body.get("sku") or ""))
        if known is not None:
            detail = {"resource_id": known.product_id, "unique_sku": f"{known.sku}-1"}
            raise Trouble("product_invalid_sku", "Invalid or duplicated SKU.", 400, **detail)
        made = self._made(body)
        self.shelves.add(made)
        self.shop.hooks.tell("product.created", made.product_id, lambda: self.shop.show_product(made))
        headers = {"Location": f"{self.shop.root}wc/v3/products/{made.product_id}"}
        return answer(trimmed(request, self.shop.show_product(made)), 201, headers)

    def _made(self, body: Json) -> Product:
        now = self.shop.clock.now()
        return Product(
            product_id=next(self.shop.posts),
            sku=str(body.get("sku") or ""),
            name=str(body.get("name") or "Product"),
            kind=str(body.get("type", "simple")),
            price=euros(body.get("regular_price")),
            tax_class=str(body.get("tax_class") or ""),
            created_at=now,
            modified_at=now,
            quantity=loose_integer(body.get("stock_quantity")),
            manage_stock=loose_boolean(body.get("manage_stock")),
        )

    async def delete(self, request: Request) -> Response:
        """Move a product to the trash, where it stays readable; ``force`` removes it and its variations."""
        found = self.shelves.by_id.get(request.path_params["product_id"])
        if found is None or found.parent_id:
            raise Trouble("woocommerce_rest_product_invalid_id", "Invalid ID.", 404)
        if loose_boolean(request.query_params.get("force", "false")):
            gone, shown = [found, *(self.shelves.by_id[each] for each in found.variations)], found
            for each in gone:
                self.shelves.remove(each)
        else:
            gone, found.status = [found], "trash"
            shown = replace(found)
        for each in gone:
            self.shop.world.note_shown(CHANNEL, each.sku, 0, "hub")
        self.shop.hooks.tell("product.deleted", found.product_id, lambda: {"id": found.product_id})
        return answer(trimmed(request, wire.product(shown, self.shelves, self.shop.root)))
