"""What the list query is compared with: a plain Strawberry API, and its answer as bare JSON, data held in memory."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import Any

import orjson
import strawberry
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp
from strawberry import relay
from strawberry.asgi import GraphQL

from bench.orders_stored import order

LIST = """query Orders { orders(first: 100) {
  nodes { id number status placedAt country payment total { amount currency } }
  pageInfo { hasNextPage endCursor }
} }"""
SIZE = 100


@strawberry.enum
class State(Enum):
    READY = "ready"


@strawberry.enum
class Paid(Enum):
    PAID = "paid"


@strawberry.type
class Amount:
    amount: Decimal
    currency: str


@strawberry.type
class Sold(relay.Node):
    order_id: relay.NodeID[str]
    number: str
    status: State
    placed_at: datetime
    country: str | None
    payment: Paid
    total: Amount


@strawberry.type
class Page:
    has_next_page: bool
    end_cursor: str | None


@strawberry.type
class Orders:
    nodes: list[Sold]
    page_info: Page


def plain_app(count: int) -> ASGIApp:
    """Return an API that answers ``LIST`` like the hub's, without reading, rights, limits or traces."""
    rows = [order(number) for number in range(count)]

    @strawberry.type
    class Query:
        @strawberry.field
        async def orders(self, first: int) -> Orders:
            return Orders(
                nodes=[sold(row) for row in rows[:first]], page_info=Page(has_next_page=False, end_cursor="cursor")
            )

    return GraphQL(strawberry.Schema(Query), graphql_ide=None)


def sold(row: dict[str, Any]) -> Sold:
    """Return an order as the plain API shows it."""
    return Sold(
        order_id=row["order_id"],
        number=row["number"],
        status=State(row["status"]),
        placed_at=row["placed_at"],
        country=row["country"],
        payment=Paid(row["payment"]),
        total=Amount(amount=row["total"], currency=row["currency"]),
    )


def bare_answer(count: int) -> Callable[[Request], Awaitable[Response]]:
    """Return a route that gives the same answer from memory as bare JSON."""
    nodes = [
        {
            "id": row["order_id"],
            "number": row["number"],
            "status": row["status"].upper(),
            "placedAt": row["placed_at"],
            "country": row["country"],
            "payment": row["payment"].upper(),
            "total": {"amount": row["total"], "currency": row["currency"]},
        }
        for row in (order(number) for number in range(min(count, SIZE)))
    ]
    data = {"data": {"orders": {"nodes": nodes, "pageInfo": {"hasNextPage": count > SIZE, "endCursor": "cursor"}}}}

    async def answer(request: Request) -> Response:
        await request.body()
        return Response(orjson.dumps(data, default=str), media_type="application/json")

    return answer
