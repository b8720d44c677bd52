"""Amazon's feeds and reports: uploaded, queued, worked on, and only the report says what became of each line."""

from __future__ import annotations

import csv
import gzip
import json
from typing import Any
from xml.etree import ElementTree

import pytest

from hub.sandbox.amazon.lwa import SELLER_ID
from tests.sandbox.amazon_bench import BE, DE, NL, AmazonBench, amazon_bench
from tests.sandbox.amazon_spec import check_file
from tests.sandbox.test_amazon_notices import arrived, subscribed

A, B, FBA = "ART-00001", "ART-00002", "ART-00001-FBA"
FEEDS, REPORTS = "/feeds/2021-06-30", "/reports/2021-06-30"
JSON_TYPE = "application/json; charset=UTF-8"
LISTINGS = "JSON_LISTINGS_FEED"
XML, FLAT = "POST_ORDER_ACKNOWLEDGEMENT_DATA", "POST_FLAT_FILE_ORDER_ACKNOWLEDGEMENT_DATA"


async def upload(amazon: AmazonBench, body: bytes, kind: str = JSON_TYPE) -> str:
    made = await amazon.send("POST", f"{FEEDS}/documents", {"contentType": kind}, 201)
    answer = await amazon.client.put(made["url"], content=body, headers={"Content-Type": kind})
    assert answer.status_code == 200, answer.text
    return str(made["feedDocumentId"])


async def submit(amazon: AmazonBench, body: bytes, feed_type: str = LISTINGS, kind: str = JSON_TYPE) -> str:
    asked = {"feedType": feed_type, "marketplaceIds": [NL], "inputFeedDocumentId": await upload(amazon, body, kind)}
    return str((await amazon.send("POST", f"{FEEDS}/feeds", asked, 202))["feedId"])


async def state(amazon: AmazonBench, feed_id: str, wait: float = 0) -> Any:
    amazon.pass_time(wait)
    return await amazon.get(f"{FEEDS}/feeds/{feed_id}")


async def finished(amazon: AmazonBench, feed_id: str) -> Any:
    await state(amazon, feed_id, 31)
    return await state(amazon, feed_id, 31)


async def download(amazon: AmazonBench, path: str) -> bytes:
    told = await amazon.get(path)
    body = (await amazon.client.get(told["url"])).content
    return gzip.decompress(body) if told.get("compressionAlgorithm") == "GZIP" else body


async def report_of(amazon: AmazonBench, feed_id: str) -> bytes:
    done = await finished(amazon, feed_id)
    assert done["processingStatus"] == "DONE"
    return await download(amazon, f"{FEEDS}/documents/{done['resultFeedDocumentId']}")


def document(*messages: dict[str, Any], **header: Any) -> bytes:
    numbered = [{"messageId": number} | each for number, each in enumerate(messages, start=1)]
    named = {"sellerId": SELLER_ID, "version": "2.0", "issueLocale": "en_GB"} | header
    return json.dumps({"header": named, "messages": numbered}).encode()


def availability(quantity: Any) -> list[dict[str, Any]]:
    return [{"fulfillment_channel_code": "DEFAULT", "quantity": quantity}]


def partial(sku: str, quantity: Any) -> dict[str, Any]:
    attributes = {"fulfillment_availability": availability(quantity)}
    return {"sku": sku, "operationType": "PARTIAL_UPDATE", "productType": "PRODUCT", "attributes": attributes}


def patch(sku: str, quantity: int) -> dict[str, Any]:
    change = {"op": "merge", "path": "/attributes/fulfillment_availability", "value": availability(quantity)}
    return {"sku": sku, "operationType": "PATCH", "productType": "PRODUCT", "patches": [change]}


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


async def test_a_presigned_address_wants_its_content_type_no_token_and_no_delay() -> None:
    async with amazon_bench() as amazon:
        made = await amazon.send("POST", f"{FEEDS}/documents", {"contentType": JSON_TYPE}, 201)
        put, good = amazon.client.put, {"Content-Type": JSON_TYPE}
        for headers in ({"Content-Type": "application/json"}, good | {"x-amz-access-token": "x"}):
            assert (await put(made["url"], content=b"{}", headers=headers)).status_code == 403
        assert (await put(made["url"] + "0", content=b"{}", headers=good)).status_code == 403
        assert (await amazon.client.get(made["url"])).status_code == 403
        amazon.pass_time(301)
        answer = await put(made["url"], content=b"{}", headers=good)
        assert (answer.status_code, b"expired" in answer.content) == (403, True)


