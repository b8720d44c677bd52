"""In which plays a deliberate bug can show at all: a name for each circumstance."""

from __future__ import annotations

from collections.abc import Callable

from simulation.script import Script


def many_channels(script: Script) -> bool:
    return len(script.channels) > 1


def crashes(script: Script) -> bool:
    return script.nodes == 1 and has(script, "crash")


def frozen_of_two(script: Script) -> bool:
    return script.nodes > 1 and has(script, "freeze")


def has(script: Script, kind: str) -> bool:
    return any(step.kind == kind for step in script.steps)


def sells(script: Script) -> bool:
    return has(script, "sell")


def sells_several(script: Script) -> bool:
    return any(line["quantity"] > 1 for step in script.steps if step.kind == "sell" for line in step.asked["lines"])


def delivers(script: Script) -> bool:
    return has(script, "deliver")


def delivers_and_loses(script: Script) -> bool:
    return delivers(script) and bool(script.weather.get("lost_answers") or script.faults == "harsh")


def cancels(script: Script) -> bool:
    return has(script, "cancel")


def unpaid(script: Script) -> bool:
    return any(step.asked.get("paid") is False for step in script.steps)


def loses_answers(script: Script) -> bool:
    lost = any(step.asked.get("fault") in ("lost_answer", "broken_answer") for step in script.steps)
    return sells(script) and (lost or bool(script.weather.get("lost_answers")) or script.faults == "harsh")


def late(script: Script) -> bool:
    return sells(script) and bool(script.weather.get("late_effects"))


def busy(script: Script) -> bool:
    moves = sum(step.kind in ("sell", "book", "move") for step in script.steps)
    return moves >= 7 and many_channels(script)


def two_tenants(script: Script) -> bool:
    return script.other_channel is not None


def asynchronous(script: Script) -> bool:
    return "amazon" in script.channels


def delivers_at_bol_unheard(script: Script) -> bool:
    sold = {step.label for step in script.steps if step.kind == "sell" and step.asked["channel"] == "bol"}
    delivers = any(step.kind == "deliver" and step.asked["sale"] in sold for step in script.steps)
    lost = any(step.asked.get("fault") == "hook_lost" and step.asked["platform"] == "bol" for step in script.steps)
    return delivers and (lost or script.faults == "harsh")


def cancels_early(script: Script) -> bool:
    unpaid = {step.label for step in script.steps if step.asked.get("paid") is False and step.asked["channel"] != "bol"}
    return any(step.kind == "cancel" and step.asked["sale"] in unpaid for step in script.steps)


def loses_consent(script: Script) -> bool:
    return has(script, "expire-grant")


def outage(script: Script) -> bool:
    return has(script, "outage") and sells(script)


def sets(change: str) -> Callable[[Script], bool]:
    return lambda script: any(step.asked.get("change") == change for step in script.steps)


def later_tracking(script: Script) -> bool:
    return any(step.kind == "deliver" and step.asked["tracking"] == "later" for step in script.steps)


def moves(script: Script) -> bool:
    return has(script, "move-division")


def narrow(script: Script) -> bool:
    return script.exact_minute_limit < 60
