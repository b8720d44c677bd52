"""How SQS reads and writes its JSON protocol, and how it refuses."""

from __future__ import annotations

import uuid
from typing import Any

import orjson
from starlette.responses import Response

from hub.sandbox.amazon.queues import Message

Json = dict[str, Any]
QUERY_CODES = {
    "QueueDoesNotExist": "AWS.SimpleQueueService.NonExistentQueue",
    "EmptyBatchRequest": "AWS.SimpleQueueService.EmptyBatchRequest",
    "TooManyEntriesInBatchRequest": "AWS.SimpleQueueService.TooManyEntriesInBatchRequest",
    "BatchEntryIdsNotDistinct": "AWS.SimpleQueueService.BatchEntryIdsNotDistinct",
    "MessageNotInflight": "AWS.SimpleQueueService.MessageNotInflight",
    "UnsupportedOperation": "AWS.SimpleQueueService.UnsupportedOperation",
    "ReceiptHandleIsInvalid": "ReceiptHandleIsInvalid",
    "RequestThrottled": "RequestThrottled",
}
"""What the older query protocol calls an error, which the JSON protocol still tells in a header."""


class Refused(Exception):
    """A request that the queue refuses; ``code`` is the error's name in the JSON protocol."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.code, self.message, self.status = code, message, status

    def response(self) -> Response:
        older = QUERY_CODES.get(self.code)
        space = "com.amazonaws.sqs" if older else "com.amazon.coral.service"
        body = {"__type": f"{space}#{self.code}", "message": self.message}
        return answer(body, self.status, {"x-amzn-query-error": f"{older};Sender"} if older else None)


def read_body(body: bytes) -> Json:
    """Read the JSON object of a request."""
    try:
        asked = orjson.loads(body or b"{}")
    except orjson.JSONDecodeError:
        raise Refused("SerializationException", "The body is not valid JSON.") from None
    if not isinstance(asked, dict):
        raise Refused("SerializationException", "The body must be an object.")
    return asked


def number(asked: Json, name: str, default: int | None, least: int, most: int) -> int:
    """Read a whole number within bounds; without a default it must be there."""
    value = asked.get(name, default)
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise Refused("InvalidParameterValue", f"Value {value} for parameter {name} is invalid.")
    return value


def handle_of(asked: Json) -> str:
    """Read a receipt handle; only one that looks like ours can be looked up."""
    handle = asked.get("ReceiptHandle")
    try:
        uuid.UUID(str(handle))
    except ValueError:
        raise Refused("ReceiptHandleIsInvalid", "The input receipt handle is invalid.") from None
    return str(handle)


def shown(message: Message, wanted: set[str]) -> Json:
    """Return a message with the system attributes that were asked for."""
    ids = {"MessageId": message.message_id, "ReceiptHandle": message.handle}
    told: Json = ids | {"MD5OfBody": message.digest, "Body": message.body}
    attributes = {
        "ApproximateReceiveCount": str(message.deliveries),
        "SentTimestamp": str(int(message.sent_at * 1000)),
        "ApproximateFirstReceiveTimestamp": str(int(message.first_at * 1000)),
    }
    if chosen := {name: value for name, value in attributes.items() if wanted & {name, "All"}}:
        told["Attributes"] = chosen
    return told


def answer(content: Json, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """Answer in the JSON protocol."""
    told = {"x-amzn-RequestId": str(uuid.uuid4()), "Content-Type": "application/x-amz-json-1.0"}
    return Response(orjson.dumps(content), status, told | (headers or {}))
