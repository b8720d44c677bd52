"""Faults by seed and by switch: what goes wrong between a client and a platform."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum


class Fault(StrEnum):
    """What may happen to one request, or to one webhook delivery."""

    THROTTLE = "throttle"  # answered 429 before any effect
    BROKEN = "broken"  # answered 5xx (HTML) before any effect
    LOST_REQUEST = "lost_request"  # connection dropped before the effect
    LOST_ANSWER = "lost_answer"  # effect done, connection dropped
    BROKEN_ANSWER = "broken_answer"  # effect done, answered 5xx without a JSON body
    HOOK_LOST = "hook_lost"
    HOOK_DOUBLED = "hook_doubled"
    HOOK_LATE = "hook_late"
    HOOK_REORDERED = "hook_reordered"


REQUEST_FAULTS = (Fault.THROTTLE, Fault.BROKEN, Fault.LOST_REQUEST, Fault.LOST_ANSWER, Fault.BROKEN_ANSWER)
BEFORE_EFFECT = (Fault.THROTTLE, Fault.BROKEN, Fault.LOST_REQUEST)
HOOK_FAULTS = (Fault.HOOK_LOST, Fault.HOOK_DOUBLED, Fault.HOOK_LATE, Fault.HOOK_REORDERED)

PROFILES: dict[str, dict[Fault, float]] = {
    "none": {},
    "mild": dict.fromkeys(REQUEST_FAULTS, 0.004) | dict.fromkeys(HOOK_FAULTS, 0.03),
    "harsh": dict.fromkeys(REQUEST_FAULTS, 0.02) | dict.fromkeys(HOOK_FAULTS, 0.12),
}


@dataclass(slots=True)
class Forced:
    """A switch: the next ``times`` requests of ``platform`` whose path contains ``path`` meet ``fault``."""

    fault: Fault
    platform: str
    method: str | None = None
    path: str = ""
    times: int = 1

    def matches(self, platform: str, method: str, path: str) -> bool:
        if self.times <= 0 or self.platform not in (platform, "*"):
            return False
        return self.method in (None, method) and self.path in path


@dataclass
class Faults:
    """Decides, reproducibly for one seed, which request meets which fault."""

    seed: int = 0
    profile: str = "none"
    forced: list[Forced] = field(default_factory=list)
    outages: set[str] = field(default_factory=set)
    met: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)

    def request(self, platform: str, method: str, path: str, *, spared: bool = False) -> Fault | None:
        """Return the fault for one request; an outage of the platform beats everything.

        A ``spared`` path meets by chance only faults before the effect: a token answer lost by chance
        would end a grant for good. Switches apply to every path.
        """
        if platform in self.outages:
            return self._note(platform, Fault.BROKEN)
        return self._pick(platform, method, path, REQUEST_FAULTS, BEFORE_EFFECT if spared else REQUEST_FAULTS)

    def hook(self, platform: str, topic: str) -> Fault | None:
        """Return the fault for one webhook delivery."""
        return self._pick(platform, "HOOK", topic, HOOK_FAULTS, HOOK_FAULTS)

    def _pick(
        self, platform: str, method: str, path: str, kinds: tuple[Fault, ...], by_chance: tuple[Fault, ...]
    ) -> Fault | None:
        for switch in self.forced:
            if switch.fault in kinds and switch.matches(platform, method, path):
                switch.times -= 1
                return self._note(platform, switch.fault)
        rates = PROFILES[self.profile]
        drawn = self._random.random()
        for kind in by_chance:
            drawn -= rates.get(kind, 0.0)
            if drawn < 0:
                return self._note(platform, kind)
        return None

    def _note(self, platform: str, fault: Fault) -> Fault:
        self.met[f"{platform}.{fault.value}"] += 1
        return fault
