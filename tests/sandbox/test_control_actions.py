"""The control side over HTTP: a day at the wholesaler, and the report about it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest

from hub.sandbox.amazon.edits import Edit
from hub.sandbox.amazon.orders import Package
from hub.sandbox.amazon.platform import AmazonPlatform
from hub.sandbox.amazon.switches import Switches as AmazonSwitches
from hub.sandbox.app import Options, Sandbox, running
from hub.sandbox.bol.platform import BolPlatform
from hub.sandbox.bol.switches import Switches as BolSwitches
from hub.sandbox.exact.platform import ExactPlatform
from hub.sandbox.faults import Fault
from hub.sandbox.roster import PLATFORMS
from hub.sandbox.woocommerce.platform import WooPlatform
from hub.sandbox.woocommerce.switches import Switches as WooSwitches


@dataclass
class Desk:
    """Asks the control side."""

    sandbox: Sandbox
    client: httpx2.AsyncClient

    async def do(self, action: str, **asked: object) -> Any:
        answer = await self.client.post(f"/_control/{action}", json=asked)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def report(self, grace: float = 10) -> Any:
        return (await self.client.get("/_control/ledger", params={"grace": grace})).json()

    async def sell(self, channel: str, sku: str = "ART-00001", quantity: int = 1, **more: object) -> str:
        sold = await self.do("sell", channel=channel, lines=[{"sku": sku, "quantity": quantity}], **more)
        return str(sold["ids"][0])

    async def forward(self, reference: str, total: float, sku: str = "ART-00001", quantity: int = 1) -> str:
        """Do the hub's work by hand: one line that makes up the whole total."""
        exact = self.sandbox.world.platforms["exact"]
        assert isinstance(exact, ExactPlatform)
        asked = {"lines": [{"sku": sku, "quantity": quantity}], "your_ref": reference, "account": 10000}
        made = await self.do("b2b-order", **asked)
        order = self.sandbox.world.ledger.sales_orders[made["order_id"]]
        order.total = type(order.total)(str(total))
        return str(made["order_id"])


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    """A sandbox whose channels show the opening stock already."""
    options = Options(
        speed=100,
        goods=6,
        platforms={
            "exact": ExactPlatform,
            "bol": lambda world: BolPlatform(world, BolSwitches(starting_stock=True)),
            "woocommerce": lambda world: WooPlatform(world, WooSwitches(starting_stock=True)),
        },
    )
    async with running(options) as sandbox, httpx2.AsyncClient(base_url=sandbox.options.base_url) as client:
        yield Desk(sandbox, client)


@pytest.fixture
async def amazon_desk() -> AsyncIterator[Desk]:
    """A sandbox with Exact and an Amazon account that shows the opening stock already."""
    options = Options(
        speed=100,
        goods=6,
        platforms={
            "exact": ExactPlatform,
            "amazon": lambda world: AmazonPlatform(world, AmazonSwitches(starting_stock=True)),
        },
    )
    async with running(options) as sandbox, httpx2.AsyncClient(base_url=sandbox.options.base_url) as client:
        yield Desk(sandbox, client)


async def test_the_default_sandbox_composes_all_platforms_of_the_roster() -> None:
    async with running(Options(goods=3)) as sandbox, httpx2.AsyncClient(base_url=sandbox.options.base_url) as client:
        state = (await client.get("/_control/state")).json()
        assert set(state["channels"]) == PLATFORMS.keys() - {"exact", "vies"}
        assert [good["sku"] for good in state["goods"]] == ["ART-00001", "ART-00002", "ART-00003"]
        assert state["goods"][0]["free"] == sum(state["goods"][0]["warehouses"].values())


async def test_a_sale_that_nobody_forwards_is_lost(desk: Desk) -> None:
    number = await desk.sell("bol")
    report = await desk.report()
    assert (report["sold"], report["forwarded"], report["lost"]) == (1, 0, 1)
    assert report["channels"]["bol"]["not_forwarded"] == [number]


async def test_unpaid_cancelled_and_platform_shipped_sales_are_not_lost(desk: Desk) -> None:
    unpaid = await desk.sell("woocommerce", paid=False)
    cancelled = await desk.sell("bol")
    await desk.do("cancel", channel="bol", id=cancelled)
    await desk.sell("bol", by_platform=True)
    assert (await desk.report())["lost"] == 0
    await desk.do("pay", channel="woocommerce", id=unpaid)
    assert (await desk.report())["lost_ids"] == [f"woocommerce/{unpaid}"]


