"""Amazon's feeds: uploaded, queued, worked on, listed and cancelled."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.sandbox.amazon_bench import BE, DE, NL, amazon_bench
from tests.sandbox.amazon_feeding import (
    FEEDS,
    JSON_TYPE,
    LISTINGS,
    A,
    document,
    finished,
    partial,
    state,
    submit,
    upload,
)
from tests.sandbox.amazon_spec import check_file
from tests.sandbox.test_amazon_notices import arrived, subscribed


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


async def test_the_end_of_a_feed_is_announced_in_camel_case() -> None:
    async with subscribed() as (amazon, queue):
        feed_id = await submit(amazon, document(partial(A, 1)))
        await finished(amazon, feed_id)
        (told,) = await arrived(amazon, queue)
        check_file("schemas/notifications/FeedProcessingFinishedNotification.json", told)
        payload = told["payload"]["feedProcessingFinishedNotification"]
        assert (payload["feedId"], payload["processingStatus"]) == (feed_id, "DONE")
        assert payload["resultFeedDocumentId"] == (await state(amazon, feed_id))["resultFeedDocumentId"]
