"""Whatever Amazon, or what stands before it, sends: a result, a hint, or one of the four outcomes."""

from __future__ import annotations

import contextlib
import json
from datetime import UTC
from typing import Any

import anyio
import httpx2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.adapters.amazon.cancellations import verdict
from hub.adapters.amazon.inventory_rows import report_rows
from hub.adapters.amazon.mapping import channel_order
from hub.adapters.amazon.notifications import read_notification
from hub.adapters.amazon.stock_feed import refusals
from hub.adapters.fields import Fields, parse
from hub.adapters.port import Refused, StockUpdate
from hub.outcome import Outcome, Rejected
from tests.adapters.amazon.amazon_by_hand import DE, Amazon, listing, money, order
from tests.adapters.amazon.test_amazon_queue import order_change
from tests.adapters.bol.test_bol_fuzz import ODD, paths, spoiled
from tests.adapters.handclock import HandClock

ADDRESS = {"name": "B", "addressLine1": "S 1", "countryCode": "DE", "extendedFields": {"streetName": "S"}}
ORDER = order(
    programs=["PRIME"],
    recipient={"deliveryAddress": ADDRESS},
    buyer={"buyerEmail": "x"},
    tax={"taxRegistrations": [{"entityType": "BUYER", "taxRegistrationNumber": "DE1"}]},
    proceeds={"grandTotal": money("24.20"), "breakdowns": [{"type": "DELIVERY_TIP", "subtotal": money("0")}]},
)
PAGE = {"orders": [order()], "pagination": {"nextToken": "t"}, "lastUpdatedBefore": "2026-11-23T08:58:00Z"}
ANSWER = {"sku": "S", "status": "INVALID", "submissionId": "s", "issues": [{"severity": "ERROR", "code": "1"}]}
ITEM = {"sku": "S", "fulfillmentAvailability": [{"fulfillmentChannelCode": "DEFAULT", "quantity": 3}], "issues": []}
FOUND = {"numberOfResults": 1, "items": [ITEM]}
REPORT = {"issues": [{"messageId": 1, "severity": "ERROR", "code": "c", "message": "m"}]}


@given(st.sampled_from(paths(ORDER)), ODD)
def test_an_order_with_one_odd_value_is_read_or_refused(path: tuple[Any, ...], odd: Any) -> None:
    document = Fields.of(parse(json.dumps(spoiled(ORDER, path, odd))), "order")
    try:
        found = channel_order(document)
    except Rejected:
        return
    repr(found).encode()
    assert found.changed_at.tzinfo is UTC


@settings(deadline=None)
@pytest.mark.parametrize(
    ("document", "ask"),
    [
        (PAGE, lambda channel: channel.changed_orders(None)),
        (ANSWER, lambda channel: channel.publish_stock([StockUpdate(listing("S"), 3)])),
        (FOUND, lambda channel: channel.follow([f"patch:0:3::{DE}:S"])),
        (FOUND, lambda channel: channel._listings.browse(DE, None)),
    ],
    ids=["orders", "patch", "follow", "browse"],
)
@given(data=st.data())
def test_an_answer_with_one_odd_value_is_a_result_or_an_outcome(document: Any, ask: Any, data: st.DataObject) -> None:
    told = spoiled(document, data.draw(st.sampled_from(paths(document))), data.draw(ODD))

    async def meet() -> None:
        amazon = Amazon(lambda _: httpx2.Response(200, content=json.dumps(told).encode()))
        async with amazon.open(HandClock()) as channel:
            channel._listings = channel._inventory._listings  # type: ignore[attr-defined]
            with contextlib.suppress(Outcome):
                await ask(channel)

    anyio.run(meet)


@given(st.sampled_from(paths(order_change(1))), ODD)
def test_a_notification_with_one_odd_value_is_read_or_dropped(path: tuple[Any, ...], odd: Any) -> None:
    found = read_notification(json.dumps(spoiled(order_change(1), path, odd)))
    assert found is None or found.hint is None or found.hint.topic == "ORDER_CHANGE"


@given(st.sampled_from(paths(REPORT)), ODD)
def test_a_report_with_one_odd_value_is_read_or_refused(path: tuple[Any, ...], odd: Any) -> None:
    with contextlib.suppress(Rejected):
        assert all(
            isinstance(each, Refused) for each in refusals(json.dumps(spoiled(REPORT, path, odd)).encode()).values()
        )


@given(st.binary(max_size=300))
def test_bytes_that_are_no_report_refuse_nothing(content: bytes) -> None:
    list(report_rows(b"seller-sku\tquantity\n" + content, "", DE))
    assert verdict(content) is None or isinstance(verdict(content), Refused)


def test_a_report_with_entities_is_not_read() -> None:
    assert verdict(b'<!DOCTYPE a [<!ENTITY b "c">]><a><Result><ResultCode>Error</ResultCode></Result></a>') is None
