"""The WebSocket protocol (graphql-transport-ws), strict about what a message may be."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graphql import GraphQLError
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import BaseGraphQLTransportWSHandler
from strawberry.subscriptions.protocols.graphql_transport_ws.types import SubscribeMessage

from hub.graphql.context import ApiContext
from hub.store.engine import StoreUnavailable

LONGEST_REASON = 100
"""A close frame holds 123 bytes of reason."""

LONGEST_ID = 64
TRY_AGAIN_LATER = 1013


class StrictHandler(BaseGraphQLTransportWSHandler[ApiContext, None]):
    """Closes the connection (4400) on a malformed message, and answers a faulty operation with an error message."""

    async def handle_message(self, message: Any) -> None:
        if not is_well_formed(message):
            await self.handle_invalid_message("This is no message of the graphql-transport-ws protocol")
            return
        try:
            await super().handle_message(message)
        except StoreUnavailable:
            await self.websocket.close(TRY_AGAIN_LATER, "The database cannot be reached right now")

    async def handle_subscribe(self, message: SubscribeMessage) -> None:
        """Run an operation if the token still works: a connection may outlive it."""
        context = self.context
        if self.connection_acknowledged and await context.needs.authenticate(context.token or "") != context.principal:
            await self.websocket.close(4403, "Forbidden")
            return
        await super().handle_subscribe(message)

    async def handle_invalid_message(self, error_message: str) -> None:
        await super().handle_invalid_message(error_message.encode("ascii", "replace").decode()[:LONGEST_REASON])

    @staticmethod
    def _get_pre_execution_close_reason(error: GraphQLError) -> str | None:
        return None


def is_well_formed(message: Any) -> bool:
    """Say whether a message has the members of its type, each of the right kind."""
    match message:
        case {"type": "connection_init" | "ping" | "pong"}:
            return True
        case {"type": "complete", "id": str(name)}:
            return len(name) <= LONGEST_ID
        case {"type": "subscribe", "id": str(name), "payload": {"query": str(), **rest}}:
            return 0 < len(name) <= LONGEST_ID and _is_request(rest)
    return False


def _is_request(rest: Mapping[Any, Any]) -> bool:
    variables, name = rest.get("variables"), rest.get("operationName")
    return (variables is None or isinstance(variables, dict)) and (name is None or isinstance(name, str))
