"""How each kind of step is done: by buyers, by the desk and the warehouse, by the operator, or by bad luck."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Any

from hub.actors import commands
from hub.actors.commands import CommandRefused
from hub.actors.commands.channels import begin
from hub.domain.channel import ChannelSettings, FulfilmentMode
from hub.sandbox import control_delivery, control_exact, control_faults, control_sales
from hub.sandbox.exact.errors import Refusal
from hub.sandbox.platform import SoldOut
from hub.store.channels import load_channel
from hub.store.engine import StoreUnavailable, Work
from simulation.house import House, Tenant
from simulation.place import Died, Place
from simulation.script import Step

PATIENCE = 20
LOOK_AGAIN = 15.0
"""How often, and after how many seconds, the warehouse looks again for an order that is not in Exact yet."""

Deed = Callable[[House, Step], Awaitable[None]]


async def do(house: House, step: Step) -> None:
    """Do a step; what cannot be done at that moment is left undone, as a person would find."""
    with suppress(SoldOut, Refusal, KeyError, ValueError, TypeError, CommandRefused, Died, StoreUnavailable):
        await DEEDS[step.kind](house, step)


def later(house: House, seconds: float, what: Callable[[], Awaitable[None]]) -> None:
    """Have something done after a while, unless the play comes to its end before."""

    async def wait() -> None:
        with suppress(asyncio.TimeoutError):
            await asyncio.wait_for(house.ending.wait(), seconds)
        with suppress(Refusal, KeyError, ValueError, TypeError, CommandRefused, Died, StoreUnavailable):
            await what()

    house.chores.append(asyncio.get_running_loop().create_task(wait()))


async def _sell(house: House, step: Step) -> None:
    told = await control_sales.sell(house.sandbox, {"shipping": 0, "discount": 0, **step.asked})
    for external_id in told["ids"]:
        house.sold[step.label] = (step.asked["channel"], external_id)


def _sale(house: House, step: Step) -> dict[str, Any]:
    channel, external_id = house.sold[step.asked["sale"]]
    return {"channel": channel, "id": external_id}


async def _pay(house: House, step: Step) -> None:
    await control_sales.pay(house.sandbox, _sale(house, step))


async def _cancel(house: House, step: Step) -> None:
    if not house.shipped(*house.sold[step.asked["sale"]]):
        await control_sales.cancel(house.sandbox, _sale(house, step))


async def _ask_cancel(house: House, step: Step) -> None:
    if not house.shipped(*house.sold[step.asked["sale"]]):
        await control_sales.request_cancellation(house.sandbox, _sale(house, step))


async def _deliver(house: House, step: Step, left: int = PATIENCE) -> None:
    """Deliver as soon as the order is in Exact; somebody who finds it is not there looks again a little later."""
    channel, external_id = house.sold[step.asked["sale"]]
    if house.cancelled(channel, external_id):
        return
    if not house.booked(external_id):
        if left:
            later(house, LOOK_AGAIN, lambda: _deliver(house, step, left - 1))
        return
    number = f"3SHUB{step.label}{step.asked['sale']}"
    asked: dict[str, Any] = {"your_ref": external_id, "division": house.tenant_of(channel).division}
    if step.asked["part"]:
        sale = house.sandbox.world.ledger.sales[channel, external_id]
        asked["lines"] = [{"sku": sale.units[0].sku, "quantity": 1}]
    now = step.asked["tracking"] == "now"
    told = await control_delivery.deliver(house.sandbox, asked | ({"tracking": number} if now else {}))
    for made in () if now else told["deliveries"]:
        entry = {"delivery": made["delivery"], "tracking": number, "division": asked["division"]}
        later(house, step.asked["after"], lambda entry=entry: _track(house, entry))  # type: ignore[misc]


async def _track(house: House, entry: dict[str, Any]) -> None:
    await control_delivery.track(house.sandbox, entry)


async def _move(house: House, step: Step) -> None:
    if house.exact.free(step.asked["sku"]) + step.asked["quantity"] >= 0:
        await control_exact.receive(house.sandbox, step.asked)


async def _book(house: House, step: Step) -> None:
    lines = [{"sku": step.asked["sku"], "quantity": step.asked["quantity"]}]
    await control_exact.b2b_order(house.sandbox, {"lines": lines, "your_ref": f"INKOOP-{step.label}X"})


async def _settings(house: House, step: Step) -> None:
    channel, to = step.asked["channel"], int(step.asked["to"])
    house.touched.add(channel)

    def change(was: ChannelSettings) -> ChannelSettings:
        changes: dict[str, dict[str, Any]] = {
            "buffer": {"rule": replace(was.rule, buffer=to % 4)},
            "cap": {"rule": replace(was.rule, cap=to * 5 + 3)},
            "forwarding": {"forwarding": bool(to % 2)},
            "stock": {"stock": bool(to % 2)},
            "fulfilment": {"fulfilment": FulfilmentMode.ERP if to % 2 else FulfilmentMode.OFF},
            "prefix": {"reference_prefix": was.reference_prefix[:1] + "X" * (to % 3) + "-"},
        }
        return replace(was, **changes[step.asked["change"]])

    await _changed(house, channel, change)


async def as_before(house: House, channel: str) -> None:
    """Switch everything of a channel on again, without buffer and cap."""

    def on(was: ChannelSettings) -> ChannelSettings:
        rule = replace(was.rule, buffer=0, cap=999)
        return replace(was, rule=rule, forwarding=True, stock=True, fulfilment=FulfilmentMode.ERP)

    await _changed(house, channel, on)


async def seldom_looked_at(house: House, channel: str, seconds: float) -> None:
    """Let a channel's orders be looked for once in so many seconds, and otherwise be told of."""
    await _changed(house, channel, lambda was: replace(was, sweep_seconds=seconds))


