"""What a running node really exports: a day with mishaps, scraped the way Prometheus does."""

from __future__ import annotations

import re
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import anyio
import httpx2
import pytest

from demo import documents
from demo.alerts import answer_alerts
from demo.api import Api
from demo.board import Board
from demo.plan import Plan
from demo.site import Site, open_site
from demo.wholesaler import Wholesaler
from deploy.watch.panels import DASHBOARDS
from deploy.watch.rules import ALERTS
from hub.metrics import Kind, Metric, label
from tests.actors.runtime.stage import until
from tests.operations.promtool import needed, promtool

ROOT = Path(__file__).parents[2]
TOKEN = "scraped-in-the-tests"
PAUSE = """
mutation Pause($input: ChannelPauseInput!) { channelPause(input: $input) { userErrors { field code message } } }
"""
SELDOM = {
    Metric.RESTARTS: "needs a bug",
    Metric.PARKED: "needs a message that nobody can handle",
    Metric.FOR_PERSON: "needs a message that nobody can handle",
    Metric.PLATFORM_VERSION_FALLEN: "needs a Shopify that gave up a version",
    Metric.PLATFORM_THROTTLES: "the hub keeps within the platforms' limits",
    Metric.ORDERS_AT_RISK: "needs an order days old",
    Metric.BUDGET_HELD_BACK: "needs a day with hardly a call left",
    Metric.BUDGET_EMPTY: "needs a pace that the day does not bear",
    Metric.DRIFT_FOUND: "needs a channel that shows what it should not",
    Metric.DRIFT_HEALING: "needs a channel that shows what it should not",
    Metric.DRIFT_OPEN: "needs a channel that shows what it should not",
    Metric.DRIFT_AGE: "needs a channel that shows what it should not",
}
"""What a good day does not show; that it is measured, other tests say, and here that it is exported as declared."""
PERSONAL = re.compile(r"@|\bstraat\b|Bearer|secret", re.IGNORECASE)


def families(page: str) -> dict[str, set[str]]:
    """Return the labels of each family that the page shows."""
    found: dict[str, set[str]] = {}
    for line in page.splitlines():
        if match := re.match(r"([a-z_]+?)(?:_bucket|_count|_sum)?(?:\{(.*)\})? \S+$", line):
            labels = set(re.findall(r'(\w+)="', match.group(2) or "")) - {"le"}
            found.setdefault(match.group(1), set()).update(labels)
    return found


@pytest.fixture(scope="module")
async def site() -> AsyncIterator[Site]:
    settings = {"HUB_METRICS_TOKEN": TOKEN, "HUB_METRICS_SECONDS": "0.2"}
    async with open_site(Plan(for_seconds=5, settings=settings), Board()) as opened:
        yield opened


@pytest.fixture(scope="module")
async def scraped(site: Site) -> str:
    """The page after sales on every channel, a pause, a lost grant, and an order that must wait for a new one."""
    api = Api(site.http, site.hub_url, site.token)
    channels = await Wholesaler(site, api, Board()).set_up()
    for name in ("bol", "amazon", "shopify", "woocommerce"):
        await site.control.act("sell", channel=name)
    await site.control.act("sell", channel="woocommerce", country="DE")
    await site.control.act("receive", sku="ART-00001", quantity=5)
    wanted = {metric.exported for metric in Metric} - {metric.exported for metric in SELDOM}
    last = {Metric.GRANTS_LOST.exported, Metric.CHANNELS_PAUSED.exported}
    waiting = {Metric.ORDERS_OPEN.exported, Metric.ORDERS_AGE.exported}
    await shows(site, wanted - last - waiting)
    await api.change(PAUSE, channelId=channels["webshop"])
    await site.control.act("expire-grant")
    await shows(site, last)
    await site.control.act("sell", channel="bol")
    return await shows(site, wanted)


async def shows(site: Site, wanted: set[str]) -> str:
    """Scrape until the page shows the families."""
    missing = wanted
    with anyio.move_on_after(200):
        while missing:
            answer = await site.http.get(f"{site.hub_url}/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
            missing = wanted - set(families(answer.text))
            await anyio.sleep(0.1)
        return answer.text
    raise AssertionError(f"not exported: {sorted(missing)}")


async def test_a_node_exports_every_metric_of_rules_and_dashboards(scraped: str) -> None:
    found = families(scraped)
    seldom = {metric.exported for metric in SELDOM}
    for expression in used():
        for name in re.findall(r"\b(?:hub|http|process)_\w+", expression):
            family = re.sub(r"_bucket$", "", name)
            assert family in found or family in seldom or name in LABELS, f"{name} of {expression}"


LABELS = {label(attribute) for metric in Metric for attribute in metric.attributes}


def used() -> list[str]:
    panels = (panel for page in DASHBOARDS for _, row in page.rows for panel in row)
    return [query.expression for panel in panels for query in panel.queries] + [one.expression for one in ALERTS]


async def test_a_metric_has_the_attributes_that_were_declared_and_no_others(scraped: str) -> None:
    found = families(scraped)
    for metric in Metric:
        if metric.exported in found:
            assert found[metric.exported] == {label(one) for one in metric.attributes}, metric


async def test_the_page_is_small_and_names_nobody(scraped: str) -> None:
    assert len(scraped.splitlines()) < 5000
    assert not PERSONAL.search(scraped)


@needed
async def test_promtool_can_read_the_page(scraped: str) -> None:
    done = promtool("check", "metrics", folder=ROOT, given=scraped.encode())
    assert b"error" not in done.stderr.lower(), done.stderr


async def test_another_token_does_not_open_the_page(site: Site) -> None:
    async with httpx2.AsyncClient(trust_env=False) as http:
        for headers in ({}, {"Authorization": f"Bearer {site.token}"}):
            assert (await http.get(f"{site.hub_url}/metrics", headers=headers)).status_code == 401


async def test_the_alert_of_a_lost_grant_is_answered_by_a_new_consent(site: Site, scraped: str) -> None:
    api = Api(site.http, site.hub_url, site.token)

    async def connected() -> bool:
        return bool((await api.ask(documents.CONNECTIONS))["erpConnections"][0]["status"] == "CONNECTED")

    assert Metric.GRANTS_LOST.exported in families(scraped)
    assert not await connected()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(answer_alerts, api, Board())
        await until(connected, 200)
        tasks.cancel_scope.cancel()


RECORD_ALL = """
import sys
from hub.metrics import Kind, Metric, counter, histogram
from hub.telemetry import Gauge, observe, telemetry

with telemetry("node-1", "info", {}, scraped=True) as scrape:
    for metric in Metric:
        labels = {one.value: "x" for one in metric.attributes}
        match metric.kind:
            case Kind.COUNTER:
                counter(metric).add(1, labels)
            case Kind.HISTOGRAM:
                histogram(metric).record(1, labels)
            case Kind.GAUGE:
                observe([Gauge(metric, lambda labels=labels: [(1, labels)])])
    sys.stdout.buffer.write(scrape())
"""


async def test_every_metric_is_exported_under_the_name_that_rules_and_dashboards_use() -> None:
    done = await anyio.run_process([sys.executable, "-W", "error", "-c", RECORD_ALL], cwd=ROOT)
    found = families(done.stdout.decode())
    for metric in Metric:
        assert found[metric.exported] == {label(one) for one in metric.attributes}
        assert (f"\n{metric.exported}_bucket{{" in done.stdout.decode()) == (metric.kind is Kind.HISTOGRAM)
