"""What was sent to Exact and not answered may land late; it is not sent twice."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import anyio
import pytest
from sqlalchemy import select, update

from hub.actors import commands
from hub.actors.channel.cancelling import Cancelling
from hub.adapters.exact.erp import ExactErp
from hub.adapters.woocommerce.client import WooChannel
from hub.domain.channel import FulfilmentMode
from hub.domain.sales_order import SalesOrder
from hub.outcome import Outcome, Rejected, Throttled, Unavailable
from hub.store.tables import account_attempt, cancellation, message, orders, parcel, parked
from tests.flows.stage import PACE, Stage, eventually, stage
from tests.flows.test_cancellations import OTHER, SKU, forwarded, until_state
from tests.flows.test_customers import MAKING, NEW, accounts, buys
from tests.flows.test_edits import held, units
from tests.flows.test_shopify import all_published, shop


@pytest.fixture
async def patient(sqlite_url: str) -> AsyncIterator[Stage]:
    """A stage on which what was sent may take longer to land than the first retry takes to come."""
    async with stage(sqlite_url, pace=replace(PACE, settle=12.0)) as made:
        yield made


async def packed(acme: Stage) -> None:
    await acme.configure("woocommerce", fulfilment=FulfilmentMode.BOOKKEEPING)
    external_id = await acme.sell("woocommerce", lines=[{"sku": "ART-00001", "quantity": 1}])
    order = await acme.until_order(external_id, "forwarded")
    now = acme.desk.clock.now()
    await acme.command(commands.enter_parcel, order.order_id, None, None, "3SOWN000001", now)


async def until_booked(acme: Stage) -> None:
    async def booked() -> bool:
        return [row.goods_delivery for row in await acme.rows(select(parcel))] == ["made"]

    await eventually(booked)


async def test_a_goods_delivery_that_lands_after_the_look_up_is_not_made_twice(
    patient: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    deliver, find = ExactErp.deliver, ExactErp.find_delivery
    asked: list[tuple[Any, Any]] = []
    under_way: list[tuple[Any, Any]] = []

    async def lose(erp: ExactErp, lines: Any, **rest: Any) -> str:
        asked.append((lines, rest))
        under_way.append((lines, rest))
        raise Unavailable("no answer", unknown=True)

    async def find_just_before_it_lands(erp: ExactErp, description: str, lines: Any) -> str | None:
        found = await find(erp, description, lines)
        while under_way:
            sent, rest = under_way.pop()
            await deliver(erp, sent, **rest)
        return found

    monkeypatch.setattr(ExactErp, "deliver", lose)
    monkeypatch.setattr(ExactErp, "find_delivery", find_just_before_it_lands)
    await packed(patient)
    await until_booked(patient)
    assert len(asked) == 1


@pytest.mark.parametrize("fault", ["lost_request", "lost_answer", "broken_answer"])
async def test_a_goods_delivery_with_an_unknown_outcome_is_made_once(acme: Stage, fault: str) -> None:
    await acme.control("fault", fault=fault, platform="exact", method="POST", path="/GoodsDeliveries", times=1)
    await packed(acme)
    await until_booked(acme)
    await acme.until_ledger(lambda found: found["tracking"]["delivered"] == 1 and found["tracking"]["confirmed"] == 1)


@pytest.mark.parametrize("stop", [Throttled(0.01), Unavailable("no connection")])
async def test_a_goods_delivery_that_was_never_sent_is_not_looked_up(
    acme: Stage, monkeypatch: pytest.MonkeyPatch, stop: Outcome
) -> None:
    deliver, stops = ExactErp.deliver, [stop]

    async def stop_once(erp: ExactErp, lines: Any, **rest: Any) -> str:
        if stops:
            raise stops.pop()
        return await deliver(erp, lines, **rest)

    async def no_look_up(erp: ExactErp, description: str, lines: Any) -> str | None:
        raise AssertionError("nothing was sent")

    monkeypatch.setattr(ExactErp, "deliver", stop_once)
    monkeypatch.setattr(ExactErp, "find_delivery", no_look_up)
    await packed(acme)
    await until_booked(acme)


async def test_after_a_crash_what_an_order_sent_may_land_until_a_while_after_the_restart(
    patient: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process ended minutes into an attempt, so when it began says nothing of when it was given up."""
    create, find = ExactErp.create_sales_order, ExactErp.find_sales_orders
    begun, under_way = anyio.Event(), list[Any]()

    async def send_and_hear_nothing(erp: ExactErp, draft: Any) -> str:
        under_way.append(draft)
        begun.set()
        await anyio.sleep_forever()
        raise AssertionError("nobody answers")

    async def find_just_before_it_lands(erp: ExactErp, references: Collection[str]) -> Mapping[str, SalesOrder]:
        found = await find(erp, references)
        while under_way:
            await create(erp, under_way.pop())
        return found

    async def age(work: Any) -> None:
        await work.execute(update(orders).values(attempt_at=work.clock.now() - timedelta(minutes=5)))

    monkeypatch.setattr(ExactErp, "create_sales_order", send_and_hear_nothing)
    external_id = await patient.sell("bol")
    with anyio.fail_after(60):
        await begun.wait()
    await patient.hub.aclose()
    monkeypatch.setattr(ExactErp, "create_sales_order", create)
    monkeypatch.setattr(ExactErp, "find_sales_orders", find_just_before_it_lands)
    await patient.database.write(age)
    await patient.restart()
    await patient.until_order(external_id, "forwarded")
    ledger = await patient.ledger()
    assert (ledger["forwarded"], ledger["duplicates"]) == (1, 0)


