"""The seller's SQS queue, read over the AWS JSON protocol.

Source: Amazon SQS API Reference, "Making Query API requests using AWS JSON protocol".
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx2

from hub.adapters.amazon.notifications import read_notification
from hub.adapters.amazon.sigv4 import Signer
from hub.adapters.fields import Fields, parse
from hub.adapters.http import Caller, read_json, write_json
from hub.adapters.port import Hint, Pulled
from hub.clock import Clock
from hub.outcome import Rejected, Throttled, Unavailable

MOST = 10
"""Messages that SQS gives or takes in one call."""
WAIT_SECONDS = 1
PATIENCE = 10.0
"""Seconds that an answer is waited for: SQS gives one within a second, and who waits for a lost one reads no orders."""
HIDDEN_SECONDS = 60
"""How long SQS keeps messages that were handed out from others, before it hands them out again."""
REMEMBERED = 10_000
DEFAULT_REGION = "eu-west-1"
BUSY = 5.0
_HOST = re.compile(r"sqs\.([a-z0-9-]+)\.amazonaws\.com")
_JSON = "application/x-amz-json-1.0"


@dataclass(frozen=True, slots=True)
class QueueAddress:
    """A queue's URL, which ends in its account and name, and what follows from it."""

    url: str

    @property
    def region(self) -> str:
        found = _HOST.fullmatch(urlsplit(self.url).hostname or "")
        return found[1] if found else DEFAULT_REGION

    @property
    def endpoint(self) -> str:
        """The address that calls go to: the URL without account and name."""
        return self.url.rstrip("/").rsplit("/", 2)[0] + "/"

    @property
    def arn(self) -> str:
        """The name under which Amazon knows the queue. Raises Rejected where the URL is not a queue's."""
        account, _, name = urlsplit(self.url).path.strip("/").rpartition("/")
        account = account.rpartition("/")[2]
        if not account or not name:
            raise Rejected(f"{self.url} is no address of an SQS queue", code="bad_queue")
        return f"arn:aws:sqs:{self.region}:{account}:{name}"


class Queue:
    """Takes hints out of the queue, each notification once however often SQS delivers it."""

    def __init__(self, caller: Caller, url: str, key: str, secret: str, seller: str | None, clock: Clock) -> None:
        self.address = QueueAddress(url)
        self._caller = caller
        self._signer = Signer(key, secret, self.address.region, "sqs")
        self._seller = seller
        self._clock = clock
        self._handed_out: dict[str, str] = {}
        self._durable: OrderedDict[str, None] = OrderedDict()

    async def pull(self, receipts: Sequence[str]) -> Pulled:
        """Delete what these receipts stand for, and return the next hints with theirs.

        A notification counts as known once a receipt of it came back, for then its hint is durable. Those of other
        sellers stay in the queue.
        """
        await self._delete(receipts)
        asked = {"MaxNumberOfMessages": MOST, "WaitTimeSeconds": WAIT_SECONDS, "VisibilityTimeout": HIDDEN_SECONDS}
        messages = (await self._ask("ReceiveMessage", asked)).children("Messages")
        hints: list[Hint] = []
        taken: list[str] = []
        for message in messages:
            receipt = message.text("ReceiptHandle")
            if self._read(message, receipt, hints):
                taken.append(receipt)
        return Pulled(tuple(hints), tuple(taken), more=len(messages) >= MOST)

    def _read(self, message: Fields, receipt: str, hints: list[Hint]) -> bool:
        """Note the message's hint, if it is news; say whether the message may leave the queue."""
        found = read_notification(message.maybe_text("Body") or "")
        if found is None:
            return True
        if found.hint is not None and found.seller_id and self._seller and found.seller_id != self._seller:
            return False
        if found.event_id is not None:
            self._handed_out[receipt] = found.event_id
        if found.hint is not None and found.event_id not in self._durable:
            hints.append(found.hint)
        return True

    async def _delete(self, receipts: Sequence[str]) -> None:
        for start in range(0, len(receipts), MOST):
            part = receipts[start : start + MOST]
            entries = [{"Id": str(place), "ReceiptHandle": receipt} for place, receipt in enumerate(part)]
            self._remember(part)
            await self._ask("DeleteMessageBatch", {"Entries": entries})

    def _remember(self, receipts: Sequence[str]) -> None:
        known = [event for receipt in receipts if (event := self._handed_out.pop(receipt, None))]
        self._durable |= OrderedDict.fromkeys(known)
        while len(self._durable) > REMEMBERED:
            self._durable.popitem(last=False)
        if len(self._handed_out) > REMEMBERED:
            self._handed_out.clear()

    async def _ask(self, action: str, asked: Mapping[str, Any]) -> Fields:
        content = write_json({"QueueUrl": self.address.url, **asked})
        headers = {"Content-Type": _JSON, "X-Amz-Target": f"AmazonSQS.{action}"}
        signed = self._signer.signed("POST", self.address.endpoint, headers, content, self._clock.now())
        response = await self._caller.send(
            f"sqs.{action}",
            "POST",
            self.address.endpoint,
            headers=signed,
            content=content,
            repeatable=True,
            patience=PATIENCE,
        )
        if not response.is_success:
            raise _refusal(response, action)
        return Fields.of(read_json(response) if response.content else {}, action)


def _refusal(response: httpx2.Response, action: str) -> Rejected | Throttled | Unavailable:
    """Return the outcome of a refused call; a refused key stops the queue alone, for orders are swept as well."""
    try:
        told = Fields.of(parse(response.content), action)
    except (ValueError, Rejected):
        told = Fields({}, action)
    code = (told.maybe_text("__type") or f"http_{response.status_code}").rpartition("#")[2]
    reason = told.maybe_text("message") or told.maybe_text("Message") or code
    if "Throttl" in code:
        return Throttled(BUSY, f"SQS limits {action}")
    if response.status_code >= 500:
        return Unavailable(f"SQS cannot do {action} now: {reason}")
    return Rejected(f"SQS refuses {action}: {reason}", code=code)
