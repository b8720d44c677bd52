"""What stands before every endpoint of the shop: credentials, stalls, and PHP's own accidents."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from hub.sandbox.woocommerce.answers import Trouble
from hub.sandbox.woocommerce.keys import Keys
from hub.sandbox.woocommerce.shop import Shop

Handler = Callable[[Request], Awaitable[Response]]
CRITICAL = "<!DOCTYPE html><html><body><p>There has been a critical error on this website.</p></body></html>"
FIREWALL = "<html><head><title>429 Too Many Requests</title></head><body><center>nginx</center></body></html>"
NOTICE = b"<br />\n<b>Notice</b>:  Undefined index: x in <b>/wp-content/plugins/y.php</b> on line <b>7</b><br />\n"


class Door:
    """Lets in whoever has a key, unless the machine behind it is having a bad moment."""

    def __init__(self, shop: Shop) -> None:
        self.shop, self.switches, self.keys = shop, shop.switches, Keys(shop.clock)

    def route(self, path: str, handler: Handler, methods: list[str]) -> Route:
        """Return a guarded route below ``/wp-json/``."""

        async def guarded(request: Request) -> Response:
            if self.switches.stalls > 0 and not self.switches.stall_after_effect:
                return await self._stall()
            response = await self._serve(handler, request)
            if self.switches.stalls > 0:
                return await self._stall()
            response.headers.setdefault("Link", f'<{self.shop.root}>; rel="https://api.w.org/"')
            return self._with_notice(response)

        return Route(f"/wp-json/{path}", guarded, methods=methods)

    async def _serve(self, handler: Handler, request: Request) -> Response:
        try:
            self.keys.admit(request)
            return await handler(request)
        except Trouble as trouble:
            return trouble.response()

    async def _stall(self) -> Response:
        self.switches.stalls -= 1
        await self.shop.clock.sleep(self.switches.stall_seconds)
        return HTMLResponse(CRITICAL, 500)

    def _with_notice(self, response: Response) -> Response:
        if self.switches.notices <= 0:
            return response
        self.switches.notices -= 1
        headers = {"Content-Type": response.headers["Content-Type"]}
        return Response(NOTICE + bytes(response.body), response.status_code, headers)

    def throttled(self) -> Response:
        """Return the 429 of a host's firewall: a page, and only sometimes a time to wait."""
        wait = {"Retry-After": "1"} if self.shop.chance.random() < 0.5 else {}
        return HTMLResponse(FIREWALL, 429, wait)
