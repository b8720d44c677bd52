"""The endpoints for the hub's subscription."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute

from hub.sandbox.generic.door import Door, Trouble, body_of, text_in
from hub.sandbox.generic.hooks import TOPIC, Subscription
from hub.sandbox.generic.shop import Shop


class HookDoors:
    """Makes, shows and ends the subscription to the one topic."""

    def __init__(self, shop: Shop) -> None:
        self.hooks = shop.hooks

    def routes(self, door: Door) -> list[BaseRoute]:
        one = "/webhooks/{topic}"
        return [
            door.route(one, self.get, ["GET"]),
            door.route(one, self.put, ["PUT"]),
            door.route(one, self.delete, ["DELETE"]),
        ]

    async def get(self, request: Request) -> Response:
        _check_topic(request)
        if self.hooks.subscription is None:
            raise Trouble(404, "no_subscription", "Nobody has subscribed.")
        return JSONResponse(self.hooks.subscription.shown())

    async def put(self, request: Request) -> Response:
        _check_topic(request)
        callback = text_in(await body_of(request), "callback", 500)
        if not callback.startswith(("http://", "https://")):
            raise Trouble(400, "invalid_request", "callback is no address.")
        status = 201 if self.hooks.subscription is None else 200
        self.hooks.subscription = Subscription(callback)
        return JSONResponse(self.hooks.subscription.shown(), status)

    async def delete(self, request: Request) -> Response:
        _check_topic(request)
        self.hooks.subscription = None
        return Response(status_code=204)


def _check_topic(request: Request) -> None:
    if request.path_params["topic"] != TOPIC:
        raise Trouble(404, "unknown_topic", "There is no such topic.")
