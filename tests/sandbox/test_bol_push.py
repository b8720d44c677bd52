"""bol.com's pushes: signed, at least once, and switched off when nobody listens."""

from __future__ import annotations

import base64
import json
import re
from typing import Any

import anyio
import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from hub.sandbox.bol.push import Subscription
from hub.sandbox.bol.switches import Switches
from hub.sandbox.ledger import Units
from tests.sandbox.bol_bench import BolBench, bol_bench

A = "ART-00001"
URL = "http://hub.test/push"
WANTED = {"resources": ["ORDER", "PROCESS_STATUS"], "url": URL, "subscriptionType": "WEBHOOK"}


def stocked(**more: Any) -> Switches:
    return Switches(starting_stock=True, **more)


async def subscribe(bol: BolBench) -> str:
    status = await bol.finished(await bol.ask("POST", "/retailer/subscriptions", WANTED))
    assert status["status"] == "SUCCESS"
    return str(status["entityId"])


async def public_key(bol: BolBench) -> tuple[str, rsa.RSAPublicKey]:
    (key,) = (await bol.get("/retailer/subscriptions/signature-keys"))["signatureKeys"]
    loaded = serialization.load_der_public_key(base64.b64decode(key["publicKey"]))
    assert isinstance(loaded, rsa.RSAPublicKey)
    return key["id"], loaded


def signature(headers: dict[str, str]) -> dict[str, str]:
    return dict(re.findall(r'(\w+)="([^"]*)"', headers["signature"]))


def check(key: rsa.RSAPublicKey, headers: dict[str, str], body: bytes) -> None:
    seal = base64.b64decode(signature(headers)["signature"])
    key.verify(seal, body, padding.PKCS1v15(), hashes.SHA256())


async def test_a_subscription_is_made_by_a_command_whose_entity_is_its_id() -> None:
    async with bol_bench() as bol:
        assert await bol.get("/retailer/subscriptions") == {}
        subscription_id = await subscribe(bol)
        known = {"id": subscription_id, "enabled": True, **WANTED}
        assert await bol.get("/retailer/subscriptions") == {"subscriptions": [known]}
        assert await bol.get(f"/retailer/subscriptions/{subscription_id}") == known


async def test_a_subscription_can_be_replaced_and_deleted() -> None:
    async with bol_bench() as bol:
        path = f"/retailer/subscriptions/{await subscribe(bol)}"
        await bol.finished(await bol.ask("PUT", path, WANTED | {"enabled": False}))
        assert not (await bol.get(path))["enabled"]
        await bol.finished(await bol.ask("DELETE", path))
        assert (await bol.ask("GET", path)).status_code == 404
        assert (await bol.finished(await bol.ask("DELETE", path)))["status"] == "FAILURE"


@pytest.mark.parametrize("wrong", [{"resources": ["GOSSIP"]}, {"subscriptionType": "PIGEON"}, {"url": ""}])
async def test_an_incomplete_subscription_is_refused(wrong: dict[str, Any]) -> None:
    async with bol_bench() as bol:
        assert (await bol.ask("POST", "/retailer/subscriptions", WANTED | wrong)).status_code == 400


async def test_a_new_order_is_pushed_with_ids_only_and_a_good_signature() -> None:
    async with bol_bench(stocked()) as bol:
        await subscribe(bol)
        key_id, key = await public_key(bol)
        before = len(bol.letterbox.letters)
        order_id = await bol.platform.place_order([Units(A, 1)])
        headers, body = (await bol.letterbox.until(before + 1))[-1]
        event = json.loads(body)["event"]
        assert event == {"resource": "ORDER", "type": "ORDER_CREATED", "resourceId": order_id}
        assert signature(headers)["keyId"] == key_id
        assert signature(headers)["algorithm"] == "rsa-sha256"
        check(key, headers, body)


async def test_a_finished_command_and_a_cancellation_request_are_pushed() -> None:
    async with bol_bench(stocked()) as bol:
        await subscribe(bol)
        order = await bol.sell(A)
        await bol.platform.request_cancellation(order["orderId"])
        letters = await bol.letterbox.until(2)
        kinds = {json.loads(body)["event"]["type"] for _, body in letters}
        assert kinds >= {"ORDER_CREATED", "ORDER_ITEM_CANCELLATION_REQUEST"}


async def test_a_test_message_can_be_asked_for() -> None:
    async with bol_bench() as bol:
        subscription_id = await subscribe(bol)
        await bol.finished(await bol.ask("POST", f"/retailer/subscriptions/test/{subscription_id}"))
        letters = await bol.letterbox.until(1)
        assert "TEST" in {json.loads(body)["event"]["resource"] for _, body in letters}


@pytest.mark.parametrize("switches", [stocked(bad_signatures=9), stocked(unknown_keys=9)], ids=["bad", "unknown"])
async def test_a_signature_can_be_made_wrong(switches: Switches) -> None:
    async with bol_bench(switches) as bol:
        await subscribe(bol)
        _, key = await public_key(bol)
        await bol.platform.place_order([Units(A, 1)])
        headers, body = (await bol.letterbox.until(1))[0]
        with pytest.raises(InvalidSignature):
            check(key, headers, body)


async def test_after_ten_failures_the_subscription_is_switched_off() -> None:
    async with bol_bench(stocked(), speed=5000) as bol:
        bol.letterbox.statuses = [500]
        subscription = Subscription("7", ["ORDER"], URL)
        bol.platform.account.push.subscriptions["7"] = subscription
        await bol.platform.place_order([Units(A, 1)])
        assert len(await bol.letterbox.until(10)) == 10
        with anyio.fail_after(60):
            while subscription.enabled:
                await anyio.lowlevel.checkpoint()
