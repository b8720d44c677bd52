"""What the calls to the simulated platforms were for: tokens, stock, or anything else."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping

from starlette.types import ASGIApp, Message, Receive, Scope, Send

TOKENS, STOCK, OTHER = "tokens", "stock", "other"
STOCK_CALLS: Mapping[str, str] = {
    "exact": r"GET .*/sync/Inventory/StockPositions",
    "bol": r"PATCH /retailer/offers/",
    "woocommerce": r"POST .*/batch(\?|$)",
    "amazon": r"PATCH /listings/|GET /listings/.*[?&]identifiers=|\w+ /feeds/|\w+ /documents/",
    "shopify": r"POST .*graphql.* (SetQuantities\w*|Levels|Activate)$",
}
"""Method, path and query of the calls that write stock, read it in Exact, or see a write through; for GraphQL the
operation's name behind them. Of another platform every writing call counts."""
_WRITES = r"(POST|PUT|PATCH) "
_TOKEN = re.compile(r"token", re.IGNORECASE)
_OPERATION = re.compile(rb"(?:query|mutation) (\w+)")


def purpose(platform: str, call: str) -> str:
    """Return what a call, as in ``STOCK_CALLS``, was for."""
    if re.match(STOCK_CALLS.get(platform, _WRITES), call):
        return STOCK
    return TOKENS if _TOKEN.search(call.partition("?")[0]) else OTHER


class Tally:
    """Counts the calls by platform and purpose on their way to the sandbox."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self.calls: dict[str, Counter[str]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        platform, _, path = scope.get("path", "").lstrip("/").partition("/")
        if scope["type"] != "http" or platform.startswith("_"):
            await self._app(scope, receive, send)
            return
        body = bytearray()

        async def read() -> Message:
            message = await receive()
            body.extend(message.get("body", b"") if path.endswith("graphql.json") else b"")
            return message

        try:
            await self._app(scope, read, send)
        finally:
            call = f"{scope['method']} /{path}?{scope.get('query_string', b'').decode()}".rstrip("?")
            if named := _OPERATION.search(body):
                call += f" {named[1].decode()}"
            self.calls.setdefault(platform, Counter())[purpose(platform, call)] += 1
