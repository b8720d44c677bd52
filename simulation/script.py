"""What happens in one play: who takes part, how bad the luck is, and every step with its moment. Plain JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

PEACEFUL = frozenset({"sell", "pay", "move", "book", "republish", "sweep"})
"""Kinds of steps after which every message arrives."""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that somebody does ``at`` so many seconds after the opening; ``label`` is how others refer to it."""

    at: float
    kind: str
    label: str
    asked: dict[str, Any] = field(default_factory=dict)

    def line(self) -> str:
        """Return it as a person reads it."""
        told = ", ".join(f"{name}={value}" for name, value in self.asked.items())
        return f"{self.at:>10.1f}  {self.label:<5} {self.kind} {told}".rstrip()


@dataclass(frozen=True, slots=True)
class Script:
    """A whole play; the same script is played the same way every time.

    ``seed`` draws the order of ready tasks, delays and every random byte, once all is set up. ``begins`` is the
    opening (ISO, UTC); ``quiet`` seconds follow the last step in which nothing goes wrong any more.
    """

    seed: int
    begins: str
    channels: tuple[str, ...]
    other_channel: str | None = None
    goods: int = 3
    nodes: int = 1
    exact_minute_limit: int = 60
    faults: str = "none"
    weather: dict[str, float] = field(default_factory=dict)
    pace: dict[str, float] = field(default_factory=dict)
    steps: tuple[Step, ...] = ()
    quiet: float = 6 * 3600.0

    @property
    def setting(self) -> str:
        """All that the setting up depends on; plays of the same setting begin in the same way."""
        told = (self.begins, self.channels, self.other_channel, self.goods, self.nodes, sorted(self.pace.items()))
        return json.dumps(told)

    @property
    def peaceful(self) -> bool:
        """Whether nothing in it can be lost, so that nothing has to wait for a sweep to be found."""
        lossy = any(value for name, value in self.weather.items() if name not in ("slow", "slowness"))
        return self.faults == "none" and not lossy and all(step.kind in PEACEFUL for step in self.steps)

    def with_steps(self, steps: Sequence[Step]) -> Script:
        """Return the same play with other steps."""
        return replace(self, steps=tuple(steps))

    def written(self) -> str:
        """Return it as JSON."""
        return json.dumps(asdict(self), indent=1)

    def shown(self) -> str:
        """Return it as a person reads it."""
        head = f"seed {self.seed}, begins {self.begins}, channels {', '.join(self.channels)}"
        if self.other_channel:
            head += f", a second tenant on {self.other_channel}"
        luck = (
            f"{self.exact_minute_limit} calls a minute to Exact, faults {self.faults},"
            f" weather {self.weather or 'calm'}, nodes {self.nodes}, pace {self.pace}"
        )
        return "\n".join((head, luck, *(step.line() for step in self.steps), f"quiet for {self.quiet / 3600:.1f} h"))


def read_script(text: str) -> Script:
    """Read what ``written`` wrote."""
    told = json.loads(text)
    steps = tuple(Step(**step) for step in told.pop("steps"))
    return Script(**told | {"channels": tuple(told["channels"]), "steps": steps})