async def test_orders_under_way_at_a_crash_are_looked_up_together_and_alone_where_that_is_refused(
    acme: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    create, find = ExactErp.create_sales_order, ExactErp.find_sales_orders
    begun, asked = list[str](), list[int]()

    async def send_and_hear_nothing(erp: ExactErp, draft: Any) -> str:
        await create(erp, draft)
        begun.append(draft.your_ref)
        await anyio.sleep_forever()
        raise AssertionError("nobody answers")

    async def refuse_many(erp: ExactErp, references: Collection[str]) -> Mapping[str, SalesOrder]:
        asked.append(len(references))
        if len(references) > 1:
            raise Rejected("too much asked", code="too_broad")
        return await find(erp, references)

    async def all_begun() -> bool:
        return len(begun) == 3

    monkeypatch.setattr(ExactErp, "create_sales_order", send_and_hear_nothing)
    await acme.configure("woocommerce", forwarding=False)
    sold = (await acme.control("sell", channel="woocommerce", count=3))["ids"]
    for external_id in sold:
        await acme.until_order(external_id, "waiting")
    await acme.configure("woocommerce", forwarding=True)
    await eventually(all_begun)
    await acme.hub.aclose()
    monkeypatch.setattr(ExactErp, "create_sales_order", create)
    monkeypatch.setattr(ExactErp, "find_sales_orders", refuse_many)
    await acme.restart()
    for external_id in sold:
        await acme.until_order(external_id, "forwarded")
    ledger = await acme.ledger()
    assert (ledger["forwarded"], ledger["duplicates"]) == (3, 0)
    assert asked == [3, 1, 1, 1]


async def test_of_orders_read_back_together_the_one_that_is_not_shown_is_looked_up_alone(
    acme: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    read, hidden, asked = ExactErp.sales_orders, list[str](), list[int]()

    async def all_but_one(erp: ExactErp, order_ids: Sequence[str]) -> Mapping[str, SalesOrder]:
        asked.append(len(order_ids))
        found = dict(await read(erp, order_ids))
        if not hidden and len(order_ids) > 1:
            hidden.append(order_ids[0])
            del found[order_ids[0]]
        return found

    monkeypatch.setattr(ExactErp, "sales_orders", all_but_one)
    await acme.control("sell", channel="woocommerce", count=12)
    ledger = await acme.until_ledger(lambda found: found["forwarded"] == 12)

    async def all_known() -> bool:
        return [row.status for row in await acme.rows(select(orders.c.status))] == ["forwarded"] * 12

    await eventually(all_known)
    assert (ledger["duplicates"], len(hidden)) == (0, 1)
    assert len(asked) < sum(asked) == 12
    assert not await acme.rows(select(parked))


async def test_an_order_that_exact_does_not_show_at_once_is_found_later(
    acme: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    read, refusals = ExactErp.sales_orders, [Rejected("not in Exact", code="not_found")]

    async def not_yet(erp: ExactErp, order_ids: Sequence[str]) -> Mapping[str, SalesOrder]:
        if refusals:
            raise refusals.pop()
        return await read(erp, order_ids)

    monkeypatch.setattr(ExactErp, "sales_orders", not_yet)
    await acme.until_order(await acme.sell("bol"), "forwarded")
    assert not refusals
    assert (await acme.ledger())["forwarded"] == 1
    assert not await acme.rows(select(parked))


@dataclass
class Slow:
    """An operation whose first call is never heard of: it takes effect just after its ``asker`` looked for it.

    The process ends minutes into that call, so when it began says nothing of when it was given up.
    """

    monkeypatch: pytest.MonkeyPatch
    owner: type[Any]
    operation: str
    asker: type[Any]
    look_up: str
    sent: int = 0

    async def until_sent_and_crashed(self, acme: Stage, ask: Callable[[], Awaitable[Any]], *ages: Any) -> None:
        """Let it be sent, let the process end, and start another minutes later; ``ages`` are updates of times."""
        send, begun = getattr(self.owner, self.operation), anyio.Event()
        under_way: list[tuple[Any, ...]] = []

        async def hear_nothing(*given: Any) -> Any:
            self.sent += 1
            under_way.append(given[1:])
            begun.set()
            await anyio.sleep_forever()

        self.monkeypatch.setattr(self.owner, self.operation, hear_nothing)
        await ask()
        with anyio.fail_after(60):
            await begun.wait()
        await acme.hub.aclose()
        self._land_after_a_look(send, under_way)
        for age in ages:
            await acme.database.write(partial(_run, statement=age))
        await acme.restart()

    def _land_after_a_look(self, send: Any, under_way: list[tuple[Any, ...]]) -> None:
        look = getattr(self.asker, self.look_up)

        async def look_just_before_it_lands(asker: Any, *asked: Any) -> Any:
            try:
                return await look(asker, *asked)
            finally:
                while under_way:
                    await send(asker if self.asker is self.owner else asker.scene.channel, *under_way.pop())

        async def count(*given: Any) -> Any:
            self.sent += 1
            return await send(*given)

        self.monkeypatch.setattr(self.owner, self.operation, count)
        self.monkeypatch.setattr(self.asker, self.look_up, look_just_before_it_lands)


async def _run(work: Any, statement: Any) -> None:
    await work.execute(statement)


def minutes_ago(acme: Stage, minutes: int) -> datetime:
    return acme.desk.clock.now() - timedelta(minutes=minutes)


async def test_after_a_crash_a_line_that_was_added_may_land_until_a_while_after_the_restart(
    patient: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    await patient.command(commands.create_channel, await shop(patient))
    await eventually(lambda: all_published(patient))
    order = await forwarded(patient, "shopify")
    await patient.control("edit-order", channel="shopify", id=order.external_id, sku=OTHER, quantity=3)
    await held(patient, order, "order_edited")
    slow = Slow(monkeypatch, ExactErp, "change_sales_order_lines", ExactErp, "sales_order")
    await slow.until_sent_and_crashed(
        patient,
        lambda: patient.command(commands.apply_edit, order.order_id),
        update(orders).values(attempt_at=minutes_ago(patient, 5)),
        update(message).where(message.c.kind == "erp.order.edit").values(posted_at=minutes_ago(patient, 6)),
    )
    await held(patient, order, None)
    assert (slow.sent, await units(patient)) == (1, [(SKU, 2), (OTHER, 3)])


async def test_after_a_crash_an_account_may_land_until_a_while_after_the_restart(
    patient: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    await patient.configure("bol", customers=MAKING)
    buys(monkeypatch, NEW)
    slow = Slow(monkeypatch, ExactErp, "create_account", ExactErp, "accounts_with")
    await slow.until_sent_and_crashed(
        patient,
        lambda: patient.sell("bol"),
        update(account_attempt).values(begun_at=minutes_ago(patient, 5)),
    )
    external_id = next(iter(patient.sandbox.world.ledger.sales))[1]
    await patient.until_order(external_id, "forwarded")
    assert (slow.sent, len(accounts(patient, NEW.vat_number))) == (1, 1)


async def test_after_a_crash_a_cancellation_may_land_on_the_channel_until_a_while_after_the_restart(
    patient: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = await forwarded(patient, "woocommerce")
    slow = Slow(monkeypatch, WooChannel, "cancel", Cancelling, "_known")
    await slow.until_sent_and_crashed(
        patient,
        lambda: patient.command(commands.cancel_order, order.order_id),
        update(cancellation).values(attempt_at=minutes_ago(patient, 5)),
    )
    await until_state(patient, "done")
    assert slow.sent == 1
