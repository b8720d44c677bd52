"""What the flows of invoices, refunds and returns have in common."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from hub.domain.invoicing import BookingPolicy, InvoicePolicy, Invoicing
from hub.store.tables import goods_return, invoicing, refund, sales_document
from hub.store.views.books import OrderBooks, books_of
from tests.flows.stage import TENANT, Stage, eventually

AT_ONCE = Invoicing(InvoicePolicy.WHEN_FORWARDED, "70", refunding=BookingPolicy.BOOK, returning=BookingPolicy.BOOK)
WHEN_DELIVERED = Invoicing(InvoicePolicy.WHEN_DELIVERED, "70", refunding=BookingPolicy.BOOK)
BY_HAND = Invoicing(InvoicePolicy.OFF, "70", refunding=BookingPolicy.BOOK, returning=BookingPolicy.BOOK)
TWO = [{"sku": "ART-00001", "quantity": 2}]
ONE = [{"sku": "ART-00001", "quantity": 1}]


async def sold(acme: Stage, channel: str, policy: Invoicing, **asked: Any) -> Any:
    """Set the policy, let somebody buy two of an article, and wait until the order stands in Exact."""
    await acme.configure(channel, invoicing=policy)
    asked = {"lines": TWO, "discount": 0, "shipping": 0} | asked
    return await acme.until_order(await acme.sell(channel, **asked), "forwarded")


async def until_invoiced(acme: Stage, order: Any) -> Any:
    """Wait until the hub knows the order's invoice."""

    async def reached() -> Any:
        rows = await acme.rows(select(invoicing).where(invoicing.c.order_id == order.order_id))
        return rows[0] if rows and rows[0].status == "invoiced" else None

    return await eventually(reached)


async def until_refunds(acme: Stage, order: Any, *states: str) -> list[Any]:
    """Wait until the order's refunds are in these states, whatever their sequence."""

    async def reached() -> Any:
        rows = await acme.rows(select(refund).where(refund.c.order_id == order.order_id))
        return rows if sorted(row.status for row in rows) == sorted(states) else None

    found: list[Any] = await eventually(reached)
    return found


async def until_return(acme: Stage, order: Any, state: str) -> Any:
    """Wait until the order's only return is in this state."""

    async def reached() -> Any:
        rows = await acme.rows(select(goods_return).where(goods_return.c.order_id == order.order_id))
        return rows[0] if [row.status for row in rows] == [state] else None

    return await eventually(reached)


async def documents(acme: Stage, order: Any) -> list[Any]:
    """Return what the hub knows to stand in Exact of an order."""
    return await acme.rows(select(sales_document).where(sales_document.c.order_id == order.order_id))


async def books(acme: Stage, order: Any) -> OrderBooks:
    """Return the order beside the books."""
    async with acme.database.read() as connection:
        return (await books_of(connection, TENANT, [order.order_id]))[order.order_id]


def booked(acme: Stage, *, credit: bool) -> list[Any]:
    """Return the invoices, or the credit notes, that really stand in Exact."""
    return [one for one in acme.sandbox.world.ledger.booked if one.credit is credit]
