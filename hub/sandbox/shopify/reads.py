"""The fields of QueryRoot: single objects, searched lists and counts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from hub.sandbox.shopify.apps import CLIENT_ID
from hub.sandbox.shopify.bulk import BulkOperation
from hub.sandbox.shopify.context import Info, iso, millis
from hub.sandbox.shopify.goods import Product, Variant
from hub.sandbox.shopify.ids import gid, kind_of, number_of
from hub.sandbox.shopify.operation_views import bulk_view, subscription_view
from hub.sandbox.shopify.orders import FulfilmentOrder, Order
from hub.sandbox.shopify.paging import Key, connection
from hub.sandbox.shopify.problems import Json
from hub.sandbox.shopify.search import Search
from hub.sandbox.shopify.searched import BULKS, ITEMS, ORDERS, PRODUCTS, SUBSCRIPTIONS, VARIANTS, indexed
from hub.sandbox.shopify.shop import DOMAIN, Shop
from hub.sandbox.shopify.totals import current
from hub.sandbox.shopify.views import Views
from hub.sandbox.shopify.webhooks import Subscription

T = TypeVar("T")
Resolver = Callable[..., Any]


class Reads:
    """Resolves what can be asked."""

    def __init__(self, shop: Shop, views: Views) -> None:
        self.shop, self.views = shop, views

    def fields(self) -> dict[str, Resolver]:
        """Return the resolvers by field."""
        goods, fulfilment = self.views.goods, self.views.fulfilment
        return {
            "shop": self._shop,
            "currentAppInstallation": self._installation,
            "order": lambda info, id: self._order(info, id),
            "orders": self._orders,
            "ordersCount": lambda info, **args: self._count(info, self._visible(info), ORDERS, args),
            "product": self._one("Product", self.shop.goods.products, goods.product),
            "products": self._products,
            "productsCount": lambda info, **args: self._count(
                info, list(self.shop.goods.products.values()), PRODUCTS, args
            ),
            "productVariant": self._one("ProductVariant", self.shop.goods.variants, goods.variant),
            "productVariants": self._variants,
            "productVariantsCount": lambda info, **args: self._count(
                info, list(self.shop.goods.variants.values()), VARIANTS, args
            ),
            "inventoryItem": self._one("InventoryItem", self.shop.goods.items, goods.item),
            "inventoryItems": self._items,
            "inventoryLevel": self._level,
            "location": self._location,
            "locations": self._locations,
            "fulfillment": self._one("Fulfillment", self.shop.fulfilments, fulfilment.fulfilment),
            "fulfillmentOrder": self._one("FulfillmentOrder", self.shop.fulfilment_orders, fulfilment.fulfilment_order),
            "fulfillmentOrders": self._fulfilment_orders,
            "assignedFulfillmentOrders": self._fulfilment_orders,
            "webhookSubscription": self._one("WebhookSubscription", self.shop.hooks.subscriptions, subscription_view),
            "webhookSubscriptions": self._subscriptions,
            "webhookSubscriptionsCount": lambda info, **args: self._count(
                info, list(self.shop.hooks.subscriptions.values()), SUBSCRIPTIONS, args
            ),
            "job": self._job,
            "bulkOperation": self._one("BulkOperation", self.shop.bulk.operations, bulk_view),
            "bulkOperations": self._bulk_operations,
            "node": self._node,
            "nodes": lambda info, ids: [self._node(info, each) for each in ids],
        }

    def _one(self, kind: str, rows: Mapping[int, T], show: Callable[[T], Json]) -> Resolver:
        def resolve(info: Info, id: str) -> Json | None:
            found = rows.get(number_of(id, kind))
            return show(found) if found is not None else None

        return resolve

    def _node(self, info: Info, id: str) -> Json | None:
        kind = kind_of(id)
        name = {"InventoryLevel": "inventoryLevel"}.get(kind, kind[:1].lower() + kind[1:])
        resolve = self.fields().get(name)
        shown: Json | None = resolve(info, id=id) if resolve is not None else None
        return shown

    def _found(
        self, info: Info, rows: Sequence[T], fields: Mapping[str, Callable[[T], Any]], query: str | None
    ) -> list[T]:
        """Return the rows that a search finds; what changed just now the index does not know yet."""
        if not query:
            return list(rows)
        search: Search[T] = Search(query, indexed(fields, self.shop), self.shop.switches.split_times_at_colons)
        if (report := search.report([str(each) for each in info.path.as_list()])) is not None:
            info.context.searches.append(report)
        until = self.shop.indexed_until()
        return [row for row in rows if _known(row, until) and search.matches(row)]

    def _count(self, info: Info, rows: Sequence[T], fields: Mapping[str, Callable[[T], Any]], args: Json) -> Json:
        count, limit = len(self._found(info, rows, fields, args.get("query"))), args.get("limit")
        if limit is not None and count >= limit:
            return {"count": min(count, limit), "precision": "AT_LEAST" if count > limit else "EXACT"}
        return {"count": count, "precision": "EXACT"}

    def _visible(self, info: Info) -> list[Order]:
        since = self.shop.visible_since(all_orders=info.context.all_orders)
        return [order for order in self.shop.orders.values() if order.created_at >= since]

    def _order(self, info: Info, id: str) -> Json | None:
        order = self.shop.orders.get(number_of(id, "Order"))
        seen = order is not None and order.created_at >= self.shop.visible_since(all_orders=info.context.all_orders)
        return self.views.orders.order(order) if order is not None and seen else None

    def _orders(self, info: Info, **args: Any) -> Json:
        rows = self._found(info, self._visible(info), ORDERS, args.get("query"))
        return connection(info, rows, self.views.orders.order, _order_key(args["sortKey"]), args)

    def _products(self, info: Info, **args: Any) -> Json:
        rows = self._found(info, list(self.shop.goods.products.values()), PRODUCTS, args.get("query"))
        return connection(info, rows, self.views.goods.product, _product_key(args["sortKey"]), args)

    def _variants(self, info: Info, **args: Any) -> Json:
        rows = self._found(info, list(self.shop.goods.variants.values()), VARIANTS, args.get("query"))
        return connection(info, rows, self.views.goods.variant, _variant_key(args["sortKey"]), args)

    def _items(self, info: Info, **args: Any) -> Json:
        rows = self._found(info, list(self.shop.goods.items.values()), ITEMS, args.get("query"))
        return connection(info, rows, self.views.goods.item, lambda each: (0, each.item_number), args)

    def _level(self, info: Info, id: str) -> Json | None:
        place, item = number_of(id, "InventoryLevel"), id.partition("inventory_item_id=")[2]
        variant = self.shop.goods.items.get(int(item)) if item.isdecimal() else None
        level = variant.levels.get(place) if variant is not None else None
        return self.views.goods.level(variant, level) if variant is not None and level is not None else None

    def _location(self, info: Info, id: str | None = None) -> Json | None:
        places = self.shop.goods.locations
        found = places.get(number_of(id, "Location")) if id else self.shop.goods.main
        return self.views.goods.location(found) if found is not None else None

    def _locations(self, info: Info, **args: Any) -> Json:
        rows = list(self.shop.goods.locations.values())
        return connection(info, rows, self.views.goods.location, lambda each: (each.name, each.number), args)

    def _fulfilment_orders(self, info: Info, includeClosed: bool | None = False, **args: Any) -> Json:
        every = self.shop.fulfilment_orders.values()
        rows: Iterable[FulfilmentOrder] = (each for each in every if includeClosed or each.status != "CLOSED")
        return connection(
            info, list(rows), self.views.fulfilment.fulfilment_order, lambda each: (each.number, each.number), args
        )

    def _subscriptions(self, info: Info, topics: list[str] | None = None, uri: str | None = None, **args: Any) -> Json:
        rows = self._found(info, list(self.shop.hooks.subscriptions.values()), SUBSCRIPTIONS, args.get("query"))
        wanted = [each for each in rows if (not topics or each.topic in topics) and uri in (None, each.uri)]
        return connection(info, wanted, subscription_view, _subscription_key(args.get("sortKey")), args)

    def _bulk_operations(self, info: Info, **args: Any) -> Json:
        rows = self._found(info, list(self.shop.bulk.operations.values()), BULKS, args.get("query"))
        return connection(info, rows, bulk_view, _bulk_key, args)

    def _job(self, info: Info, id: str) -> Json | None:
        found = self.shop.jobs.get(id)
        return {"id": found.job_id, "done": found.done} if found is not None else None

    def _installation(self, info: Info) -> Json:
        return {
            "id": gid("AppInstallation", 580_111_001),
            "accessScopes": [{"handle": scope, "description": scope} for scope in info.context.scopes],
            "app": {"id": gid("App", 580_111), "title": "Hub", "handle": "hub", "apiKey": CLIENT_ID},
        }

    def _shop(self, info: Info) -> Json:
        root, opened = self.shop.root, iso(self.shop.goods.main.created_at)
        return {
            "id": gid("Shop", 92_891_250_994),
            "name": "Sandbox",
            "email": "shop@example.test",
            "contactEmail": "shop@example.test",
            "myshopifyDomain": DOMAIN,
            "primaryDomain": {"id": gid("Domain", 1), "host": DOMAIN, "url": root},
            "url": root,
            "currencyCode": "EUR",
            "enabledPresentmentCurrencies": ["EUR", self.shop.switches.presentment_currency],
            "ianaTimezone": "Europe/Amsterdam",
            "timezoneOffset": "+0100",
            "taxesIncluded": self.shop.switches.taxes_included,
            "taxShipping": True,
            "plan": {"publicDisplayName": "Basic", "partnerDevelopment": False, "shopifyPlus": False},
            "orderNumberFormatPrefix": "#",
            "orderNumberFormatSuffix": "",
            "createdAt": opened,
            "updatedAt": opened,
        }


def _known(row: Any, until: Any) -> bool:
    created = getattr(row, "created_at", None)
    return not isinstance(row, Order | Product | Variant) or created is None or created <= until


def _order_key(sort: str) -> Callable[[Order], Key]:
    match sort:
        case "UPDATED_AT":
            return lambda each: (millis(each.updated_at), each.number)
        case "CREATED_AT" | "PROCESSED_AT":
            return lambda each: (millis(each.created_at), each.number)
        case "TOTAL_PRICE" | "CURRENT_TOTAL_PRICE":
            return lambda each: (float(current(each).total), each.number)
        case _:
            return lambda each: (each.number, each.number)


def _product_key(sort: str) -> Callable[[Product], Key]:
    match sort:
        case "UPDATED_AT":
            return lambda each: (millis(each.updated_at), each.number)
        case "TITLE":
            return lambda each: (each.title, each.number)
        case _:
            return lambda each: (each.number, each.number)


def _variant_key(sort: str) -> Callable[[Variant], Key]:
    if sort == "SKU":
        return lambda each: (each.sku, each.number)
    return lambda each: (each.number, each.number)


def _subscription_key(sort: str | None) -> Callable[[Subscription], Key]:
    if sort == "ID":
        return lambda each: (each.number, each.number)
    return lambda each: (millis(each.created_at), each.number)


def _bulk_key(each: BulkOperation) -> Key:
    return millis(each.created_at), each.number
