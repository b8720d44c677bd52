"""One HTTP call to a platform: sent, traced, counted, and told as an outcome when no usable answer came."""

from __future__ import annotations

import json
import ssl
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from decimal import Decimal
from email.utils import parsedate_to_datetime
from functools import cache
from typing import Any, TypeAlias

import httpx2
import orjson
from opentelemetry import trace
from opentelemetry.trace import Span, SpanKind, StatusCode

from hub.adapters.plain import PlainClient
from hub.adapters.wire import WireTransport
from hub.metrics import SCOPE, Attribute, Metric, counter, histogram
from hub.outcome import Throttled, Unavailable
from hub.spans import Current

USER_AGENT = "Handelhub/0.1"
DEFAULT_WAIT = 10.0
"""Seconds to wait after a 429 that says nothing about how long."""

_REPEATABLE = frozenset({"GET", "HEAD", "OPTIONS", "PUT", "DELETE"})
_NOTHING_SENT = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout, httpx2.ProxyError)

_tracer = trace.get_tracer(SCOPE)
_calls = counter(Metric.PLATFORM_CALLS)
_throttles = counter(Metric.PLATFORM_THROTTLES)
_seconds = histogram(Metric.CALL_SECONDS)

WaitHook: TypeAlias = Callable[[httpx2.Response], float | None]
"""Reads from a 429 how many seconds to wait, where the platform says so in its own way."""


@asynccontextmanager
async def open_client(
    base_url: str,
    *,
    timeout: float = 30.0,
    connect_timeout: float = 5.0,
    connections: int = 8,
    idle_connections: int = 2,
    user_agent: str = USER_AGENT,
    tls: ssl.SSLContext | None = None,
    transport: httpx2.AsyncBaseTransport | None = None,
) -> AsyncIterator[httpx2.AsyncClient]:
    """Open a connection pool for one platform account; times in seconds, no redirects, no proxy variables.

    All pools share one TLS context unless given their own (``tls``).
    """
    common: dict[str, Any] = {
        "base_url": base_url,
        "timeout": httpx2.Timeout(timeout, connect=connect_timeout),
        "headers": {"User-Agent": user_agent},
    }
    limits = httpx2.Limits(max_connections=connections, max_keepalive_connections=idle_connections)
    async with (
        PlainClient(WireTransport(tls=tls or shared_tls(), limits=limits), **common)
        if transport is None
        else httpx2.AsyncClient(transport=transport, follow_redirects=False, trust_env=False, **common)
    ) as client:
        yield client


@cache
def shared_tls() -> ssl.SSLContext:
    """Return the one TLS context of this process: it holds no secret, and making one costs 25 ms and a megabyte."""
    context = httpx2.create_ssl_context(trust_env=False)
    context.set_alpn_protocols(["http/1.1"])
    return context