async def all_at_one_hour(house: House) -> None:
    """Let every look be taken now, and so the later ones too: at the same hour."""
    for tenant in house.tenants:
        await house.command(tenant, commands.enable_division, tenant.connection_id, tenant.division)
        for channel in tenant.channels:
            await house.alive().write(partial(_begin_anew, tenant=tenant, channel=channel))


async def _begin_anew(work: Work, tenant: Tenant, channel: str) -> None:
    stored = await load_channel(work.connection, tenant.name, channel)
    assert stored is not None
    begin(work, tenant.name, stored)


async def _changed(house: House, channel: str, change: Callable[[ChannelSettings], ChannelSettings]) -> None:
    tenant = house.tenant_of(channel)

    async def work(work: Work) -> None:
        stored = await load_channel(work.connection, tenant.name, channel)
        assert stored is not None
        await commands.change_settings(work, tenant.who, work.clock.now(), channel, change(stored.settings))

    await house.alive().write(work)


async def _pause_channel(house: House, step: Step) -> None:
    channel = step.asked["channel"]
    tenant = house.tenant_of(channel)
    house.paused.add(channel)
    await house.command(tenant, commands.pause_channel, channel)
    later(house, step.asked["seconds"], lambda: resume(house, tenant, channel))


async def resume(house: House, tenant: Tenant, channel: str) -> None:
    """Let a paused channel go on."""
    await house.command(tenant, commands.resume_channel, channel)
    house.paused.discard(channel)


async def _republish(house: House, step: Step) -> None:
    await house.command(house.tenant_of(step.asked["channel"]), commands.republish_channel, step.asked["channel"])


async def _sweep(house: House, step: Step) -> None:
    await house.command(house.tenant_of(step.asked["channel"]), commands.sweep_channel, step.asked["channel"])


async def _outage(house: House, step: Step) -> None:
    platform = step.asked["platform"]
    await control_faults.outage(house.sandbox, {"platform": platform, "on": True})

    async def end() -> None:
        await control_faults.outage(house.sandbox, {"platform": platform, "on": False})

    later(house, step.asked["seconds"], end)


async def _fault(house: House, step: Step) -> None:
    await control_faults.fault(house.sandbox, step.asked)


async def _crash(house: House, step: Step) -> None:
    house.nodes[step.asked["node"] % len(house.nodes)].place.doom(step.asked["after"])


async def _restart(house: House, step: Step) -> None:
    node = house.nodes[step.asked["node"] % len(house.nodes)]
    if not node.place.dead and not node.place.paused:
        await node.stop()


async def _freeze(house: House, step: Step) -> None:
    """Freeze a node; with ``told`` whichever first has the answer to such a request, with ``asks`` who sends it."""
    if told := step.asked.get("told"):
        house.network.once_told.append((told, partial(_freeze_place, house, step)))
    elif asks := step.asked.get("asks"):
        house.network.once_asked.append((asks, partial(_freeze_place, house, step)))
    else:
        _freeze_place(house, step, house.nodes[step.asked["node"] % len(house.nodes)].place)


def _freeze_place(house: House, step: Step, place: Place) -> None:
    if place.dead or place.paused:
        return
    place.pause(step.asked.get("after", 0))

    async def wake() -> None:
        place.go_on(asyncio.get_running_loop())

    later(house, step.asked["seconds"], wake)


async def _clock(house: House, step: Step) -> None:
    house.nodes[step.asked["node"] % len(house.nodes)].clock.wrong_by += step.asked["by"]


async def _expire(house: House, step: Step) -> None:
    await control_faults.expire_grant(house.sandbox, {})
    house.withdrawn.update(tenant.name for tenant in house.tenants)


async def _lose_token(house: House, step: Step) -> None:
    await control_faults.lose_token_response(house.sandbox, {})


async def _drop_hooks(house: House, step: Step) -> None:
    await control_faults.drop_subscriptions(house.sandbox, {})


async def _move_division(house: House, step: Step) -> None:
    await control_exact.move_division(house.sandbox, {})


DEEDS: Mapping[str, Deed] = {
    "sell": _sell,
    "pay": _pay,
    "cancel": _cancel,
    "ask-cancel": _ask_cancel,
    "deliver": _deliver,
    "move": _move,
    "book": _book,
    "settings": _settings,
    "pause-channel": _pause_channel,
    "republish": _republish,
    "sweep": _sweep,
    "outage": _outage,
    "fault": _fault,
    "crash": _crash,
    "restart": _restart,
    "freeze": _freeze,
    "clock": _clock,
    "expire-grant": _expire,
    "lose-token": _lose_token,
    "drop-hooks": _drop_hooks,
    "move-division": _move_division,
}
