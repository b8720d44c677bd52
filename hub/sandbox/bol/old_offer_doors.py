"""The v10 endpoints for offers: deprecated, asynchronous, and still what most client libraries speak."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Match, Route
from starlette.types import Scope

from hub.sandbox.bol import wire
from hub.sandbox.bol.account import Account
from hub.sandbox.bol.answers import Trouble, answer, invalid, media_type
from hub.sandbox.bol.checks import Violation, check_offer, check_stock
from hub.sandbox.bol.door import Door, Handler, body_of
from hub.sandbox.bol.offer_doors import OfferDoors
from hub.sandbox.bol.offers import Offer
from hub.sandbox.bol.order_doors import accepted
from hub.sandbox.bol.processes import Refused

CONDITIONS = ("NEW", "AS_NEW", "GOOD", "REASONABLE", "MODERATE")
COLUMNS = (
    "offerId",
    "ean",
    "conditionName",
    "bundlePricesPrice",
    "fulfilmentDeliveryCode",
    "stockAmount",
    "onHoldByRetailer",
    "fulfilmentType",
    "mutationDateTime",
    "referenceCode",
    "correctedStock",
)
MOST_STOCK = 999


class _Old(Route):
    """A route for those who ask for version 10; the others go on to version 11 of the same path."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        wanted = dict(scope["headers"]).get(b"accept", b"").decode("latin-1")
        if not any(media_type(10, kind) in wanted for kind in ("json", "csv")):
            return Match.NONE, {}
        return super().matches(scope)


class OldOfferDoors:
    """Accepts commands about offers, and shows them, one by one or in an export."""

    def __init__(self, account: Account, offers: OfferDoors) -> None:
        self.account, self.offers, self._new = account, account.offers, offers
        self._exports: dict[str, str] = {}

    def routes(self, door: Door) -> list[BaseRoute]:
        one, export = "/retailer/offers/{offer_id}", "/retailer/offers/export"

        def old(path: str, handler: Handler, method: str, kind: str = "json") -> Route:
            return _Old(path, door.route(path, handler, [method], kind=kind).endpoint, methods=[method])

        return [
            old("/retailer/offers", self.create, "POST"),
            old(export, self.ask_export, "POST"),
            old(export + "/{report_id}", self.export, "GET", "csv"),
            old(one, self.get, "GET"),
            old(one, self.put, "PUT"),
            old(one, self.delete, "DELETE"),
            old(f"{one}/price", self.price, "PUT"),
            old(f"{one}/stock", self.stock, "PUT"),
        ]

    async def create(self, request: Request) -> Response:
        """Accept a new offer; an EAN and condition that exist already make the process fail."""
        body = await body_of(request)
        if wrong := [*_check_condition(body.get("condition")), *check_offer(body, complete=True)]:
            raise invalid(*wrong)
        name = body["condition"]["name"]
        condition = {"category": "NEW"} if name == "NEW" else {"category": "SECONDHAND", "state": name}
        ean, known = str(body["ean"]), {**body, "condition": condition}

        def effect() -> str:
            if (ean, condition["category"]) in self.offers.by_key:
                raise Refused("An offer with this EAN and condition already exists.")
            return self._new.add(known).offer_id

        return self._command("CREATE_OFFER", (ean,), effect)

    async def get(self, request: Request) -> Response:
        offer = self.offers.by_id.get(request.path_params["offer_id"])
        if offer is None:
            raise Trouble(404, f"Offer with id '{request.path_params['offer_id']}' was not found.")
        return answer(wire.old_offer(offer))

    async def put(self, request: Request) -> Response:
        """Accept a change of everything but price and stock."""
        body = await body_of(request)
        missing = [("fulfilment", "must not be null")] if body.get("fulfilment") is None else []
        names = ("reference", "onHoldByRetailer", "fulfilment", "economicOperatorId", "unknownProductTitle")
        return self._change(request, "UPDATE_OFFER", {name: body[name] for name in names if name in body}, missing)

    async def price(self, request: Request) -> Response:
        body = await body_of(request)
        missing = [("pricing", "must not be null")] if body.get("pricing") is None else []
        return self._change(request, "UPDATE_OFFER_PRICE", {"pricing": body.get("pricing")}, missing)

    async def stock(self, request: Request) -> Response:
        """Accept a stock figure of at most 999."""
        body = await body_of(request)
        wrong = list(check_stock(body, complete=True))
        if not wrong and body["amount"] > MOST_STOCK:
            wrong = [("amount", f"must be less than or equal to {MOST_STOCK}")]
        return self._change(request, "UPDATE_OFFER_STOCK", {"stock": body}, wrong)

    async def delete(self, request: Request) -> Response:
        offer_id = request.path_params["offer_id"]

        def effect() -> None:
            self._new.remove(self._known(offer_id).offer_id)

        return self._command("DELETE_OFFER", (offer_id,), effect)

    async def ask_export(self, request: Request) -> Response:
        """Accept the order for a file with all offers."""
        if (await body_of(request)).get("format") != "CSV":
            raise invalid(("format", "allowed values: CSV"))

        def effect() -> str:
            number = self.account.number()
            self._exports[number] = self._file()
            return number

        return self._command("CREATE_OFFER_EXPORT", (), effect)

    async def export(self, request: Request) -> Response:
        text = self._exports.get(request.path_params["report_id"])
        if text is None:
            raise Trouble(404, "The requested export was not found.")
        return Response(text, media_type=media_type(10, "csv"))

    def _file(self) -> str:
        out = io.StringIO()
        rows = csv.DictWriter(out, COLUMNS, lineterminator="\n")
        rows.writeheader()
        rows.writerows(dict(zip(COLUMNS, _row(each), strict=True)) for each in self.offers.by_id.values())
        return out.getvalue()

    def _change(self, request: Request, kind: str, body: dict[str, Any], wrong: list[Violation]) -> Response:
        if wrong or (wrong := list(check_offer(body, complete=False))):
            raise invalid(*wrong)
        offer_id = request.path_params["offer_id"]
        return self._command(kind, (offer_id,), lambda: self._new.change(self._known(offer_id), body))

    def _known(self, offer_id: str) -> Offer:
        if offer_id not in self.offers.by_id:
            raise Refused(f"Offer with id '{offer_id}' was not found.")
        return self.offers.by_id[offer_id]

    def _command(self, kind: str, entities: tuple[str, ...], effect: Callable[[], str | None]) -> Response:
        text = f"{kind.replace('_', ' ').capitalize()}."
        return accepted(self.account, self.account.command(kind, entities, text, effect))


def _check_condition(condition: Any) -> Iterator[Violation]:
    if not isinstance(condition, dict) or condition.get("name") not in CONDITIONS:
        yield "condition.name", f"allowed values: {', '.join(CONDITIONS)}"


def _row(each: Offer) -> tuple[object, ...]:
    shown = wire.old_offer(each)
    return (
        each.offer_id,
        each.ean,
        shown["condition"]["name"],
        each.pricing["bundlePrices"][0]["unitPrice"],
        shown["fulfilment"].get("deliveryCode", ""),
        each.amount,
        str(each.on_hold).lower(),
        each.fulfilment["method"],
        each.modified_at.isoformat(),
        each.reference,
        each.corrected_stock,
    )
