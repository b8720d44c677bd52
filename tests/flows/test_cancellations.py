"""Orders are cancelled by seller, buyer and channel, before, while and after they go to Exact, each once."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from hub.actors import commands
from hub.actors.commands import CommandRefused
from hub.domain.cancelling import CancelPolicy, OnCancel
from hub.domain.delivery import CancelReason, ShippedUnits
from hub.store.tables import cancellation, claim, order_line
from tests.flows.stage import Stage, eventually, stage
from tests.flows.test_erp_unknown import answer_again, cancelled, sending

SKU, OTHER = "ART-00001", "ART-00002"
CHANNELS = ("bol", "woocommerce")
APPLY = CancelPolicy(OnCancel.APPLY)


async def asked(acme: Stage) -> list[Any]:
    return await acme.rows(select(cancellation).order_by(cancellation.c.asked_at))


async def until_state(acme: Stage, *states: str) -> list[Any]:
    """Wait until the cancellations are in these states, oldest first."""

    async def reached() -> list[Any] | None:
        rows = await asked(acme)
        return rows if tuple(row.state for row in rows) == states else None

    return await eventually(reached)


async def forwarded(acme: Stage, channel: str, quantity: int = 2, **given: Any) -> Any:
    lines = [{"sku": SKU, "quantity": quantity}]
    return await acme.until_order(await acme.sell(channel, lines=lines, **given), "forwarded")


async def lines_of(acme: Stage, order: Any) -> list[Any]:
    return await acme.rows(select(order_line).where(order_line.c.order_id == order.order_id))


async def open_claims(acme: Stage, order: Any) -> list[Any]:
    return await acme.rows(select(claim).where(claim.c.order_id == order.order_id, claim.c.released_at.is_(None)))


def clean(ledger: dict[str, Any]) -> bool:
    assert (ledger["duplicates"], ledger["oversold_by_hub"], ledger["wrong_totals"]) == (0, 0, 0), ledger
    return bool(ledger["stock_converged"]) and not ledger["lost"]


async def sales_orders(acme: Stage) -> list[Any]:
    return [one for one in acme.sandbox.world.ledger.sales_orders.values() if one.deleted_at is None]


@pytest.mark.parametrize("channel", CHANNELS)
async def test_the_seller_cancels_an_order_in_exact_and_on_the_channel(acme: Stage, channel: str) -> None:
    order = await forwarded(acme, channel)
    await acme.command(commands.cancel_order, order.order_id, None, CancelReason.NO_STOCK)
    await until_state(acme, "done")
    gone = await acme.until_order(order.external_id, "cancelled")
    assert (gone.hold_cause, gone.sales_order_id) == ("cancelled_by_hand", None)
    assert not await open_claims(acme, order)
    ledger = await acme.until_ledger(clean)
    assert (ledger["sales_orders"], ledger["channels"][channel]["cancelled"]) == (0, 1)


@pytest.mark.parametrize("channel", CHANNELS)
async def test_the_seller_cancels_an_order_that_exact_does_not_have(acme: Stage, channel: str) -> None:
    await acme.configure(channel, forwarding=False)
    order = await acme.until_order(await acme.sell(channel, lines=[{"sku": SKU}]), "waiting")
    await acme.command(commands.cancel_order, order.order_id)
    await until_state(acme, "done")
    await acme.until_order(order.external_id, "cancelled")
    assert not await open_claims(acme, order)
    assert (await acme.until_ledger(clean))["channels"][channel]["cancelled"] == 1


async def test_one_item_of_two_is_cancelled_and_the_rest_stands_to_the_cent(acme: Stage) -> None:
    lines = [{"sku": SKU, "quantity": 2}, {"sku": OTHER, "quantity": 1}]
    order = await acme.until_order(await acme.sell("bol", lines=lines, discount="1.11"), "forwarded")
    off = next(line for line in await lines_of(acme, order) if line.sku == SKU)
    await acme.command(commands.cancel_order, order.order_id, [ShippedUnits(off.line_id, 2)], CancelReason.NO_STOCK)
    await until_state(acme, "done")
    (standing,) = await sales_orders(acme)
    assert [(one.sku, one.quantity) for one in standing.units] == [(OTHER, 1)]
    assert (await acme.order(order.external_id)).status == "forwarded"
    await acme.until_ledger(clean)


async def test_a_part_that_the_channel_cannot_cancel_is_shown_and_settled_by_hand(acme: Stage) -> None:
    order = await forwarded(acme, "woocommerce", 3)
    (line,) = await lines_of(acme, order)
    await acme.command(commands.cancel_order, order.order_id, [ShippedUnits(line.line_id, 1)])
    (told,) = await until_state(acme, "untold")
    assert "whole orders only" in told.problem
    (standing,) = await sales_orders(acme)
    assert [one.quantity for one in standing.units] == [2]
    (line,) = await lines_of(acme, order)
    assert (line.cancelled, line.given_up) == (1, 1)
    await acme.command(commands.decline_cancellation, told.cancellation_id)
    await until_state(acme, "declined")


@pytest.mark.parametrize("fault", ["lost_answer", "broken_answer", "lost_request", "throttle"])
@pytest.mark.parametrize("channel", CHANNELS)
async def test_a_cancellation_with_an_unknown_outcome_is_looked_up(acme: Stage, channel: str, fault: str) -> None:
    order = await forwarded(acme, channel)
    path = {"bol": "/cancellation", "woocommerce": "/orders"}[channel]
    await acme.control("fault", fault=fault, platform=channel, method="PUT", path=path, times=1)
    await acme.control("fault", fault=fault, platform="exact", method="DELETE", path="SalesOrders", times=1)
    await acme.command(commands.cancel_order, order.order_id)
    await until_state(acme, "done")
    ledger = await acme.until_ledger(clean)
    assert (ledger["sales_orders"], ledger["channels"][channel]["cancelled"]) == (0, 1)


async def test_a_buyers_request_is_accepted_and_carried_out(acme: Stage) -> None:
    order = await forwarded(acme, "bol")
    await acme.control("request-cancellation", channel="bol", id=order.external_id)
    (request,) = await until_state(acme, "requested")
    assert (request.asked_by, request.whole, request.until) == ("buyer", True, order.ship_by)
    await acme.command(commands.accept_cancellation, request.cancellation_id)
    await until_state(acme, "done")
    ledger = await acme.until_ledger(clean)
    assert (ledger["sales_orders"], ledger["channels"]["bol"]["cancelled"]) == (0, 1)


async def test_a_buyers_request_is_declined_and_asked_once(acme: Stage) -> None:
    order = await forwarded(acme, "bol")
    await acme.control("request-cancellation", channel="bol", id=order.external_id)
    (request,) = await until_state(acme, "requested")
    await acme.command(commands.decline_cancellation, request.cancellation_id)
    await acme.command(commands.sweep_channel, "bol")
    await acme.control("deliver", order_id=order.sales_order_id, tracking="3SNONETHELESS")
    await acme.until_ledger(lambda ledger: bool(ledger["tracking"]["confirmed"]))
    assert [row.state for row in await asked(acme)] == ["declined"]


async def test_a_parcel_answers_a_buyers_request(acme: Stage) -> None:
    order = await forwarded(acme, "bol")
    await acme.control("request-cancellation", channel="bol", id=order.external_id)
    await until_state(acme, "requested")
    await acme.control("deliver", order_id=order.sales_order_id, tracking="3SGONE")
    await until_state(acme, "withdrawn")


async def test_a_cancellation_on_the_channel_is_proposed_and_applied_by_one_click(acme: Stage) -> None:
    order = await forwarded(acme, "woocommerce")
    await acme.control("cancel", channel="woocommerce", id=order.external_id)
    (proposed,) = await until_state(acme, "proposed")
    assert (await acme.order(order.external_id)).hold_cause == "cancelled_after_forwarding"
    await acme.command(commands.accept_cancellation, proposed.cancellation_id)
    await until_state(acme, "done")
    await acme.until_order(order.external_id, "cancelled")
    assert (await acme.until_ledger(clean))["sales_orders"] == 0


async def test_a_cancellation_on_the_channel_is_applied_by_policy(acme: Stage) -> None:
    await acme.configure("woocommerce", cancelling=APPLY)
    order = await forwarded(acme, "woocommerce")
    await acme.control("cancel", channel="woocommerce", id=order.external_id)
    await until_state(acme, "done")
    gone = await acme.until_order(order.external_id, "cancelled")
    assert gone.hold_cause is None
    assert (await acme.until_ledger(clean))["sales_orders"] == 0


async def test_goods_that_left_are_never_cancelled_by_policy(acme: Stage) -> None:
    await acme.configure("bol", cancelling=APPLY)
    order = await forwarded(acme, "bol")
    lines = [{"sku": SKU, "quantity": 1}]
    await acme.control("deliver", order_id=order.sales_order_id, lines=lines, tracking="3SFIRST")
    await acme.until_ledger(lambda ledger: bool(ledger["tracking"]["confirmed"]))
    await acme.control("cancel", channel="bol", id=order.external_id)
    await until_state(acme, "done")
    (standing,) = await sales_orders(acme)
    assert [one.quantity for one in standing.units] == [1]
    assert (await acme.order(order.external_id)).status == "forwarded"


async def test_exact_refuses_what_left_and_what_was_given_up_is_wanted_again(acme: Stage) -> None:
    order = await forwarded(acme, "woocommerce", 1)
    await acme.control("fault", fault="broken", platform="exact", method="GET", path="GoodsDeliveries", times=1000)
    await acme.control("deliver", order_id=order.sales_order_id, tracking="3SLEFT")
    await acme.command(commands.cancel_order, order.order_id)
    (refused,) = await until_state(acme, "refused")
    assert "have left" in refused.problem
    (line,) = await lines_of(acme, order)
    assert (line.cancelled, line.given_up) == (0, 0)
    answer_again(acme)
    await acme.until_ledger(lambda ledger: bool(ledger["tracking"]["confirmed"]))


async def test_an_order_cancelled_while_it_was_sent_is_taken_out_of_exact_by_policy(acme: Stage) -> None:
    await acme.configure("woocommerce", cancelling=APPLY)
    order = await sending(acme, "lost_answer")
    await cancelled(acme, order.external_id)
    answer_again(acme)
    await until_state(acme, "done")
    await acme.until_order(order.external_id, "cancelled")
    assert (await acme.until_ledger(clean))["sales_orders"] == 0


async def test_the_seller_cancels_while_nobody_knows_whether_the_order_stands(acme: Stage) -> None:
    order = await sending(acme, "lost_request")
    await acme.command(commands.cancel_order, order.order_id)
    answer_again(acme)
    await until_state(acme, "done")
    await acme.until_order(order.external_id, "cancelled")
    assert (await acme.until_ledger(clean))["sales_orders"] == 0


async def test_an_order_that_the_shop_revives_goes_to_exact_anew(acme: Stage) -> None:
    await acme.configure("woocommerce", cancelling=APPLY)
    order = await forwarded(acme, "woocommerce")
    await acme.control("cancel", channel="woocommerce", id=order.external_id)
    await acme.until_order(order.external_id, "cancelled")
    shop: Any = acme.sandbox.world.platforms["woocommerce"]
    revived = shop.shop.orders[int(order.external_id)]
    acme.sandbox.world.ledger.sales["woocommerce", order.external_id].cancelled_at = None
    shop.shop.set_status(revived, "processing")
    shop.shop.touch(revived)
    again = await acme.until_order(order.external_id, "forwarded")
    assert again.sales_order_number != order.sales_order_number
    assert (await acme.until_ledger(clean))["sales_orders"] == 1


async def test_more_than_is_left_cannot_be_cancelled(acme: Stage) -> None:
    order = await forwarded(acme, "bol", 1)
    (line,) = await lines_of(acme, order)
    with pytest.raises(CommandRefused, match="has 1 left"):
        await acme.command(commands.cancel_order, order.order_id, [ShippedUnits(line.line_id, 2)])


@pytest.mark.parametrize("fault", ["none", "lost_answer"])
async def test_amazon_is_told_once_of_a_whole_order(sqlite_url: str, fault: str) -> None:
    async with stage(sqlite_url, channels=("amazon",)) as acme:
        order = await forwarded(acme, "amazon")
        if fault != "none":
            await acme.control("fault", fault=fault, platform="amazon", method="POST", path="/feeds", times=1)
        await acme.command(commands.cancel_order, order.order_id)
        await until_state(acme, "done")
        ledger = await acme.until_ledger(clean)
        assert (ledger["sales_orders"], ledger["channels"]["amazon"]["cancelled"]) == (0, 1)
