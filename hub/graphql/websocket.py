"""The WebSocket protocol (graphql-transport-ws), strict about what a message may be."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterable, Mapping
from contextlib import aclosing
from typing import Any

from graphql import GraphQLError
from starlette.websockets import WebSocketDisconnect
from strawberry.asgi import ASGIWebSocketAdapter
from strawberry.http.exceptions import WebSocketDisconnected
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import BaseGraphQLTransportWSHandler
from strawberry.subscriptions.protocols.graphql_transport_ws.types import SubscribeMessage

from hub.graphql.context import ApiContext
from hub.graphql.sharing import ToldPage, texts_of
from hub.store.engine import StoreUnavailable

LONGEST_REASON = 100
"""A close frame holds 123 bytes of reason."""

LONGEST_ID = 64
TRY_AGAIN_LATER = 1013


class TextSocket(ASGIWebSocketAdapter):
    """A WebSocket that is given messages which are text already."""

    async def send_texts(self, texts: Iterable[str]) -> None:
        """Send each as a message of its own, waiting wherever the reader is slow."""
        try:
            for text in texts:
                await self.ws.send_text(text)
        except WebSocketDisconnect as gone:
            raise WebSocketDisconnected from gone


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

    async def _send_result_stream(self, operation: Any, result_source: Any) -> None:
        async with aclosing(self._beside_pages(operation, result_source)) as others:
            await super()._send_result_stream(operation, others)

    async def _beside_pages(self, operation: Any, results: Any) -> AsyncGenerator[Any, None]:
        """Send pages of events in one step, and yield all other results."""
        async for result in results:
            page = getattr(result, "data", None)
            if isinstance(page, ToldPage) and isinstance(self.websocket, TextSocket):
                await self.websocket.send_texts(texts_of(page, operation.id))
            else:
                yield result

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
