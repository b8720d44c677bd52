"""A seller calls orders off with a feed, as XML or as a flat file."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree

import pytest

from hub.sandbox.amazon.lwa import SELLER_ID
from tests.sandbox.amazon_bench import AmazonBench, amazon_bench
from tests.sandbox.amazon_feeding import A, B, finished, report_of, submit

XML, FLAT = "POST_ORDER_ACKNOWLEDGEMENT_DATA", "POST_FLAT_FILE_ORDER_ACKNOWLEDGEMENT_DATA"


def acknowledgement(order: Any, *items: tuple[str, str], status: str = "Failure") -> bytes:
    named = "".join(
        f"<Item><AmazonOrderItemCode>{code}</AmazonOrderItemCode><CancelReason>{reason}</CancelReason></Item>"
        for code, reason in items
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><AmazonEnvelope><Header><DocumentVersion>1.01</DocumentVersion>'
        f"<MerchantIdentifier>{SELLER_ID}</MerchantIdentifier></Header><MessageType>OrderAcknowledgement</MessageType>"
        "<Message><MessageID>1</MessageID><OrderAcknowledgement>"
        f"<AmazonOrderID>{order.order_id}</AmazonOrderID><StatusCode>{status}</StatusCode>{named}"
        "</OrderAcknowledgement></Message></AmazonEnvelope>"
    ).encode()


async def judged(amazon: AmazonBench, body: bytes) -> ElementTree.Element:
    """Submit an acknowledgement and return its processing report."""
    report = await report_of(amazon, await submit(amazon, body, XML, "text/xml"))
    return ElementTree.fromstring(report)  # noqa: S314 - the sandbox wrote it


@pytest.mark.parametrize(("reason", "back"), [("BuyerCanceled", 2), ("NoInventory", 0)])
async def test_a_seller_cancels_with_a_feed_and_only_some_reasons_give_the_stock_back(reason: str, back: int) -> None:
    async with amazon_bench() as amazon:
        order = await amazon.sell((A, 2))
        before = amazon.platform.shown(A)
        body = acknowledgement(order, (order.items[0].item_id, reason))
        report = await judged(amazon, body)
        summary = report.find("Message/ProcessingReport/ProcessingSummary")
        assert summary is not None
        assert (summary.findtext("MessagesSuccessful"), summary.findtext("MessagesWithError")) == ("1", "0")
        shown = await amazon.read(order)
        assert shown["fulfillment"]["fulfillmentStatus"] == "CANCELLED"
        executed = shown["orderItems"][0]["cancellation"]["cancellationExecution"]
        assert executed == {"cancelledBy": "MERCHANT", "cancelReason": reason}
        assert amazon.platform.shown(A) == before + back
        assert amazon.world.ledger.sales[("amazon", order.order_id)].cancelled_at is not None


async def test_a_cancellation_that_comes_too_late_or_makes_no_sense_is_refused_in_the_report() -> None:
    async with amazon_bench() as amazon:
        shipped, pending, order = (
            await amazon.sell((A, 1)),
            await amazon.sell((A, 1), paid=False),
            await amazon.sell((A, 1)),
        )
        await amazon.confirm(shipped, (0, 1))
        tries = [
            acknowledgement(shipped, (shipped.items[0].item_id, "NoInventory")),
            acknowledgement(pending, (pending.items[0].item_id, "NoInventory")),
            acknowledgement(order, (order.items[0].item_id, "Whim")),
            acknowledgement(order, ("123", "NoInventory")),
            acknowledgement(order),
        ]
        for body in tries:
            report = await judged(amazon, body)
            result = report.find("Message/ProcessingReport/Result")
            assert result is not None
            assert result.findtext("ResultCode") == "Error"
        assert {shipped.status, pending.status, order.status} == {"SHIPPED", "PENDING", "UNSHIPPED"}
        for feed_type, body in ((XML, b"<AmazonEnvelope/>"), (XML, b"<"), (FLAT, b"\0"), (FLAT, b"sku\tquantity")):
            done = await finished(amazon, await submit(amazon, body, feed_type, "text/xml"))
            assert done["processingStatus"] == "FATAL"


async def test_an_acknowledgement_of_success_cancels_nothing() -> None:
    async with amazon_bench() as amazon:
        order = await amazon.sell((A, 1))
        await report_of(amazon, await submit(amazon, acknowledgement(order, status="Success"), XML, "text/xml"))
        assert order.status == "UNSHIPPED"


async def test_a_flat_file_cancels_line_by_line() -> None:
    async with amazon_bench() as amazon:
        order = await amazon.sell((A, 1), (B, 1))
        lines = [
            "TemplateType=OrderCancellation\tVersion=1.0/1.0.3\tThis row for Amazon.com use only.",
            "order-id\tcancellation-reason-code\tamazon-order-item-code",
            f"{order.order_id}\tNoInventory\t{order.items[0].item_id}",
            "402-0000000-0000000\tNoInventory\t1",
        ]
        kind = "text/tab-separated-values; charset=UTF-8"
        report = (await report_of(amazon, await submit(amazon, "\n".join(lines).encode(), FLAT, kind))).decode()
        assert "Number of records processed\t\t2" in report
        assert "Number of records successful\t\t1" in report
        assert "402-0000000-0000000" in report
        assert [item.cancelled for item in order.items] == [1, 0]
        assert order.status == "UNSHIPPED"
