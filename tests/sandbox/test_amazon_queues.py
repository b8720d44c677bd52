"""The queue beside Amazon: signed requests only, at least once, in no order, hidden while somebody works."""

from __future__ import annotations

import hashlib
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import anyio
import httpx2
import pytest

from hub.sandbox.amazon.platform import AmazonPlatform
from hub.sandbox.amazon.sigv4 import Credential, NotSigned, Signed, verify
from hub.sandbox.app import Options, running
from tests.sandbox.amazon_bench import BASE, AmazonBench, amazon_bench
from tests.sandbox.amazon_signer import QueueClient, signed_headers

URL = f"{BASE}/sqs/123456789012/orders"


@asynccontextmanager
async def a_queue(**bent: Any) -> AsyncIterator[tuple[AmazonBench, QueueClient]]:
    async with amazon_bench(**({"redelivered": 0.0} | bent)) as amazon:
        yield amazon, QueueClient(amazon.client, URL)


VECTOR = Credential("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "us-east-1", "service")
VECTOR_DATE = datetime(2015, 8, 30, 12, 36, tzinfo=UTC)


@pytest.mark.parametrize(
    ("method", "path", "query", "signature"),
    [
        ("GET", "/", "", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
        (
            "GET",
            "/",
            "Param2=value2&Param1=value1",
            "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
        ),
        ("POST", "/", "", "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"),
    ],
)
def test_signatures_are_those_of_amazons_own_test_suite(method: str, path: str, query: str, signature: str) -> None:
    """The vectors get-vanilla, get-vanilla-query-order-key-case and post-vanilla of the aws-sig-v4-test-suite."""
    headers = {"host": "example.amazonaws.com", "x-amz-date": "20150830T123600Z"}
    request = Signed(method, path, query, headers, b"")
    assert VECTOR.seal(request, ["host", "x-amz-date"], "20150830T123600Z") == signature


def test_the_tests_own_signer_agrees_with_the_vector() -> None:
    url = "http://example.amazonaws.com/"
    named = {"key": VECTOR.key, "secret": VECTOR.secret, "region": VECTOR.region, "service": VECTOR.service}
    made = signed_headers("GET", url, {}, b"", at=VECTOR_DATE, **named)
    assert made["authorization"].endswith("5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31")


def test_a_signature_is_good_for_a_quarter_of_an_hour() -> None:
    named = {"key": VECTOR.key, "secret": VECTOR.secret, "region": VECTOR.region, "service": VECTOR.service}
    made = signed_headers("GET", "http://example.amazonaws.com/", {}, b"", at=VECTOR_DATE, **named)
    request = Signed("GET", "/", "", made, b"")
    verify(request, VECTOR, VECTOR_DATE + timedelta(minutes=14))
    for apart in (timedelta(minutes=16), timedelta(minutes=-16)):
        with pytest.raises(NotSigned, match="too far"):
            verify(request, VECTOR, VECTOR_DATE + apart)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"x-amz-date": "20260101T000000Z"}, "InvalidSignatureException"),
        ({"x-amz-target": "AmazonSQS.DeleteMessage"}, "InvalidSignatureException"),
        ({"x-amz-extra": "unsigned"}, "InvalidSignatureException"),
        ({"authorization": "AWS4-HMAC-SHA256 nonsense"}, "IncompleteSignature"),
        ({"authorization": ""}, "IncompleteSignature"),
    ],
)
async def test_what_is_not_well_signed_is_refused(change: dict[str, str], code: str) -> None:
    async with a_queue() as (_, queue):
        answer = await queue.ask("ReceiveMessage", change)
        assert answer.status_code == 403
        assert answer.json()["__type"].endswith(f"#{code}")


