"""The v10 endpoints for returns."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from hub.sandbox.bol.account import Account
from hub.sandbox.bol.answers import Trouble, answer, invalid
from hub.sandbox.bol.checks import Violation, is_integer
from hub.sandbox.bol.door import Door, body_of, choice, page, page_of
from hub.sandbox.bol.order_doors import accepted
from hub.sandbox.bol.processes import Refused
from hub.sandbox.bol.return_wire import full_return, reduced_return
from hub.sandbox.bol.returns import Handling, ReturnItem

RESULTS = (
    "RETURN_RECEIVED",
    "EXCHANGE_PRODUCT",
    "RETURN_DOES_NOT_MEET_CONDITIONS",
    "REPAIR_PRODUCT",
    "CUSTOMER_KEEPS_PRODUCT_PAID",
    "STILL_APPROVED",
)


class ReturnDoors:
    """Lists and shows returns, and lets the retailer handle their items."""

    def __init__(self, account: Account) -> None:
        self.account = account

    def routes(self, door: Door) -> list[BaseRoute]:
        return [
            door.route("/retailer/returns", self.list, ["GET"]),
            door.route("/retailer/returns/{return_id}", self.get, ["GET"]),
            door.route("/retailer/returns/{return_id}", self.handle, ["PUT"]),
        ]

    async def list(self, request: Request) -> Response:
        """Answer with 50 returns: handled ones the newest first, others the oldest first."""
        handled, method = (
            choice(request, "handled", "true false True False"),
            choice(request, "fulfilment-method", "FBR FBB"),
        )
        found = [each for each in self.account.returns.values() if method in (None, each.method)]
        if handled is not None:
            found = [each for each in found if each.handled == (handled.lower() == "true")]
        if handled is not None and handled.lower() == "true":
            found.reverse()
        return page(found, page_of(request), "returns", reduced_return)

    async def get(self, request: Request) -> Response:
        found = self.account.returns.get(request.path_params["return_id"])
        if found is None:
            raise Trouble(404, "The requested return was not found.")
        return answer(full_return(found))

    async def handle(self, request: Request) -> Response:
        """Accept what the retailer says of an item; the path names its RMA number."""
        rma_id, body = request.path_params["return_id"], await body_of(request)
        wrong = _violations(rma_id, body)
        if wrong:
            raise invalid(*wrong)

        def effect() -> None:
            item = self._item(rma_id)
            if item.handled:
                raise Refused(f"Return item {rma_id} has already been handled.")
            handling = Handling(body["handlingResult"], body["quantityReturned"], self.account.clock.now())
            item.handled.append(handling)

        text = f"Handle return item with return number {rma_id}."
        return accepted(self.account, self.account.command("HANDLE_RETURN_ITEM", (rma_id,), text, effect))

    def _item(self, rma_id: str) -> ReturnItem:
        for each in self.account.returns.values():
            for item in each.items:
                if item.rma_id == rma_id:
                    return item
        raise Refused(f"Return item {rma_id} was not found.")


def _violations(rma_id: str, body: dict[str, Any]) -> list[Violation]:
    wrong: list[Violation] = []
    if not rma_id.isdecimal() or int(rma_id) >= 2**63:
        wrong.append(("rma-id", "must be a number"))
    if body.get("handlingResult") not in RESULTS:
        wrong.append(("handlingResult", f"must be one of {', '.join(RESULTS)}"))
    quantity = body.get("quantityReturned")
    if not is_integer(quantity) or not 1 <= int(str(quantity)) <= 9999:
        wrong.append(("quantityReturned", "must be between 1 and 9999"))
    return wrong
