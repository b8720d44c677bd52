"""The v11 endpoints for offers: synchronous, with real statuses."""

from __future__ import annotations

import base64
import binascii
import uuid
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from hub.sandbox.bol import wire
from hub.sandbox.bol.account import Account
from hub.sandbox.bol.answers import Trouble, answer, invalid
from hub.sandbox.bol.checks import check_offer
from hub.sandbox.bol.door import Door, body_of, choice
from hub.sandbox.bol.offers import Offer

V11 = 11


class OfferDoors:
    """Lists, makes, changes and deletes offers."""

    def __init__(self, account: Account) -> None:
        self.account, self.offers = account, account.offers

    def routes(self, door: Door) -> list[BaseRoute]:
        one = "/retailer/offers/{offer_id}"
        return [
            door.route("/retailer/offers", self.list, ["GET"], version=V11),
            door.route("/retailer/offers", self.create, ["POST"], version=V11),
            door.route(one, self.get, ["GET"], version=V11),
            door.route(one, self.patch, ["PATCH"], version=V11),
            door.route(one, self.delete, ["DELETE"], version=V11),
            door.route(f"{one}/not-for-sale-reasons", self.reasons, ["GET"], version=V11),
        ]

    async def list(self, request: Request) -> Response:
        """Answer with one page; the cursor names the place in the filtered list."""
        size, start = _page_size(request), _read_cursor(request.query_params.get("cursor"))
        wanted = list(_filters(request))
        found = [each for each in self.offers.by_id.values() if all(wants(each) for wants in wanted)]
        part = found[start : start + size]
        after = _write_cursor(start + size) if start + size < len(found) else None
        page = {"pageSize": max(25, size), "nextCursor": after}
        return answer({"offers": [wire.offer(each) for each in part], "page": page}, V11)

    async def create(self, request: Request) -> Response:
        """Make an offer; an EAN and condition that exist already give 409 with the existing id."""
        body = await body_of(request)
        if wrong := list(check_offer(body, complete=True)):
            raise invalid(*wrong)
        existing = self.offers.by_key.get((str(body["ean"]), str(body["condition"].get("category"))))
        if existing is not None:
            detail = f"Offer already exists with id {existing.offer_id}."
            raise Trouble(409, detail, type="https://api.bol.com/problems/offer-exists", title="Offer exists")
        return answer({"offerId": self.add(body).offer_id}, V11, 201)

    def add(self, body: dict[str, Any]) -> Offer:
        """Make an offer from its members."""
        made = self._make(body)
        self.offers.add(made)
        self._apply(made, body)
        self.account.note_stock(made, "hub")
        return made

    def _make(self, body: dict[str, Any]) -> Offer:
        good = self.account.world.by_ean.get(body["ean"])
        return Offer(
            offer_id=str(uuid.UUID(int=self.account.chance.getrandbits(128), version=4)),
            ean=body["ean"],
            sku=good.sku if good else str(body.get("reference") or body["ean"]),
            condition=body["condition"],
            pricing=body["pricing"],
            fulfilment=body["fulfilment"],
            modified_at=self.account.clock.now(),
        )

    async def get(self, request: Request) -> Response:
        return answer(wire.offer(self._find(request)), V11)

    async def patch(self, request: Request) -> Response:
        """Change the members that are present; the stock figure counts from this moment."""
        offer, body = self._find(request), await body_of(request)
        if wrong := list(check_offer(body, complete=False)):
            raise invalid(*wrong)
        if self.account.switches.conflicts > 0:
            self.account.switches.conflicts -= 1
            raise Trouble(409, "The offer is being changed by another request.")
        self.change(offer, body)
        return Response(status_code=204)

    def change(self, offer: Offer, body: dict[str, Any]) -> None:
        """Take over the members that are present."""
        before = (offer.corrected_stock, offer.for_sale)
        self._apply(offer, body)
        if "stock" in body or before != (offer.corrected_stock, offer.for_sale):
            self.account.note_stock(offer, "hub")
        offer.modified_at = self.account.clock.now()

    def _apply(self, offer: Offer, body: dict[str, Any]) -> None:
        if stock := body.get("stock"):
            managed = stock.get("managedByRetailer", offer.managed_by_retailer)
            offer.tell(stock.get("amount", offer.amount), managed, next(self.account.happenings))
        offer.on_hold = body.get("onHoldByRetailer", offer.on_hold)
        offer.reference = body.get("reference", offer.reference)
        offer.pricing = body.get("pricing", offer.pricing)
        offer.fulfilment = body.get("fulfilment", offer.fulfilment)
        offer.economic_operator = body.get("economicOperatorId", offer.economic_operator)
        offer.unknown_title = body.get("unknownProductTitle", offer.unknown_title)
        if countries := body.get("countryAvailabilities"):
            offer.countries = [each["countryCode"] for each in countries]

    async def delete(self, request: Request) -> Response:
        self.remove(request.path_params["offer_id"])
        return Response(status_code=204)

    def remove(self, offer_id: str) -> None:
        """Forget an offer; one that is gone already is no error."""
        offer = self.offers.remove(offer_id)
        if offer is not None:
            self.account.world.note_shown("bol", offer.sku, 0, "hub")

    async def reasons(self, request: Request) -> Response:
        """Say why an offer is not for sale; 204 when it is."""
        shown = wire.not_for_sale(self._find(request))
        return answer(shown, V11) if shown else Response(status_code=204)

    def _find(self, request: Request) -> Offer:
        offer_id = request.path_params["offer_id"]
        offer = self.offers.by_id.get(offer_id)
        if offer is None:
            raise Trouble(404, f"Offer with id '{offer_id}' was not found.")
        return offer


def _page_size(request: Request) -> int:
    text = request.query_params.get("page-size", "50")
    if not text.isdecimal() or not 1 <= int(text) <= 100:
        raise invalid(("page-size", "must be between 1 and 100"))
    return int(text)


def _write_cursor(start: int) -> str:
    return base64.urlsafe_b64encode(f"after:{start}".encode()).decode()


def _read_cursor(cursor: str | None) -> int:
    if not cursor:
        return 0
    try:
        word, _, start = base64.urlsafe_b64decode(cursor).decode().partition(":")
        if word == "after":
            return int(start)
    except (binascii.Error, ValueError):
        pass
    raise invalid(("cursor", "Invalid cursor"))


def _listed(request: Request, name: str) -> set[str]:
    values = request.query_params.getlist(name)
    return {part for value in values for part in value.split(",") if part}


def _filters(request: Request) -> Iterator[Callable[[Offer], bool]]:
    """Read the filters of the list; each says whether an offer stays."""
    ids, eans = _listed(request, "offer-ids"), _listed(request, "eans")
    if ids:
        yield lambda each: each.offer_id in ids
    if eans:
        yield lambda each: each.ean in eans
    if (reference := request.query_params.get("reference")) is not None:
        yield lambda each: each.reference == reference
    if (for_sale := choice(request, "for-sale", "true false")) is not None:
        yield lambda each: each.for_sale == (for_sale == "true")
    if (since := request.query_params.get("last-modified-date-time")) is not None:
        moment = _moment(since)
        yield lambda each: each.modified_at >= moment


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise invalid(("last-modified-date-time", "must be an ISO 8601 date-time in UTC"))
    return moment