async def test_strangers_wrong_secrets_wrong_regions_and_nobody_are_refused() -> None:
    async with a_queue() as (amazon, _):
        kind = {"content-type": "application/x-amz-json-1.0", "x-amz-target": "AmazonSQS.ReceiveMessage"}
        wrong = ({"key": "AKIAOTHER"}, {"secret": "guess"}, {"region": "us-east-1"}, {"service": "sns"})
        for each in wrong:
            headers = signed_headers("POST", URL, kind, b"{}", at=datetime.now(UTC), **each)
            assert (await amazon.client.post(URL, content=b"{}", headers=headers)).status_code == 403
        answer = await amazon.client.post(URL, content=b"{}", headers=kind)
        assert answer.json()["__type"].endswith("#MissingAuthenticationToken")
        headers = signed_headers("POST", URL, kind, b"{}", at=datetime.now(UTC))
        assert (await amazon.client.post(URL, content=b'{"a":1}', headers=headers)).status_code == 403


async def test_a_message_comes_back_until_it_is_deleted() -> None:
    async with a_queue() as (amazon, queue):
        sent = await queue.do("SendMessage", MessageBody="hällo")
        assert sent["MD5OfMessageBody"] == hashlib.md5("hällo".encode(), usedforsecurity=False).hexdigest()
        (first,) = await queue.receive()
        assert (first["Body"], first["MD5OfBody"]) == ("hällo", sent["MD5OfMessageBody"])
        assert await queue.receive() == []
        amazon.pass_time(31)
        (second,) = await queue.receive(AttributeNames=["ApproximateReceiveCount"], VisibilityTimeout=5)
        assert second["Attributes"] == {"ApproximateReceiveCount": "2"}
        assert (second["MessageId"] == first["MessageId"], second["ReceiptHandle"] == first["ReceiptHandle"]) == (
            True,
            False,
        )
        amazon.pass_time(6)
        (third,) = await queue.receive()
        await queue.do("DeleteMessage", ReceiptHandle=third["ReceiptHandle"])
        amazon.pass_time(60)
        assert await queue.receive() == []


async def test_a_handle_that_is_no_longer_the_newest_deletes_nothing() -> None:
    async with a_queue() as (amazon, queue):
        await queue.do("SendMessage", MessageBody="once")
        (first,) = await queue.receive(VisibilityTimeout=1)
        amazon.pass_time(2)
        await queue.receive(VisibilityTimeout=1)
        await queue.do("DeleteMessage", ReceiptHandle=first["ReceiptHandle"])
        amazon.pass_time(2)
        assert len(await queue.receive()) == 1


async def test_a_deleted_message_may_come_once_more() -> None:
    async with a_queue(redelivered=1.0) as (amazon, queue):
        await queue.do("SendMessage", MessageBody="again")
        (found,) = await queue.receive()
        await queue.do("DeleteMessage", ReceiptHandle=found["ReceiptHandle"])
        amazon.pass_time(31)
        assert [each["Body"] for each in await queue.receive()] == ["again"]


async def test_messages_come_in_no_order_ten_at_most() -> None:
    async with a_queue() as (_, queue):
        for number in range(15):
            await queue.do("SendMessage", MessageBody=str(number))
        first, rest = await queue.receive(), await queue.receive()
        assert (len(first), len(rest)) == (10, 5)
        bodies = [each["Body"] for each in first + rest]
        assert bodies != sorted(bodies, key=int)
        assert set(bodies) == set(map(str, range(15)))


async def test_somebody_who_waits_is_woken_by_a_message_and_waits_no_longer_than_he_said() -> None:
    async with a_queue() as (_, queue):
        begun = time.monotonic()
        assert await queue.receive(WaitTimeSeconds=1) == []
        assert time.monotonic() - begun >= 1
        found: list[Any] = []

        async def wait() -> None:
            found.extend(await queue.receive(WaitTimeSeconds=20))

        with anyio.fail_after(18):
            async with anyio.create_task_group() as group:
                group.start_soon(wait)
                await queue.do("SendMessage", MessageBody="at last")
        assert [each["Body"] for each in found] == ["at last"]


