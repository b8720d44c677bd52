"""The meters of a node: what waits, since when, what platforms still allow, and what only a person can put right."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import insert, update

from hub.actors.messages import FetchOrder, ItemChanged, ReadCatalogue
from hub.actors.runtime.address import Address
from hub.actors.runtime.mailbox import post
from hub.metrics import Kind, Metric
from hub.node.meters import Meters
from hub.store.engine import Database, Work
from hub.store.tables import (
    actor,
    budget,
    channel,
    erp_connection,
    message,
    order_line,
    orders,
    parked,
    stock_difference,
)
from hub.store.tenants import create_tenant
from tests.web.stage import Hands

ACME = ("acme",)


async def looked(database: Database) -> dict[Metric, dict[tuple[str, ...], float]]:
    """Return every gauge by the values of its attributes, in their declared order."""
    meters = Meters(database)
    await meters.look()
    return {gauge.metric: by_labels(gauge.metric, gauge.read()) for gauge in meters.gauges()}


def by_labels(metric: Metric, readings: Iterable[tuple[float, Mapping[str, str]]]) -> dict[tuple[str, ...], float]:
    found = {}
    for value, labels in readings:
        assert set(labels) == {one.value for one in metric.attributes}, metric
        found[tuple(labels[one.value] for one in metric.attributes)] = value
    return found


async def test_a_lane_tells_its_depth_its_age_and_what_an_active_actor_has_left_undone(database: Database) -> None:
    now = database.clock.now()

    async def fill(work: Work) -> None:
        for number in range(3):
            post(work, Address("channel", "acme", f"bol-{number}"), FetchOrder("1"))
        post(work, Address("erp", "acme", "123456"), ItemChanged("item"))
        post(work, Address("erp", "acme", "123456"), ReadCatalogue(), due_at=now + timedelta(hours=6))

    await database.write(fill)
    aged = update(message).where(message.c.due_at <= now + timedelta(minutes=1))
    past = now - timedelta(minutes=2)
    await database.write(lambda work: work.execute(aged.values(posted_at=past, due_at=past)))
    await set_status(database, "channel/acme/bol-0", "quarantined")
    await set_status(database, "channel/acme/bol-1", "suspended")
    await set_status(database, "channel/acme/bol-2", "paused")
    seen = await looked(database)
    assert seen[Metric.LANE_DEPTH][("channel", "order")] == 3
    assert seen[Metric.LANE_DEPTH][("erp", "stock")] == 1
    assert seen[Metric.LANE_AGE][("channel", "order")] >= 120
    assert seen[Metric.LANE_OVERDUE][("channel", "order")] == 0, "nobody may work there"
    assert 120 <= seen[Metric.LANE_OVERDUE][("erp", "stock")] < 180
    assert all(value < 180 for value in seen[Metric.LANE_OVERDUE].values()), "what is due later is not overdue"
    assert (seen[Metric.QUARANTINED], seen[Metric.SUSPENDED]) == ({(): 1}, {(): 1})


async def set_status(database: Database, address: str, status: str) -> None:
    changed = update(actor).where(actor.c.address == address).values(status=status)
    await database.write(lambda work: work.execute(changed))


async def test_budgets_tell_what_is_left_of_how_much_and_until_when(database: Database) -> None:
    now = database.clock.now()
    usual = {"tenant_id": "acme", "owner": "erp/acme/123456", "seen_at": now}
    day = {"name": "day", "allowed": 5000, "remaining": 4321, "resets_at": now + timedelta(hours=1)}
    over = {"name": "minute", "allowed": 60, "remaining": 0, "resets_at": now - timedelta(seconds=1)}
    await database.write(lambda work: work.execute(insert(budget), [usual | day, usual | over]))
    seen = await looked(database)
    place = ("acme", "erp/acme/123456", "day")
    assert seen[Metric.BUDGET] == {place: 4321}
    assert seen[Metric.BUDGET_ALLOWED] == {place: 5000}
    assert 3590 < seen[Metric.BUDGET_RESET][place] <= 3600


async def test_orders_tell_how_many_wait_since_when_and_which_are_about_to_be_late(database: Database) -> None:
    now = database.clock.now()
    soon, later = now + timedelta(hours=1), now + timedelta(days=2)

    async def fill(work: Work) -> None:
        await create_tenant(work, "acme", "Acme BV")
        made = [
            order("held", now, status="held", imported_at=now - timedelta(hours=2)),
            order("also-held", now, status="held"),
            order("sent", now, status="forwarded", ship_by=soon),
            order("gone", now, status="forwarded", ship_by=soon),
            order("calm", now, status="forwarded", ship_by=later),
            order("off", now, status="cancelled", ship_by=soon, cancelled=True),
            order("theirs", now, status="platform", ship_by=soon, fulfilled_by="platform"),
        ]
        await work.execute(insert(orders), made)
        await work.execute(
            insert(order_line), [line(one["order_id"], shipped=one["order_id"] == "gone") for one in made]
        )

    await database.write(fill)
    seen = await looked(database)
    assert seen[Metric.ORDERS_OPEN] == {("acme", "held"): 2}
    assert 7200 <= seen[Metric.ORDERS_AGE][("acme", "held")] < 7300
    assert seen[Metric.ORDERS_AT_RISK] == {("acme", "bol-1"): 1}


def order(order_id: str, now: datetime, **changes: Any) -> dict[str, Any]:
    usual = {
        "tenant_id": "acme", "order_id": order_id, "channel_id": "bol-1", "external_id": order_id, "number": order_id,
        "placed_at": now, "changed_at": now, "imported_at": now, "currency": "EUR", "total": Decimal("12.10"),
        "payment": "paid", "fulfilled_by": "seller", "ship_by": None, "raw_status": "OPEN", "cancelled": False,
        "charges": [],
    }  # fmt: skip
    return usual | changes


def line(order_id: str, *, shipped: bool) -> dict[str, Any]:
    return {
        "tenant_id": "acme", "order_id": order_id, "line_id": "1", "place": 1, "title": "Pan",
        "units_per_offer": Decimal(1), "quantity": 2, "cancelled": 0, "shipped": 2 if shipped else 0,
        "cancellation_requested": False, "gross": Decimal("12.10"), "discount": Decimal(0),
    }  # fmt: skip


async def test_what_only_a_person_can_put_right_is_counted_per_tenant(database: Database) -> None:
    now = database.clock.now()

    async def fill(work: Work) -> None:
        grant = {"name": "Exact", "base_url": "", "credentials": b"", "created_at": now}
        await work.execute(insert(erp_connection), [
            grant | {"tenant_id": "acme", "connection_id": "one", "status": "lost"},
            grant | {"tenant_id": "acme", "connection_id": "two", "status": "connected"},
        ])  # fmt: skip
        shop = {"platform": "bol", "name": "bol", "base_url": "", "settings": {}, "credentials": b"", "created_at": now}
        await work.execute(insert(channel), [
            shop | {"tenant_id": "acme", "channel_id": "bol-1", "status": "paused"},
            shop | {"tenant_id": "acme", "channel_id": "bol-2", "status": "active"},
        ])  # fmt: skip
        letter = {
            "tenant_id": "acme", "address": "channel/acme/bol-1", "lane": "order", "seq": 1, "kind": "FetchOrder",
            "version": 1, "body": {}, "revision": 0, "attempts": 1, "crashes": 0, "posted_at": now, "code": "x",
            "error": "x", "parked_at": now,
        }  # fmt: skip
        await work.execute(insert(parked), [
            letter | {"parked_id": "a", "resolved_at": None}, letter | {"parked_id": "b", "resolved_at": now},
        ])  # fmt: skip

    await database.write(fill)
    seen = await looked(database)
    assert seen[Metric.GRANTS_LOST] == {ACME: 1}
    assert seen[Metric.CHANNELS_PAUSED] == {("acme", "bol-1"): 1}
    assert seen[Metric.FOR_PERSON] == {ACME: 1}


async def test_drift_tells_how_much_lasts_and_since_when(database: Database) -> None:
    now = database.clock.now()
    row = {"tenant_id": "acme", "channel_id": "shop", "cause": "mapping", "settled": True, "units": 1,
           "found_at": now, "looked_at": now}  # fmt: skip

    async def fill(work: Work) -> None:
        await create_tenant(work, "acme", "Acme")
        for name, state, age in (
            ("a", "open", 3600),
            ("b", "healing", 60),
            ("c", "aside", 9999),
            ("d", "healed", 9999),
        ):
            since = now - timedelta(seconds=age)
            await work.execute(insert(stock_difference).values(listing_id=name, state=state, since=since, **row))

    await database.write(fill)
    seen = await looked(database)
    assert seen[Metric.DRIFT_OPEN] == {("acme", "shop"): 2}
    assert 3600 <= seen[Metric.DRIFT_AGE][("acme", "shop")] < 3700


async def test_every_gauge_of_the_catalogue_is_read(database: Database) -> None:
    seen = await looked(database)
    assert set(seen) == {metric for metric in Metric if metric.kind is Kind.GAUGE}


async def test_what_was_read_grows_old_until_it_is_read_again(sqlite_url: str) -> None:
    clock = Hands()
    async with Database.open(sqlite_url, clock) as database:
        meters = Meters(database)
        await meters.look()
        clock.ahead = 90.0
        assert 90 <= age_of(meters) < 120
        await meters.look()
        assert age_of(meters) < 30


def age_of(meters: Meters) -> float:
    ((age, _),) = next(gauge for gauge in meters.gauges() if gauge.metric is Metric.LOOK_AGE).read()
    return age
