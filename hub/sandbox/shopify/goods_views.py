"""How products, variants, inventory and locations look in answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hub.sandbox.shopify.context import Info, iso
from hub.sandbox.shopify.goods import Level, Location, Product, Variant
from hub.sandbox.shopify.ids import gid, number_of
from hub.sandbox.shopify.money import written
from hub.sandbox.shopify.paging import connection
from hub.sandbox.shopify.problems import Json

if TYPE_CHECKING:
    from hub.sandbox.shopify.shop import Shop


class GoodsViews:
    """Shows goods; connections below an object are made when they are asked for."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop

    def product(self, product: Product) -> Json:
        def variants(info: Info, **args: Any) -> Json:
            return connection(info, product.variants, self.variant, lambda each: (each.position, each.number), args)

        stock = [each.available for each in product.variants]
        return {
            "__typename": "Product",
            "id": gid("Product", product.number),
            "legacyResourceId": str(product.number),
            "title": product.title,
            "handle": product.title.lower().replace(" ", "-"),
            "status": product.status,
            "productType": "",
            "vendor": "Sandbox",
            "tags": [],
            "description": "",
            "createdAt": iso(product.created_at),
            "updatedAt": iso(product.updated_at),
            "publishedAt": iso(product.created_at) if product.status == "ACTIVE" else None,
            "hasOnlyDefaultVariant": len(product.variants) == 1,
            "hasOutOfStockVariants": any(each <= 0 for each in stock),
            "isGiftCard": False,
            "totalInventory": sum(stock),
            "tracksInventory": True,
            "options": [self._option(product)],
            "variants": variants,
            "variantsCount": {"count": len(product.variants), "precision": "EXACT"},
        }

    @staticmethod
    def _option(product: Product) -> Json:
        values = [each.title for each in product.variants]
        return {"id": gid("ProductOption", product.number), "name": "Title", "position": 1, "values": values}

    def variant(self, variant: Variant) -> Json:
        product = variant.product
        default = variant.title == "Default Title"
        return {
            "__typename": "ProductVariant",
            "id": gid("ProductVariant", variant.number),
            "legacyResourceId": str(variant.number),
            "title": variant.title,
            "displayName": f"{product.title} - {variant.title}",
            "sku": variant.sku,
            "barcode": variant.barcode,
            "requiresComponents": False,
            "price": written(variant.price),
            "compareAtPrice": None,
            "taxable": True,
            "position": variant.position,
            "inventoryPolicy": "DENY",
            "inventoryQuantity": variant.available,
            "sellableOnlineQuantity": max(0, variant.available),
            "availableForSale": variant.available > 0,
            "selectedOptions": [{"name": "Title", "value": "Default Title" if default else variant.title}],
            "inventoryItem": lambda info: self.item(variant),
            "product": lambda info: self.product(product),
            "createdAt": iso(variant.created_at),
            "updatedAt": iso(variant.updated_at),
        }

    def item(self, variant: Variant) -> Json:
        def levels(info: Info, **args: Any) -> Json:
            rows = list(variant.levels.values())
            return connection(info, rows, lambda each: self.level(variant, each), lambda each: (0, each.number), args)

        def level(info: Info, locationId: str, **args: Any) -> Json | None:
            found = variant.levels.get(number_of(locationId, "Location"))
            return self.level(variant, found) if found else None

        def variants(info: Info, **args: Any) -> Json:
            return connection(info, [variant], self.variant, lambda each: (0, each.number), args)

        return {
            "__typename": "InventoryItem",
            "id": gid("InventoryItem", variant.item_number),
            "legacyResourceId": str(variant.item_number),
            "sku": variant.sku,
            "tracked": True,
            "requiresShipping": True,
            "duplicateSkuCount": self.shop.goods.skus[variant.sku] - 1,
            "createdAt": iso(variant.created_at),
            "updatedAt": iso(variant.updated_at),
            "inventoryLevel": level,
            "inventoryLevels": levels,
            "locationsCount": {"count": len(variant.levels), "precision": "EXACT"},
            "variants": variants,
            "countryCodeOfOrigin": None,
            "harmonizedSystemCode": None,
            "unitCost": None,
        }

    def level(self, variant: Variant, level: Level) -> Json:
        item, place = variant.item_number, level.location.number

        def quantities(info: Info, names: list[str]) -> list[Json]:
            return [
                {
                    "__typename": "InventoryQuantity",
                    "id": f"gid://shopify/InventoryQuantity/{place}?inventory_item_id={item}&name={name}",
                    "name": name,
                    "quantity": level.quantity(name),
                    "updatedAt": None if name == "on_hand" else iso(level.updated_at),
                }
                for name in names
            ]

        return {
            "__typename": "InventoryLevel",
            "id": f"gid://shopify/InventoryLevel/{place}?inventory_item_id={item}",
            "isActive": True,
            "canDeactivate": not level.committed,
            "createdAt": iso(level.created_at),
            "updatedAt": iso(level.updated_at),
            "item": lambda info: self.item(variant),
            "location": lambda info: self.location(level.location),
            "quantities": quantities,
        }

    def location(self, place: Location) -> Json:
        def stocked() -> list[Variant]:
            return [each for each in self.shop.goods.variants.values() if place.number in each.levels]

        def waiting(info: Info) -> bool:
            return any(each.levels[place.number].committed for each in stocked())

        def levels(info: Info, **args: Any) -> Json:
            return connection(
                info,
                stocked(),
                lambda each: self.level(each, each.levels[place.number]),
                lambda each: (0, each.levels[place.number].number),
                args,
            )

        def level(info: Info, inventoryItemId: str, **args: Any) -> Json | None:
            variant = self.shop.goods.items.get(number_of(inventoryItemId, "InventoryItem"))
            found = variant.levels.get(place.number) if variant else None
            return self.level(variant, found) if variant and found else None

        return {
            "__typename": "Location",
            "id": gid("Location", place.number),
            "legacyResourceId": str(place.number),
            "name": place.name,
            "isActive": place.active,
            "activatable": True,
            "deactivatable": lambda info: not waiting(info),
            "deletable": False,
            "deactivatedAt": None,
            "fulfillsOnlineOrders": True,
            "shipsInventory": True,
            "hasActiveInventory": lambda info: bool(stocked()),
            "hasUnfulfilledOrders": waiting,
            "isFulfillmentService": False,
            "address": {
                "address1": "Havenweg 1",
                "city": place.city,
                "zip": place.postcode,
                "country": "Netherlands",
                "countryCode": "NL",
                "formatted": ["Havenweg 1", f"{place.postcode} {place.city}", "Netherlands"],
            },
            "addressVerified": True,
            "createdAt": iso(place.created_at),
            "updatedAt": iso(place.created_at),
            "inventoryLevels": levels,
            "inventoryLevel": level,
        }
