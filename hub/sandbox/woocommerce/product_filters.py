"""Which products a list request asks for, and in which order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from decimal import Decimal

from starlette.requests import Request

from hub.sandbox.woocommerce.answers import listed, not_in_enum
from hub.sandbox.woocommerce.goods import KINDS, Product
from hub.sandbox.woocommerce.order_filters import date_tests

STATUSES = ("any", "future", "trash", "draft", "pending", "private", "publish")
SORTS: dict[str, Callable[[Product], tuple[datetime | Decimal | str | int, ...]]] = {
    "date": lambda each: (each.created_at, each.product_id),
    "id": lambda each: (each.product_id,),
    "modified": lambda each: (each.modified_at, each.product_id),
    "title": lambda each: (each.name, each.product_id),
    "slug": lambda each: (each.name, each.product_id),
    "price": lambda each: (each.price, each.product_id),
    "popularity": lambda each: (each.sold, each.product_id),
    **dict.fromkeys(
        ("include", "rating", "post__in", "sales", "menu_order", "random"), lambda each: (each.product_id,)
    ),
}

Test = Callable[[Product], bool]


def chosen_products(request: Request, products: Iterable[Product]) -> list[Product]:
    """Return the products that pass all filters, sorted; only a search by SKU finds variations too."""
    tests = list(_tests(request))
    sort, direction = request.query_params.get("orderby", "date"), request.query_params.get("order", "desc")
    if sort not in SORTS:
        raise not_in_enum("orderby", list(SORTS))
    if direction not in ("asc", "desc"):
        raise not_in_enum("order", ("asc", "desc"))
    found = [each for each in products if all(test(each) for test in tests)]
    return sorted(found, key=SORTS[sort], reverse=direction == "desc")


def _tests(request: Request) -> Iterator[Test]:
    skus, include, exclude = (set(listed(request, name)) for name in ("sku", "include", "exclude"))
    yield lambda each: each.sku in skus if skus else not each.parent_id
    yield lambda each: not include or str(each.product_id) in include
    yield lambda each: str(each.product_id) not in exclude
    kind, status = _one_of(request, "type", KINDS), _one_of(request, "status", STATUSES) or "any"
    yield lambda each: kind in (None, each.kind)
    yield lambda each: each.status == status or (status == "any" and each.status != "trash")
    if stock := _one_of(request, "stock_status", ("instock", "outofstock", "onbackorder")):
        yield lambda each: ("instock" if each.in_stock else "outofstock") == stock
    if search := request.query_params.get("search", "").lower():
        yield lambda each: search in each.name.lower()
    yield from date_tests(request)


def _one_of(request: Request, name: str, allowed: tuple[str, ...]) -> str | None:
    value = request.query_params.get(name)
    if value is not None and value not in allowed:
        raise not_in_enum(name, allowed)
    return value
