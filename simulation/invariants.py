"""What must be true, each as one small function of what the witness saw: after every step, or once all is quiet.

Each yields a sentence per violation. Truth comes from the platforms' ledger; the hub's file is read as bare rows.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import combinations
from math import floor

from hub.sandbox.exact.catalogue import ORDERS
from hub.sandbox.ledger import Sale, Shown
from hub.sandbox.matching import Matches
from hub.sandbox.parcels import compare_parcels
from simulation.witness import Witness

Invariant = Callable[[Witness], Iterator[str]]

DECIDED = {"amazon": 1900.0, "bol": 200.0, "shopify": 120.0}
"""Seconds from a decision on a number to the moment it is on show, where the platform takes its time."""

USUALLY_DECIDED = 100.0


def one_sales_order_each(seen: Witness) -> Iterator[str]:
    """No sale ever has two sales orders in Exact."""
    matches = seen.matches()
    for sale in seen.sales():
        if len(matches.live(sale)) > 1:
            yield f"{_name(sale)} has {len(matches.live(sale))} sales orders"


def no_sales_order_without_a_sale(seen: Witness) -> Iterator[str]:
    """Every sales order that the desk did not book by hand belongs to a sale."""
    matches = seen.matches()
    for order in seen.house.sandbox.world.ledger.sales_orders.values():
        if not order.your_ref.startswith("INKOOP-") and order.order_id not in matches.sale_of:
            yield f"sales order {order.order_number} ({order.your_ref}) belongs to no sale"


def no_sales_order_unpaid(seen: Witness) -> Iterator[str]:
    """What nobody has paid for is not in Exact."""
    matches = seen.matches()
    for sale in seen.sales():
        if sale.paid_at is None and matches.live(sale):
            yield f"{_name(sale)} is not paid, and stands in Exact"


def no_sales_order_of_the_called_off(seen: Witness) -> Iterator[str]:
    """What the hub knew to be called off well before is not sent to Exact any more."""
    matches = seen.matches()
    for sale in seen.sales():
        off = seen.off_since.get((sale.channel, sale.external_id))
        if off is None:
            continue
        for order in matches.live(sale):
            if order.at > off + timedelta(seconds=60):
                yield f"{_name(sale)} was known to be cancelled since {off:%H:%M:%S}, and booked at {order.at:%H:%M:%S}"


def booked_to_the_cent(seen: Witness) -> Iterator[str]:
    """A sales order has its sale's total and units, or its order is held."""
    matches, orders = seen.matches(), seen.orders()
    for sale in seen.sales():
        if sale.cancelled_at is not None or _held(orders, sale):
            continue
        for order in matches.live(sale):
            if order.total != sale.total:
                yield f"{_name(sale)} was sold for {sale.total}, and stands in Exact for {order.total}"
            if Counter({one.sku: one.quantity for one in order.units}) != _units(sale):
                yield f"{_name(sale)} stands in Exact with other units"


def published_within_formula(seen: Witness) -> Iterator[str]:
    """No number that the hub put on show exceeds FreeStock, as it once was, less every known sale that is not in it.

    FreeStock may be old, but a sale that the hub had stored is subtracted: by its claim, or because FreeStock itself
    already knows of the sales order.
    """
    ledger = seen.house.sandbox.world.ledger
    fresh, seen.shown_read = ledger.shown[seen.shown_read :], len(ledger.shown)
    main = seen.house.tenants[0]
    notes = [note for note in fresh if note.by == "hub" and note.channel in main.channels]
    if not notes:
        return
    matches = seen.matches()
    for note in notes:
        most = _most(seen, matches, note)
        if note.quantity > most:
            told = f"{note.channel} was told {note.quantity} of {note.sku} at {note.at:%d %H:%M:%S}"
            yield f"{told}, at most {most} were free"


def _most(seen: Witness, matches: Matches, note: Shown) -> int:
    decided = note.at - timedelta(seconds=DECIDED.get(note.channel, USUALLY_DECIDED))
    known = [sale for sale in seen.sales() if _is_claimed(seen, sale, note, decided)]
    best = 0
    for free in seen.house.sandbox.world.ledger.free:
        if free.sku != note.sku or free.at > note.at:
            continue
        claimed = sum(_units(sale)[note.sku] for sale in known if _is_unknown_to(free.at, matches, sale))
        best = max(best, floor(free.quantity - claimed))
    return best


