"""Bad luck, time and settings: what is switched rather than done."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any

from hub.sandbox.control_exact import exact_of
from hub.sandbox.exact.division import FORMULAS
from hub.sandbox.exact.errors import Language
from hub.sandbox.expectation import Rule
from hub.sandbox.faults import PROFILES, Fault, Forced

if TYPE_CHECKING:
    from hub.sandbox.app import Sandbox

Json = dict[str, Any]


async def fault(sandbox: Sandbox, asked: Json) -> Json:
    """Let the next ``times`` requests (or webhooks, ``method`` HOOK) of a platform meet a fault."""
    switch = Forced(
        fault=Fault(asked["fault"]),
        platform=str(asked["platform"]),
        method=asked.get("method"),
        path=str(asked.get("path", "")),
        times=int(asked.get("times", 1)),
    )
    sandbox.world.faults.forced.append(switch)
    return {"ok": True}


async def mend(sandbox: Sandbox, asked: Json) -> Json:
    """Take back what ``fault`` switched on a platform."""
    faults = sandbox.world.faults
    faults.forced[:] = [one for one in faults.forced if one.platform != str(asked["platform"])]
    return {"ok": True}


async def profile(sandbox: Sandbox, asked: Json) -> Json:
    """Choose the rate of faults by chance: none, mild or harsh."""
    name = str(asked["name"])
    if name not in PROFILES:
        raise KeyError(name)
    sandbox.world.faults.profile = name
    return {"ok": True}


async def outage(sandbox: Sandbox, asked: Json) -> Json:
    """Begin or end an outage of a platform: every request is answered 503."""
    name, faults = str(asked["platform"]), sandbox.world.faults
    if name not in sandbox.world.platforms:
        raise KeyError(name)
    (faults.outages.add if asked.get("on", True) else faults.outages.discard)(name)
    _period(sandbox, name, on=bool(asked.get("on", True)))
    return {"ok": True}


async def hub_down(sandbox: Sandbox, asked: Json) -> Json:
    """Mark when the hub is deliberately not running; such periods are not held against it."""
    _period(sandbox, "hub", on=bool(asked.get("on", True)))
    return {"ok": True}


def _period(sandbox: Sandbox, name: str, *, on: bool) -> None:
    outages, now = sandbox.world.ledger.outages, sandbox.world.clock.now()
    running = next((place for place, (who, _, end) in enumerate(outages) if who == name and end is None), None)
    if on and running is None:
        outages.append((name, now, None))
    if not on and running is not None:
        outages[running] = (name, outages[running][1], now)


async def expire_grant(sandbox: Sandbox, asked: Json) -> Json:
    """Withdraw the consent in Exact: tokens and subscriptions are gone until a person consents anew."""
    exact_of(sandbox).expire_grant()
    return {"ok": True}


async def lose_token_response(sandbox: Sandbox, asked: Json) -> Json:
    """Rotate at the next refresh, but lose the answer."""
    exact_of(sandbox).consent.lose_next += int(asked.get("times", 1))
    return {"ok": True}


async def drop_subscriptions(sandbox: Sandbox, asked: Json) -> Json:
    """Let Exact forget every webhook subscription, as its nightly cleaning does."""
    exact_of(sandbox).drop_subscriptions()
    return {"ok": True}


async def advance(sandbox: Sandbox, asked: Json) -> Json:
    """Move the sandbox's clock forward by real seconds."""
    sandbox.world.clock.advance(float(asked["seconds"]))
    return {"now": sandbox.world.clock.now().isoformat()}


async def settings(sandbox: Sandbox, asked: Json) -> Json:
    """Change settings of a platform; for Exact also ``formula`` (of FreeStock) and ``language``."""
    asked = dict(asked)
    platform = sandbox.world.platforms[str(asked.pop("platform"))]
    if platform.name == "exact":
        if formula := asked.pop("formula", None):
            _use_formula(sandbox, str(formula))
        if "language" in asked:
            asked["language"] = Language(asked["language"])
        target: Any = exact_of(sandbox).office.settings
    else:
        target = getattr(platform, "switches", None)
    known = {field.name: field for field in fields(target)}
    for name, value in asked.items():
        current = getattr(target, known[name].name)
        setattr(target, name, float(value) if isinstance(current, float) else value)
    return {"ok": True}


def _use_formula(sandbox: Sandbox, name: str) -> None:
    if name not in FORMULAS:
        raise KeyError(name)
    for division in exact_of(sandbox).office.divisions.values():
        division.use_formula(name)


async def expect(sandbox: Sandbox, asked: Json) -> Json:
    """Tell the report by which rule a channel is published: buffer, cap, warehouses, fixed, hands_off."""
    asked = dict(asked)
    channel = str(asked.pop("channel"))
    if asked.get("warehouses") is not None:
        asked["warehouses"] = tuple(asked["warehouses"])
    sandbox.rules[channel] = Rule(**asked)
    return {"ok": True}


async def reset(sandbox: Sandbox, asked: Json) -> Json:
    """Begin anew with the same options."""
    await sandbox.reset()
    return {"ok": True}


ACTIONS = {
    "fault": fault,
    "mend": mend,
    "profile": profile,
    "outage": outage,
    "hub-down": hub_down,
    "expire-grant": expire_grant,
    "lose-token-response": lose_token_response,
    "drop-subscriptions": drop_subscriptions,
    "clock/advance": advance,
    "settings": settings,
    "expect": expect,
    "reset": reset,
}