class Caller:
    """Sends requests of one platform; answers it cannot use become ``Throttled`` or ``Unavailable``."""

    def __init__(
        self,
        client: httpx2.AsyncClient,
        platform: str,
        *,
        wait_hook: WaitHook | None = None,
        request_id_header: str | None = None,
    ) -> None:
        """``request_id_header`` names the platform's own id of a request, for traces."""
        self._client = client
        self._base = str(client.base_url).rstrip("/") + "/"
        self._platform = platform
        self._wait_hook = wait_hook
        self._request_id_header = request_id_header

    async def send(
        self,
        operation: str,
        method: str,
        url: str,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
        repeatable: bool | None = None,
        patience: float | None = None,
    ) -> httpx2.Response:
        """Send one request and return its answer: 2xx, 3xx, 4xx but 429, and a 500 with a JSON body.

        ``operation`` is a low-cardinality name for telemetry. ``repeatable`` defaults to the method's nature;
        where it is false, an effect whose answer was lost raises ``Unavailable(unknown=True)``. ``patience`` is
        how many seconds this answer is waited for, the client's own where None. Raises ``Throttled`` for 429 and
        ``Unavailable`` for transport errors and broken 5xx answers.
        """
        safe = method in _REPEATABLE if repeatable is None else repeatable
        request = self._client.build_request(method, self._whole(url), params=params, headers=headers, content=content)
        if patience is not None:
            request.extensions["timeout"]["read"] = patience
        with Current(_tracer.start_span(f"{method} {self._platform}.{operation}", kind=SpanKind.CLIENT)) as span:
            if span.is_recording():
                span.set_attributes(self._attributes(operation, request))
            response = await self._answer(span, operation, request, safe=safe)
            if response.status_code >= 400:
                span.set_attribute("error.type", str(response.status_code))
                span.set_status(StatusCode.ERROR)
            self._refuse_unusable(response, operation, safe=safe)
            return response

    def _whole(self, url: str) -> str:
        """Put the client's base before a relative URL; the client does the same, parsing three times on the way."""
        return url if url.startswith(("http://", "https://")) else self._base + url.lstrip("/")

    async def _answer(self, span: Span, operation: str, request: httpx2.Request, *, safe: bool) -> httpx2.Response:
        started = datetime.now(UTC)
        status = "none"
        try:
            response = await self._client.send(request)
            status = str(response.status_code)
            span.set_attribute("http.response.status_code", response.status_code)
            if self._request_id_header and (told := response.headers.get(self._request_id_header)):
                span.set_attribute("hub.platform.request_id", told)
            return response
        except _NOTHING_SENT as error:
            status = _mark(span, error)
            raise Unavailable(f"{self._platform} cannot be reached ({status})") from error
        except AttributeError as error:
            if not _socket_gone(error):
                raise
            status = _mark(span, error)
            raise Unavailable(f"{self._platform} cannot be reached (reset at once)") from error
        except (httpx2.TransportError, httpx2.DecodingError) as error:
            status = _mark(span, error)
            raise Unavailable(f"{self._platform} gave no answer to {operation} ({status})", unknown=not safe) from error
        finally:
            labels = {**self._labels(operation), Attribute.ANSWER.value: status}
            _calls.add(1, labels)
            _seconds.record((datetime.now(UTC) - started).total_seconds(), labels)

    def _refuse_unusable(self, response: httpx2.Response, operation: str, *, safe: bool) -> None:
        status = response.status_code
        if status == 429:
            _throttles.add(1, self._labels(operation))
            raise Throttled(self._wait(response), f"{self._platform} limits {operation}")
        if status > 500 or (status == 500 and not _looks_like_json(response)):
            raise Unavailable(f"{self._platform} answered {operation} with {status}", unknown=not safe)

    def _wait(self, response: httpx2.Response) -> float:
        told = self._wait_hook(response) if self._wait_hook else None
        wait = retry_after(response) if told is None else told
        return DEFAULT_WAIT if wait is None else max(wait, 0.0)

    def _labels(self, operation: str) -> dict[str, str]:
        return {Attribute.PLATFORM.value: self._platform, Attribute.OPERATION.value: operation}

    def _attributes(self, operation: str, request: httpx2.Request) -> dict[str, str | int]:
        url = request.url
        return {
            "http.request.method": request.method,
            "server.address": url.host,
            "server.port": url.port or (443 if url.scheme == "https" else 80),
            "url.full": f"{url.scheme}://{url.netloc.decode()}{url.raw_path.partition(b'?')[0].decode()}",
            "hub.platform": self._platform,
            "hub.operation": operation,
        }


def _socket_gone(error: AttributeError) -> bool:
    """Say whether a connection was reset before anything was sent: anyio asks a socket that is gone for its peer."""
    return error.obj is None and error.name in ("getpeername", "getsockname")


def _mark(span: Span, error: Exception) -> str:
    """Note a transport error by its class alone: its text may hold a URL with a secret."""
    name = type(error).__name__
    span.set_attribute("error.type", name)
    span.set_status(StatusCode.ERROR, name)
    return name


def _looks_like_json(response: httpx2.Response) -> bool:
    return response.content.lstrip()[:1] == b"{"


def retry_after(response: httpx2.Response) -> float | None:
    """Return the seconds of ``Retry-After`` (number or date, the date against the server's own ``Date``)."""
    text = response.headers.get("Retry-After", "").strip()
    if text.replace(".", "", 1).isdigit():
        return float(text)
    until = http_date(text)
    if until is None:
        return None
    since = http_date(response.headers.get("Date", "")) or datetime.now(UTC)
    return max((until - since).total_seconds(), 0.0)


def http_date(text: str) -> datetime | None:
    """Return an HTTP date as an aware UTC instant, None for anything else."""
    try:
        parsed = parsedate_to_datetime(text)
    except ValueError:
        return None
    return parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC)


def read_json(response: httpx2.Response) -> Any:
    """Parse a JSON answer, fractions as Decimal; ``Unavailable`` where the body is no JSON.

    The effect of a write answered like this has happened, so its outcome is ``unknown``.
    """
    try:
        return json.loads(response.content, parse_float=Decimal, parse_constant=_no_constant)
    except ValueError as error:
        unknown = response.request.method not in _REPEATABLE
        raise Unavailable(f"answer {response.status_code} is not JSON", unknown=unknown) from error


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON number")


def write_json(payload: object) -> bytes:
    """Serialise a payload, Decimals as JSON numbers with exactly their digits."""
    return orjson.dumps(payload, default=_exactly)


def _exactly(value: object) -> orjson.Fragment:
    if isinstance(value, Decimal) and value.is_finite():
        return orjson.Fragment(format(value, "f").encode())
    raise TypeError(f"cannot send {type(value).__name__}")
