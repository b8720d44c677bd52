"""Webhooks as Exact sends them, made ready as bytes before anything is timed."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import cycle, islice
from uuid import uuid4

SECRET = "bench-hook-secret"  # noqa: S105
DIVISION = 123456


def stock_keys(count: int) -> list[str]:
    """Return ids of as many different items."""
    return [str(uuid4()) for _ in range(count)]


def exact_requests(connections: Sequence[str], keys: Sequence[str]) -> list[bytes]:
    """Return one signed delivery per key as a whole HTTP request, spread evenly over the connections."""
    return [
        _request(f"/webhooks/exact/{connection}", _delivery(key))
        for connection, key in zip(islice(cycle(connections), len(keys)), keys, strict=True)
    ]


def bare_requests(path: str, keys: Sequence[str]) -> list[bytes]:
    """Return requests of the same size for a route that bounds the hub."""
    return [_request(path, _delivery(key)) for key in keys]


def _request(path: str, body: bytes) -> bytes:
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json; charset=utf-8\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def _delivery(key: str) -> bytes:
    content = {
        "Topic": "StockPositions",
        "ClientId": "0d7f5f2a-8c0c-4f0e-9f53-6a3f0d6f2b11",
        "Division": DIVISION,
        "Action": "Update",
        "Key": key,
        "ExactOnlineEndpoint": "https://start.exactonline.nl/api/v1/"
        f"{DIVISION}/read/logistics/StockPosition?itemId=guid'{key}'",
        "EventCreatedOn": datetime.now(UTC).isoformat(timespec="milliseconds").removesuffix("+00:00"),
    }
    raw = json.dumps(content, separators=(",", ":")).encode()
    signed = hmac.new(SECRET.encode(), raw, hashlib.sha256).hexdigest().upper().encode()
    return b'{"Content":' + raw + b',"HashCode":"' + signed + b'"}'
