"""One call to bol.com: within the limits, with a token and the right media type, its refusals as outcomes."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from urllib.parse import quote

import httpx2

from hub.adapters.bol.endpoints import ALL, Endpoint
from hub.adapters.fields import Fields, parse
from hub.adapters.http import Caller, read_json, retry_after, write_json
from hub.adapters.limits import RESERVES, Bucket, Lane
from hub.adapters.oauth import Tokens
from hub.adapters.port import Meter
from hub.clock import Clock
from hub.outcome import Rejected, Throttled, Unauthorized, Unavailable

EPOCH = 1_000_000_000
"""A reset above this is an instant since 1970, below it seconds to go; both have been seen."""

_CODES = {404: "not_found", 409: "conflict"}
_SECONDS = re.compile(r"(\d+)\s*seconds?")


class BolCalls:
    """Sends requests of one account; limits are counted here, so share one instance per account."""

    def __init__(self, caller: Caller, tokens: Tokens, clock: Clock) -> None:
        self._caller = caller
        self._tokens = tokens
        self._clock = clock
        self._buckets = {each.group: Bucket(each.group, each.calls * each.share, each.seconds, clock) for each in ALL}

    def meters(self) -> tuple[Meter, ...]:
        return tuple(bucket.meter() for bucket in self._buckets.values())

    def spare(self, endpoint: Endpoint) -> float:
        """Return the seconds until the endpoint's limit is hardly used."""
        return self._buckets[endpoint.group].spare(RESERVES[Lane.BACKFILL])

    def admit(self, endpoint: Endpoint) -> None:
        """Take one call out of the endpoint's limit, or raise ``Throttled``."""
        self._buckets[endpoint.group].admit()

    async def read(self, endpoint: Endpoint, params: Mapping[str, str] | None = None, *, entity: str = "") -> Fields:
        """Send a request without a body and return the JSON object it is answered with."""
        return answered(await self.send(endpoint, entity=entity, params=params), endpoint)

    async def send(
        self,
        endpoint: Endpoint,
        *,
        entity: str = "",
        params: Mapping[str, str] | None = None,
        body: object = None,
        expect: Collection[int] = (),
        admitted: bool = False,
    ) -> httpx2.Response:
        """Send a request and return its answer, 2xx or one of the expected statuses.

        ``entity`` fills the path; ``admitted`` says that ``admit`` was called already. Raises the outcomes.
        """
        if not admitted:
            self.admit(endpoint)
        content = None if body is None else write_json(body)
        token = await self._tokens.access_token()
        response = await self._once(endpoint, token, entity, params, content)
        if response.status_code == 401:
            token = await self._tokens.renewed(token)
            response = await self._once(endpoint, token, entity, params, content)
        if not response.is_success and response.status_code not in expect:
            raise refusal(response, endpoint)
        return response

    async def _once(
        self,
        endpoint: Endpoint,
        token: str,
        entity: str,
        params: Mapping[str, str] | None,
        content: bytes | None,
    ) -> httpx2.Response:
        headers = {"Accept": endpoint.media, "Authorization": f"Bearer {token}"}
        if content is not None:
            headers["Content-Type"] = endpoint.media
        path = endpoint.path.format(id=quote(entity, safe=""))
        bucket = self._buckets[endpoint.group]
        try:
            response = await self._caller.send(
                endpoint.name,
                endpoint.method,
                path,
                params=params,
                headers=headers,
                content=content,
                repeatable=endpoint.repeatable,
            )
        except Throttled as throttled:
            bucket.hold(throttled.retry_after)
            raise
        self._learn(bucket, endpoint.share, response)
        return response

    def _learn(self, bucket: Bucket, share: float, response: httpx2.Response) -> None:
        """Let the headers correct the bucket; other programs may use the same credentials."""
        limit, left, reset = (_number(response, name) for name in ("Limit", "Remaining", "Reset"))
        if reset is not None and reset > EPOCH:
            reset = max(reset - self._clock.now().timestamp(), 0.0)
        bucket.correct(limit=None if limit is None else limit * share, remaining=left, reset_in=reset)


def answered(response: httpx2.Response, endpoint: Endpoint) -> Fields:
    """Return the JSON object of an answer."""
    return Fields.of(read_json(response), endpoint.name)


def waiting_time(response: httpx2.Response) -> float | None:
    """Return the seconds that a 429 asks for: its header, else the sentence in its detail, else unknown."""
    told = retry_after(response)
    if told is not None:
        return told
    named = _SECONDS.search(_problem(response).maybe_text("detail") or "")
    return float(named[1]) if named else None


def refusal(response: httpx2.Response, endpoint: Endpoint) -> Rejected | Unauthorized | Unavailable:
    """Return the outcome that a refused call means, told in bol.com's own words."""
    status, problem = response.status_code, _problem(response)
    reason = problem.maybe_text("detail") or problem.maybe_text("title") or f"HTTP {status}"
    if status in (401, 403):
        return Unauthorized(f"bol.com refuses {endpoint.name}: {reason}")
    if status >= 500:
        return Unavailable(f"bol.com cannot do {endpoint.name} now: {reason}", unknown=not endpoint.repeatable)
    violations = "; ".join(_violations(problem))
    code = _CODES.get(status, "invalid_request")
    return Rejected(f"bol.com refuses {endpoint.name}: {violations or reason}", code=code)


def _problem(response: httpx2.Response) -> Fields:
    """Return the problem document, empty where the answer is none (gateways answer with HTML)."""
    try:
        document = parse(response.content)
    except ValueError:
        document = None
    return Fields(document if isinstance(document, dict) else {}, "problem")


def _violations(problem: Fields) -> list[str]:
    listed = problem.values.get("violations")
    named = [Fields(each, "violation") for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []
    return [f"{each.maybe_text('name')}: {each.maybe_text('reason')}" for each in named]


def _number(response: httpx2.Response, name: str) -> float | None:
    text = response.headers.get(f"X-RateLimit-{name}", "").strip()
    return float(text) if text.replace(".", "", 1).isdigit() else None
