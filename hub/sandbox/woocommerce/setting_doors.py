"""Taxes and settings to read, and the root of the API."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from hub.sandbox.woocommerce.answers import Json, Trouble, answer, page_of
from hub.sandbox.woocommerce.door import Door
from hub.sandbox.woocommerce.shop import Shop
from hub.sandbox.woocommerce.tax import Rate
from hub.sandbox.woocommerce.tracking_doors import TRACKING_NAMESPACES
from hub.sandbox.woocommerce.wire import links

CORE_NAMESPACES = ("oembed/1.0", "wc/v1", "wc/v2", "wc/v3", "wc/store/v1", "wp/v2")


class SettingDoors:
    """Taxes and settings to read, and the root that tells which plugins speak."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop

    def routes(self, door: Door) -> list[BaseRoute]:
        return [
            Route("/wp-json/", self.index, methods=["GET"]),
            Route("/wp-json/wc/v3", self.namespace, methods=["GET"]),
            Route("/wp-json/wc/v3/", self.namespace, methods=["GET"]),
            door.route("wc/v3/taxes", self.taxes, ["GET"]),
            door.route("wc/v3/settings/{group}", self.settings, ["GET"]),
            door.route("wc/v3/settings/{group}/{setting}", self.setting, ["GET"]),
        ]

    async def index(self, request: Request) -> Response:
        """Describe the site; nobody needs a key for this."""
        trackings = TRACKING_NAMESPACES if self.shop.switches.plugin else ()
        site = self.shop.root.removesuffix("/wp-json/")
        body = {"name": "Sandbox shop", "description": "", "url": site, "home": site, "gmt_offset": "1"}
        namespaces = [*CORE_NAMESPACES, *trackings]
        return answer(body | {"timezone_string": "Europe/Amsterdam", "namespaces": namespaces, "routes": {}})

    async def namespace(self, request: Request) -> Response:
        """Describe one namespace, in public too; the sandbox does not list its routes."""
        up = {"up": [{"href": self.shop.root}]}
        return answer({"namespace": "wc/v3", "routes": {}, "_links": up})

    async def taxes(self, request: Request) -> Response:
        return page_of(request, self.shop.rates, self._tax, f"{self.shop.root}wc/v3/taxes")

    def _tax(self, rate: Rate) -> Json:
        return {
            "id": rate.rate_id,
            "country": rate.country,
            "state": "",
            "postcode": "",
            "city": "",
            "rate": f"{rate.percent:.4f}",
            "name": rate.label,
            "priority": 1,
            "compound": False,
            "shipping": True,
            "order": rate.rate_id - 1,
            "class": rate.tax_class or "standard",
            "postcodes": [],
            "cities": [],
            "_links": links(self.shop.root, f"wc/v3/taxes/{rate.rate_id}"),
        }

    async def settings(self, request: Request) -> Response:
        group = request.path_params["group"]
        return answer([self._setting(group, name, value) for name, value in self._values(group).items()])

    async def setting(self, request: Request) -> Response:
        group, name = request.path_params["group"], request.path_params["setting"]
        values = self._values(group)
        if name not in values:
            raise Trouble("rest_setting_setting_invalid", "Invalid setting.", 404)
        return answer(self._setting(group, name, values[name]))

    def _values(self, group: str) -> dict[str, Any]:
        known: dict[str, dict[str, Any]] = {
            "tax": {
                "woocommerce_prices_include_tax": "yes" if self.shop.switches.prices_include_tax else "no",
                "woocommerce_tax_based_on": "shipping",
                "woocommerce_tax_round_at_subtotal": "no",
            },
            "general": {"woocommerce_currency": "EUR", "woocommerce_default_country": "NL"},
        }
        if group not in known:
            raise Trouble("rest_setting_setting_group_invalid", "Invalid setting group.", 404)
        return known[group]

    def _setting(self, group: str, name: str, value: str) -> Json:
        label = name.removeprefix("woocommerce_").replace("_", " ").capitalize()
        body = {"id": name, "label": label, "description": "", "type": "text", "default": "", "value": value}
        methods = ["GET", "POST", "PUT", "PATCH"]
        return body | {"_links": links(self.shop.root, f"wc/v3/settings/{group}/{name}", methods)}
