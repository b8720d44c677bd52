"""The v10 endpoint for stock that lies at bol."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from hub.sandbox.bol.account import Account
from hub.sandbox.bol.door import Door, page, page_of


class StockroomDoors:
    """Shows the stock that lies at bol."""

    def __init__(self, account: Account) -> None:
        self.account = account

    def routes(self, door: Door) -> list[BaseRoute]:
        return [
            door.route("/retailer/inventory", self.inventory, ["GET"]),
        ]

    async def inventory(self, request: Request) -> Response:
        """Answer with 50 articles that lie in bol's warehouse."""
        by_ean = self.account.world.by_ean
        rows = [
            {"ean": ean, "bsku": f"295{ean[3:13]}", "gradedStock": 0, "regularStock": stock, "title": by_ean[ean].title}
            for ean, stock in self.account.inventory.items()
            if request.query_params.get("query", ean) in (ean, by_ean[ean].title)
        ]
        return page(rows, page_of(request), "inventory", dict)
