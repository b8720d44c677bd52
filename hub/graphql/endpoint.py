"""The door: GraphQL over HTTP, server-sent events and WebSockets, each with a bearer token."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeAlias, cast

import orjson
from graphql import GraphQLError
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response, StreamingResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL
from strawberry.exceptions import ConnectionRejectionError
from strawberry.http import GraphQLHTTPResponse, GraphQLRequestData
from strawberry.http.streaming import SSETransport
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.subscriptions import GRAPHQL_SSE_PROTOCOL, GRAPHQL_TRANSPORT_WS_PROTOCOL
from strawberry.types import ExecutionResult
from strawberry.types.execution import PreExecutionError
from strawberry.types.graphql import OperationType
from strawberry.types.unset import UNSET, UnsetType

from hub.domain.tenant import Principal
from hub.graphql.accept import EVENT_STREAM, GRAPHQL_JSON, PLAIN_JSON, chosen_media
from hub.graphql.answers import answer, refusal, without_empty_data
from hub.graphql.body import BadRequest, parsed, read_body
from hub.graphql.context import ApiContext, GraphQLDependencies
from hub.graphql.errors import BAD_USER_INPUT, UNAUTHENTICATED, UNAVAILABLE
from hub.graphql.ide import ide_page
from hub.graphql.known_lists import KnownLists
from hub.graphql.schema import make_schema
from hub.graphql.sharing import answers_in, text_of
from hub.graphql.websocket import StrictHandler, TextSocket
from hub.store.engine import StoreUnavailable

if TYPE_CHECKING:
    from strawberry.schema.schema import StreamResult
    from strawberry.types.execution import SubscriptionExecutionResult

View: TypeAlias = GraphQL[ApiContext, None]
OVER_HTTP = frozenset({OperationType.QUERY, OperationType.MUTATION})


def make_graphql_app(needs: GraphQLDependencies) -> ASGIApp:
    """Return the ASGI application of the API; ``needs.announcer`` must run for as long as it serves."""
    return Endpoint(needs)


class Endpoint(View):
    """Strawberry's view with this hub's manners: tokens, bounds, media types and status codes."""

    graphql_transport_ws_handler_class = StrictHandler
    websocket_adapter_class = TextSocket

    def __init__(self, needs: GraphQLDependencies) -> None:
        super().__init__(
            make_schema(),
            graphql_ide=None,
            allow_queries_via_get=False,
            subscription_protocols=(GRAPHQL_TRANSPORT_WS_PROTOCOL, GRAPHQL_SSE_PROTOCOL),
            connection_init_wait_timeout=timedelta(seconds=10),
            max_subscriptions_per_connection=50,
            allowed_origins=needs.allowed_origins,
        )
        self._needs = needs
        self._known = KnownLists()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await super().__call__(scope, receive, send)
            return
        try:
            response = await self._answer(Request(scope, receive))
        except BadRequest as problem:
            response = refusal(problem.status, BAD_USER_INPUT, problem.message)
        except StoreUnavailable:
            response = refusal(503, UNAVAILABLE, "The database cannot be reached right now; try again.")
            response.headers["retry-after"] = "5"
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        accept = request.headers.get("accept")
        if self._needs.demo and request.method == "GET" and "text/html" in (accept or ""):
            return HTMLResponse(ide_page(request.url.path))
        if request.method != "POST":
            return refusal(405, BAD_USER_INPUT, "Send GraphQL requests by POST.", allow="POST")
        media = chosen_media(accept)
        if media is None:
            return refusal(406, BAD_USER_INPUT, f"Accept {GRAPHQL_JSON}, {PLAIN_JSON} or {EVENT_STREAM}.")
        token = bearer(request.headers.get("authorization"))
        principal = await self._authenticated(token)
        if principal is None:
            wanted = 'Bearer realm="handelhub"'
            return refusal(401, UNAUTHENTICATED, "A valid bearer token is needed.", **{"www-authenticate": wanted})
        asked = parsed(await read_body(request, self._needs.body_limit))
        context = ApiContext(self._needs, principal, token)
        if media == EVENT_STREAM:
            return await self._streamed(request, asked, context)
        context.lists_read = []
        known = await self._known.answer(asked, context)
        return answer(known or await self._executed(asked, context), media)

    async def _executed(self, asked: GraphQLRequestData, context: ApiContext) -> GraphQLHTTPResponse:
        try:
            result = await self.schema.execute(
                asked.query,
                variable_values=asked.variables,
                context_value=context,
                operation_name=asked.operation_name,
                allowed_operation_types=OVER_HTTP,
            )
        except CannotGetOperationTypeError as problem:
            result = _refused(problem.as_http_error_reason())
        except InvalidOperationTypeError:
            result = _refused(f"A subscription needs a stream: accept {EVENT_STREAM}, or connect a WebSocket.")
        members = without_empty_data(result)
        self._known.learn(asked, context, members)
        return members

    async def _streamed(self, request: Request, asked: GraphQLRequestData, context: ApiContext) -> Response:
        results = await self.schema.stream(
            asked.query,
            variable_values=asked.variables,
            context_value=context,
            operation_name=asked.operation_name,
        )
        transport = SSETransport()
        single = cast("SubscriptionExecutionResult", one_by_one(results))
        events = self._stream_result(request, single, transport)
        return StreamingResponse(events(), headers=transport.headers)

    async def process_result(self, request: Any, result: ExecutionResult) -> GraphQLHTTPResponse:
        return without_empty_data(result)

    async def _authenticated(self, token: str | None) -> Principal | None:
        return None if token is None else await self._needs.authenticate(token)

    def encode_json(self, data: object) -> str:
        return text_of(data)

    def decode_json(self, data: str | bytes) -> object:
        return orjson.loads(data)

    async def get_context(self, request: Request | WebSocket, response: Response | WebSocket) -> ApiContext:
        """Return the context of a WebSocket; its principal is known once the connection is initialised."""
        return ApiContext(self._needs, token=bearer(request.headers.get("authorization")))

    async def on_ws_connect(self, context: ApiContext) -> UnsetType | dict[str, object] | None:
        """Accept a connection with a token in the handshake or in ``connection_init``; close it (4403) without."""
        params = context.connection_params
        given = params.get("authorization") or params.get("Authorization")
        context.token = bearer(given) if isinstance(given, str) else context.token
        context.principal = await self._authenticated(context.token)
        if context.principal is None:
            raise ConnectionRejectionError
        accepted: UnsetType = UNSET
        return accepted


def bearer(header: str | None) -> str | None:
    """Return the token in an ``Authorization`` value."""
    scheme, _, token = (header or "").strip().partition(" ")
    return token.strip() or None if scheme.lower() == "bearer" else None


async def one_by_one(results: StreamResult) -> AsyncGenerator[Any, None]:
    """Yield the answers of a stream, those of a page each by itself."""
    async with aclosing(results):
        async for result in results:
            for answer in answers_in(result) if isinstance(result, ExecutionResult) else (result,):
                yield answer


def _refused(message: str) -> PreExecutionError:
    return PreExecutionError(data=None, errors=[GraphQLError(message, extensions={"code": BAD_USER_INPUT})])
