"""What the warehouse does: deliver, whole or partly, with tracking now or later."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from hub.sandbox.control_exact import division_of, exact_of
from hub.sandbox.exact import deliveries
from hub.sandbox.exact.catalogue import DELIVERIES, ORDER_LINES, ORDERS
from hub.sandbox.exact.division import Division
from hub.sandbox.exact.order_status import open_quantity
from hub.sandbox.exact.table import Row

if TYPE_CHECKING:
    from hub.sandbox.app import Sandbox

Json = dict[str, Any]


async def deliver(sandbox: Sandbox, asked: Json) -> Json:
    """Deliver orders named by ``your_ref`` (its end will do) or ``order_id``, or the ``count`` oldest open ones.

    ``tracking`` is a code, ``"auto"`` for an invented one, or absent to be filled in later. ``lines`` are
    ``{sku, quantity}``, ``together`` puts all orders into one delivery.
    """
    division = division_of(sandbox, asked)
    found = _open_orders(division, asked)
    groups = [found] if asked.get("together") else [[order] for order in found]
    return {"deliveries": [_deliver(sandbox, division, group, asked) for group in groups if group]}


def _open_orders(division: Division, asked: Json) -> list[Row]:
    waiting = [row for row in division.table(ORDERS.table).rows.values() if row["DeliveryStatus"] != 21]
    waiting.sort(key=lambda row: int(row["OrderNumber"]))
    if wanted := asked.get("order_id"):
        return [row for row in waiting if row["OrderID"] == wanted]
    if wanted := asked.get("your_ref"):
        return [row for row in waiting if (row.get("YourRef") or "").endswith(str(wanted))]
    return waiting[: int(asked.get("count", 1))]


def _deliver(sandbox: Sandbox, division: Division, group: list[Row], asked: Json) -> Json:
    tracking = asked.get("tracking")
    if tracking == "auto":
        tracking = f"3SHUB{sandbox.chance.randint(10**8, 10**9 - 1)}"
    method = division.guid("shipping", asked.get("shipping_method", "POSTNL"))
    values: Row = {"DeliveryDate": division.now(), "TrackingNumber": tracking, "ShippingMethod": method}
    values["GoodsDeliveryLines"] = [line for order in group for line in _delivery_lines(division, order, asked)]
    entry = deliveries.create_delivery(exact_of(sandbox).office, division, values)
    refs = [order.get("YourRef") for order in group]
    return {"delivery": entry["EntryID"], "number": entry["DeliveryNumber"], "tracking": tracking, "your_refs": refs}


def _delivery_lines(division: Division, order: Row, asked: Json) -> list[Json]:
    wanted = {str(line["sku"]): Decimal(str(line.get("quantity", 1))) for line in asked.get("lines") or ()}
    made = []
    for line in division.table(ORDER_LINES.table).of(order["OrderID"]):
        left = open_quantity(line)
        quantity = min(left, wanted.get(line["ItemCode"], Decimal(0))) if wanted else left
        if quantity > 0:
            tracking = (asked.get("line_tracking") or {}).get(line["ItemCode"])
            made.append({"SalesOrderLineID": line["ID"], "QuantityDelivered": quantity, "TrackingNumber": tracking})
    return made


async def track(sandbox: Sandbox, asked: Json) -> Json:
    """Fill in the tracking number of a delivery that left without one."""
    division = division_of(sandbox, asked)
    entry = division.table(DELIVERIES.table).rows[asked["delivery"]]
    deliveries.update_delivery(exact_of(sandbox).office, division, entry, {"TrackingNumber": str(asked["tracking"])})
    return {"ok": True}


ACTIONS = {"deliver": deliver, "track": track}
