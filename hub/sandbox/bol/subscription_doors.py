"""The v10 endpoints for push subscriptions."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from hub.sandbox.bol.account import Account
from hub.sandbox.bol.answers import Trouble, answer, invalid
from hub.sandbox.bol.checks import check_subscription
from hub.sandbox.bol.door import Door, body_of
from hub.sandbox.bol.order_doors import accepted
from hub.sandbox.bol.processes import Refused
from hub.sandbox.bol.push import Subscription


class SubscriptionDoors:
    """Keeps subscriptions; every write is a command like any other in v10."""

    def __init__(self, account: Account) -> None:
        self.account, self.push = account, account.push

    def routes(self, door: Door) -> list[BaseRoute]:
        path, one = "/retailer/subscriptions", "/retailer/subscriptions/{subscription_id}"
        return [
            door.route(path, self.list, ["GET"]),
            door.route(path, self.create, ["POST"]),
            door.route(f"{path}/signature-keys", self.keys, ["GET"]),
            door.route(f"{path}/test/{{subscription_id}}", self.test, ["POST"]),
            door.route(one, self.get, ["GET"]),
            door.route(one, self.replace, ["PUT"]),
            door.route(one, self.delete, ["DELETE"]),
        ]

    async def list(self, request: Request) -> Response:
        shown = [each.shown() for each in self.push.subscriptions.values()]
        return answer({"subscriptions": shown} if shown else {})

    async def keys(self, request: Request) -> Response:
        return answer({"signatureKeys": [self.push.key.published()]})

    async def get(self, request: Request) -> Response:
        subscription = self.push.subscriptions.get(request.path_params["subscription_id"])
        if subscription is None:
            raise Trouble(404, "The requested subscription was not found.")
        return answer(subscription.shown())

    async def create(self, request: Request) -> Response:
        body = await self._checked(request)

        def effect() -> str:
            subscription_id = self.push.next_id()
            self.push.subscriptions[subscription_id] = _subscription(subscription_id, body)
            return subscription_id

        return self._command("CREATE_SUBSCRIPTION", (), effect)

    async def replace(self, request: Request) -> Response:
        """Replace a subscription; this also switches one on again."""
        body, subscription_id = await self._checked(request), request.path_params["subscription_id"]

        def effect() -> None:
            self._known(subscription_id)
            self.push.subscriptions[subscription_id] = _subscription(subscription_id, body)

        return self._command("UPDATE_SUBSCRIPTION", (subscription_id,), effect)

    async def delete(self, request: Request) -> Response:
        subscription_id = request.path_params["subscription_id"]

        def effect() -> None:
            self._known(subscription_id)
            del self.push.subscriptions[subscription_id]

        return self._command("DELETE_SUBSCRIPTION", (subscription_id,), effect)

    async def test(self, request: Request) -> Response:
        subscription_id = request.path_params["subscription_id"]

        def effect() -> None:
            self._known(subscription_id)
            self.push.send(self.push.subscriptions[subscription_id], "TEST", "TEST", "test-message")

        return self._command("SEND_SUBSCRIPTION_TST_MSG", (subscription_id,), effect)

    def _known(self, subscription_id: str) -> None:
        if subscription_id not in self.push.subscriptions:
            raise Refused(f"Subscription with id {subscription_id} was not found.")

    async def _checked(self, request: Request) -> dict[str, Any]:
        body = await body_of(request)
        if wrong := list(check_subscription(body)):
            raise invalid(*wrong)
        return body

    def _command(self, kind: str, entities: tuple[str, ...], effect: Any) -> Response:
        text = kind.replace("_", " ").capitalize() + "."
        return accepted(self.account, self.account.command(kind, entities, text, effect))


def _subscription(subscription_id: str, body: dict[str, Any]) -> Subscription:
    enabled = body.get("enabled") is not False
    kind, identity = body["subscriptionType"], body.get("identity")
    return Subscription(subscription_id, body["resources"], body["url"], kind, enabled, identity)