def _is_claimed(seen: Witness, sale: Sale, note: Shown, decided: datetime) -> bool:
    key = (sale.channel, sale.external_id)
    if sale.by_platform or key not in seen.known_since or seen.known_since[key] > decided:
        return False
    if sale.channel not in seen.house.tenants[0].channels:
        return False
    return sale.cancelled_at is None or sale.cancelled_at > note.at


def _is_unknown_to(at: datetime, matches: Matches, sale: Sale) -> bool:
    return not any(order.at <= at for order in matches.orders(sale))


def claims_stand(seen: Witness) -> Iterator[str]:
    """An order that is stored, not called off and not in Exact holds claims on all its units."""
    matches, claimed = seen.matches(), _open_claims(seen)
    for key, row in seen.orders().items():
        sale = seen.house.sandbox.world.ledger.sales.get(key)
        if sale is None or sale.cancelled_at is not None or sale.by_platform or matches.live(sale):
            continue
        wanted = sum(_units(sale).values())
        if row["cancelled"] or claimed[row["order_id"]] >= wanted:
            continue
        yield f"{_name(sale)} is {row['status']}, and claims {claimed[row['order_id']]} of {wanted} units"


def parcels_told_once(seen: Witness) -> Iterator[str]:
    """No parcel is confirmed twice, or with other goods than it holds."""
    told = compare_parcels(seen.house.sandbox.world.ledger, seen.matches())
    yield from (f"parcel {name} is confirmed twice" for name in told.doubled)
    yield from (f"parcel {name} is confirmed, and is not as it left" for name in told.wrong)


def budgets_kept(seen: Witness) -> Iterator[str]:
    """Exact never had to refuse for too many calls of one node, nor shut an endpoint for too many errors."""
    limits = seen.house.exact.limits
    for (division, endpoint), offences in limits._offences.items():
        if offences.blocks:
            yield f"Exact shut {endpoint} of {division}"
    for (division, length), most in seen.refused_calls.items():
        yield f"Exact refused {most} calls of {division} within {length:.0f} s for their number"


def one_token_chain(seen: Witness) -> Iterator[str]:
    """No refresh token of Exact is used again once an answer to it arrived: that would end the grant."""
    for token, uses in seen.token_uses.items():
        if any(use.status == 200 and use.used_by(again.sent) for use, again in combinations(uses, 2)):
            yield f"refresh token {token[:18]}… was used {len(uses)} times"


def tenants_apart(seen: Witness) -> Iterator[str]:
    """Whatever bears a tenant's name is of its own channels and division, in the hub as in Exact."""
    for tenant in seen.house.tenants:
        places = ",".join("?" * len(tenant.channels))
        for table in ("orders", "listing", "parcel", "sync_event", "channel"):
            strange = seen.rows(
                f"SELECT count(*) FROM {table} WHERE tenant_id = ? AND channel_id NOT IN ({places})",  # noqa: S608
                tenant.name, *tenant.channels,
            )[0][0]  # fmt: skip
            if strange:
                yield f"{strange} rows of {table} of {tenant.name} are of others' channels"
    matches = seen.matches()
    for tenant in seen.house.tenants:
        for row in seen.house.exact.office.divisions[tenant.division].table(ORDERS.table).rows.values():
            sale = matches.sale_of.get(row["OrderID"])
            if sale is not None and sale.channel not in tenant.channels:
                yield f"{_name(sale)} stands in the books of {tenant.name}"


def nothing_crashed(seen: Witness) -> Iterator[str]:
    """No actor met a bug, and no node fell by itself."""
    for row in seen.rows("SELECT address, reason, restarts FROM actor WHERE restarts > 0"):
        yield f"{row['address']} crashed {row['restarts']} times: {row['reason']}"
    for node in seen.house.nodes:
        yield from (f"{node.name} fell: {error!r}" for error in node.falls)
    yield from (f"the simulated platforms broke: {error!r}" for error in seen.house.network.broken)


def nothing_given_up(seen: Witness) -> Iterator[str]:
    """No message was parked for a person without a person's being able to do anything about it."""
    for row in seen.rows("SELECT kind, code, error FROM parked"):
        yield f"{row['kind']} was parked ({row['code']}): {row['error']}"


