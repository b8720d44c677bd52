"""The v10 endpoints for process statuses, subscriptions, returns and stock at bol."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from hub.sandbox.bol import wire
from hub.sandbox.bol.account import Account
from hub.sandbox.bol.answers import Trouble, answer, invalid
from hub.sandbox.bol.checks import check_subscription
from hub.sandbox.bol.door import Door, body_of, page, page_of
from hub.sandbox.bol.order_doors import accepted
from hub.sandbox.bol.processes import Process, Refused
from hub.sandbox.bol.push import Subscription

MAX_QUERIES = 1000


class StatusDoors:
    """Shows process statuses: one, all of an entity, or up to a thousand at once."""

    def __init__(self, account: Account) -> None:
        self.account, self.processes = account, account.processes

    def routes(self, door: Door) -> list[BaseRoute]:
        return [
            door.route("/shared/process-status", self.of_entity, ["GET"]),
            door.route("/shared/process-status", self.bulk, ["POST"]),
            door.route("/shared/process-status/{process_id}", self.get, ["GET"]),
        ]

    async def get(self, request: Request) -> Response:
        process = self.processes.by_id.get(request.path_params["process_id"])
        if process is None:
            raise Trouble(404, "The requested process status was not found.")
        return answer(self._shown(process))

    async def of_entity(self, request: Request) -> Response:
        """Answer with the processes of one entity; both filters are mandatory."""
        entity, kind = (request.query_params.get(name) for name in ("entity-id", "event-type"))
        if not entity or not kind:
            raise invalid(("entity-id", "entity-id and event-type are required"))
        found = self.processes.of_entity(entity, kind)
        return page([self._shown(each) for each in found], page_of(request), "processStatuses")

    async def bulk(self, request: Request) -> Response:
        """Answer with those of the asked processes that are known."""
        queries = (await body_of(request)).get("processStatusQueries")
        if not isinstance(queries, list) or not 1 <= len(queries) <= MAX_QUERIES:
            raise invalid(("processStatusQueries", f"size must be between 1 and {MAX_QUERIES}"))
        asked = (str(each.get("processStatusId")) for each in queries if isinstance(each, dict))
        found = [self.processes.by_id[each] for each in asked if each in self.processes.by_id]
        return answer({"processStatuses": [self._shown(each) for each in found]})

    def _shown(self, process: Process) -> dict[str, Any]:
        return wire.process_status(process, f"{self.account.world.base_url}/bol")


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


class StockroomDoors:
    """Shows the stock that lies at bol, and the returns, of which the sandbox has none."""

    def __init__(self, account: Account) -> None:
        self.account = account

    def routes(self, door: Door) -> list[BaseRoute]:
        return [
            door.route("/retailer/inventory", self.inventory, ["GET"]),
            door.route("/retailer/returns", self.returns, ["GET"]),
            door.route("/retailer/returns/{return_id}", self.missing, ["GET"]),
        ]

    async def inventory(self, request: Request) -> Response:
        """Answer with 50 articles that lie in bol's warehouse."""
        by_ean = self.account.world.by_ean
        rows = [
            {"ean": ean, "bsku": f"295{ean[3:13]}", "gradedStock": 0, "regularStock": stock, "title": by_ean[ean].title}
            for ean, stock in self.account.inventory.items()
            if request.query_params.get("query", ean) in (ean, by_ean[ean].title)
        ]
        return page(rows, page_of(request), "inventory")

    async def returns(self, request: Request) -> Response:
        return page([], page_of(request), "returns")

    async def missing(self, request: Request) -> Response:
        raise Trouble(404, "The requested return was not found.")
