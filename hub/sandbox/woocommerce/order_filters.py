"""Which orders a list request asks for, and in which order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from typing import Protocol

from starlette.requests import Request

from hub.sandbox.woocommerce.answers import invalid_param, listed, not_in_enum
from hub.sandbox.woocommerce.casts import loose_boolean
from hub.sandbox.woocommerce.orders import STATUSES, Order
from hub.sandbox.woocommerce.wire import AMSTERDAM

STATUS_FILTER = ("any", "trash", "auto-draft", *STATUSES)
SORTS: dict[str, Callable[[Order], tuple[datetime | int, ...]]] = {
    "date": lambda each: (_second(each.created_at), each.order_id),
    "id": lambda each: (each.order_id,),
    "modified": lambda each: (_second(each.modified_at), each.order_id),
    "include": lambda each: (each.order_id,),
    "title": lambda each: (each.order_id,),
    "slug": lambda each: (each.order_id,),
}

Test = Callable[[Order], bool]


def chosen_orders(request: Request, orders: Iterable[Order]) -> list[Order]:
    """Return the orders that pass all filters of the request, sorted; newest first unless told otherwise."""
    tests = list(_tests(request))
    sort, direction = request.query_params.get("orderby", "date"), request.query_params.get("order", "desc")
    if sort not in SORTS:
        raise not_in_enum("orderby", list(SORTS))
    if direction not in ("asc", "desc"):
        raise not_in_enum("order", ("asc", "desc"))
    found = [each for each in orders if all(test(each) for test in tests)]
    return sorted(found, key=SORTS[sort], reverse=direction == "desc")


def _tests(request: Request) -> Iterator[Test]:
    statuses = set(listed(request, "status") or ["any"])
    for status in statuses:
        if status not in STATUS_FILTER:
            raise not_in_enum("status[0]", STATUS_FILTER)
    yield lambda each: each.status in statuses or ("any" in statuses and each.status != "trash")
    if include := set(listed(request, "include")):
        yield lambda each: str(each.order_id) in include
    if exclude := set(listed(request, "exclude")):
        yield lambda each: str(each.order_id) not in exclude
    if search := request.query_params.get("search", "").lower():
        yield lambda each: _matches(each, search)
    yield from date_tests(request)


def _matches(order: Order, text: str) -> bool:
    """Search looks at number, names and addresses; never at metas."""
    return text in " ".join((str(order.order_id), *map(str, order.billing.values()))).lower()


class Dated(Protocol):
    """What has a moment of creation and one of its last change."""

    created_at: datetime
    modified_at: datetime


def date_tests(request: Request) -> Iterator[Callable[[Dated], bool]]:
    """Read the date filters: strictly after or before, in whole seconds."""
    in_utc = loose_boolean(request.query_params.get("dates_are_gmt", "false"))
    bounds: dict[str, Callable[[datetime], Callable[[Dated], bool]]] = {
        "after": lambda at: lambda each: _second(each.created_at) > at,
        "before": lambda at: lambda each: _second(each.created_at) < at,
        "modified_after": lambda at: lambda each: _second(each.modified_at) > at,
        "modified_before": lambda at: lambda each: _second(each.modified_at) < at,
    }
    for name, make in bounds.items():
        if text := request.query_params.get(name):
            yield make(_moment(name, text, in_utc))


def _moment(name: str, text: str, in_utc: bool) -> datetime:
    """Read a date-time; without an offset it is in the shop's time zone, unless ``dates_are_gmt``."""
    try:
        moment = datetime.fromisoformat(text.replace(" ", "+"))
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC if in_utc else AMSTERDAM)
        return _second(moment.astimezone(UTC))
    except (ValueError, OverflowError):
        raise invalid_param(name, "Invalid date.", "rest_invalid_date") from None


def _second(at: datetime) -> datetime:
    return at.replace(microsecond=0)
