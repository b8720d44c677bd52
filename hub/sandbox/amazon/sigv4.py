"""AWS Signature Version 4, from the side of the service: is this request signed by who says so?

Source: "Create a signed AWS API request" in the AWS IAM user guide.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, quote

ALGORITHM = "AWS4-HMAC-SHA256"
AUTHORIZATION = re.compile(
    r"AWS4-HMAC-SHA256 Credential=(?P<scope>[^,\s]+),\s*SignedHeaders=(?P<headers>[^,\s]+),\s*"
    r"Signature=(?P<seal>[0-9a-f]{64})"
)
SKEW = timedelta(minutes=15)
"""How far two clocks may be apart, in real time."""


class NotSigned(Exception):
    """A request that is not signed as it should be; ``code`` is the name AWS gives the error."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


@dataclass(frozen=True, slots=True)
class Signed:
    """A request as its signature sees it; header names in lower case, ``path`` as it was sent."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes

    def canonical(self, names: list[str]) -> str:
        """Return the canonical request over the named headers."""
        lines = [f"{name}:{' '.join(self.headers.get(name, '').split())}\n" for name in names]
        pairs = sorted((_escaped(key), _escaped(value)) for key, value in parse_qsl(self.query, keep_blank_values=True))
        parts = (
            self.method,
            quote(self.path or "/", safe="/~"),
            "&".join(f"{key}={value}" for key, value in pairs),
            "".join(lines),
            ";".join(names),
            hashlib.sha256(self.body).hexdigest(),
        )
        return "\n".join(parts)


@dataclass(frozen=True, slots=True)
class Credential:
    """A key pair, and the region and service that it is used for here."""

    key: str
    secret: str
    region: str
    service: str

    def scope(self, day: str) -> str:
        return f"{day}/{self.region}/{self.service}/aws4_request"

    def seal(self, request: Signed, names: list[str], stamp: str) -> str:
        """Return the signature of a request at ``stamp`` (``YYYYMMDDTHHMMSSZ``)."""
        digest = hashlib.sha256(request.canonical(names).encode()).hexdigest()
        text = "\n".join((ALGORITHM, stamp, self.scope(stamp[:8]), digest))
        key = f"AWS4{self.secret}".encode()
        for part in (stamp[:8], self.region, self.service, "aws4_request"):
            key = hmac.digest(key, part.encode(), hashlib.sha256)
        return hmac.digest(key, text.encode(), hashlib.sha256).hex()


def verify(request: Signed, credential: Credential, now: datetime) -> None:
    """Return where a request is well signed, else raise ``NotSigned``."""
    if "authorization" not in request.headers:
        raise NotSigned("MissingAuthenticationToken", "Request is missing Authentication Token")
    found = AUTHORIZATION.fullmatch(request.headers["authorization"])
    stamp = request.headers.get("x-amz-date", "")
    if found is None or not re.fullmatch(r"\d{8}T\d{6}Z", stamp):
        raise NotSigned("IncompleteSignature", "Authorization header or X-Amz-Date is not as it should be.")
    key, _, scope = found["scope"].partition("/")
    if key != credential.key:
        raise NotSigned("UnrecognizedClientException", "The security token included in the request is invalid.")
    if scope != credential.scope(stamp[:8]):
        wanted = credential.scope(stamp[:8])
        raise NotSigned("InvalidSignatureException", f"Credential should be scoped to {wanted}.")
    names = found["headers"].split(";")
    _check_names(request, names)
    if not hmac.compare_digest(credential.seal(request, names, stamp), found["seal"]):
        raise NotSigned("InvalidSignatureException", "The request signature we calculated does not match.")
    _check_age(stamp, now)


def _check_names(request: Signed, names: list[str]) -> None:
    """Refuse what was signed without its host, its date or one of its x-amz headers."""
    needed = {"host"} | {name for name in request.headers if name.startswith("x-amz-")}
    if names != sorted(names) or not needed <= set(names):
        raise NotSigned("InvalidSignatureException", "'Host' and every 'x-amz-*' header must be signed.")


def _check_age(stamp: str, now: datetime) -> None:
    try:
        at = datetime.strptime(stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        raise NotSigned("IncompleteSignature", "X-Amz-Date is not a date.") from None
    if abs(now - at) > SKEW:
        raise NotSigned("InvalidSignatureException", f"Signature expired: {stamp} is too far from now.")


def _escaped(text: str) -> str:
    return quote(text, safe="-_.~")
