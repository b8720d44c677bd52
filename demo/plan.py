"""What is to be shown: how long, how fast, with how much bad luck, on how many nodes."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

TENANT = "acme"
DIVISION, SECOND_DIVISION = 123456, 654321
ROOT = Path(__file__).parents[1]


@dataclass(frozen=True, slots=True)
class Pace:
    """Mean seconds between two happenings of a kind; then the hub's own: sweeps, checks, gathering, following.

    ``sale`` counts per channel; ``by_hand`` is how often somebody at a shop changes a number or gives money back.
    """

    sale: float
    desk: float
    delivery: float
    by_hand: float
    sweep: float
    check: float
    gather: float
    follow: float


BUSY = Pace(sale=1.2, desk=2.0, delivery=0.5, by_hand=3.0, sweep=3.0, check=10.0, gather=0.25, follow=0.25)
GENTLE = Pace(sale=16.0, desk=20.0, delivery=6.0, by_hand=60.0, sweep=30.0, check=120.0, gather=1.0, follow=0.5)
"""Slow enough that the simulated Exact's calls of a day last for the whole day."""


@dataclass(frozen=True, slots=True)
class Plan:
    """One run. ``for_seconds`` None goes on until somebody stops it; ``speed`` compresses the platforms' time.

    ``program`` starts the hub's command line, and ``settings`` come on top of the demo's own for the hub.
    ``port`` None takes a free one, when people look on 8000 if it is free.
    """

    for_seconds: float | None = None
    as_json: bool = False
    faults: str = "none"
    seed: int = 7
    nodes: int = 1
    database: str | None = None
    port: int | None = None
    speed: float = 20.0
    program: tuple[str, ...] = (sys.executable, "main.py")
    settings: Mapping[str, str] = field(default_factory=dict)

    @property
    def pace(self) -> Pace:
        """How quickly things happen: a day of a given length is a busy one."""
        return GENTLE if self.for_seconds is None else BUSY

    def problem(self) -> str | None:
        """Say what makes the plan impossible, None where nothing does."""
        if self.faults not in ("none", "mild", "harsh"):
            return f"There are no {self.faults} faults; choose none, mild or harsh."
        if self.nodes < 1:
            return "A hub has at least one node."
        if self.nodes > 1 and not (self.database or "").startswith("postgres"):
            return "Several nodes need one PostgreSQL: add --database postgresql://user@host/name."
        if self.for_seconds is not None and self.for_seconds < 5:
            return "A day needs five seconds at least."
        return None


def hub_settings(plan: Plan, folder: Path, sandbox_url: str, public_url: str) -> Mapping[str, str]:
    """Return the environment of a hub that speaks to the sandbox; the node's own name and port come on top.

    A node alone takes over at once what it held before it was killed; of several, the others wait for its leases.
    """
    sweep = f"{plan.pace.sweep:g}"
    return {
        "HUB_DATABASE_URL": plan.database or f"sqlite:///{folder}/handelhub.db",
        "HUB_KEY_FILE": f"{folder}/handelhub.key",
        "HUB_PUBLIC_URL": public_url,
        "HUB_EXACT_URL": f"{sandbox_url}/exact",
        "HUB_BOL_URL": f"{sandbox_url}/bol",
        "HUB_BOL_LOGIN_URL": f"{sandbox_url}/bol",
        "HUB_VIES_URL": f"{sandbox_url}/vies",
        "HUB_AMAZON_URL": f"{sandbox_url}/amazon",
        "HUB_AMAZON_LOGIN_URL": f"{sandbox_url}/amazon",
        "HUB_AMAZON_CONSENT_URL": f"{sandbox_url}/amazon",
        "HUB_SHOPIFY_URL": f"{sandbox_url}/shopify",
        "HUB_DEMO": "1",
        "HUB_LEASE_SECONDS": "15" if plan.nodes == 1 else "6",
        "HUB_POLL_SECONDS": "0.25",
        "HUB_DRAIN_SECONDS": "5",
        "HUB_STOCK_SWEEP_SECONDS": sweep,
        "HUB_DELIVERY_SWEEP_SECONDS": sweep,
        "HUB_STOCK_GATHER_SECONDS": f"{plan.pace.gather:g}",
        "HUB_FOLLOW_SECONDS": f"{plan.pace.follow:g}",
        "HUB_QUEUE_SECONDS": f"{plan.pace.gather:g}",
        "HUB_SETTLE_SECONDS": "1",
        "HUB_LONGEST_BACKOFF_SECONDS": "8",
        "HUB_HOOK_CHECK_SECONDS": f"{plan.pace.check:g}",
        "HUB_LOG_LEVEL": "warning",
        **plan.settings,
    }