def stored_once(seen: Witness) -> Iterator[str]:
    """Each sale is one order in the hub, and each order is a sale."""
    for row in seen.rows("SELECT channel_id, external_id, count(*) AS n FROM orders GROUP BY 1, 2"):
        if row["n"] > 1:
            yield f"{row['channel_id']}/{row['external_id']} is stored {row['n']} times"
        if (row["channel_id"], row["external_id"]) not in seen.house.sandbox.world.ledger.sales:
            yield f"{row['channel_id']}/{row['external_id']} was never sold"


def log_unbroken(seen: Witness) -> Iterator[str]:
    """The activity log of each tenant is numbered without a gap."""
    for row in seen.rows("SELECT tenant_id, count(*) AS n, max(seq) AS last FROM sync_event GROUP BY tenant_id"):
        if row["n"] != row["last"]:
            yield f"the log of {row['tenant_id']} has {row['n']} rows, and ends at {row['last']}"


# Once all is quiet ---------------------------------------------------------------------------------


def every_paid_sale_arrived(seen: Witness) -> Iterator[str]:
    """Every paid sale stands in Exact, or its order is held for a cause that has a name."""
    matches, orders = seen.matches(), seen.orders()
    for sale in seen.sales():
        if sale.paid_at is None or sale.cancelled_at is not None or sale.by_platform:
            continue
        if len(matches.live(sale)) != 1 and not _held(orders, sale):
            row = orders.get((sale.channel, sale.external_id))
            yield f"{_name(sale)} is not in Exact: {row['status'] if row else 'the hub does not know it'}"


def held_for_a_reason(seen: Witness) -> Iterator[str]:
    """Nothing of the first tenant's waits for a person where all is set up: but for what Exact was told to refuse."""
    for (channel, external_id), row in seen.orders().items():
        if channel in seen.house.tenants[0].channels and row["status"] == "held":
            yield f"{channel}/{external_id} is held ({row['hold_cause']}): {row['hold_detail']}"


def cancellations_arrived(seen: Witness) -> Iterator[str]:
    """Of every sale that was called off, the hub either holds nothing in Exact, or tells a person that it does."""
    matches, orders = seen.matches(), seen.orders()
    for sale in seen.sales():
        row = orders.get((sale.channel, sale.external_id))
        if sale.cancelled_at is None or row is None:
            continue
        if matches.live(sale) and row["hold_cause"] is None:
            yield f"{_name(sale)} is cancelled and stands in Exact, and nobody is told"
        if not matches.live(sale) and row["status"] not in ("cancelled", "platform", "held"):
            yield f"{_name(sale)} is cancelled, and its order is {row['status']}"


def stock_converged(seen: Witness) -> Iterator[str]:
    """Every channel shows what Exact has free, less what is sold and not in Exact yet."""
    house, matches = seen.house, seen.matches()
    for tenant in house.tenants:
        division = house.exact.office.divisions[tenant.division]
        waiting: Counter[str] = Counter()
        for sale in seen.sales():
            if sale.channel in tenant.channels and matches.is_waiting(sale):
                waiting += _units(sale)
        for channel in (one for one in house.sandbox.world.channels() if one.name in tenant.channels):
            for sku in channel.listed():
                free = division.free_of(division.guid("item", sku))
                wanted = max(0, floor(free - waiting[sku]))
                if channel.shown(sku) != wanted:
                    yield f"{channel.name} shows {channel.shown(sku)} of {sku} instead of {wanted}"


def no_claim_left(seen: Witness) -> Iterator[str]:
    """Nothing is claimed for what Exact knows, what was called off, and what the platform ships itself."""
    matches, claimed = seen.matches(), _open_claims(seen)
    for key, row in seen.orders().items():
        sale = seen.house.sandbox.world.ledger.sales[key]
        done = matches.live(sale) or sale.cancelled_at is not None or sale.by_platform
        if done and claimed[row["order_id"]]:
            yield f"{_name(sale)} ({row['status']}) still claims {claimed[row['order_id']]} units"


