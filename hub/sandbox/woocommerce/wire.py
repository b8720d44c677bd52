"""How WooCommerce writes its objects as REST v3 JSON."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from hub.sandbox.woocommerce.goods import Product, Shelves

Json = dict[str, Any]
AMSTERDAM = ZoneInfo("Europe/Amsterdam")
ALL_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]


def money(amount: Decimal, places: int = 2) -> str:
    """EUR as the string WooCommerce writes, with ``places`` decimals."""
    return f"{amount:.{places}f}"


def local(at: datetime | None) -> str | None:
    """An instant in the shop's own time zone, without offset."""
    return at.astimezone(AMSTERDAM).strftime("%Y-%m-%dT%H:%M:%S") if at else None


def gmt(at: datetime | None) -> str | None:
    """An instant in UTC, without offset; seconds are cut, not rounded."""
    return at.strftime("%Y-%m-%dT%H:%M:%S") if at else None


def both(name: str, at: datetime | None) -> Json:
    """A date member in local time and in UTC."""
    return {name: local(at), f"{name}_gmt": gmt(at)}


def links(root: str, path: str, methods: list[str] = ALL_METHODS, up: str | None = None) -> Json:
    """The ``_links`` of one resource below ``/wp-json/``."""
    collection = path.rpartition("/")[0]
    found: Json = {
        "self": [{"href": f"{root}{path}", "targetHints": {"allow": methods}}],
        "collection": [{"href": f"{root}{collection}"}],
    }
    return found | ({"up": [{"href": f"{root}{up}"}]} if up else {})


def _shared(product: Product) -> Json:
    """Members that products and variations have in common."""
    priced = product.kind != "variable"
    return {
        "id": product.product_id,
        "type": product.kind,
        **both("date_created", product.created_at),
        **both("date_modified", product.modified_at),
        "description": "",
        "sku": product.sku,
        "global_unique_id": "",
        "price": money(product.price),
        "regular_price": money(product.price) if priced else "",
        "sale_price": "",
        "date_on_sale_from": None,
        "date_on_sale_from_gmt": None,
        "date_on_sale_to": None,
        "date_on_sale_to_gmt": None,
        "on_sale": False,
        "status": product.status,
        "purchasable": True,
        "virtual": False,
        "downloadable": False,
        "downloads": [],
        "download_limit": -1,
        "download_expiry": -1,
        "tax_status": "taxable",
        "tax_class": product.tax_class,
        "manage_stock": product.manage_stock,
        "stock_quantity": product.stock_quantity,
        "stock_status": "instock" if product.in_stock else "outofstock",
        "backorders": "no",
        "backorders_allowed": False,
        "backordered": False,
        "low_stock_amount": None,
        "weight": "",
        "dimensions": {"length": "", "width": "", "height": ""},
        "shipping_class": "",
        "shipping_class_id": 0,
        "menu_order": 0,
        "meta_data": product.meta,
        "name": product.name,
        "parent_id": product.parent_id,
    }


def variation(product: Product, shelves: Shelves, root: str) -> Json:
    """One variation, as ``/products/{parent}/variations/{id}`` shows it."""
    parent = f"wc/v3/products/{product.parent_id}"
    return _shared(product) | {
        "permalink": f"{_shop(root)}product/{product.parent_id}/?attribute_size={product.sku}",
        "image": None,
        "attributes": [{"id": 0, "name": "Size", "slug": "size", "option": product.sku}],
        "_links": links(root, f"{parent}/variations/{product.product_id}", up=parent),
    }


def product(item: Product, shelves: Shelves, root: str) -> Json:
    """One product, or a variation where the products endpoint shows it."""
    slug = item.name.lower().replace(" ", "-")
    return _shared(item) | {
        "slug": slug,
        "permalink": f"{_shop(root)}product/{slug}/",
        "featured": False,
        "catalog_visibility": "visible",
        "short_description": "",
        "total_sales": item.sold,
        "external_url": "",
        "button_text": "",
        "sold_individually": False,
        "shipping_required": True,
        "shipping_taxable": True,
        "reviews_allowed": True,
        "average_rating": "0.00",
        "rating_count": 0,
        "upsell_ids": [],
        "cross_sell_ids": [],
        "purchase_note": "",
        "categories": [{"id": 15, "name": "Uncategorized", "slug": "uncategorized"}],
        "brands": [],
        "tags": [],
        "images": [],
        "attributes": _attributes(item, shelves),
        "default_attributes": [],
        "variations": item.variations,
        "grouped_products": [],
        "price_html": _price_html(item.price),
        "related_ids": [],
        "has_options": bool(item.variations),
        "post_password": "",
        "_links": links(root, f"wc/v3/products/{item.product_id}"),
    }


def _attributes(item: Product, shelves: Shelves) -> list[Json]:
    if not item.variations:
        return []
    options = [shelves.by_id[each].sku for each in item.variations]
    size = {"id": 0, "name": "Size", "slug": "Size", "position": 0, "visible": True, "variation": True}
    return [size | {"options": options}]


def _price_html(price: Decimal) -> str:
    text = money(price).replace(".", ",")
    symbol = '<span class="woocommerce-Price-currencySymbol">&euro;</span>'
    return f'<span class="woocommerce-Price-amount amount"><bdi>{symbol}{text}</bdi></span>'


def _shop(root: str) -> str:
    return root.removesuffix("wp-json/")
