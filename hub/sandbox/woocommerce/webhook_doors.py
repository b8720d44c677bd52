"""The endpoints for webhooks."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from hub.sandbox.woocommerce.answers import Json, Trouble, answer, body_of, not_in_enum, page_of, trimmed
from hub.sandbox.woocommerce.casts import loose_boolean
from hub.sandbox.woocommerce.door import Door
from hub.sandbox.woocommerce.shop import Shop
from hub.sandbox.woocommerce.webhooks import STATUSES, Webhook, is_topic


class WebhookDoors:
    """Lists, makes, changes and deletes webhooks."""

    def __init__(self, shop: Shop) -> None:
        self.shop, self.hooks = shop, shop.hooks

    def routes(self, door: Door) -> list[BaseRoute]:
        one = "wc/v3/webhooks/{webhook_id:int}"
        return [
            door.route("wc/v3/webhooks", self.list, ["GET"]),
            door.route("wc/v3/webhooks", self.create, ["POST"]),
            door.route(one, self.get, ["GET"]),
            door.route(one, self.put, ["PUT", "PATCH", "POST"]),
            door.route(one, self.delete, ["DELETE"]),
        ]

    async def list(self, request: Request) -> Response:
        status = request.query_params.get("status", "all")
        if status not in ("all", *STATUSES):
            raise not_in_enum("status", ("all", *STATUSES))
        rows = [each for each in self.hooks.by_id.values() if status in ("all", each.status)]
        return page_of(request, rows, self._shown, f"{self.shop.root}wc/v3/webhooks")

    async def create(self, request: Request) -> Response:
        """Make a webhook; the shop pings the address before it answers."""
        body = await body_of(request)
        topic, url, status = self._checked(body, None)
        made = await self.hooks.create(body.get("name"), topic, url, body.get("secret"), status)
        headers = {"Location": f"{self.shop.root}wc/v3/webhooks/{made.webhook_id}"}
        return answer(trimmed(request, self._shown(made)), 201, headers)

    def _checked(self, body: Json, known: Webhook | None) -> tuple[str, str, str]:
        topic = body.get("topic", known.topic if known else None)
        if not is_topic(topic):
            message = "Webhook topic is required and must be valid."
            raise Trouble("woocommerce_rest_shop_webhook_invalid_topic", message, 400)
        url = str(body.get("delivery_url", known.url if known else ""))
        if not url.startswith(("http://", "https://")):
            message = "Webhook delivery URL must be a valid URL starting with http:// or https://."
            raise Trouble("woocommerce_rest_shop_webhook_invalid_delivery_url", message, 400)
        status = str(body.get("status", known.status if known else "active"))
        if status not in STATUSES:
            raise not_in_enum("status", STATUSES)
        return str(topic), url, status

    async def get(self, request: Request) -> Response:
        return answer(trimmed(request, self._shown(self._find(request))))

    async def put(self, request: Request) -> Response:
        """Change a webhook; switching one on again does not reset its count of failures."""
        hook, body = self._find(request), await body_of(request)
        hook.topic, hook.url, hook.status = self._checked(body, hook)
        hook.name, hook.secret = str(body.get("name", hook.name)), str(body.get("secret", hook.secret))
        hook.modified_at = self.shop.clock.now()
        return answer(trimmed(request, self._shown(hook)))

    async def delete(self, request: Request) -> Response:
        """Delete a webhook; they cannot be trashed, so ``force`` is required."""
        if not loose_boolean(request.query_params.get("force", "false")):
            raise Trouble("woocommerce_rest_trash_not_supported", "Webhooks do not support trashing.", 501)
        hook = self._find(request)
        del self.hooks.by_id[hook.webhook_id]
        return answer(self._shown(hook))

    def _shown(self, hook: Webhook) -> Json:
        return hook.shown(self.shop.root)

    def _find(self, request: Request) -> Webhook:
        hook = self.hooks.by_id.get(request.path_params["webhook_id"])
        if hook is None:
            raise Trouble("woocommerce_rest_shop_webhook_invalid_id", "Invalid ID.", 404)
        return hook
