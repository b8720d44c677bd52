"""The bench tells the truth about what it measured, and leaves nothing behind."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import anyio
import pytest

from bench import bounds, webhooks
from bench.bounds import Bound, Change
from bench.calls import spend
from bench.children import ChildFailed, child
from bench.deliveries import DIVISION, SECRET, exact_requests, stock_keys
from bench.effort import QUICK
from bench.figure import Aim, figure, percentile
from bench.leaping import RUN, Stalled
from bench.load import whole
from bench.place import open_place
from bench.run import run
from bench.show import document
from bench.tally import OTHER, STOCK, TOKENS, purpose
from hub.adapters.exact.webhooks import ExactHooks


def test_a_figure_is_the_median_of_its_runs_beside_the_median_of_its_bounds() -> None:
    made = figure("posts", [10.0, 40.0, 20.0], "/s", bounds=[100.0, 50.0, 40.0])
    assert (made.value, made.bound, made.ratio, made.spread) == (20.0, 50.0, 0.4, (10.0, 40.0))


@pytest.mark.parametrize(
    ("aim", "value", "bound", "reached"),
    [
        (Aim(0.5, of_bound=True), 50.0, 100.0, True),
        (Aim(0.5, of_bound=True), 49.0, 100.0, False),
        (Aim(100, most=True), 99.0, None, True),
        (Aim(100, most=True), 101.0, None, False),
        (Aim(20_000), 20_001.0, 1.0, True),
    ],
)
def test_an_aim_is_reached_on_its_own_side_of_the_limit(
    aim: Aim, value: float, bound: float | None, reached: bool
) -> None:
    assert aim.reached(value, bound) is reached


def test_the_99th_percentile_leaves_out_the_slowest_hundredth() -> None:
    assert percentile([float(number) for number in range(1000)], 0.99) == 990.0


def test_the_json_has_every_figure_with_its_ratio_and_what_failed() -> None:
    made = [figure("turns", 30.0, "/s", bounds=60.0), figure("bytes", 180.0, "B")]
    told = json.loads(document(made, {"cores": 2}, ["skipped: no PostgreSQL"], ["failed: orders: late"], quick=True))
    assert [one["ratio"] for one in told["figures"]] == [0.5, None]
    assert (told["skipped"], told["failed"], told["quick"]) == (
        ["skipped: no PostgreSQL"],
        ["failed: orders: late"],
        True,
    )


def test_the_deliveries_are_signed_as_exact_signs_them() -> None:
    keys = stock_keys(3)
    for key, request in zip(keys, exact_requests(["one", "two"], keys), strict=True):
        _, _, body = request.partition(b"\r\n\r\n")
        (hint,) = ExactHooks().read({}, body, SECRET)
        assert (hint.topic, hint.key, hint.division) == ("StockPositions", key, DIVISION)


@pytest.mark.parametrize(
    ("received", "complete"),
    [
        (b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n", True),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n", False),
        (b"HTTP/1.1 503 No\r\nContent-Length: 5\r\n\r\nsor", False),
        (b"HTTP/1.1 503 No\r\nContent-Length: 5\r\n\r\nsorry", True),
    ],
)
def test_an_answer_is_whole_at_the_end_of_its_body(received: bytes, complete: bool) -> None:
    assert whole(received) is complete


@pytest.mark.parametrize(
    ("name", "number", "calls"),
    [("exact", 1_200, 2), ("bol", 120, 120), ("woocommerce", 120, 6), ("amazon", 45, 48), ("shopify", 300, 1)],
)
def test_a_platform_is_changed_with_the_fewest_calls_in_the_shortest_time(name: str, number: int, calls: int) -> None:
    spent = spend(name, number)
    assert spent.bound.calls == calls
    assert calls <= spent.calls <= 1.1 * calls
    assert spent.taken <= 1.1 * spent.bound.seconds
    assert (spent.refused, spent.tokens <= 1) == (0, True)


@pytest.mark.parametrize(
    ("bound", "calls", "seconds"),
    [
        (bounds.exact(25_000), 25, 1.0),
        (bounds.least("bol", [Change(1)] * 25_000, 1), 25_000, 499.0),
        (bounds.least("woocommerce", [Change(1)] * 101 + [Change(1, "7")] * 3 + [Change(1, "8")], 1), 4, 1.0),
        (bounds.least("shopify", [Change(1)] * 1_001, 1), 2, 1.0),
        (bounds.least("amazon", [Change(9)] * 1_000, 1), 1_050, 199.0),
        (bounds.least("amazon", [Change(5)] * 40 + [Change(6)] * 24_960, 1), 48, 7.0),
        (bounds.least("elsewhere", [Change(1)] * 501, 500), 2, 1.0),
    ],
)
def test_a_bound_is_what_the_limits_say(bound: Bound, calls: int, seconds: float) -> None:
    assert (bound.calls, bound.seconds) == (calls, seconds)


def test_time_leaps_from_timer_to_timer() -> None:
    began = time.monotonic()
    anyio.run(anyio.sleep, 86_400.0, backend_options=RUN)
    assert time.monotonic() - began < 60


def test_who_waits_for_nothing_is_told_so() -> None:
    async def wait() -> None:
        await anyio.Event().wait()

    with pytest.raises(Stalled):
        anyio.run(wait, backend_options=RUN)


@pytest.mark.parametrize(
    ("platform", "call", "what_for"),
    [
        ("exact", "GET /api/v1/1/sync/Inventory/StockPositions?$filter=x", STOCK),
        ("exact", "POST /api/oauth2/token", TOKENS),
        ("exact", "GET /api/v1/1/sync/Deleted", OTHER),
        ("bol", "PATCH /retailer/offers/1", STOCK),
        ("woocommerce", "POST /wp-json/wc/v3/products/7/variations/batch?oauth_nonce=1", STOCK),
        ("amazon", "GET /listings/2021-08-01/items/S?identifiers=A&pageToken=1", STOCK),
        ("amazon", "GET /listings/2021-08-01/items/S?pageToken=1", OTHER),
        ("shopify", "POST /admin/api/2026-07/graphql.json SetQuantities", STOCK),
        ("shopify", "POST /admin/api/2026-07/graphql.json Order", OTHER),
        ("elsewhere", "PUT /stock", STOCK),
    ],
)
def test_a_call_counts_for_what_it_was_made_for(platform: str, call: str, what_for: str) -> None:
    assert purpose(platform, call) == what_for


def test_an_unknown_subject_or_peer_is_refused_before_anything_runs(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["nonsense"]) == run(["peers"], entrants=["nobody"]) == 2
    told = capsys.readouterr().out
    assert "There is no nonsense to measure" in told
    assert "There is no nobody to measure" in told


async def test_a_program_that_does_not_start_is_reported_with_its_last_words(tmp_path: Path) -> None:
    with pytest.raises(ChildFailed, match="No module named"):
        async with child("bench.nowhere", tmp_path, {}):
            pass


async def test_a_program_ends_with_its_block(tmp_path: Path) -> None:
    async with child("bench.platform", tmp_path, {}) as platform:
        assert urlsplit(platform.facts["url"]).hostname == "127.0.0.1"
    assert platform.process.returncode is not None


async def test_every_webhook_of_a_measurement_is_accepted_by_a_real_hub() -> None:
    lines: list[str] = []
    async with open_place(replace(QUICK, rounds=1, deliveries=100), lines.append) as place:
        await webhooks.measure(place)
    accepted = place.figures[0]
    assert accepted.name == "webhooks accepted durably, sqlite"
    assert accepted.value > 0
    assert accepted.bound is not None
    assert len(lines) == len(place.figures)
    assert not place.folder.exists()
