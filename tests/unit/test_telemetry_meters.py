"""The meters of a node: what waits, since when, and what platforms still allow."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import insert, update

from hub.actors.messages import FetchOrder, ItemChanged
from hub.actors.runtime.address import Address
from hub.actors.runtime.mailbox import post
from hub.node.meters import Meters
from hub.store.engine import Database, Work
from hub.store.tables import actor, budget, message


async def test_meters_tell_depth_age_quarantine_and_budgets(database: Database) -> None:
    now = database.clock.now()

    async def fill(work: Work) -> None:
        for number in range(3):
            post(work, Address("channel", "acme", f"bol-{number}"), FetchOrder("1"))
        post(work, Address("erp", "acme", "123456"), ItemChanged("item"))
        row = {"tenant_id": "acme", "owner": "erp/acme/123456", "name": "day", "remaining": 4321, "seen_at": now}
        await work.execute(insert(budget).values(row))

    await database.write(fill)
    aged = update(message).where(message.c.address == "erp/acme/123456")
    await database.write(lambda work: work.execute(aged.values(posted_at=now - timedelta(minutes=2))))
    await database.write(
        lambda work: work.execute(
            update(actor).where(actor.c.address == "channel/acme/bol-0").values(status="quarantined")
        )
    )
    meters = Meters(database)
    await meters.look()
    depth, age, quarantined, budgets = [list(gauge.read()) for gauge in meters.gauges()]
    by_lane = {(labels["hub.actor.kind"], labels["hub.lane"]): value for value, labels in depth}
    assert by_lane == {("channel", "order"): 3, ("erp", "stock"): 1}
    oldest = {labels["hub.actor.kind"]: value for value, labels in age}
    assert oldest["erp"] >= 120
    assert 0 <= oldest["channel"] < 60
    assert quarantined == [(1.0, {})]
    assert budgets == [(4321, {"hub.tenant": "acme", "hub.actor.address": "erp/acme/123456", "hub.budget": "day"})]
