"""AWS Signature Version 4 for one request: the part of AWS's signing that SQS needs.

Source: AWS General Reference, "Create a signed AWS API request".
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import parse_qsl, quote, urlsplit

ALGORITHM = "AWS4-HMAC-SHA256"


@dataclass(frozen=True, slots=True)
class Signer:
    """An access key of AWS for one service in one region."""

    key_id: str
    secret: str = field(repr=False)
    region: str
    service: str

    def signed(self, method: str, url: str, headers: Mapping[str, str], content: bytes, at: datetime) -> dict[str, str]:
        """Return the headers with ``Host``, ``X-Amz-Date`` and ``Authorization``; valid for minutes around ``at``.

        ``at`` is UTC. All given headers are signed.
        """
        stamp = at.strftime("%Y%m%dT%H%M%SZ")
        full = {**headers, "Host": urlsplit(url).netloc, "X-Amz-Date": stamp}
        names, text = canonical_request(method, url, full, content)
        scope = f"{stamp[:8]}/{self.region}/{self.service}/aws4_request"
        to_sign = "\n".join((ALGORITHM, stamp, scope, hashlib.sha256(text.encode()).hexdigest()))
        signature = hmac.new(self._key(stamp[:8]), to_sign.encode(), hashlib.sha256).hexdigest()
        parts = (f"Credential={self.key_id}/{scope}", f"SignedHeaders={names}", f"Signature={signature}")
        return full | {"Authorization": f"{ALGORITHM} {', '.join(parts)}"}

    def _key(self, day: str) -> bytes:
        """Return the key for one day, region and service."""
        key = f"AWS4{self.secret}".encode()
        for part in (day, self.region, self.service, "aws4_request"):
            key = hmac.new(key, part.encode(), hashlib.sha256).digest()
        return key


def canonical_request(method: str, url: str, headers: Mapping[str, str], content: bytes) -> tuple[str, str]:
    """Return the names of the signed headers, and the request in the one form that both sides hash."""
    address = urlsplit(url)
    pairs = sorted((_encoded(name), _encoded(value)) for name, value in parse_qsl(address.query, True))
    lowered = sorted((name.lower(), " ".join(value.split())) for name, value in headers.items())
    names = ";".join(name for name, _ in lowered)
    lines = (
        method,
        quote(address.path or "/", safe="/-_.~%"),
        "&".join(f"{name}={value}" for name, value in pairs),
        "".join(f"{name}:{value}\n" for name, value in lowered),
        names,
        hashlib.sha256(content).hexdigest(),
    )
    return names, "\n".join(lines)


def _encoded(text: str) -> str:
    return quote(text, safe="-_.~")