async def test_reports_are_zipped_unless_they_are_not_and_may_unpack_themselves() -> None:
    async with amazon_bench() as amazon:
        done = await finished(amazon, await submit(amazon, document(partial(A, 1))))
        path = f"{FEEDS}/documents/{done['resultFeedDocumentId']}"
        told = await amazon.get(path, enableContentEncodingUrlHeader="true")
        assert told["compressionAlgorithm"] == "GZIP"
        assert json.loads((await amazon.client.get(told["url"])).content)["header"]
        amazon.switches.gzip_reports = False
        done = await finished(amazon, await submit(amazon, document(partial(A, 1))))
        told = await amazon.get(f"{FEEDS}/documents/{done['resultFeedDocumentId']}")
        assert "compressionAlgorithm" not in told
        assert json.loads((await amazon.client.get(told["url"])).content)["header"]


@pytest.mark.parametrize(
    "change",
    [
        {"feedType": "NOBODY_KNOWS"},
        {"marketplaceIds": [NL, DE]},
        {"marketplaceIds": []},
        {"marketplaceIds": ["ATVPDKIKX0DER"]},
        {"inputFeedDocumentId": "amzn1.nothing"},
    ],
)
async def test_a_feed_that_breaks_the_rules_is_refused(change: dict[str, Any]) -> None:
    async with amazon_bench() as amazon:
        body = await upload(amazon, document(partial(A, 1)))
        asked = {"feedType": LISTINGS, "marketplaceIds": [NL], "inputFeedDocumentId": body}
        await amazon.refused("POST", f"{FEEDS}/feeds", asked | change)


async def test_five_listings_feeds_in_five_minutes_are_enough() -> None:
    async with amazon_bench() as amazon:
        body = await upload(amazon, document(partial(A, 1)))
        asked = {"feedType": LISTINGS, "marketplaceIds": [NL], "inputFeedDocumentId": body}
        for _ in range(5):
            await amazon.send("POST", f"{FEEDS}/feeds", asked, 202)
        await amazon.refused("POST", f"{FEEDS}/feeds", asked, 429)
        amazon.pass_time(61)
        await amazon.send("POST", f"{FEEDS}/feeds", asked, 202)


async def test_a_waiting_feed_can_be_cancelled_and_a_working_one_cannot() -> None:
    async with amazon_bench() as amazon:
        first, second = [await submit(amazon, document(partial(A, 1))) for _ in range(2)]
        await amazon.send("DELETE", f"{FEEDS}/feeds/{first}")
        assert (await state(amazon, first, 31))["processingStatus"] == "CANCELLED"
        await amazon.refused("DELETE", f"{FEEDS}/feeds/{second}")
        await amazon.refused("GET", f"{FEEDS}/feeds/0", status=404)


async def test_feeds_are_listed_newest_first_page_by_page() -> None:
    async with amazon_bench() as amazon:
        made = [await submit(amazon, document(partial(A, 1))) for _ in range(3)]
        found = await amazon.get(f"{FEEDS}/feeds", feedTypes=LISTINGS, pageSize="2", marketplaceIds=f"{NL},{BE}")
        rest = await amazon.get(f"{FEEDS}/feeds", nextToken=found["nextToken"])
        assert [each["feedId"] for each in found["feeds"] + rest["feeds"]] == made[::-1]
        done = await amazon.get(f"{FEEDS}/feeds", feedTypes=LISTINGS, processingStatuses="DONE")
        assert done["feeds"] == []
        for params in ({}, {"feedTypes": LISTINGS, "pageSize": "x"}, {"nextToken": "x"}):
            await amazon.refused("GET", f"{FEEDS}/feeds", params=params)


ALL_LISTINGS = "GET_MERCHANT_LISTINGS_ALL_DATA"


async def order_report(amazon: AmazonBench, marketplace: str, **more: str) -> str:
    """Order a report and return its id."""
    asked = {"reportType": ALL_LISTINGS, "marketplaceIds": [marketplace], **more}
    return str((await amazon.send("POST", f"{REPORTS}/reports", asked, 202))["reportId"])


async def worked_on(amazon: AmazonBench) -> None:
    """Let what was ordered be done."""
    for _ in range(2):
        amazon.pass_time(31)
        await reports(amazon)


async def reports(amazon: AmazonBench, **asked: str) -> list[str]:
    """Return the ids of the reports that are listed."""
    told = await amazon.get(f"{REPORTS}/reports", reportTypes=ALL_LISTINGS, **asked)
    return [each["reportId"] for each in told["reports"]]


