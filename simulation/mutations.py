"""The list of deliberate bugs, by what they are about; every one must be caught by an invariant."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from simulation.mutating import Mutation
from simulation.script import Script, Step, read_script


def _many_channels(script: Script) -> bool:
    return len(script.channels) > 1


def _crashes(script: Script) -> bool:
    return script.nodes == 1 and _has(script, "crash")


def _frozen_of_two(script: Script) -> bool:
    return script.nodes > 1 and _has(script, "freeze")


def _has(script: Script, kind: str) -> bool:
    return any(step.kind == kind for step in script.steps)


def _sells(script: Script) -> bool:
    return _has(script, "sell")


def _sells_several(script: Script) -> bool:
    return any(line["quantity"] > 1 for step in script.steps if step.kind == "sell" for line in step.asked["lines"])


def _delivers(script: Script) -> bool:
    return _has(script, "deliver")


def _delivers_and_loses(script: Script) -> bool:
    return _delivers(script) and bool(script.weather.get("lost_answers") or script.faults == "harsh")


def _cancels(script: Script) -> bool:
    return _has(script, "cancel")


def _unpaid(script: Script) -> bool:
    return any(step.asked.get("paid") is False for step in script.steps)


def _loses_answers(script: Script) -> bool:
    lost = any(step.asked.get("fault") in ("lost_answer", "broken_answer") for step in script.steps)
    return _sells(script) and (lost or bool(script.weather.get("lost_answers")) or script.faults == "harsh")


def _late(script: Script) -> bool:
    return _sells(script) and bool(script.weather.get("late_effects"))


def _busy(script: Script) -> bool:
    moves = sum(step.kind in ("sell", "book", "move") for step in script.steps)
    return moves >= 7 and _many_channels(script)


def _two_tenants(script: Script) -> bool:
    return script.other_channel is not None


def _asynchronous(script: Script) -> bool:
    return "amazon" in script.channels


def _delivers_at_bol_unheard(script: Script) -> bool:
    sold = {step.label for step in script.steps if step.kind == "sell" and step.asked["channel"] == "bol"}
    delivers = any(step.kind == "deliver" and step.asked["sale"] in sold for step in script.steps)
    lost = any(step.asked.get("fault") == "hook_lost" and step.asked["platform"] == "bol" for step in script.steps)
    return delivers and (lost or script.faults == "harsh")


def _cancels_early(script: Script) -> bool:
    unpaid = {step.label for step in script.steps if step.asked.get("paid") is False and step.asked["channel"] != "bol"}
    return any(step.kind == "cancel" and step.asked["sale"] in unpaid for step in script.steps)


def _loses_consent(script: Script) -> bool:
    return _has(script, "expire-grant")


def _outage(script: Script) -> bool:
    return _has(script, "outage") and _sells(script)


def _sets(change: str) -> object:
    return lambda script: any(step.asked.get("change") == change for step in script.steps)


def _later_tracking(script: Script) -> bool:
    return any(step.kind == "deliver" and step.asked["tracking"] == "later" for step in script.steps)


def _moves(script: Script) -> bool:
    return _has(script, "move-division")


def _narrow(script: Script) -> bool:
    return script.exact_minute_limit < 60


PACE = {"order_sweep": 14400.0, "stock_sweep_seconds": 14400.0, "delivery_sweep_seconds": 14400.0}
ALONE = {"lease_seconds": 21600.0, "poll_seconds": 7200.0}


def _saved(name: str) -> Script:
    """Return a play that found a bug once."""
    return read_script((Path(__file__).parent / "scripts" / f"{name}.json").read_text())


def _directed(channels: tuple[str, ...], *steps: Step, weather: dict[str, float] | None = None) -> Script:
    """Return a play on one good, that is played as it is written."""
    return Script(7, "2026-11-23T09:00:00+00:00", channels, goods=1, pace=PACE | ALONE, steps=steps, quiet=0.0,
                  weather=weather or {})  # fmt: skip


def _told_by(channel: str, *faults: dict[str, object], part: bool = False) -> Script:
    """Return a play in which one order is sold, delivered and told, while these faults wait at its channel."""
    return _directed(
        (channel,),
        _sold(30.0, "s0", channel, 2),
        *(Step(40.0, "fault", f"s{place}", {"platform": channel, **one}) for place, one in enumerate(faults, 1)),
        Step(60.0, "deliver", "s9", {"sale": "s0", "tracking": "now", "part": part, "after": 5.0}),
    )


def _sold(at: float, label: str, channel: str, quantity: int, **asked: Any) -> Step:
    lines = [{"sku": "ART-00001", "quantity": quantity}]
    return Step(at, "sell", label, {"channel": channel, "lines": lines, **asked})


def _sold_while_told(pause: float) -> Script:
    """Return a play in which unpaid orders lower what another channel shows, faster than it can be told."""
    sales = (_sold(30.0 + pause * place, f"s{place}", "woocommerce", 1, paid=False) for place in range(12))
    return _directed(("generic", "woocommerce"), *sales, weather={"slowness": 1.0, "slow": 1.2})


def _moved_while_away() -> Script:
    """Return a play in which a shop is away for a minute, just as a lower number is to be told to it."""
    away = Step(30.0, "outage", "s0", {"platform": "woocommerce", "seconds": 60.0})
    return _directed(("woocommerce",), away, Step(35.0, "move", "s1", {"sku": "ART-00001", "quantity": -3}))


def _frozen_as_it_settles(after: int, seed: int) -> Script:
    """Return a play in which a node sleeps past its lease between telling a number and noting that it did.

    The other node takes over and tells lower ones. Then stock comes back to just what the sleeper still has to note.
    The seed draws whether it notes that before it sees how late it is.
    """
    booked = ((30.0, -1), (700.0, -1), (710.0, -1), (720.0, -1), (1450.0, 3))
    script = _directed(
        ("woocommerce",),
        Step(20.0, "freeze", "s0", {"told": "/products/batch", "after": after, "seconds": 1400.0}),
        *(
            Step(at, "move", f"s{place}", {"sku": "ART-00001", "quantity": quantity})
            for place, (at, quantity) in enumerate(booked, 1)
        ),
    )
    return replace(script, seed=seed, nodes=2, pace=PACE | {"lease_seconds": 600.0})


def _frozen_as_it_sends(seed: int) -> Script:
    """Return a play in which a node sleeps past its lease just before it sends an order, which the other one sends.

    The seed draws whether it goes on with that before it sees how late it is. Its token still lasts by then.
    """
    script = _directed(
        ("generic",),
        Step(20.0, "freeze", "s0", {"asks": "/salesorder/SalesOrders", "seconds": 300.0}),
        _sold(30.0, "s1", "generic", 1),
        Step(450.0, "move", "s2", {"sku": "ART-00001", "quantity": 1}),
    )
    return replace(script, seed=seed, nodes=2, pace=PACE | {"lease_seconds": 120.0})


MUTATIONS: tuple[Mutation, ...] = (
    # Claims and what is published ---------------------------------------------------------------
    Mutation(
        "no-claim", "an order claims nothing", "hub.store.stock:set_claims",
        'await upsert(work.connection, claim, rows, keep=("made_at",))', "pass", _sells,
    ),
    Mutation(
        "claim-one-unit", "an order claims one unit of each line", "hub.store.stock:units_of",
        "offers = max(0, offers)", "offers = min(1, max(0, offers))", _sells_several,
    ),
    Mutation(
        "release-all", "any stock read releases every claim of the tenant", "hub.store.stock:_released_by",
        "claim.c.division == code,\n        claim.c.released_at.is_(None),\n"
        "        claim.c.visible_read < read_no,",
        "claim.c.released_at.is_(None),", _sells,
    ),
    Mutation(
        "release-early", "a claim ends when the order is booked, before a stock read shows it",
        "hub.store.stock:show_claims", "visible_read=number)",
        'visible_read=number, released_at=work.clock.now(), released_by="reading")', _sells,
    ),
    Mutation(
        "release-never", "no stock read releases a claim", "hub.store.stock:_released_by",
        "claim.c.visible_read < read_no", "claim.c.visible_read < 0", _sells,
    ),
    Mutation(
        "cancelled-keeps-claim", "a cancelled order keeps its claims", "hub.store.stock:drop_claims",
        "return await _release(work, tenant_id, order_id, now, reason)", "return set()", _cancels_early,
    ),
    Mutation(
        "publish-unclaimed", "claims are left out of the formula", "hub.actors.channel.shelves:Shelves._supply",
        "self.claims.get(product, Decimal(0))", "Decimal(0)", _sells,
    ),
    Mutation(
        "publish-one-more", "one unit too many is published", "hub.domain.stock:_clamped",
        "quantity = max(0, min(sellable, rule.cap))", "quantity = max(0, min(sellable, rule.cap)) + 1",
    ),
    Mutation(
        "always-believed", "a read is believed wherever its row versions begin", "hub.adapters.exact.sync:read_sync",
        "follows = whole and (cursor.seen == START or len(news) < len(versions))", "follows = True", _moves,
        (_saved("division-moved"),),
    ),
    Mutation(
        "believed-for-a-row", "a read that brings anything is believed", "hub.adapters.exact.sync:read_sync",
        "len(news) < len(versions)", "versions", _moves, (_saved("division-moved-twice"),),
    ),
    Mutation(
        "one-warehouse", "only one reading of a read is stored", "hub.store.stock:save_readings",
        "if place not in held or held[place][1] < row.timestamp]",
        "if place not in held or held[place][1] < row.timestamp][:1]",
    ),
    Mutation(
        "others-not-told", "a sale does not lower what others show", "hub.actors.desk:pass_on_stock",
        "post(work, channel_address(tenant_id, channel_id), message)", "pass", _sells,
    ),
    Mutation(
        "one-channel-told", "of several channels that sell a product one is told", "hub.actors.desk:pass_on_stock",
        "in await listings_selling(work.connection, tenant_id, product_ids):",
        "in list(await listings_selling(work.connection, tenant_id, product_ids))[:1]:", _many_channels,
    ),
    Mutation(
        "own-sale-forgotten", "that a sale lowered the channel's own number is not noted",
        "hub.actors.channel.order_book:OrderBook._claim",
        "await note_moved(work, *self.scene.key, products, sold)", "pass", _sells,
    ),
    Mutation(
        "never-followed", "how an asynchronous write ended is not asked",
        "hub.actors.channel.stock:StockLane._follow_up", "if pauses:", "if False:", _asynchronous,
    ),
    Mutation(
        "settings-not-published", "changed settings do not change what is shown",
        "hub.actors.commands.channels:_follow_settings", "if settings.stock:", "if False:",
        lambda script: any(step.asked.get("change") in ("buffer", "cap", "stock") for step in script.steps),
    ),
    # Forwarding ---------------------------------------------------------------------------------
    Mutation(
        "no-look-up", "after an unknown outcome the order is sent again unseen",
        "hub.actors.erp.orders:OrderLane._resume",
        "found, looked = await self.looking.find(reference, [each for each in others if each is not None])", "pass",
        _loses_answers,
    ),
    Mutation(
        "no-settling", "what may still land in Exact is not waited for", "hub.actors.erp.landing:Landing.wait_for",
        "if wait > 0:", "if False:", _late,
    ),
    Mutation(
        "unknown-is-not-sent", "a lost answer counts as not sent", "hub.actors.erp.posting:Posting._note_outcome",
        "if isinstance(wait, Unavailable) and wait.unknown:", "if False:", _loses_answers,
    ),
    Mutation(
        "no-intent", "that an attempt begins is not written down before it does",
        "hub.actors.erp.posting:Posting._begin", "return await turn.checkpoint(begin)", "return 0", _loses_answers,
    ),
    Mutation(
        "forward-unpaid", "unpaid orders are forwarded", "hub.domain.life.order:_event",
        "may_be_forwarded(fetched.payment, settings) and settings.forwarding", "settings.forwarding", _unpaid,
    ),
    Mutation(
        "cancellation-unheard", "a cancellation before forwarding changes nothing", "hub.domain.life.order:_event",
        "if given_up or _off(fetched):", "if given_up:", _cancels_early,
    ),
    Mutation(
        "nobody-told", "nobody is told of a cancellation after forwarding", "hub.actors.reviewing:_Cancelled.review",
        "if not off:", "if True:", _cancels,
    ),
    Mutation(
        "switched-on-forgotten", "orders that waited for the switch stay behind",
        "hub.actors.commands.channels:_follow_settings", "if settings.forwarding and settings.division is not None:",
        "if False:", _sets("forwarding"),  # type: ignore[arg-type]
    ),
    Mutation(
        "others-books", "an order is handed to another tenant's books",
        "hub.actors.channel.order_book:OrderBook._forward", "erp_address(self.scene.tenant, division)",
        'erp_address("acme", division)', _two_tenants,
    ),
    Mutation(
        "a-cent-more", "a line goes to Exact for a cent more", "hub.domain.to_forward:LineToForward.share",
        "return amount if not self.cancelled", 'return amount + Decimal("0.01") if not self.cancelled', _sells,
    ),
    # Deliveries ---------------------------------------------------------------------------------
    Mutation(
        "tell-again", "a parcel whose confirmation got no answer is confirmed unseen",
        "hub.actors.channel.tracking:TrackingLane._confirm",
        "await self.scene.channel.find_shipment(shipment) if parcel.attempt_at else None", "None",
        _delivers_and_loses,
        (_told_by("bol", {"fault": "lost_answer", "method": "POST", "path": "/retailer/shipments"}, part=True),),
    ),
    Mutation(
        "shop-told-twice", "a shop is told a tracking code that it lists already",
        "hub.adapters.woocommerce.shipping:Shipping._add_tracking",
        'if any(each.maybe_text("tracking_number") == tracking for each in listed):', "if False:", _delivers_and_loses,
        (_told_by("woocommerce", {"fault": "lost_answer", "method": "POST", "path": "shipment-trackings"}),),
    ),
    Mutation(
        "half-a-parcel", "a parcel is confirmed with one unit of each line",
        "hub.actors.erp.parcels:_merged", "sums.get(unit.line_id, 0) + unit.quantity", "1", _delivers,
    ),
    Mutation(
        "parcel-never-followed", "how an asynchronous confirmation ended is not asked",
        "hub.actors.channel.tracking:TrackingLane._note",
        "post(work, self.scene.teller.address, FollowParcels(), due_at=due)", "pass", _delivers_at_bol_unheard,
        (_told_by("bol", {"fault": "hook_lost", "method": "HOOK", "times": 50}),),
    ),
    Mutation(
        "late-code-unseen", "a tracking code that is filled in later is not passed on",
        "hub.actors.erp.parcels:_pack_order",
        "told = [one for one in before if one.status is not ParcelStatus.WAITING]", "told = before", _later_tracking,
    ),
    Mutation(
        "parcel-forgotten", "a parcel is stored and nobody is asked to tell it",
        "hub.actors.erp.tracking:TrackingLane._pack_all",
        "post(work, channel_address(self.scene.tenant, parcel.channel_id), ConfirmParcel(parcel.parcel_id))", "pass",
        _delivers,
    ),
    # Chores, mail, ownership --------------------------------------------------------------------
    Mutation(
        "last-order-sweep", "the next look for orders is not posted", "hub.actors.channel.orders:OrderLane._sweep",
        "elif sweep.tick:", "elif False:",
    ),
    Mutation(
        "last-delivery-sweep", "the next look for deliveries is not posted",
        "hub.actors.erp.tracking:TrackingLane._tick", "if tick:", "if False:",
    ),
    Mutation(
        "failure-is-done", "a message whose platform was away counts as done",
        "hub.actors.runtime.verdict:Verdict._rest", "self._failed(mail, outcome.reason, mail.due_at)",
        "self._one(mail, None)", _outage, (_moved_while_away(),),
    ),
    Mutation(
        "gives-up", "a message is given to a person after three tries", "hub.node.actors:policy",
        "attempts=ATTEMPTS", "attempts=3", _outage,
    ),
    Mutation(
        "newest-lost", "a message is deleted although a newer value came into it meanwhile",
        "hub.actors.runtime.mailbox.departure:_delete", 'await connection.execute(KEEP_NEWER, {"places": places})',
        "await connection.execute(delete(message).where(tuple_(*PLACE).in_(places)))", _busy,
        tuple(_sold_while_told(pause) for pause in (0.9, 0.5, 0.7, 1.1, 0.3, 1.3)),
    ),
    Mutation(
        "no-fence", "a turn is settled although somebody else owns the actor by now",
        "hub.actors.runtime.mailbox.flush:refuse_fenced", "if lost:", "if False:", _frozen_of_two,
        tuple(_frozen_as_it_settles(after, seed) for seed in range(3) for after in (6, 5, 7, 4, 8)),
    ),
    Mutation(
        "sends-late", "what a node was about to send is sent although its lease ended meanwhile",
        "hub.lease:may_act", "return trusted is None or trusted()", "return True", _frozen_of_two,
        tuple(_frozen_as_it_sends(seed) for seed in range(4)),
    ),
    Mutation(
        "nothing-inherited", "after a restart actors wait for the end of their old lease",
        "hub.actors.runtime.supervisor:Supervisor.run", "if not self.database.shared:", "if False:", _crashes,
    ),
    Mutation(
        "a-bug", "confirming a parcel raises what nobody expects",
        "hub.actors.channel.tracking:TrackingLane._confirmed", "now = work.clock.now()", "now = {}[self.scene.tenant]",
        _delivers,
    ),
    # Grants and budgets -------------------------------------------------------------------------
    Mutation(
        "token-not-stored", "a fresh pair of tokens is used and not stored", "hub.store.grants:StoredGrant.save_within",
        'values = {\n        "sealed": self._sealed(grant),',
        'values = {\n        "sealed": self._sealed(await self._load(work.connection) or grant),',
    ),
    Mutation(
        "old-token-again", "the refresh token that an answer brings is not kept, and the old one is used again",
        "hub.adapters.oauth:Tokens._request", "return fresh if fresh.refresh_token else replace(", "return replace(",
    ),
    Mutation(
        "consent-wakes-nobody", "a new consent does not wake who waited for it",
        "hub.actors.commands.erp:connection_granted",
        "await mailbox.resume(work, erp_address(who.tenant_id, division.code))", "pass", _loses_consent,
    ),
    Mutation(
        "no-budget", "calls to Exact are not counted", "hub.adapters.limits:Budget._drawn",
        "if window.sharing.open_to(lane, room) > 0:", "if True:", _narrow,
    ),
    # Tenants and the log ------------------------------------------------------------------------
    Mutation(
        "wrong-diary", "everything is logged under one tenant", "hub.actors.desk:Teller.tell",
        "tenant_id=self.address.tenant", 'tenant_id="acme"', _two_tenants,
    ),
    Mutation(
        "log-with-a-gap", "a number is left out of the log", "hub.store.audit.chain:linked",
        "before.seq + 1", "before.seq + 2",
    ),
)  # fmt: skip
