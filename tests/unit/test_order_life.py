"""What becomes of an order does not depend on the order in which the channel's news arrives."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from hub.domain.channel import ChannelSettings
from hub.domain.importing import ImportPolicy
from hub.domain.life.order import Before, ClaimAction, next_step
from hub.domain.life.order_states import may_stand
from hub.domain.life.payment import is_odd
from hub.domain.order import ChannelOrder, FulfilledBy, OrderLine, OrderStatus, PaymentState

NOW = datetime(2026, 1, 1, tzinfo=UTC)
SETTINGS = ChannelSettings(division=1, forwarding=True)
LINE = OrderLine("1", "SKU", None, "Thing", 2, Decimal(10))
PAID = ChannelOrder(
    "A1", "A1", NOW, NOW, "EUR", Decimal(10), PaymentState.PAID, FulfilledBy.SELLER, (LINE,), buyer=None
)
UNPAID = replace(PAID, payment=PaymentState.PENDING)
CANCELLED = replace(PAID, cancelled=True)


def test_a_paid_order_claims_and_is_forwarded() -> None:
    step = next_step(None, PAID, SETTINGS)
    assert (step.status, step.claims, step.forward) == (OrderStatus.READY, ClaimAction.SET, True)


def test_an_unpaid_order_claims_and_waits() -> None:
    step = next_step(None, UNPAID, SETTINGS)
    assert (step.status, step.claims, step.forward) == (OrderStatus.WAITING, ClaimAction.SET, False)


def test_a_waiting_order_goes_on_when_it_is_paid() -> None:
    assert next_step(Before(OrderStatus.WAITING), PAID, SETTINGS).forward


def test_nothing_is_forwarded_while_the_switch_is_off() -> None:
    assert not next_step(None, PAID, replace(SETTINGS, forwarding=False)).forward


def test_a_cancelled_order_gives_its_claims_back() -> None:
    for before in (None, OrderStatus.WAITING, OrderStatus.READY, OrderStatus.HELD, OrderStatus.CANCELLED):
        step = next_step(Before(before) if before else None, CANCELLED, SETTINGS)
        assert (step.status, step.claims) == (OrderStatus.CANCELLED, ClaimAction.DROP)


def test_an_order_with_every_unit_cancelled_is_cancelled() -> None:
    off = replace(PAID, lines=(replace(LINE, cancelled=2),))
    assert next_step(Before(OrderStatus.WAITING), off, SETTINGS).status is OrderStatus.CANCELLED


def test_a_cancellation_during_or_after_sending_never_hides_the_sales_order() -> None:
    assert next_step(Before(OrderStatus.SENDING), CANCELLED, SETTINGS).status is OrderStatus.SENDING
    after = next_step(Before(OrderStatus.FORWARDED), CANCELLED, SETTINGS)
    assert (after.status, after.needs_person) == (OrderStatus.FORWARDED, True)


def test_a_held_order_stays_held_until_a_person_acts() -> None:
    assert next_step(Before(OrderStatus.HELD), PAID, SETTINGS).status is OrderStatus.HELD


def test_goods_from_the_platforms_warehouse_never_touch_own_stock() -> None:
    step = next_step(None, replace(PAID, fulfilled_by=FulfilledBy.PLATFORM), SETTINGS)
    assert (step.status, step.claims, step.forward) == (OrderStatus.PLATFORM, ClaimAction.DROP, False)


def test_an_order_cancelled_by_hand_stays_cancelled_whatever_the_channel_says() -> None:
    step = next_step(Before(OrderStatus.CANCELLED, by_hand=True), PAID, SETTINGS)
    assert (step.status, step.forward) == (OrderStatus.CANCELLED, False)


def test_an_order_that_the_channel_revives_goes_on() -> None:
    assert next_step(Before(OrderStatus.CANCELLED), PAID, SETTINGS).forward


def test_each_further_unit_cancelled_after_forwarding_calls_a_person_once() -> None:
    partly = replace(PAID, lines=(replace(LINE, cancelled=1),))
    assert next_step(Before(OrderStatus.FORWARDED), partly, SETTINGS).needs_person
    assert not next_step(Before(OrderStatus.FORWARDED, cancelled_units=1), partly, SETTINGS).needs_person


def test_an_order_of_charges_alone_is_not_taken_for_a_cancelled_one() -> None:
    assert next_step(None, replace(PAID, lines=()), SETTINGS).status is OrderStatus.READY


def test_an_authorised_payment_goes_on_only_where_the_channel_is_set_so() -> None:
    authorized = replace(PAID, payment=PaymentState.AUTHORIZED)
    assert not next_step(None, authorized, SETTINGS).forward
    assert next_step(None, authorized, replace(SETTINGS, importing=ImportPolicy(forward_authorized=True))).forward


def test_a_payment_that_was_voided_ends_an_order_and_one_given_back_lets_it_wait() -> None:
    voided = next_step(Before(OrderStatus.WAITING), replace(PAID, payment=PaymentState.VOIDED), SETTINGS)
    assert (voided.status, voided.claims) == (OrderStatus.CANCELLED, ClaimAction.DROP)
    refunded = next_step(Before(OrderStatus.WAITING), replace(PAID, payment=PaymentState.REFUNDED), SETTINGS)
    assert (refunded.status, refunded.claims) == (OrderStatus.WAITING, ClaimAction.SET)


@pytest.mark.parametrize("before", PaymentState)
@pytest.mark.parametrize("after", PaymentState)
def test_every_payment_state_is_taken_over_and_only_strange_ones_are_called_odd(
    before: PaymentState, after: PaymentState
) -> None:
    backwards = {(PaymentState.PAID, PaymentState.PENDING), (PaymentState.REFUNDED, PaymentState.PAID)}
    assert not is_odd(before, before)
    assert is_odd(before, after) or (before, after) not in backwards


@pytest.mark.parametrize("status", OrderStatus)
@pytest.mark.parametrize("payment", PaymentState)
@pytest.mark.parametrize("by", FulfilledBy)
@pytest.mark.parametrize("cancelled", [False, True])
def test_there_is_a_next_state_for_whatever_a_channel_may_tell(
    status: OrderStatus, payment: PaymentState, by: FulfilledBy, cancelled: bool
) -> None:
    news = replace(PAID, payment=payment, fulfilled_by=by, cancelled=cancelled)
    step = next_step(Before(status), news, SETTINGS)
    assert next_step(Before(step.status), news, SETTINGS).status is step.status
    if may_stand(status):
        assert (step.status, step.claims) == (status, ClaimAction.KEEP)
