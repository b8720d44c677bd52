"""What a listings feed holds: only its report says what became of each message."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.sandbox.amazon_bench import NL, amazon_bench
from tests.sandbox.amazon_feeding import (
    FEEDS,
    JSON_TYPE,
    LISTINGS,
    A,
    B,
    availability,
    document,
    download,
    finished,
    partial,
    patch,
    report_of,
    state,
    submit,
)
from tests.sandbox.amazon_spec import check_file


async def test_a_listings_feed_waits_works_and_reports() -> None:
    async with amazon_bench() as amazon:
        body = document(partial(A, 3), patch(B, 4))
        check_file("schemas/feeds/listings-feed-schema-v2.json", json.loads(body))
        feed_id = await submit(amazon, body)
        assert (await state(amazon, feed_id))["processingStatus"] == "IN_QUEUE"
        assert (await state(amazon, feed_id, 31))["processingStatus"] == "IN_PROGRESS"
        report = json.loads(await report_of(amazon, feed_id))
        check_file("schemas/feeds/listings-feed-processing-report-schema-v2.json", report)
        assert report["header"]["feedId"] == feed_id
        assert (report["summary"]["messagesAccepted"], report["issues"]) == (2, [])
        amazon.pass_time(8)
        assert (amazon.platform.shown(A), amazon.platform.shown(B)) == (3, 4)


async def test_a_done_feed_may_hold_refused_messages() -> None:
    async with amazon_bench() as amazon:
        wrong = [
            partial("NOBODY", 1),
            partial(A, -1),
            patch(A, 2) | {"attributes": {"x": [{}]}},
            {"sku": A, "operationType": "PATCH", "productType": "PRODUCT"},
            {"sku": A, "operationType": "ERASE"},
            patch(A, 2) | {"messageId": 1},
            patch(A, 2) | {"patches": [{"op": "merge", "path": "/x"}]},
            {"operationType": "DELETE"},
        ]
        before = amazon.platform.shown(A)
        report = json.loads(await report_of(amazon, await submit(amazon, document(partial(B, 5), *wrong))))
        check_file("schemas/feeds/listings-feed-processing-report-schema-v2.json", report)
        counts = {name: report["summary"][name] for name in ("messagesProcessed", "messagesAccepted")}
        assert counts == {"messagesProcessed": 9, "messagesAccepted": 0}
        report = json.loads(await report_of(amazon, await submit(amazon, document(partial(B, 5), *wrong[:4]))))
        assert (report["summary"]["messagesAccepted"], report["summary"]["messagesInvalid"]) == (1, 4)
        assert {each["messageId"] for each in report["issues"]} == {2, 3, 4, 5}
        amazon.pass_time(8)
        assert (amazon.platform.shown(A), amazon.platform.shown(B)) == (before, 5)


async def test_a_feed_may_be_overtaken_by_a_later_patch_and_then_win() -> None:
    async with amazon_bench() as amazon:
        feed_id = await submit(amazon, document(partial(A, 9)))
        await amazon.stock(A, 2)
        amazon.pass_time(8)
        assert amazon.platform.shown(A) == 2
        await finished(amazon, feed_id)
        amazon.pass_time(8)
        assert amazon.platform.shown(A) == 9


async def test_update_wipes_what_it_does_not_name_and_delete_removes() -> None:
    async with amazon_bench() as amazon:
        attributes = {"fulfillment_availability": availability(5)}
        wiping = {"sku": A, "operationType": "UPDATE", "productType": "PRODUCT", "attributes": attributes}
        await finished(amazon, await submit(amazon, document(wiping, {"sku": B, "operationType": "DELETE"})))
        amazon.pass_time(8)
        found = (await amazon.listing(A, "attributes"))["attributes"]
        assert set(found) == {"fulfillment_availability"}
        assert amazon.platform.shown(A) == 0
        assert B not in amazon.platform.listed()
        assert {(note.sku, note.quantity) for note in amazon.world.ledger.shown[-2:]} == {(A, 0), (B, 0)}


async def test_a_report_shows_the_listings_when_the_header_asks_for_them() -> None:
    async with amazon_bench() as amazon:
        asked = {"includedData": ["summaries", "fulfillmentAvailability"], "apiVersion": "2021-08-01"}
        report = json.loads(await report_of(amazon, await submit(amazon, document(partial(A, 3), report=asked))))
        check_file("schemas/feeds/listings-feed-processing-report-schema-v2.json", report)
        assert report["items"][0]["sku"] == A
        assert report["summary"]["itemSummary"]["items"] == 1


@pytest.mark.parametrize(
    "body",
    [
        b"not JSON",
        b"[]",
        document(),
        document(partial(A, 1), version="1.0"),
        document(partial(A, 1), sellerId="SOMEBODY"),
    ],
)
async def test_a_document_that_is_no_feed_ends_fatal_with_a_report(body: bytes) -> None:
    async with amazon_bench() as amazon:
        done = await finished(amazon, await submit(amazon, body))
        assert done["processingStatus"] == "FATAL"
        report = json.loads(await download(amazon, f"{FEEDS}/documents/{done['resultFeedDocumentId']}"))
        check_file("schemas/feeds/listings-feed-processing-report-schema-v2.json", report)
        assert report["summary"]["errors"] == 1


async def test_nonsense_in_messages_is_refused_line_by_line() -> None:
    nonsense: list[Any] = [
        {"sku": [A], "operationType": "DELETE"},
        {"sku": A, "operationType": ["DELETE"]},
        partial(A, 1) | {"attributes": ["x"]},
        partial(A, {"much": 1}),
        patch(A, 1) | {"messageId": [1]},
        patch(A, 1) | {"patches": {"op": "merge"}},
    ]
    odd = {"fulfillment_availability": [{"fulfillment_channel_code": "DEFAULT", "quantity": 1, "audience": ["x"]}]}
    async with amazon_bench() as amazon:
        body = json.loads(document(*nonsense, partial(A, 7) | {"attributes": odd}, report=["x"]))
        body["messages"].append("text")
        report = json.loads(await report_of(amazon, await submit(amazon, json.dumps(body).encode())))
        check_file("schemas/feeds/listings-feed-processing-report-schema-v2.json", report)
        counts = [report["summary"][name] for name in ("messagesProcessed", "messagesAccepted", "messagesInvalid")]
        assert counts == [8, 1, 7]
        amazon.pass_time(8)
        assert amazon.platform.shown(A) == 1


async def test_old_inventory_feeds_missing_uploads_and_bad_days_end_fatal() -> None:
    async with amazon_bench(fatal_feeds=1) as amazon:
        assert (await finished(amazon, await submit(amazon, document(partial(A, 1)))))["processingStatus"] == "FATAL"
        old = await submit(amazon, b"<x/>", "POST_INVENTORY_AVAILABILITY_DATA", "text/xml")
        assert (await finished(amazon, old))["processingStatus"] == "FATAL"
        made = await amazon.send("POST", f"{FEEDS}/documents", {"contentType": JSON_TYPE}, 201)
        asked = {"feedType": LISTINGS, "marketplaceIds": [NL], "inputFeedDocumentId": made["feedDocumentId"]}
        empty = (await amazon.send("POST", f"{FEEDS}/feeds", asked, 202))["feedId"]
        done = await finished(amazon, empty)
        assert (done["processingStatus"], "resultFeedDocumentId" in done) == ("FATAL", False)