async def test_a_forwarded_sale_is_matched_by_the_end_of_its_reference(desk: Desk) -> None:
    number = await desk.sell("woocommerce", shipping=0, discount=0)
    total = float(desk.sandbox.world.prices["ART-00001"])
    await desk.forward(f"WOO-{number}", total)
    report = await desk.report()
    assert (report["forwarded"], report["lost"], report["duplicates"], report["wrong_totals"]) == (1, 0, 0, 0)
    await desk.forward(f"WOO-{number}", total)
    assert (await desk.report())["duplicate_ids"] == [f"woocommerce/{number}"]


async def test_a_total_that_differs_by_a_cent_is_wrong(desk: Desk) -> None:
    number = await desk.sell("bol", discount=0)
    await desk.forward(f"BOL-{number}", float(desk.sandbox.world.prices["ART-00001"]) + 0.01)
    assert (await desk.report())["wrong_totals"] == 1


async def test_what_is_wrong_is_counted_per_channel_as_well(desk: Desk) -> None:
    total = float(desk.sandbox.world.prices["ART-00001"])
    await desk.sell("woocommerce")
    twice = await desk.sell("bol", discount=0)
    for amount in (total, total + 0.01):
        await desk.forward(f"BOL-{twice}", amount)
    channels = (await desk.report())["channels"]
    names = ("lost", "duplicates", "wrong_totals", "oversold_by_hub")
    assert [channels["bol"][name] for name in names] == [0, 1, 1, 0]
    assert [channels["woocommerce"][name] for name in names] == [1, 0, 0, 0]


async def test_stock_has_converged_when_every_channel_shows_free_stock_less_waiting_sales(desk: Desk) -> None:
    assert (await desk.report())["stock_converged"]
    await desk.sell("bol", quantity=2)
    report = await desk.report()
    assert not report["stock_converged"], "the shop still shows two too many"
    assert report["channels"]["bol"]["shown_mismatches"] == 0
    [wrong] = report["channels"]["woocommerce"]["shown_mismatch"]
    assert wrong["shown"] == wrong["expected"] + 2


async def test_a_channels_own_rule_changes_what_is_expected(desk: Desk) -> None:
    await desk.do("expect", channel="bol", buffer=1)
    assert (await desk.report())["channels"]["bol"]["shown_mismatches"] == 6
    await desk.do("expect", channel="bol", hands_off=True)
    assert (await desk.report())["stock_converged"]
    await desk.do("expect", channel="bol", warehouses=["RTM"], cap=3)
    wrong = (await desk.report())["channels"]["bol"]["shown_mismatch"][0]
    assert wrong["expected"] <= 3


async def test_an_oversale_is_the_hubs_only_after_the_grace(desk: Desk) -> None:
    good = desk.sandbox.world.by_sku["ART-00001"]
    there = sum(good.stock.values())
    await desk.do("receive", sku=good.sku, quantity=-there)
    desk.sandbox.world.clock.advance(12)
    await desk.sell("bol", quantity=3)
    report = await desk.report()
    assert (report["oversold_units"], report["oversold_by_hub"]) == (3, 3)
    assert (await desk.report(grace=60))["oversold_by_hub"] == 0


async def test_while_the_hub_is_down_nothing_is_held_against_it(desk: Desk) -> None:
    good = desk.sandbox.world.by_sku["ART-00001"]
    await desk.do("hub-down", on=True)
    await desk.do("receive", sku=good.sku, quantity=-sum(good.stock.values()))
    desk.sandbox.world.clock.advance(30)
    await desk.do("hub-down", on=False)
    await desk.sell("bol")
    report = await desk.report()
    assert (report["oversold_units"], report["oversold_by_hub"]) == (1, 0)


async def test_deliveries_wait_for_confirmation_with_tracking(desk: Desk) -> None:
    number = await desk.sell("bol")
    order = await desk.forward(f"BOL-{number}", 1)
    made = await desk.do("deliver", order_id=order)
    assert (await desk.report())["tracking"]["untracked"] == 1
    await desk.do("track", delivery=made["deliveries"][0]["delivery"], tracking="3SX")
    tracking = (await desk.report())["tracking"]
    assert (tracking["delivered"], tracking["missing"], tracking["untracked"]) == (1, 1, 0)
    assert tracking["ids"] == [f"bol/{number}/3SX"]


