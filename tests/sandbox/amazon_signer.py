"""A signer of its own for SQS calls: AWS Signature Version 4 from the client's side, and a client for a queue."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import httpx2

KEY, SECRET = "AKIASANDBOX", "sqs-sandbox-secret"


def signed_headers(
    method: str,
    url: str,
    headers: Mapping[str, str],
    body: bytes,
    *,
    at: datetime,
    key: str = KEY,
    secret: str = SECRET,
    region: str = "eu-west-1",
    service: str = "sqs",
) -> dict[str, str]:
    """Return the headers with host, date and an Authorization over all of them; the query must be canonical."""
    stamp, parts = at.strftime("%Y%m%dT%H%M%SZ"), urlsplit(url)
    sent = {"host": parts.netloc, "x-amz-date": stamp} | {name.lower(): value for name, value in headers.items()}
    names = ";".join(sorted(sent))
    lines = "".join(f"{name}:{sent[name]}\n" for name in sorted(sent))
    digest = hashlib.sha256(body).hexdigest()
    request = f"{method}\n{parts.path or '/'}\n{parts.query}\n{lines}\n{names}\n{digest}"
    scope = f"{stamp[:8]}/{region}/{service}/aws4_request"
    text = f"AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{hashlib.sha256(request.encode()).hexdigest()}"
    seal = _mac(_mac(_mac(_mac(b"AWS4" + secret.encode(), stamp[:8]), region), service), "aws4_request")
    signature = _mac(seal, text).hex()
    credential = f"Credential={key}/{scope}, SignedHeaders={names}, Signature={signature}"
    return sent | {"authorization": f"AWS4-HMAC-SHA256 {credential}"}


def _mac(key: bytes, text: str) -> bytes:
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


@dataclass
class QueueClient:
    """Speaks the JSON protocol to one queue."""

    client: httpx2.AsyncClient
    url: str

    async def ask(self, operation: str, more: dict[str, str] | None = None, **asked: Any) -> httpx2.Response:
        """Send one operation; ``more`` changes headers after they were signed."""
        body = json.dumps({"QueueUrl": self.url} | asked).encode()
        kind = {"content-type": "application/x-amz-json-1.0", "x-amz-target": f"AmazonSQS.{operation}"}
        headers = signed_headers("POST", self.url, kind, body, at=datetime.now(UTC))
        return await self.client.post(self.url, content=body, headers=headers | (more or {}))

    async def do(self, operation: str, **asked: Any) -> Any:
        answer = await self.ask(operation, **asked)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def receive(self, most: int = 10, **asked: Any) -> list[Any]:
        return list((await self.do("ReceiveMessage", MaxNumberOfMessages=most, **asked)).get("Messages", []))

    async def drain(self) -> list[Any]:
        """Receive and delete everything that is there, and return the bodies."""
        bodies = []
        while found := await self.receive():
            for each in found:
                await self.do("DeleteMessage", ReceiptHandle=each["ReceiptHandle"])
                bodies.append(json.loads(each["Body"]))
        return bodies
