"""Sellers v1: where the seller takes part."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from hub.sandbox.amazon.answers import answer
from hub.sandbox.amazon.door import Door
from hub.sandbox.amazon.marketplaces import MARKETPLACES, Marketplace


class SellerDoors:
    """Lists every European marketplace, those without an account of the seller too."""

    def routes(self, door: Door) -> list[BaseRoute]:
        path = "/sellers/v1/marketplaceParticipations"
        return [door.route(path, "getMarketplaceParticipations", self.list)]

    async def list(self, request: Request) -> Response:
        return answer({"payload": [_participation(each) for each in MARKETPLACES]})


def _participation(each: Marketplace) -> dict[str, Any]:
    return {
        "marketplace": {
            "id": each.marketplace_id,
            "name": each.name,
            "countryCode": each.country,
            "defaultCurrencyCode": each.currency,
            "defaultLanguageCode": each.language,
            "domainName": each.domain,
        },
        "participation": {"isParticipating": each.seller, "hasSuspendedListings": False},
        "storeName": "Groothandel Zandbak",
    }