async def test_orders_can_be_delivered_in_parts_together_or_oldest_first(desk: Desk) -> None:
    first = await desk.forward("A-1", 1, quantity=3)
    await desk.forward("A-2", 1)
    part = await desk.do("deliver", order_id=first, lines=[{"sku": "ART-00001", "quantity": 1}], tracking="auto")
    assert part["deliveries"][0]["tracking"].startswith("3SHUB")
    both = await desk.do("deliver", count=5, together=True, tracking="3SALL")
    assert [each["your_refs"] for each in both["deliveries"]] == [["A-1", "A-2"]]
    assert (await desk.do("deliver", count=5))["deliveries"] == []


async def test_a_b2b_order_takes_stock_without_being_a_sale(desk: Desk) -> None:
    before = (await desk.client.get("/_control/state")).json()["goods"][0]["free"]
    made = await desk.do("b2b-order", lines=[{"sku": "ART-00001", "quantity": 4}], account=10011)
    assert (await desk.client.get("/_control/state")).json()["goods"][0]["free"] == before - 4
    assert made["your_ref"].startswith("INKOOP-")
    report = await desk.report()
    assert (report["sales_orders"], report["sold"], report["lost"]) == (1, 0, 0)


async def test_a_price_changes_everywhere(desk: Desk) -> None:
    await desk.do("price", sku="ART-00002", price=12.34)
    exact = desk.sandbox.world.platforms["exact"]
    assert isinstance(exact, ExactPlatform)
    item = exact.main.table("logistics/Items").rows[exact.main.guid("item", "ART-00002")]
    assert str(item["StandardSalesPrice"]) == str(desk.sandbox.world.prices["ART-00002"]) == "12.34"


async def test_buyers_choose_for_themselves_and_the_seed_decides_how(desk: Desk) -> None:
    sold = await desk.do("sell", channel="woocommerce", count=5)
    assert len(sold["ids"]) == 5
    assert (await desk.report())["channels"]["woocommerce"]["sold"] == 5


@pytest.mark.parametrize(("share", "companies"), [(None, 0), (0, 0), (1, 3)])
async def test_a_share_of_the_buyers_may_be_companies(desk: Desk, share: int | None, companies: int) -> None:
    asked = {} if share is None else {"business_share": share}
    await desk.do("sell", channel="bol", count=3, **asked)
    bol = desk.sandbox.world.platforms["bol"]
    assert isinstance(bol, BolPlatform)
    assert sum(bool(order.buyer.vat_number) for order in bol.account.orders.values()) == companies


@pytest.mark.parametrize(
    ("action", "asked", "status"),
    [
        ("sell", {"channel": "ebay"}, 400),
        ("sell", {"channel": "bol", "lines": [{"sku": "ART-00001", "quantity": 100000}]}, 409),
        ("sell", {"channel": "exact"}, 400),
        ("fault", {"fault": "earthquake", "platform": "bol"}, 400),
        ("outage", {"platform": "amazon"}, 400),
        ("receive", {"sku": "nope", "quantity": 1}, 400),
        ("price", {"sku": "ART-00001", "price": "much"}, 400),
        ("b2b-order", {"account": 10020, "lines": [{"sku": "ART-00001"}]}, 422),
        ("settings", {"platform": "exact", "nonsense": 1}, 400),
    ],
)
async def test_a_wish_that_cannot_be_met_is_refused(
    desk: Desk, action: str, asked: dict[str, Any], status: int
) -> None:
    answer = await desk.client.post(f"/_control/{action}", json=asked)
    assert answer.status_code == status, answer.text
    assert answer.json()["error"]


async def test_faults_profiles_settings_and_time_are_switched_over_http(desk: Desk) -> None:
    await desk.do("fault", fault="lost_answer", platform="exact", method="POST", path="SalesOrders", times=2)
    await desk.do("profile", name="mild")
    await desk.do("settings", platform="exact", minute_limit=5, language="EN", formula="projected")
    before = desk.sandbox.world.clock.now()
    await desk.do("clock/advance", seconds=100)
    world = desk.sandbox.world
    assert world.faults.forced[0].fault is Fault.LOST_ANSWER
    assert world.faults.profile == "mild"
    assert (world.clock.now() - before).total_seconds() >= 100
    exact = world.platforms["exact"]
    assert isinstance(exact, ExactPlatform)
    assert (exact.office.settings.minute_limit, exact.main.formula) == (5, "projected")


