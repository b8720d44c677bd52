"""Amazon SQS over its JSON protocol, as far as a consumer needs it.

Source: the Amazon SQS API reference and the developer guide's pages on the AWS JSON protocol.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from hub.sandbox.amazon.account import Account
from hub.sandbox.amazon.queues import REGION, VISIBILITY, Queue
from hub.sandbox.amazon.sigv4 import Credential, NotSigned, Signed, verify
from hub.sandbox.amazon.sqs_messages import LONGEST_VISIBILITY, MOST_AT_ONCE, Deed, delete, hide, in_batch, purge, send
from hub.sandbox.amazon.sqs_wire import Json, Refused, answer, number, read_body, shown

PATH = "/sqs"
CREDENTIAL = Credential("AKIASANDBOX", "sqs-sandbox-secret", REGION, "sqs")
TARGET = "AmazonSQS."
LONGEST_WAIT = 20


@dataclass(frozen=True, slots=True)
class Call:
    """One operation on one queue; ``gone`` says whether whoever asked has hung up."""

    queue: Queue
    asked: Json
    gone: Callable[[], Awaitable[bool]]


class SqsDoors:
    """Answers at the address of a queue, and at the service's own where the body names the queue."""

    def __init__(self, account: Account) -> None:
        self._account, self._queues = account, account.notices.queues
        self._operations: dict[str, Callable[[Call], Awaitable[Json]]] = {
            "ReceiveMessage": self._receive,
            "DeleteMessage": _plain(delete),
            "DeleteMessageBatch": _plain(in_batch(delete)),
            "SendMessage": _plain(send),
            "SendMessageBatch": _plain(in_batch(send)),
            "ChangeMessageVisibility": _plain(hide),
            "ChangeMessageVisibilityBatch": _plain(in_batch(hide)),
            "PurgeQueue": _plain(purge),
            "GetQueueAttributes": self._attributes,
            "GetQueueUrl": self._url,
        }

    def routes(self) -> list[BaseRoute]:
        paths = (PATH, f"{PATH}/", PATH + "/{account}/{queue}")
        return [Route(path, self.serve, methods=["POST"]) for path in paths]

    @staticmethod
    def throttled() -> Response:
        return Refused("RequestThrottled", "The request was denied due to request throttling.", 403).response()

    async def serve(self, request: Request) -> Response:
        """Carry out the operation that the request's target names."""
        self._account.settle()
        body = await request.body()
        try:
            _check_signature(request, body)
            operation = self._operations.get(request.headers.get("X-Amz-Target", "").removeprefix(TARGET))
            if operation is None:
                raise Refused("UnsupportedOperation", "This operation is not supported.")
            asked = read_body(body)
            return answer(await operation(Call(self._queue(request, asked), asked, request.is_disconnected)))
        except Refused as refusal:
            return refusal.response()

    def _queue(self, request: Request, asked: Json) -> Queue:
        if "queue" in request.path_params:
            return self._queues.of(request.path_params["account"], request.path_params["queue"])
        if name := asked.get("QueueName"):
            return self._queues.of(str(asked.get("QueueOwnerAWSAccountId", "123456789012")), str(name))
        parts = str(asked.get("QueueUrl", "")).rstrip("/").split("/")
        if len(parts) < 2:
            raise Refused("QueueDoesNotExist", "The specified queue does not exist.")
        return self._queues.of(parts[-2], parts[-1])

    async def _receive(self, call: Call) -> Json:
        most = number(call.asked, "MaxNumberOfMessages", 1, 1, MOST_AT_ONCE)
        wait = number(call.asked, "WaitTimeSeconds", 0, 0, LONGEST_WAIT)
        visibility = number(call.asked, "VisibilityTimeout", int(VISIBILITY), 0, LONGEST_VISIBILITY)
        wanted = set(call.asked.get("MessageSystemAttributeNames") or ()) | set(call.asked.get("AttributeNames") or ())
        taken = await call.queue.receive(most, visibility, wait, call.gone)
        return {"Messages": [shown(each, wanted) for each in taken]} if taken else {}

    async def _attributes(self, call: Call) -> Json:
        now = self._account.clock.epoch()
        hidden = sum(each.visible_at > now and each.deliveries > 0 for each in call.queue.messages)
        delayed = sum(each.visible_at > now and each.deliveries == 0 for each in call.queue.messages)
        told = {
            "QueueArn": call.queue.arn,
            "ApproximateNumberOfMessages": str(len(call.queue.messages) - hidden - delayed),
            "ApproximateNumberOfMessagesNotVisible": str(hidden),
            "ApproximateNumberOfMessagesDelayed": str(delayed),
            "VisibilityTimeout": str(int(VISIBILITY)),
            "ReceiveMessageWaitTimeSeconds": "0",
        }
        wanted = set(call.asked.get("AttributeNames") or ())
        return {"Attributes": {name: value for name, value in told.items() if wanted & {name, "All"}}}

    async def _url(self, call: Call) -> Json:
        return {"QueueUrl": f"{self._account.world.base_url}/amazon{PATH}/{call.queue.account}/{call.queue.name}"}


def _plain(deed: Deed) -> Callable[[Call], Awaitable[Json]]:
    async def carry_out(call: Call) -> Json:
        return deed(call.queue, call.asked)

    return carry_out


def _check_signature(request: Request, body: bytes) -> None:
    raw = request.scope.get("raw_path") or request.scope["path"].encode()
    signed = Signed(
        method=request.method,
        path=raw.split(b"?")[0].decode(),
        query=request.url.query,
        headers={name.lower(): value for name, value in request.headers.items()},
        body=body,
    )
    try:
        verify(signed, CREDENTIAL, datetime.now(UTC))
    except NotSigned as fault:
        raise Refused(fault.code, fault.message, 403) from None
