"""What the dashboards show, row by row."""

from __future__ import annotations

from dataclasses import dataclass

from deploy.watch.promql import having, increase, quantile, rate, series, worst
from hub.metrics import Attribute as By
from hub.metrics import Metric, label


@dataclass(frozen=True, slots=True)
class Query:
    """One expression, and how its series are called."""

    expression: str
    legend: str


@dataclass(frozen=True, slots=True)
class Panel:
    """A picture of one thing; ``unit`` is Grafana's word for it."""

    title: str
    unit: str
    queries: tuple[Query, ...]
    stat: bool = False


@dataclass(frozen=True, slots=True)
class Dashboard:
    """A page: rows of panels, each row as wide as the page."""

    uid: str
    title: str
    rows: tuple[tuple[str, tuple[Panel, ...]], ...]


def shown(title: str, unit: str, expression: str, *by: By, stat: bool = False) -> Panel:
    """Return a panel of one expression, its series named by attributes."""
    legend = " ".join(f"{{{{{label(one)}}}}}" for one in by) or title
    return Panel(title, unit, (Query(expression, legend),), stat)


def delays(title: str, metric: Metric, *by: By) -> Panel:
    """Return a panel of the middle and the slow end of durations."""
    names = " ".join(f"{{{{{label(one)}}}}}" for one in by)
    parts = ((0.5, "median"), (0.99, "p99"))
    queries = (Query(quantile(part, metric, "15m", *by), f"{name} {names}".strip()) for part, name in parts)
    return Panel(title, "s", tuple(queries))


DAY = having(By.BUDGET, "day")
ORDERS = (
    shown("Orders open", "short", worst(Metric.ORDERS_OPEN), By.TENANT, By.STATUS),
    shown("Oldest open order", "s", worst(Metric.ORDERS_AGE), By.TENANT, By.STATUS),
    shown("Orders about to be late", "short", worst(Metric.ORDERS_AT_RISK), By.TENANT, By.CHANNEL),
)
PEOPLE = (
    shown("Grants lost", "short", f"sum({worst(Metric.GRANTS_LOST)}) or vector(0)", stat=True),
    shown("Accounts refused", "short", worst(Metric.SUSPENDED), stat=True),
    shown("Channels paused", "short", f"sum({worst(Metric.CHANNELS_PAUSED)}) or vector(0)", stat=True),
    shown("Messages for a person", "short", f"sum({worst(Metric.FOR_PERSON)}) or vector(0)", stat=True),
)
FRESHNESS = (
    delays("The hub's delay", Metric.HUB_DELAY, By.FLOW, By.PLATFORM),
    delays("The ERP's delay", Metric.ERP_DELAY, By.FLOW, By.PLATFORM),
    shown("Activity log", "short", increase(Metric.EVENTS, "5m", By.EVENT), By.EVENT),
)
DRIFT = (
    shown("Differences that last", "short", worst(Metric.DRIFT_OPEN), By.TENANT, By.CHANNEL),
    shown("Oldest difference", "s", worst(Metric.DRIFT_AGE), By.TENANT, By.CHANNEL),
    shown("Differences found per hour", "short", increase(Metric.DRIFT_FOUND, "1h", By.CAUSE), By.CAUSE),
    delays("From finding to healing", Metric.DRIFT_HEALING, By.CAUSE),
)
PART_LEFT = f"{worst(Metric.BUDGET, DAY)} / {worst(Metric.BUDGET_ALLOWED, DAY)}"
SHORTER = worst(Metric.BUDGET, having(By.BUDGET, "day|errors .*", "!~"))
ENDPOINTS = having(By.BUDGET, "errors .*", "=~")
BUDGETS = (
    shown("Calls left today", "percentunit", PART_LEFT, By.ADDRESS),
    shown("Calls left in shorter windows", "short", SHORTER, By.ADDRESS, By.BUDGET),
    shown("Until the day's calls are gone", "s", worst(Metric.BUDGET_EMPTY, DAY), By.ADDRESS),
    shown("Until budgets are whole again", "s", worst(Metric.BUDGET_RESET), By.ADDRESS, By.BUDGET),
    shown("Calls to Exact by lane", "short", increase(Metric.BUDGET_SPENT, "1h", By.LANE), By.LANE),
    shown(
        "Calls to Exact held back", "short", increase(Metric.BUDGET_HELD_BACK, "15m", By.BUDGET, By.LANE),
        By.BUDGET, By.LANE,
    ),
    shown("Refusals that endpoints may still take", "short", worst(Metric.BUDGET, ENDPOINTS), By.ADDRESS, By.BUDGET),
)  # fmt: skip
PLATFORMS = (
    shown("Calls", "reqps", rate(Metric.PLATFORM_CALLS, "5m", By.PLATFORM, By.ANSWER), By.PLATFORM, By.ANSWER),
    shown(
        "Calls refused for their number",
        "reqps",
        rate(Metric.PLATFORM_THROTTLES, "5m", By.PLATFORM, By.OPERATION),
        By.PLATFORM,
        By.OPERATION,
    ),
    delays("Duration of calls", Metric.CALL_SECONDS, By.PLATFORM),
    shown(
        "Answers of another API version",
        "short",
        f"sum by ({label(By.PLATFORM)}) ({series(Metric.PLATFORM_VERSION_FALLEN)})",
        By.PLATFORM,
    ),
)
DOORS = (
    shown("Webhooks", "reqps", rate(Metric.WEBHOOKS, "5m", By.PLATFORM, By.OUTCOME), By.PLATFORM, By.OUTCOME),
    delays("Duration of commits", Metric.COMMIT_SECONDS),
    shown("Groups of writes not taken", "short", increase(Metric.STORE_FAILURES, "5m")),
    shown("Since the database was read", "s", series(Metric.LOOK_AGE), stat=True),
)
ACTORS = (
    shown("Messages waiting", "short", worst(Metric.LANE_DEPTH), By.ACTOR_KIND, By.LANE),
    shown("Due and not done", "s", worst(Metric.LANE_OVERDUE), By.ACTOR_KIND, By.LANE),
    shown("Oldest waiting message, due or not", "s", worst(Metric.LANE_AGE), By.ACTOR_KIND, By.LANE),
    delays("Duration of turns", Metric.TURNS, By.ACTOR_KIND, By.LANE),
    shown("Restarts", "short", increase(Metric.RESTARTS, "15m", By.ACTOR_KIND), By.ACTOR_KIND),
    shown("Messages parked", "short", increase(Metric.PARKED, "15m", By.ACTOR_KIND), By.ACTOR_KIND),
    shown("Actors in quarantine", "short", worst(Metric.QUARANTINED), stat=True),
)
PROCESSES = (
    Panel("Memory", "bytes", (Query("process_resident_memory_bytes", "{{instance}}"),)),
    Panel("CPU", "percentunit", (Query("rate(process_cpu_seconds_total[5m])", "{{instance}}"),)),
    Panel("Open files", "short", (Query("process_open_fds", "{{instance}}"),)),
)

DASHBOARDS = (
    Dashboard(
        "handelhub-work",
        "Handelhub: orders, stock, budgets",
        (
            ("Orders", ORDERS),
            ("For a person", PEOPLE),
            ("How fresh", FRESHNESS),
            ("Drift", DRIFT),
            ("Budgets of calls", BUDGETS),
            ("Platforms", PLATFORMS),
        ),
    ),
    Dashboard(
        "handelhub-nodes",
        "Handelhub: nodes, actors, database",
        (
            ("Doors and database", DOORS),
            ("Actors", ACTORS),
            ("Processes", PROCESSES),
        ),
    ),
)
