"""One call to the Selling Partner API: within its usage plan, with a token, its refusals as outcomes."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from random import SystemRandom

import httpx2

from hub.adapters.amazon.refusals import forbidden, refusal
from hub.adapters.amazon.usage_plans import ALL, Operation
from hub.adapters.fields import Fields
from hub.adapters.http import Caller, read_json, retry_after, write_json
from hub.adapters.limits import Bucket
from hub.adapters.oauth import Tokens
from hub.adapters.port import Meter
from hub.clock import Clock
from hub.outcome import Throttled

RATE_HEADER = "x-amzn-RateLimit-Limit"
STEADY = 0.97
"""The part of a rate that is kept to: calls arrive less evenly than they are sent, and a refused one costs a call."""
REQUEST_ID_HEADER = "x-amzn-RequestId"
JITTER = 0.25
"""The part of a refill period by which waits differ, so that not all come back at once."""
BURST_OF_403 = 3
"""Forbidden calls in a row after which an operation that worked before counts as short of a role."""

_random = SystemRandom()


def waiting_time(response: httpx2.Response) -> float:
    """Return the seconds that a 429 asks for; Amazon documents no ``Retry-After``, so mostly 0: nothing told."""
    rate = rate_told(response)
    return max(retry_after(response) or 0.0, 1 / rate if rate else 0.0)


def rate_told(response: httpx2.Response) -> float | None:
    """Return the calls a second that an answer tells; None where it tells none."""
    text = response.headers.get(RATE_HEADER, "").strip()
    rate = float(text) if text.replace(".", "", 1).isdigit() else 0.0
    return rate or None


class AmazonCalls:
    """Sends requests of one seller; usage is counted here, so share one instance per account."""

    def __init__(self, caller: Caller, seller: Tokens, application: Tokens, clock: Clock) -> None:
        self._caller = caller
        self._seller = seller
        self._application = application
        self._clock = clock
        self._buckets = {
            each.name: Bucket(each.name, each.burst, each.burst / (each.rate * STEADY), clock) for each in ALL
        }
        self._forbidden: dict[str, int] = {}

    def meters(self) -> tuple[Meter, ...]:
        """Return how much of each usage plan is left; costs no call."""
        return tuple(bucket.meter() for bucket in self._buckets.values())

    def bucket(self, operation: Operation) -> Bucket:
        """Return the usage plan of an operation as it stands."""
        return self._buckets[operation.name]

    async def read(self, operation: Operation, params: Mapping[str, str] | None = None) -> Fields:
        """Send a request without a body and return the JSON object it is answered with."""
        return answered(await self.send(operation, params=params), operation)

    async def send(
        self,
        operation: Operation,
        *,
        params: Mapping[str, str] | None = None,
        body: object = None,
        expect: Collection[int] = (),
        admitted: bool = False,
        in_doubt: bool = True,
    ) -> httpx2.Response:
        """Send a request and return its answer, 2xx or one of the expected statuses.

        ``admitted`` says that the usage was counted already; without ``in_doubt`` a call forbidden twice is short
        of a role, whether or not it worked before. Raises the outcomes.
        """
        if not admitted:
            self.bucket(operation).admit()
        tokens = self._application if operation.grantless else self._seller
        content = None if body is None else write_json(body)
        token = await tokens.access_token()
        response = await self._once(operation, token, params, content)
        if _token_refused(response):
            token = await tokens.renewed(token)
            response = await self._once(operation, token, params, content)
        if _token_refused(response):
            raise forbidden(response, operation, worked=in_doubt and self._worked(operation))
        self._forbidden[operation.name] = 0
        if not response.is_success and response.status_code not in expect:
            raise refusal(response, operation)
        return response

    def _worked(self, operation: Operation) -> bool:
        """Count one more refusal in a row, and say whether the operation worked shortly before."""
        if operation.name not in self._forbidden:
            return False
        self._forbidden[operation.name] += 1
        return self._forbidden[operation.name] <= BURST_OF_403

    async def _once(
        self,
        operation: Operation,
        token: str,
        params: Mapping[str, str] | None,
        content: bytes | None,
    ) -> httpx2.Response:
        headers = {
            "Accept": "application/json",
            "x-amz-access-token": token,
            "x-amz-date": self._clock.now().strftime("%Y%m%dT%H%M%SZ"),
        }
        if content is not None:
            headers["Content-Type"] = "application/json"
        bucket = self.bucket(operation)
        try:
            response = await self._caller.send(
                operation.name,
                operation.method,
                operation.path,
                params=params,
                headers=headers,
                content=content,
                repeatable=operation.repeatable,
            )
        except Throttled as throttled:
            wait = max(throttled.retry_after, bucket.period) * _random.uniform(1, 1 + JITTER)
            bucket.hold(wait)
            raise Throttled(wait, throttled.reason) from throttled
        if rate := rate_told(response):
            bucket.pace(rate * STEADY)
        return response


def _token_refused(response: httpx2.Response) -> bool:
    """Say whether a call was refused for its token or for a role: Amazon answers both with 403 (feeds also 401)."""
    return response.status_code in (401, 403)


def answered(response: httpx2.Response, operation: Operation) -> Fields:
    """Return the JSON object of an answer."""
    return Fields.of(read_json(response), operation.name)


def payload(answer: Fields) -> Fields:
    """Return what an older API wraps."""
    return Fields.of(answer.values.get("payload"), f"{answer.where}.payload")