async def test_a_reset_begins_anew_while_the_address_stays(desk: Desk) -> None:
    await desk.sell("bol")
    await desk.do("reset")
    report = await desk.report()
    assert (report["sold"], report["calls"]) == (0, {})
    assert (await desk.client.get("/exact/api/oauth2/auth")).status_code == 400


async def test_a_channel_that_nobody_speaks_to_is_not_held_against_a_run_until_somebody_does() -> None:
    async with (
        running(Options(goods=3, platforms={"exact": ExactPlatform, "amazon": AmazonPlatform})) as sandbox,
        httpx2.AsyncClient(base_url=sandbox.options.base_url) as client,
    ):
        desk = Desk(sandbox, client)
        report = await desk.report()
        assert report["stock_converged"]
        assert (report["channels"]["amazon"]["in_use"], report["channels"]["amazon"]["shown_mismatches"]) == (False, 0)
        await desk.do("expect", channel="amazon", buffer=1)
        assert (await desk.report())["channels"]["amazon"]["shown_mismatches"] == 3
        sandbox.rules.clear()
        await client.get("/amazon/sellers/v1/marketplaceParticipations")
        assert not (await desk.report())["stock_converged"]


async def test_a_day_on_amazon_is_judged_like_any_other(amazon_desk: Desk) -> None:
    desk = amazon_desk
    sold = await desk.do("sell", channel="amazon", count=12)
    assert len(sold["ids"]) == 12
    unpaid = await desk.sell("amazon", paid=False, country="DE")
    await desk.sell("amazon", by_platform=True)
    report = await desk.report()
    assert (report["sold"], report["lost"], report["channels"]["amazon"]["unpaid"]) == (14, 12, 1)
    assert report["channels"]["amazon"]["by_platform"] == 1
    assert report["channels"]["amazon"]["shown_mismatches"] == 0, "Amazon takes its own orders off what it shows"
    await desk.do("pay", channel="amazon", id=unpaid)
    assert (await desk.report())["lost"] == 13
    await desk.do("request-cancellation", channel="amazon", id=unpaid)
    await desk.do("cancel", channel="amazon", id=unpaid)
    assert (await desk.report())["lost"] == 12
    state = (await desk.client.get("/_control/state")).json()
    assert set(sold["ids"]) <= set(state["channels"]["amazon"]["open_orders"])


async def test_an_offer_taken_away_from_amazons_warehouse_shows_in_the_report(amazon_desk: Desk) -> None:
    amazon = amazon_desk.sandbox.world.platforms["amazon"]
    assert isinstance(amazon, AmazonPlatform)
    entry = {"fulfillment_channel_code": "DEFAULT", "quantity": 5}
    amazon.account.apply("ART-00001-FBA", [Edit("merge", "fulfillment_availability", [entry])])
    [wrong] = (await amazon_desk.report())["channels"]["amazon"]["shown_mismatch"]
    assert wrong == {"sku": "ART-00001-FBA", "expected": 0, "shown": 5}


async def test_an_edited_package_counts_once(amazon_desk: Desk) -> None:
    desk = amazon_desk
    number = await desk.sell("amazon", quantity=2, shipping=0, discount=0, country="NL")
    order_id = await desk.forward(f"AMZ-{number}", 2 * float(desk.sandbox.world.prices["ART-00001"]), quantity=2)
    await desk.do("deliver", order_id=order_id, tracking="3S9")
    assert (await desk.report())["tracking"]["missing"] == 1
    amazon = desk.sandbox.world.platforms["amazon"]
    assert isinstance(amazon, AmazonPlatform)
    order, now = amazon.account.orders[number], amazon.account.now()
    for tracking in ("3S1", "3S9"):
        package = Package("1", "PostNL", None, tracking, now, now, [(order.items[0], 2)])
        amazon.account.accept(order, package)
    tracking = (await desk.report())["tracking"]
    assert (tracking["confirmed"], tracking["missing"], tracking["wrong"], tracking["doubled"]) == (1, 0, 0, 0)


async def test_amazons_switches_are_set_from_outside(amazon_desk: Desk) -> None:
    await amazon_desk.do("settings", platform="amazon", data_lag=0, roles=[], vcs=True)
    amazon = amazon_desk.sandbox.world.platforms["amazon"]
    assert isinstance(amazon, AmazonPlatform)
    assert (amazon.switches.data_lag, amazon.switches.roles, amazon.switches.vcs) == (0.0, [], True)
