"""What every channel adapter must do, run over its platform's sandbox with real HTTP on loopback."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import Any

import anyio
import httpx2
import pytest

from hub.adapters.port import Accepted, Conflict, Pending, Refused, StockUpdate, WriteResult
from hub.domain.delivery import ShippedUnits
from hub.outcome import Outcome, Throttled, Unauthorized, Unavailable
from hub.sandbox.faults import Fault
from tests.adapters.channel_ground import Fixture
from tests.adapters.channel_stage import Stage, is_off, staged
from tests.adapters.transports import Embellishing

FAULTS = (Fault.THROTTLE, Fault.BROKEN, Fault.LOST_REQUEST, Fault.LOST_ANSWER, Fault.BROKEN_ANSWER)


class _Suite:
    """A subclass names its platform's fixture."""

    fixture: Fixture

    @pytest.fixture
    async def stage(self) -> AsyncIterator[Stage]:
        async with staged(self.fixture) as stage:
            yield stage


class StockConformance(_Suite):
    """Quantities are absolute: they may be written again, and one refusal is nobody else's."""

    async def test_published_stock_is_shown_and_listed(self, stage: Stage) -> None:
        updates = [StockUpdate(listing, 3 + place) for place, listing in enumerate(stage.listings)]
        assert await stage.publish(updates) == [Accepted()] * len(updates)
        assert [stage.shown(update.listing) for update in updates] == [update.quantity for update in updates]
        listed = (await stage.patiently(stage.channel.listings, None)).rows
        own = [each for each in listed if not each.stocked_by_platform]
        assert {each.external_id: each.quantity for each in own} == {
            each.listing.external_id: each.quantity for each in updates
        }

    @pytest.mark.parametrize("fault", FAULTS)
    async def test_stock_lost_on_the_way_is_sent_again_safely(self, stage: Stage, fault: Fault) -> None:
        update = StockUpdate(stage.listings[0], 41)
        stage.force(fault, stage.fixture.stock_path)
        with pytest.raises((Throttled, Unavailable)) as outcome:
            await stage.channel.publish_stock([update])
        assert not getattr(outcome.value, "unknown", False), "writing a quantity again is always safe"
        results = await stage.publish([update])
        assert (results, stage.shown(update.listing)) == ([Accepted()], 41)

    async def test_an_unknown_listing_is_refused_without_its_neighbours(self, stage: Stage) -> None:
        updates = [StockUpdate(listing, 17) for listing in stage.listings[:4]]
        updates[2] = replace(updates[2], listing=stage.fixture.unknown(updates[2].listing))
        results = await stage.publish(updates)
        assert [type(result) for result in results] == [Accepted, Accepted, Refused, Accepted]
        assert [stage.shown(listing) for listing in stage.listings[:4]] == [17, 17, 500, 17]

    async def test_a_number_that_somebody_moved_is_told_or_overwritten(self, stage: Stage) -> None:
        """A platform that compares tells what it found; the decision is the hub's, which writes over it then."""
        believed = replace(stage.listings[0], quantity=500)
        await stage.sell(quantity=2)
        (result,) = await stage.all_settled(await stage.channel.publish_stock([StockUpdate(believed, 40)]))
        compares = getattr(stage.fixture, "compares", False)
        assert (result, stage.shown(believed)) == ((Conflict(498), 498) if compares else (Accepted(), 40))
        found = replace(believed, quantity=stage.shown(believed))
        assert await stage.all_settled(await stage.channel.publish_stock([StockUpdate(found, 39)])) == [Accepted()]
        assert stage.shown(believed) == 39

    async def test_a_number_that_landed_unheard_is_nobody_elses(self, stage: Stage) -> None:
        update = StockUpdate(replace(stage.listings[0], quantity=500), 41)
        stage.force(Fault.LOST_ANSWER, stage.fixture.stock_path)
        with pytest.raises(Unavailable):
            await stage.channel.publish_stock([update])
        assert await stage.all_settled(await stage.patiently(stage.channel.publish_stock, [update])) == [Accepted()]
        assert stage.shown(update.listing) == 41

    @pytest.mark.parametrize("fault", [Fault.THROTTLE, Fault.BROKEN, Fault.LOST_ANSWER])
    async def test_a_look_at_a_write_that_fails_loses_no_write(self, stage: Stage, fault: Fault) -> None:
        sent = await stage.channel.publish_stock([StockUpdate(each, 43) for each in stage.listings[:2]])
        working = [each.process_id for each in sent if isinstance(each, Pending)]
        stage.pass_time(0.2)
        stage.force(fault)
        try:
            told = await stage.channel.follow(working)
        except (Throttled, Unavailable):
            stage.clock.forward(60)
        else:
            assert not any(isinstance(each, Refused) for each in told.values())
        stage.ground.faults.forced.clear()
        assert set(await stage.all_settled(sent)) <= {Accepted()}
        assert [stage.shown(each) for each in stage.listings[:2]] == [43, 43]

    async def test_access_that_ended_is_renewed_without_a_word(self, stage: Stage) -> None:
        stage.fixture.expire_access(stage.platform)
        assert await stage.publish([StockUpdate(stage.listings[0], 5)]) == [Accepted()]