async def test_somebody_who_hangs_up_is_not_waited_for() -> None:
    with anyio.fail_after(18):
        async with (
            running(Options(goods=1, platforms={"amazon": AmazonPlatform})) as sandbox,
            httpx2.AsyncClient(trust_env=False) as client,
        ):
            queue = QueueClient(client, f"{sandbox.options.base_url}/amazon/sqs/123456789012/orders")
            with anyio.move_on_after(0.2):
                await queue.receive(WaitTimeSeconds=20)
            await queue.do("SendMessage", MessageBody="for the next one")
            assert [each["Body"] for each in await queue.receive()] == ["for the next one"]


async def test_visibility_can_be_changed_and_delays_hide_new_messages() -> None:
    async with a_queue() as (amazon, queue):
        await queue.do("SendMessage", MessageBody="now")
        await queue.do("SendMessage", MessageBody="later", DelaySeconds=60)
        told = (await queue.do("GetQueueAttributes", AttributeNames=["All"]))["Attributes"]
        assert told["QueueArn"] == "arn:aws:sqs:eu-west-1:123456789012:orders"
        assert (told["ApproximateNumberOfMessages"], told["ApproximateNumberOfMessagesDelayed"]) == ("1", "1")
        (found,) = await queue.receive()
        await queue.do("ChangeMessageVisibility", ReceiptHandle=found["ReceiptHandle"], VisibilityTimeout=0)
        assert len(await queue.receive()) == 1
        amazon.pass_time(61)
        assert {each["Body"] for each in await queue.receive()} == {"now", "later"}


async def test_batches_delete_up_to_ten_with_names_of_their_own() -> None:
    async with a_queue() as (_, queue):
        for _each in range(2):
            await queue.do("SendMessage", MessageBody="x")
        entries = [
            {"Id": str(place), "ReceiptHandle": each["ReceiptHandle"]}
            for place, each in enumerate(await queue.receive())
        ]
        doubled = await queue.ask("DeleteMessageBatch", Entries=[entries[0], entries[0]])
        assert doubled.json()["__type"] == "com.amazonaws.sqs#BatchEntryIdsNotDistinct"
        assert (await queue.ask("DeleteMessageBatch", Entries=[])).status_code == 400
        told = await queue.do("DeleteMessageBatch", Entries=entries)
        assert [each["Id"] for each in told["Successful"]] == ["0", "1"]
        told = await queue.do("GetQueueAttributes", AttributeNames=["ApproximateNumberOfMessagesNotVisible"])
        assert told["Attributes"] == {"ApproximateNumberOfMessagesNotVisible": "0"}


@pytest.mark.parametrize(
    ("operation", "asked", "code"),
    [
        ("ReceiveMessage", {"MaxNumberOfMessages": 11}, "InvalidParameterValue"),
        ("ReceiveMessage", {"WaitTimeSeconds": 21}, "InvalidParameterValue"),
        ("DeleteMessage", {"ReceiptHandle": "nonsense"}, "ReceiptHandleIsInvalid"),
        ("SendMessage", {}, "MissingParameter"),
        ("AddPermission", {}, "UnsupportedOperation"),
    ],
)
async def test_what_a_queue_refuses(operation: str, asked: dict[str, Any], code: str) -> None:
    async with a_queue() as (_, queue):
        answer = await queue.ask(operation, **asked)
        assert answer.status_code == 400
        assert answer.json()["__type"].endswith(f"#{code}")


async def test_the_body_may_name_the_queue_as_amazons_own_clients_do() -> None:
    async with a_queue() as (amazon, queue):
        service = QueueClient(amazon.client, f"{BASE}/sqs")
        await service.do("SendMessage", QueueUrl=URL, MessageBody="found")
        assert [each["Body"] for each in await queue.receive()] == ["found"]
        assert (await service.do("GetQueueUrl", QueueName="orders"))["QueueUrl"] == URL


async def test_a_throttled_queue_says_so_in_its_own_words() -> None:
    async with a_queue() as (amazon, _):
        answer = amazon.platform.throttled("/sqs/123456789012/orders")
        assert b"RequestThrottled" in bytes(answer.body)