def parcels_all_told(seen: Witness) -> Iterator[str]:
    """Every parcel with a tracking code is known to its channel; WooCommerce tells of them once all has left."""
    told = compare_parcels(seen.house.sandbox.world.ledger, seen.matches())
    known = {row["channel_id"] + "/" + row["tracking"]: row for row in seen.rows(
        "SELECT channel_id, tracking, status, problem FROM parcel WHERE tracking IS NOT NULL")}  # fmt: skip
    for name in told.missing:
        channel, external_id, tracking = name.split("/")
        if channel == "woocommerce" and not _all_left(seen, (channel, external_id)):
            continue
        row = known.get(f"{channel}/{tracking}")
        if row is None or row["status"] != "failed":
            yield f"parcel {name} is not confirmed: {row['status'] if row else 'the hub does not know it'}"


def _all_left(seen: Witness, key: tuple[str, str]) -> bool:
    ledger = seen.house.sandbox.world.ledger
    orders = {order.order_id for order in seen.matches().by_sale[key]}
    left = sum(line.quantity for note in ledger.delivered if note.order_id in orders for line in note.units)
    return left >= sum(_units(ledger.sales[key]).values())


def no_write_left_open(seen: Witness) -> Iterator[str]:
    """The hub knows how every number and every parcel that it told a channel of ended."""
    for row in seen.rows("SELECT channel_id, reference FROM parcel WHERE status = 'sent'"):
        yield f"how parcel {row['reference']} ended at {row['channel_id']} is not known"
    for row in seen.rows("SELECT channel_id, sku FROM listing WHERE process_id IS NOT NULL"):
        yield f"how a number of {row['sku']} ended at {row['channel_id']} is not known"


def everybody_works(seen: Witness) -> Iterator[str]:
    """Every actor works, and nothing waits in its mailbox that was due long ago."""
    for row in seen.rows("SELECT address, status, reason FROM actor WHERE status <> 'active'"):
        yield f"{row['address']} is {row['status']}: {row['reason']}"
    before = (seen.house.clock.now() - timedelta(minutes=45)).isoformat()
    for row in seen.rows(
        "SELECT m.address, m.kind, m.attempts FROM message m LEFT JOIN lane l USING (tenant_id, address, lane)"
        " WHERE m.due_at < ? AND coalesce(l.wait_until, '') < ?", before, before,
    ):  # fmt: skip
        yield f"{row['kind']} to {row['address']} waits, {row['attempts']} attempts"


def chores_go_on(seen: Witness) -> Iterator[str]:
    """Every channel and every division has its next look at orders, stock, deliveries and listings posted."""
    wanted = {
        "erp": ("erp.stock.sweep", "erp.tracking.sweep", "erp.catalogue.read", "erp.hooks.check"),
        "channel": ("channel.order.sweep", "channel.listings.read", "channel.hooks.check"),
    }
    waiting = {(row["address"], row["kind"]) for row in seen.rows("SELECT address, kind FROM message")}
    for row in seen.rows("SELECT address FROM actor"):
        for kind in wanted.get(row["address"].partition("/")[0], ()):
            if (row["address"], kind) not in waiting:
                yield f"{row['address']} does not look forward to {kind}"


def _open_claims(seen: Witness) -> Counter[str]:
    claimed: Counter[str] = Counter()
    for row in seen.rows("SELECT order_id, quantity FROM claim WHERE released_at IS NULL"):
        claimed[row["order_id"]] += int(Decimal(row["quantity"]))
    return claimed


def _held(orders: Mapping[tuple[str, str], sqlite3.Row], sale: Sale) -> bool:
    row = orders.get((sale.channel, sale.external_id))
    return row is not None and row["status"] == "held" and bool(row["hold_cause"])


def _units(sale: Sale) -> Counter[str]:
    units: Counter[str] = Counter()
    for line in sale.units:
        units[line.sku] += line.quantity
    return units


def _name(sale: Sale) -> str:
    return f"{sale.channel}/{sale.external_id}"


ALWAYS: tuple[Invariant, ...] = (
    one_sales_order_each,
    no_sales_order_without_a_sale,
    no_sales_order_unpaid,
    no_sales_order_of_the_called_off,
    booked_to_the_cent,
    published_within_formula,
    claims_stand,
    parcels_told_once,
    budgets_kept,
    one_token_chain,
    tenants_apart,
    nothing_crashed,
    nothing_given_up,
    stored_once,
    log_unbroken,
)
AT_REST: tuple[Invariant, ...] = (
    every_paid_sale_arrived,
    held_for_a_reason,
    cancellations_arrived,
    stock_converged,
    no_claim_left,
    parcels_all_told,
    no_write_left_open,
    everybody_works,
    chores_go_on,
)