class OrderConformance(_Suite):
    """Every order and every change of one is found."""

    crowd = 260
    """How many orders are found while others change: more than two pages of a list."""

    async def test_a_throttled_question_says_how_long_to_wait(self, stage: Stage) -> None:
        order_id = await stage.sell()
        shipment = await stage.parcel(order_id, 2, "parcel-1")
        questions: list[Callable[[], Any]] = [
            lambda: stage.channel.changed_orders(None),
            lambda: stage.channel.order(order_id),
            lambda: stage.channel.listings(None),
            lambda: stage.channel.find_shipment(shipment),
        ]
        if stage.channel.hook_topics:
            questions.append(stage.channel.subscriptions)
        for ask in questions:
            stage.force(Fault.THROTTLE)
            with pytest.raises(Throttled) as outcome:
                await ask()
            assert 0 < outcome.value.retry_after <= getattr(stage.fixture, "longest_wait", 60)
            stage.clock.forward(outcome.value.retry_after)
            await stage.patiently(ask)

    @pytest.mark.parametrize("fault", [Fault.BROKEN, Fault.LOST_REQUEST, Fault.LOST_ANSWER, Fault.BROKEN_ANSWER])
    async def test_a_question_without_an_answer_may_be_asked_again(self, stage: Stage, fault: Fault) -> None:
        order_id = await stage.sell()
        stage.force(fault)
        with pytest.raises(Unavailable) as outcome:
            await stage.channel.order(order_id)
        assert not outcome.value.unknown
        order = await stage.channel.order(order_id)
        assert order is not None
        assert order.total == stage.ground.total(order_id)

    async def test_an_order_nobody_knows_is_none(self, stage: Stage) -> None:
        assert await stage.channel.order("999999") is None

    async def test_hundreds_of_orders_are_all_found_while_more_come_in_and_others_change(self, stage: Stage) -> None:
        placed = [await stage.sell(quantity=1, at=number % len(stage.listings)) for number in range(self.crowd)]
        cursor: str | None = None
        seen: set[str] = set()
        more, first = True, True
        while more:
            page = await stage.patiently(stage.channel.changed_orders, cursor)
            seen |= {ref.external_id for ref in page.rows}
            cursor, more = page.cursor, page.more
            if first:
                placed.append(await stage.sell(quantity=1))
                await stage.platform.cancel(placed[self.crowd // 3])
                first = False
        later, _ = await stage.sweep(cursor)
        assert seen | set(later) == set(placed)
        assert list(page.rows) == sorted(page.rows, key=lambda ref: ref.changed_at)

    async def test_changes_after_a_sweep_are_in_the_next(self, stage: Stage) -> None:
        first = await stage.sell()
        _, cursor = await stage.sweep(None)
        second = await stage.sell()
        await stage.platform.cancel(first)
        found, cursor = await stage.sweep(cursor)
        assert {first, second} <= set(found)
        cancelled = await stage.channel.order(first)
        assert cancelled is not None
        assert cancelled.cancelled


class ParcelConformance(_Suite):
    """A parcel is confirmed once, whatever gets lost."""

    async def test_a_confirmed_parcel_is_found_and_one_never_sent_is_not(self, stage: Stage) -> None:
        order_id = await stage.sell(quantity=2)
        shipment = await stage.parcel(order_id, 2, "parcel-1")
        assert await stage.channel.find_shipment(shipment) is None
        assert isinstance(await stage.settled(await stage.channel.ship(shipment)), Accepted)
        assert isinstance(await stage.channel.find_shipment(shipment), Accepted)
        other = replace(shipment, reference="parcel-2", tracking="3Sparcel-2")
        assert await stage.channel.find_shipment(other) is None
        assert stage.confirmed(order_id) == [("3Sparcel-1", 2)]

    @pytest.mark.parametrize("fault", FAULTS)
    async def test_a_parcel_is_confirmed_once_whatever_happens_to_the_writes(self, stage: Stage, fault: Fault) -> None:
        for target in stage.fixture.write_paths:
            order_id = await stage.sell(quantity=3)
            shipment = await stage.parcel(order_id, 3, f"{fault}-{len(target[1])}")
            before = stage.met(fault)
            stage.force(fault, target)
            assert isinstance(await stage.ship_as_the_hub_does(shipment), Accepted)
            assert stage.met(fault) == before + 1
            assert stage.confirmed(order_id) == [(shipment.tracking, 3)]

    async def test_a_lost_answer_to_a_parcel_is_told_as_unknown(self, stage: Stage) -> None:
        """Only an adapter that cannot repeat must say so; one that can may simply be asked again."""
        order_id = await stage.sell()
        shipment = await stage.parcel(order_id, 2, "parcel-1")
        stage.force(Fault.LOST_ANSWER, stage.fixture.write_paths[0])
        with pytest.raises(Unavailable) as outcome:
            await stage.channel.ship(shipment)
        assert outcome.value.unknown

    async def test_a_parcel_whose_answer_was_lost_is_found_without_sending_it_again(self, stage: Stage) -> None:
        order_id = await stage.sell()
        shipment = await stage.parcel(order_id, 2, "parcel-1")
        stage.force(Fault.LOST_ANSWER, stage.fixture.write_paths[-1])
        with pytest.raises(Unavailable):
            await stage.channel.ship(shipment)
        found: WriteResult | None = None
        with anyio.fail_after(90):
            while not isinstance(found, Accepted):
                stage.pass_time(0.2)
                found = await stage.settled(await stage.patiently(stage.channel.find_shipment, shipment))
        assert stage.confirmed(order_id) == [("3Sparcel-1", 2)]

    @pytest.mark.parametrize("fault", [Fault.THROTTLE, Fault.BROKEN, Fault.LOST_REQUEST, Fault.LOST_ANSWER])
    async def test_a_search_for_a_parcel_without_an_answer_is_no_answer(self, stage: Stage, fault: Fault) -> None:
        """Else the hub would send a parcel again that the platform has."""
        order_id = await stage.sell()
        shipment = await stage.parcel(order_id, 2, "parcel-1")
        assert isinstance(await stage.ship_as_the_hub_does(shipment), Accepted)
        stage.force(fault)
        with pytest.raises((Throttled, Unavailable)):
            await stage.channel.find_shipment(shipment)
        stage.clock.forward(60)
        assert isinstance(await stage.patiently(stage.channel.find_shipment, shipment), Accepted)

    async def test_a_process_nobody_knows_is_left_out(self, stage: Stage) -> None:
        assert await stage.channel.follow(["no-such-process"]) == {}


class CancelConformance(_Suite):
    """What the seller will not deliver is off, once, whatever gets lost."""

    async def test_a_cancelled_order_is_off(self, stage: Stage) -> None:
        cancellation = await stage.cancellation(await stage.sell(quantity=2))
        assert isinstance(await stage.settled(await stage.channel.cancel(cancellation)), Accepted)
        order = await stage.channel.order(cancellation.external_order_id)
        assert order is not None
        assert is_off(order)

    @pytest.mark.parametrize("fault", FAULTS)
    async def test_an_order_is_off_whatever_happens_to_the_writes(self, stage: Stage, fault: Fault) -> None:
        cancellation = await stage.cancellation(await stage.sell(quantity=2))
        stage.force(fault, stage.fixture.cancel_path)
        await stage.cancel_as_the_hub_does(cancellation)
        assert stage.met(fault) == 1
        assert stage.ground.is_cancelled(cancellation.external_order_id)

    async def test_a_cancellation_whose_answer_was_lost_shows_in_the_order(self, stage: Stage) -> None:
        cancellation = await stage.cancellation(await stage.sell(quantity=2))
        stage.force(Fault.LOST_ANSWER, stage.fixture.cancel_path)
        with pytest.raises(Unavailable):
            await stage.channel.cancel(cancellation)
        with anyio.fail_after(90):
            while not is_off(await stage.order(cancellation.external_order_id)):
                stage.pass_time(0.2)
        assert isinstance(await stage.settled(await stage.channel.cancel(cancellation)), Accepted | Refused)
        assert stage.ground.is_cancelled(cancellation.external_order_id)

    async def test_an_order_nobody_knows_cannot_be_cancelled(self, stage: Stage) -> None:
        known = await stage.cancellation(await stage.sell())
        unknown = replace(known, external_order_id="999999", units=(ShippedUnits("999999", 1),))
        assert isinstance(await stage.settled(await stage.channel.cancel(unknown)), Refused)


class SubscriptionConformance(_Suite):
    """A subscription is made once and removed once, whatever gets lost."""

    @pytest.mark.parametrize("fault", FAULTS)
    async def test_a_subscription_is_made_once_whatever_happens_to_the_write(self, stage: Stage, fault: Fault) -> None:
        topic, place = stage.channel.hook_topics[0], stage.place
        stage.force(fault, stage.fixture.hook_path)
        with pytest.raises((Throttled, Unavailable)):
            await stage.channel.subscribe(topic, place, "our secret")
        stage.clock.forward(60)
        stage.pass_time(0.2)
        assert (await stage.patiently(stage.channel.subscribe, topic, place, "our secret")).active
        assert [(each.topic, each.callback) for each in await stage.channel.subscriptions()] == [(topic, place)]

    async def test_a_subscription_can_be_removed_twice(self, stage: Stage) -> None:
        made = await stage.channel.subscribe(stage.channel.hook_topics[0], stage.place, "s")
        await stage.channel.unsubscribe(made.external_id)
        stage.pass_time(0.2)
        assert await stage.channel.subscriptions() == ()
        await stage.channel.unsubscribe(made.external_id)


class HookConformance(SubscriptionConformance):
    """Subscriptions are healed, and their messages verified."""

    async def test_subscribing_twice_leaves_one_subscription_and_its_messages_are_read(self, stage: Stage) -> None:
        heard: list[tuple[dict[str, str], bytes]] = []
        called = anyio.Event()

        def hear(request: httpx2.Request) -> httpx2.Response:
            heard.append(({name.lower(): value for name, value in request.headers.items()}, request.content))
            if b"webhook_id" not in request.content:
                called.set()
            return httpx2.Response(200)

        async with httpx2.AsyncClient(transport=httpx2.MockTransport(hear)) as listener:
            stage.sandbox.world.http = listener
            topic, place = stage.channel.hook_topics[0], stage.place
            for _ in range(2):
                made = await stage.channel.subscribe(topic, place, "our secret")
                assert (made.topic, made.callback, made.active) == (topic, place, True)
            assert [each.topic for each in await stage.channel.subscriptions()] == [topic]
            order_id = await stage.sell()
            with anyio.fail_after(60):
                await called.wait()
        secret, hooks = await stage.channel.hook_secret() or "our secret", stage.fixture.hooks
        assert hooks is not None
        hints = [hint for headers, body in heard for hint in hooks.read(headers, body, secret)]
        assert [(hint.topic, hint.key) for hint in hints] == [(topic, order_id)]

    async def test_a_subscription_switched_off_is_told_and_healed(self, stage: Stage) -> None:
        topic, place = stage.channel.hook_topics[0], stage.place
        await stage.channel.subscribe(topic, place, "our secret")
        stage.fixture.switch_off_hooks(stage.platform)
        assert not any(each.active for each in await stage.channel.subscriptions())
        assert (await stage.channel.subscribe(topic, place, "our secret")).active
        assert [each.active for each in await stage.channel.subscriptions()] == [True]


class AccountConformance(_Suite):
    """Credentials, strange answers and bad days."""

    async def test_a_wrong_secret_is_unauthorized_for_reading_and_writing(self, stage: Stage) -> None:
        async with stage.fixture.open(stage.url, stage.clock, secret="wrong") as stranger:
            for ask in (
                lambda: stranger.changed_orders(None),
                lambda: stranger.publish_stock([StockUpdate(stage.listings[0], 5)]),
            ):
                with pytest.raises(Unauthorized):
                    await ask()
        assert stage.shown(stage.listings[0]) == 500

    async def test_members_that_nobody_knows_are_ignored(self) -> None:
        async with staged(self.fixture, transport=Embellishing()) as stage:
            order_id = await stage.sell()
            assert order_id in (await stage.sweep(None))[0]
            shipment = await stage.parcel(order_id, 2, "parcel-1")
            assert isinstance(await stage.ship_as_the_hub_does(shipment), Accepted)
            cancellation = await stage.cancellation(await stage.sell())
            await stage.cancel_as_the_hub_does(cancellation)
            assert stage.ground.is_cancelled(cancellation.external_order_id)
            for topic in stage.channel.hook_topics[:1]:
                made = await stage.channel.subscribe(topic, stage.place, "secret")
                assert made in await stage.channel.subscriptions()

    async def test_every_outcome_is_one_of_the_four(self, stage: Stage) -> None:
        """A day of faults: nothing but outcomes comes out of the adapter, and stock ends as it should."""
        stage.ground.faults.profile = "harsh"
        for round_ in range(12):
            for ask in (
                lambda: stage.channel.changed_orders(None),
                lambda: stage.channel.listings(None),
                lambda n=round_: stage.publish([StockUpdate(each, n) for each in stage.listings]),
            ):
                try:
                    await ask()
                except Outcome:
                    stage.clock.forward(60)
        stage.ground.faults.profile = "none"
        await stage.publish([StockUpdate(each, 9) for each in stage.listings])
        assert {stage.shown(each) for each in stage.listings} == {9}


class PolledConformance(StockConformance, OrderConformance, ParcelConformance, CancelConformance, AccountConformance):
    """All that is asked of a platform without webhooks."""


class ChannelConformance(PolledConformance, HookConformance):
    """All of it."""
