"""The list of deliberate bugs, by what they are about; every one must be caught by an invariant."""

from __future__ import annotations

from simulation.circumstances import (
    asynchronous,
    busy,
    cancels,
    cancels_early,
    crashes,
    delivers,
    delivers_and_loses,
    delivers_at_bol_unheard,
    frozen_of_two,
    late,
    later_tracking,
    loses_answers,
    loses_consent,
    many_channels,
    moves,
    narrow,
    outage,
    sells,
    sells_several,
    sets,
    two_tenants,
    unpaid,
)
from simulation.directed import (
    frozen_as_it_sends,
    frozen_as_it_settles,
    moved_while_away,
    saved,
    sold_while_told,
    told_by,
)
from simulation.mutating import Mutation

MUTATIONS: tuple[Mutation, ...] = (
    # Claims and what is published ---------------------------------------------------------------
    Mutation(
        "no-claim", "an order claims nothing", "hub.store.stock:set_claims",
        'await upsert(work.connection, claim, rows, keep=("made_at",))', "pass", sells,
    ),
    Mutation(
        "claim-one-unit", "an order claims one unit of each line", "hub.store.stock:units_of",
        "offers = max(0, offers)", "offers = min(1, max(0, offers))", sells_several,
    ),
    Mutation(
        "release-all", "any stock read releases every claim of the tenant", "hub.store.stock:_released_by",
        "claim.c.division == code,\n        claim.c.released_at.is_(None),\n"
        "        claim.c.visible_read < read_no,",
        "claim.c.released_at.is_(None),", sells,
    ),
    Mutation(
        "release-early", "a claim ends when the order is booked, before a stock read shows it",
        "hub.store.stock:show_claims", "visible_read=number)",
        'visible_read=number, released_at=work.clock.now(), released_by="reading")', sells,
    ),
    Mutation(
        "release-never", "no stock read releases a claim", "hub.store.stock:_released_by",
        "claim.c.visible_read < read_no", "claim.c.visible_read < 0", sells,
    ),
    Mutation(
        "cancelled-keeps-claim", "a cancelled order keeps its claims", "hub.store.stock:drop_claims",
        "return await _release(work, tenant_id, order_id, now, reason)", "return set()", cancels_early,
    ),
    Mutation(
        "publish-unclaimed", "claims are left out of the formula", "hub.actors.channel.shelves:Shelves._supply",
        "self.claims.get(product, Decimal(0))", "Decimal(0)", sells,
    ),
    Mutation(
        "publish-one-more", "one unit too many is published", "hub.domain.stock:_clamped",
        "quantity = max(0, min(sellable, rule.cap))", "quantity = max(0, min(sellable, rule.cap)) + 1",
    ),
    Mutation(
        "always-believed", "a read is believed wherever its row versions begin", "hub.adapters.exact.sync:read_sync",
        "follows = whole and (cursor.seen == START or len(news) < len(versions))", "follows = True", moves,
        (saved("division-moved"),),
    ),
    Mutation(
        "believed-for-a-row", "a read that brings anything is believed", "hub.adapters.exact.sync:read_sync",
        "len(news) < len(versions)", "versions", moves, (saved("division-moved-twice"),),
    ),
    Mutation(
        "one-warehouse", "only one reading of a read is stored", "hub.store.stock:save_readings",
        "if place not in held or held[place][1] < row.timestamp]",
        "if place not in held or held[place][1] < row.timestamp][:1]",
    ),
    Mutation(
        "others-not-told", "a sale does not lower what others show", "hub.actors.desk:pass_on_stock",
        "post(work, channel_address(tenant_id, channel_id), message)", "pass", sells,
    ),
    Mutation(
        "one-channel-told", "of several channels that sell a product one is told", "hub.actors.desk:pass_on_stock",
        "in await listings_selling(work.connection, tenant_id, product_ids):",
        "in list(await listings_selling(work.connection, tenant_id, product_ids))[:1]:", many_channels,
    ),
    Mutation(
        "own-sale-forgotten", "that a sale lowered the channel's own number is not noted",
        "hub.actors.channel.order_book:OrderBook._claim",
        "await note_moved(work, *self.scene.key, products, sold)", "pass", sells,
    ),
    Mutation(
        "never-followed", "how an asynchronous write ended is not asked",
        "hub.actors.channel.stock:StockLane._follow_up", "if pauses:", "if False:", asynchronous,
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
        loses_answers,
    ),
    Mutation(
        "no-settling", "what may still land in Exact is not waited for", "hub.actors.erp.landing:Landing.wait_for",
        "if wait > 0:", "if False:", late,
    ),
    Mutation(
        "unknown-is-not-sent", "a lost answer counts as not sent", "hub.actors.erp.posting:Posting._note_outcome",
        "if isinstance(wait, Unavailable) and wait.unknown:", "if False:", loses_answers,
    ),
    Mutation(
        "no-intent", "that an attempt begins is not written down before it does",
        "hub.actors.erp.posting:Posting._begin", "return await turn.checkpoint(begin)", "return 0", loses_answers,
    ),
    Mutation(
        "forward-unpaid", "unpaid orders are forwarded", "hub.domain.life.order:_event",
        "may_be_forwarded(fetched.payment, settings) and settings.forwarding", "settings.forwarding", unpaid,
    ),
    Mutation(
        "cancellation-unheard", "a cancellation before forwarding changes nothing", "hub.domain.life.order:_event",
        "if given_up or _off(fetched):", "if given_up:", cancels_early,
    ),
    Mutation(
        "nobody-told", "nobody is told of a cancellation after forwarding", "hub.actors.reviewing:_Cancelled.review",
        "if not off:", "if True:", cancels,
    ),
    Mutation(
        "switched-on-forgotten", "orders that waited for the switch stay behind",
        "hub.actors.commands.channels:_follow_settings", "if settings.forwarding and settings.division is not None:",
        "if False:", sets("forwarding"),
    ),
    Mutation(
        "others-books", "an order is handed to another tenant's books",
        "hub.actors.channel.order_book:OrderBook._forward", "erp_address(self.scene.tenant, division)",
        'erp_address("acme", division)', two_tenants,
    ),
    Mutation(
        "a-cent-more", "a line goes to Exact for a cent more", "hub.domain.to_forward:LineToForward.share",
        "return amount if not self.cancelled", 'return amount + Decimal("0.01") if not self.cancelled', sells,
    ),
    # Deliveries ---------------------------------------------------------------------------------
    Mutation(
        "tell-again", "a parcel whose confirmation got no answer is confirmed unseen",
        "hub.actors.channel.tracking:TrackingLane._confirm",
        "await self.scene.channel.find_shipment(shipment) if parcel.attempt_at else None", "None",
        delivers_and_loses,
        (told_by("bol", {"fault": "lost_answer", "method": "POST", "path": "/retailer/shipments"}, part=True),),
    ),
    Mutation(
        "shop-told-twice", "a shop is told a tracking code that it lists already",
        "hub.adapters.woocommerce.shipping:Shipping._add_tracking",
        'if any(each.maybe_text("tracking_number") == tracking for each in listed):', "if False:", delivers_and_loses,
        (told_by("woocommerce", {"fault": "lost_answer", "method": "POST", "path": "shipment-trackings"}),),
    ),
    Mutation(
        "half-a-parcel", "a parcel is confirmed with one unit of each line",
        "hub.actors.erp.parcels:_merged", "sums.get(unit.line_id, 0) + unit.quantity", "1", delivers,
    ),
    Mutation(
        "parcel-never-followed", "how an asynchronous confirmation ended is not asked",
        "hub.actors.channel.tracking:TrackingLane._note",
        "post(work, self.scene.teller.address, FollowParcels(), due_at=due)", "pass", delivers_at_bol_unheard,
        (told_by("bol", {"fault": "hook_lost", "method": "HOOK", "times": 50}),),
    ),
    Mutation(
        "late-code-unseen", "a tracking code that is filled in later is not passed on",
        "hub.actors.erp.parcels:_pack_order",
        "told = [one for one in before if one.status is not ParcelStatus.WAITING]", "told = before", later_tracking,
    ),
    Mutation(
        "parcel-forgotten", "a parcel is stored and nobody is asked to tell it",
        "hub.actors.erp.tracking:TrackingLane._pack_all",
        "post(work, channel_address(self.scene.tenant, parcel.channel_id), ConfirmParcel(parcel.parcel_id))", "pass",
        delivers,
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
        "self._one(mail, None)", outage, (moved_while_away(),),
    ),
    Mutation(
        "gives-up", "a message is given to a person after three tries", "hub.node.actors:policy",
        "attempts=ATTEMPTS", "attempts=3", outage,
    ),
    Mutation(
        "newest-lost", "a message is deleted although a newer value came into it meanwhile",
        "hub.actors.runtime.mailbox.departure:_delete", 'await connection.execute(KEEP_NEWER, {"places": places})',
        "await connection.execute(delete(message).where(tuple_(*PLACE).in_(places)))", busy,
        tuple(sold_while_told(pause) for pause in (0.9, 0.5, 0.7, 1.1, 0.3, 1.3)),
    ),
    Mutation(
        "no-fence", "a turn is settled although somebody else owns the actor by now",
        "hub.actors.runtime.mailbox.flush:refuse_fenced", "if lost:", "if False:", frozen_of_two,
        tuple(frozen_as_it_settles(after, seed) for seed in range(3) for after in (6, 5, 7, 4, 8)),
    ),
    Mutation(
        "sends-late", "what a node was about to send is sent although its lease ended meanwhile",
        "hub.lease:may_act", "return trusted is None or trusted()", "return True", frozen_of_two,
        tuple(frozen_as_it_sends(seed) for seed in range(4)),
    ),
    Mutation(
        "nothing-inherited", "after a restart actors wait for the end of their old lease",
        "hub.actors.runtime.supervisor:Supervisor.run", "if not self.database.shared:", "if False:", crashes,
    ),
    Mutation(
        "a-bug", "confirming a parcel raises what nobody expects",
        "hub.actors.channel.tracking:TrackingLane._confirmed", "now = work.clock.now()", "now = {}[self.scene.tenant]",
        delivers,
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
        "await mailbox.resume(work, erp_address(who.tenant_id, division.code))", "pass", loses_consent,
    ),
    Mutation(
        "no-budget", "calls to Exact are not counted", "hub.adapters.limits:Budget._drawn",
        "if window.sharing.open_to(lane, room) > 0:", "if True:", narrow,
    ),
    # Tenants and the log ------------------------------------------------------------------------
    Mutation(
        "wrong-diary", "everything is logged under one tenant", "hub.actors.desk:Teller.tell",
        "tenant_id=self.address.tenant", 'tenant_id="acme"', two_tenants,
    ),
    Mutation(
        "log-with-a-gap", "a number is left out of the log", "hub.store.audit.chain:linked",
        "before.seq + 1", "before.seq + 2",
    ),
)  # fmt: skip
