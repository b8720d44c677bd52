"""boto3, AWS's own client, reads the simulated queues as it reads real ones."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from hub.sandbox.amazon.platform import AmazonPlatform
from hub.sandbox.amazon.queues import Queue
from hub.sandbox.amazon.sqs_doors import CREDENTIAL
from hub.sandbox.amazon.switches import Switches
from tests.contract.clients.places import blocking, sandbox_of

ACCOUNT, NAME = "123456789012", "orders"


@dataclass
class Consumer:
    """A queue, and boto3 in front of it."""

    queue: Queue
    endpoint: str
    url: str = ""

    def client(self, secret: str = CREDENTIAL.secret) -> Any:
        """Return boto3's client at its documented ``endpoint_url``."""
        return boto3.client(
            "sqs",
            endpoint_url=self.endpoint,
            region_name="eu-west-1",
            aws_access_key_id=CREDENTIAL.key,
            aws_secret_access_key=secret,
            config=Config(retries={"total_max_attempts": 1}, read_timeout=30),
        )

    async def do(self, work: Callable[[Any], Any], **more: Any) -> Any:
        def done() -> Any:
            with closing(self.client(**more)) as client:
                return work(client)

        return await blocking(done)


@pytest.fixture
async def consumer() -> AsyncIterator[Consumer]:
    switches = Switches(redelivered=0)
    async with sandbox_of("amazon", lambda world: AmazonPlatform(world, switches), goods=3) as sandbox:
        platform = sandbox.world.platforms["amazon"]
        assert isinstance(platform, AmazonPlatform)
        queue = platform.account.notices.queues.of(ACCOUNT, NAME)
        found = Consumer(queue, f"{sandbox.options.base_url}/amazon/sqs")
        found.url = (await found.do(lambda sqs: sqs.get_queue_url(QueueName=NAME)))["QueueUrl"]
        yield found


async def test_the_queue_is_found_by_its_name(consumer: Consumer) -> None:
    assert consumer.url.endswith(f"/{ACCOUNT}/{NAME}")


async def test_messages_are_received_checked_and_deleted_in_a_batch(consumer: Consumer) -> None:
    """boto3 compares the digest of every body by itself."""
    for text in ("een", "twee", "drie €"):
        consumer.queue.put(text)
    found = await consumer.do(
        lambda sqs: sqs.receive_message(
            QueueUrl=consumer.url, MaxNumberOfMessages=10, WaitTimeSeconds=1, MessageSystemAttributeNames=["All"]
        )
    )
    assert {each["Body"] for each in found["Messages"]} == {"een", "twee", "drie €"}
    assert {each["Attributes"]["ApproximateReceiveCount"] for each in found["Messages"]} == {"1"}
    entries = [
        {"Id": str(place), "ReceiptHandle": each["ReceiptHandle"]} for place, each in enumerate(found["Messages"])
    ]
    done = await consumer.do(lambda sqs: sqs.delete_message_batch(QueueUrl=consumer.url, Entries=entries))
    assert len(done["Successful"]) == 3
    assert consumer.queue.messages == []


async def test_a_message_that_is_sent_comes_back(consumer: Consumer) -> None:
    await consumer.do(lambda sqs: sqs.send_message(QueueUrl=consumer.url, MessageBody="hallo"))
    found = await consumer.do(lambda sqs: sqs.receive_message(QueueUrl=consumer.url))
    (message,) = found["Messages"]
    handle = message["ReceiptHandle"]
    await consumer.do(
        lambda sqs: sqs.change_message_visibility(QueueUrl=consumer.url, ReceiptHandle=handle, VisibilityTimeout=0)
    )
    (again,) = (await consumer.do(lambda sqs: sqs.receive_message(QueueUrl=consumer.url)))["Messages"]
    assert again["MessageId"] == message["MessageId"]
    await consumer.do(lambda sqs: sqs.delete_message(QueueUrl=consumer.url, ReceiptHandle=again["ReceiptHandle"]))
    assert consumer.queue.messages == []


async def test_several_messages_are_sent_and_hidden_at_once(consumer: Consumer) -> None:
    entries = [{"Id": name, "MessageBody": name} for name in ("a", "b")]
    sent = await consumer.do(lambda sqs: sqs.send_message_batch(QueueUrl=consumer.url, Entries=entries))
    assert {each["Id"] for each in sent["Successful"]} == {"a", "b"}
    found = await consumer.do(lambda sqs: sqs.receive_message(QueueUrl=consumer.url, MaxNumberOfMessages=10))
    wishes = [
        {"Id": each["Body"], "ReceiptHandle": each["ReceiptHandle"], "VisibilityTimeout": 0}
        for each in found["Messages"]
    ]
    wishes.append({"Id": "c", "ReceiptHandle": "unknown", "VisibilityTimeout": 0})
    done = await consumer.do(lambda sqs: sqs.change_message_visibility_batch(QueueUrl=consumer.url, Entries=wishes))
    assert ({each["Id"] for each in done["Successful"]}, [each["Id"] for each in done["Failed"]]) == ({"a", "b"}, ["c"])


async def test_the_queue_tells_how_full_it_is_and_is_emptied(consumer: Consumer) -> None:
    consumer.queue.put("een")
    told = await consumer.do(lambda sqs: sqs.get_queue_attributes(QueueUrl=consumer.url, AttributeNames=["All"]))
    assert told["Attributes"]["ApproximateNumberOfMessages"] == "1"
    assert told["Attributes"]["QueueArn"] == f"arn:aws:sqs:eu-west-1:{ACCOUNT}:{NAME}"
    await consumer.do(lambda sqs: sqs.purge_queue(QueueUrl=consumer.url))
    assert consumer.queue.messages == []


async def test_a_wrong_secret_is_refused(consumer: Consumer) -> None:
    with pytest.raises(ClientError) as caught:
        await consumer.do(lambda sqs: sqs.receive_message(QueueUrl=consumer.url), secret="wrong")
    assert caught.value.response["Error"]["Code"] == "InvalidSignatureException"


async def test_an_unknown_handle_and_too_many_at_once_are_refused(consumer: Consumer) -> None:
    with pytest.raises(ClientError) as caught:
        await consumer.do(lambda sqs: sqs.receive_message(QueueUrl=consumer.url, MaxNumberOfMessages=11))
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    with pytest.raises(ClientError):
        await consumer.do(
            lambda sqs: sqs.change_message_visibility(
                QueueUrl=consumer.url, ReceiptHandle="unknown", VisibilityTimeout=1
            )
        )
