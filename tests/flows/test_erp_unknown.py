"""While nobody knows whether an order stands in Exact, things go on happening to it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sqlalchemy import select

from hub.actors import commands
from hub.actors.desk import erp_address
from hub.actors.messages import MakeDelivery
from hub.actors.runtime.mailbox import post
from hub.domain.channel import FulfilmentMode
from hub.domain.stock import StockRule
from hub.store.engine import Work
from hub.store.order_state import begin_attempt
from hub.store.orders import change_order
from hub.store.tables import claim, delivery, order_line, parcel
from tests.flows.stage import DIVISION, TENANT, Stage, eventually


async def sending(acme: Stage, fault: str) -> Any:
    """Let the answer to a posting go missing, and every look-up after it; return once the posting met its fault."""
    await acme.control("fault", fault=fault, platform="exact", method="POST", path="SalesOrders", times=1)
    await acme.control("fault", fault="broken", platform="exact", method="GET", path="/SalesOrders", times=1000)
    order = await acme.until_order(await acme.sell("woocommerce", lines=[{"sku": "ART-00001"}]), "sending")

    async def met() -> bool:
        return f"exact.{fault}" in acme.sandbox.world.faults.met

    await eventually(met)
    return order


def answer_again(acme: Stage) -> None:
    acme.sandbox.world.faults.forced.clear()


async def cancelled(acme: Stage, external_id: str) -> None:
    await acme.control("cancel", channel="woocommerce", id=external_id)

    async def known() -> bool:
        return bool((await acme.order(external_id)).cancelled)

    await eventually(known)


async def test_an_order_cancelled_while_it_was_sent_calls_a_person_once_it_is_found(acme: Stage) -> None:
    order = await sending(acme, "lost_answer")
    await cancelled(acme, order.external_id)
    answer_again(acme)
    found = await acme.until_order(order.external_id, "forwarded")
    assert found.hold_cause == "cancelled_after_forwarding"
    assert str(found.sales_order_number) in found.hold_detail["message"]
    assert [event.level for event in await acme.events("order.cancelled")] == ["warning"]


async def test_an_order_cancelled_while_its_posting_was_lost_gives_its_stock_back(acme: Stage) -> None:
    order = await sending(acme, "lost_request")
    await cancelled(acme, order.external_id)
    answer_again(acme)
    await acme.until_order(order.external_id, "cancelled")
    open_claims = select(claim).where(claim.c.order_id == order.order_id, claim.c.released_at.is_(None))
    assert not await acme.rows(open_claims)
    assert (await acme.ledger())["forwarded"] == 0


async def test_goods_that_left_before_the_order_was_known_to_stand_in_exact_are_told(acme: Stage) -> None:
    order = await sending(acme, "lost_answer")
    await acme.until_ledger(lambda found: found["sales_orders"] == 1)
    await acme.control("deliver", your_ref=order.external_id, tracking="3SEARLY0001")

    await eventually(lambda: acme.rows(select(delivery)))
    assert not await acme.rows(select(parcel))
    answer_again(acme)
    await acme.until_order(order.external_id, "forwarded")

    async def told() -> bool:
        return [row.status for row in await acme.rows(select(parcel.c.status))] == ["confirmed"]

    await eventually(told)


async def test_an_attempt_stays_with_the_division_it_was_made_in(acme: Stage) -> None:
    await acme.configure("woocommerce", forwarding=False)
    order = await acme.until_order(await acme.sell("woocommerce"), "waiting")

    async def begin(work: Work, division: int) -> bool:
        return await begin_attempt(
            work, TENANT, order.order_id, division=division, your_ref="W-1", fingerprint="f", now=work.clock.now()
        )

    async def attempts(work: Work) -> list[bool]:
        """Before a sweep can find that the order is not to be forwarded."""
        await change_order(work, TENANT, order.order_id, status="ready")
        return [await begin(work, division) for division in (DIVISION, DIVISION + 1, DIVISION)]

    assert await acme.database.write(attempts) == [True, False, True]


async def test_an_offer_of_six_is_told_with_the_delivery_that_completes_it(acme: Stage) -> None:
    await acme.configure("woocommerce", rule=StockRule(units_per_offer=Decimal(6)))
    external_id = await acme.sell("woocommerce", lines=[{"sku": "ART-00001", "quantity": 1}])
    order = await acme.until_order(external_id, "forwarded")
    for code, quantity in (("3SFIRST", 4), ("3SSECOND", 2)):
        lines = [{"sku": "ART-00001", "quantity": quantity}]
        await acme.control("deliver", order_id=order.sales_order_id, lines=lines, tracking=code)

    async def told() -> bool:
        rows = await acme.rows(select(parcel))
        return [(row.status, row.tracking) for row in rows] == [("confirmed", "3SSECOND")]

    await eventually(told)
    (line,) = await acme.rows(select(order_line).where(order_line.c.order_id == order.order_id))
    assert (await acme.rows(select(parcel.c.units)))[0].units == [[line.line_id, 1]]


async def test_no_goods_delivery_is_waited_for_once_the_order_is_cancelled(acme: Stage) -> None:
    await acme.configure("woocommerce", fulfilment=FulfilmentMode.BOOKKEEPING, forwarding=False)
    order = await acme.until_order(await acme.sell("woocommerce"), "waiting")
    now = acme.desk.clock.now()
    parcel_id = await acme.command(commands.enter_parcel, order.order_id, None, None, "3SNEVER", now)
    await acme.command(commands.cancel_order, order.order_id)

    async def ask(work: Any) -> None:
        post(work, erp_address(TENANT, DIVISION), MakeDelivery(parcel_id))

    await acme.database.write(ask)
    await eventually(lambda: acme.events("tracking.refused"))
    assert (await acme.rows(select(parcel.c.goods_delivery)))[0].goods_delivery == "refused"
