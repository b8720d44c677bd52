"""Notifications v1: destinations of the application, subscriptions of the seller."""

from __future__ import annotations

import uuid
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from hub.sandbox.amazon.account import Account
from hub.sandbox.amazon.answers import Trouble, answer, invalid, unknown
from hub.sandbox.amazon.door import Door, body_of, listed
from hub.sandbox.amazon.notices import EVENT_BRIDGE_ONLY, ORDERS, VERSIONS, Destination, Subscription

PATH = "/notifications/v1"
CHANGES = ("BuyerRequestedChange", "DeliveryTipChange", "OrderStatusChange")
TAKEN = "The request conflicts with an existing resource."


class NoticeDoors:
    """Keeps destinations and subscriptions; two of the same are a conflict."""

    def __init__(self, account: Account) -> None:
        self._notices = account.notices

    def routes(self, door: Door) -> list[BaseRoute]:
        destinations, kind = f"{PATH}/destinations", PATH + "/subscriptions/{kind}"
        one, by_id = destinations + "/{destination_id}", kind + "/{subscription_id}"
        return [
            door.route(destinations, "createDestination", self.create_destination, "POST", grantless=True),
            door.route(destinations, "getDestinations", self.list_destinations, grantless=True),
            door.route(one, "getDestination", self.get_destination, grantless=True),
            door.route(one, "deleteDestination", self.delete_destination, "DELETE", grantless=True),
            door.route(f"{PATH}/subscriptions", "getSubscriptions", self.list_subscriptions),
            door.route(kind, "createSubscription", self.create_subscription, "POST"),
            door.route(kind, "getSubscription", self.get_subscription),
            door.route(by_id, "getSubscriptionById", self.get_by_id, grantless=True),
            door.route(by_id, "deleteSubscriptionById", self.delete_by_id, "DELETE", grantless=True),
        ]

    async def create_destination(self, request: Request) -> Response:
        """Make a destination; its name and its resource must be new."""
        body = await body_of(request)
        name, resource = body.get("name"), _resource(body.get("resourceSpecification"))
        if not isinstance(name, str) or not 1 <= len(name) <= 256:
            raise invalid("name must hold between 1 and 256 characters.")
        known = self._notices.destinations.values()
        if any(each.name == name or each.resource == resource for each in known):
            raise Trouble(409, "ConflictingResource", TAKEN)
        made = Destination(str(uuid.uuid4()), name, resource)
        self._notices.destinations[made.destination_id] = made
        return answer({"payload": made.shown()})

    async def list_destinations(self, request: Request) -> Response:
        return answer({"payload": [each.shown() for each in self._notices.destinations.values()]})

    async def get_destination(self, request: Request) -> Response:
        return answer({"payload": self._destination(request.path_params["destination_id"]).shown()})

    async def delete_destination(self, request: Request) -> Response:
        found = self._destination(request.path_params["destination_id"])
        if any(each.destination_id == found.destination_id for each in self._notices.subscriptions.values()):
            raise invalid("The destination is used by a subscription.")
        del self._notices.destinations[found.destination_id]
        return answer({})

    def _destination(self, destination_id: object) -> Destination:
        found = self._notices.destinations.get(str(destination_id))
        if found is None:
            raise unknown("The destination was not found.")
        return found

    async def create_subscription(self, request: Request) -> Response:
        """Subscribe the seller to one type; the destination must be of the kind that this type goes to."""
        kind, body = request.path_params["kind"], await body_of(request)
        if kind not in VERSIONS and kind not in EVENT_BRIDGE_ONLY:
            raise invalid(f"The notification type {kind} is not known.")
        if body.get("payloadVersion") != VERSIONS.get(kind, "1.0"):
            raise invalid(f"The payload version of {kind} is {VERSIONS.get(kind, '1.0')}.")
        destination = self._notices.destinations.get(str(body.get("destinationId")))
        if destination is None:
            raise invalid("The destinationId is not known.")
        if ("sqs" in destination.resource) != (kind in VERSIONS):
            raise invalid(f"{kind} cannot be sent to this kind of destination.")
        if kind in self._notices.subscriptions:
            raise Trouble(409, "ConflictingResource", TAKEN)
        directive = _directive(kind, body.get("processingDirective"))
        made = Subscription(str(uuid.uuid4()), kind, body["payloadVersion"], destination.destination_id, directive)
        self._notices.subscriptions[kind] = made
        return answer({"payload": made.shown()})

    async def list_subscriptions(self, request: Request) -> Response:
        """Answer with the subscriptions of the one type that is asked for."""
        kinds = listed(request, "notificationTypes")
        if len(kinds) != 1:
            raise invalid("notificationTypes must hold exactly one type.")
        found = [each.shown() for kind, each in self._notices.subscriptions.items() if kind in kinds]
        return answer({"payload": {"subscriptions": found}})

    async def get_subscription(self, request: Request) -> Response:
        return answer({"payload": self._subscription(request).shown()})

    async def get_by_id(self, request: Request) -> Response:
        return answer({"payload": self._subscription(request).shown()})

    async def delete_by_id(self, request: Request) -> Response:
        del self._notices.subscriptions[self._subscription(request).kind]
        return answer({})

    def _subscription(self, request: Request) -> Subscription:
        found = self._notices.subscriptions.get(request.path_params["kind"])
        wanted = request.path_params.get("subscription_id")
        if found is None or wanted not in (None, found.subscription_id):
            raise unknown("The subscription was not found.")
        return found


def _resource(specification: Any) -> dict[str, Any]:
    """Read where a destination leads: to a standard queue, or to an event bus."""
    named = specification if isinstance(specification, dict) else {}
    match named:
        case {"sqs": {"arn": str(arn)}} if arn.startswith("arn:aws:sqs:") and arn.count(":") == 5:
            if arn.endswith(".fifo"):
                raise invalid("FIFO queues are not supported.")
            return {"sqs": {"arn": arn}}
        case {"eventBridge": {"accountId": str(account), "region": str(region)}}:
            name = f"aws.partner/sellingpartnerapi.amazon.com/{account}/amzn1.sp.solution.sandbox"
            return {"eventBridge": {"name": name, "region": region, "accountId": account}}
    raise invalid("resourceSpecification must name an sqs arn or an eventBridge account and region.")


def _directive(kind: str, directive: Any) -> dict[str, Any] | None:
    """Read an event filter; filter expressions are refused, as nothing here could evaluate them."""
    if directive is None:
        return None
    if not isinstance(directive, dict) or "filterExpression" in directive or kind != ORDERS:
        raise invalid("The sandbox knows event filters of ORDER_CHANGE only.")
    chosen = directive.get("eventFilter")
    if not isinstance(chosen, dict) or chosen.get("eventFilterType") != ORDERS:
        raise invalid("eventFilterType must be ORDER_CHANGE.")
    if not set(chosen.get("orderChangeTypes") or ()) <= set(CHANGES):
        raise invalid(f"orderChangeTypes may hold {', '.join(CHANGES)}.")
    return directive