async def test_reports_are_listed_by_marketplace_status_and_time() -> None:
    async with amazon_bench() as amazon:
        first = await order_report(amazon, NL)
        await worked_on(amazon)
        between = amazon.platform.world.clock.now().isoformat()
        amazon.pass_time(1)
        second = await order_report(amazon, DE)
        assert await reports(amazon) == [second, first]
        assert await reports(amazon, marketplaceIds=f"{NL},{BE}") == [first]
        assert await reports(amazon, processingStatuses="IN_QUEUE,IN_PROGRESS") == [second]
        assert await reports(amazon, processingStatuses="DONE") == [first]
        assert await reports(amazon, createdSince=between) == [second]
        assert await reports(amazon, createdUntil=between) == [first]
        page = await amazon.get(f"{REPORTS}/reports", reportTypes=ALL_LISTINGS, pageSize="1")
        rest = await amazon.get(f"{REPORTS}/reports", nextToken=page["nextToken"])
        assert [each["reportId"] for each in page["reports"] + rest["reports"]] == [second, first]
        assert "nextToken" not in rest


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"reportTypes": ""},
        {"reportTypes": ALL_LISTINGS, "pageSize": "101"},
        {"reportTypes": ALL_LISTINGS, "processingStatuses": "LATE"},
        {"reportTypes": ALL_LISTINGS, "createdSince": "yesterday"},
        {"reportTypes": ALL_LISTINGS, "marketplaceIds": ",".join(f"A{number}" for number in range(11))},
        {"reportTypes": ALL_LISTINGS, "nextToken": "x"},
    ],
)
async def test_what_no_list_of_reports_can_be_asked_for_is_refused(asked: dict[str, str]) -> None:
    async with amazon_bench() as amazon:
        await amazon.refused("GET", f"{REPORTS}/reports", params=asked)


async def test_reports_are_forgotten_after_ninety_days() -> None:
    async with amazon_bench() as amazon:
        await order_report(amazon, NL)
        amazon.pass_time(91 * 86_400)
        await amazon.renew("seller")
        assert await reports(amazon, createdSince="2020-01-01T00:00:00Z") == []


async def test_a_report_tells_what_time_its_data_is_of_and_whether_it_failed() -> None:
    async with amazon_bench(fatal_reports=1) as amazon:
        made = await order_report(amazon, NL, dataStartTime="2026-01-01T00:00:00Z")
        await worked_on(amazon)
        told = await amazon.get(f"{REPORTS}/reports/{made}")
        assert (told["processingStatus"], "reportDocumentId" in told) == ("FATAL", False)
        assert (told["dataStartTime"], told["dataEndTime"]) == ("2026-01-01T00:00:00.000Z", told["createdTime"])
        asked = {"reportType": ALL_LISTINGS, "marketplaceIds": [NL], "dataStartTime": "2999-01-01T00:00:00Z"}
        await amazon.refused("POST", f"{REPORTS}/reports", asked)


async def test_the_end_of_a_feed_is_announced_in_camel_case() -> None:
    async with subscribed() as (amazon, queue):
        feed_id = await submit(amazon, document(partial(A, 1)))
        await finished(amazon, feed_id)
        (told,) = await arrived(amazon, queue)
        check_file("schemas/notifications/FeedProcessingFinishedNotification.json", told)
        payload = told["payload"]["feedProcessingFinishedNotification"]
        assert (payload["feedId"], payload["processingStatus"]) == (feed_id, "DONE")
        assert payload["resultFeedDocumentId"] == (await state(amazon, feed_id))["resultFeedDocumentId"]


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


async def test_the_full_inventory_comes_as_a_report() -> None:
    async with amazon_bench() as amazon:
        await amazon.sell((B, 2), paid=False)
        asked = {"reportType": "GET_MERCHANT_LISTINGS_ALL_DATA", "marketplaceIds": [NL]}
        report_id = (await amazon.send("POST", f"{REPORTS}/reports", asked, 202))["reportId"]
        assert (await amazon.get(f"{REPORTS}/reports/{report_id}"))["processingStatus"] == "IN_QUEUE"
        amazon.pass_time(31)
        assert (await amazon.get(f"{REPORTS}/reports/{report_id}"))["processingStatus"] == "IN_PROGRESS"
        amazon.pass_time(31)
        done = await amazon.get(f"{REPORTS}/reports/{report_id}")
        body = await download(amazon, f"{REPORTS}/documents/{done['reportDocumentId']}")
        rows = {row["seller-sku"]: row for row in csv.DictReader(body.decode().splitlines(), delimiter="\t")}
        assert set(rows) == set(amazon.platform.account.listings.by_sku)
        assert rows[A]["quantity"] == str(amazon.platform.shown(A))
        assert (rows[B]["pending-quantity"], rows[A]["fulfillment-channel"]) == ("2", "DEFAULT")
        assert (rows[FBA]["quantity"], rows[FBA]["fulfillment-channel"]) == ("", "AMAZON_EU")
        listed = await amazon.get(f"{REPORTS}/reports", reportTypes="GET_MERCHANT_LISTINGS_ALL_DATA")
        assert [each["reportId"] for each in listed["reports"]] == [report_id]
        await amazon.refused("POST", f"{REPORTS}/reports", asked | {"reportType": "GET_OTHER"})
