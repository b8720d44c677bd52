"""Every metric of the hub, declared once: name, kind of number, unit, meaning and attributes.

What is measured, scraped, drawn and alerted on is named from here. No name or value may hold anything personal or
secret, and the attributes of a metric have few values: ids of tenants and channels stand on gauges alone, which are
looked up anew each time and cut to the worst so many.
"""

from __future__ import annotations

from enum import StrEnum

from opentelemetry import metrics
from opentelemetry.metrics import Counter, Histogram

SCOPE = "hub"
"""The instrumentation scope of every tracer and meter of the hub."""


class Attribute(StrEnum):
    """Every attribute of spans and metrics; all of few values, except the tenant and the ids that it owns."""

    TENANT = "hub.tenant"
    CHANNEL = "hub.channel"
    PLATFORM = "hub.platform"
    TOPIC = "hub.topic"
    OUTCOME = "hub.outcome"
    ACTOR_KIND = "hub.actor.kind"
    ADDRESS = "hub.actor.address"
    LANE = "hub.lane"
    OPERATION = "hub.operation"
    FLOW = "hub.flow"
    BUDGET = "hub.budget"
    STATUS = "hub.status"
    EVENT = "hub.event"
    LEVEL = "hub.level"
    CAUSE = "hub.cause"
    ANSWER = "http.response.status_code"


class Kind(StrEnum):
    """A counter only grows, a gauge is looked at, a histogram counts durations by size."""

    COUNTER = "counter"
    GAUGE = "gauge"
    HISTOGRAM = "histogram"


_A = Attribute
_COUNTER, _GAUGE, _HISTOGRAM = Kind.COUNTER, Kind.GAUGE, Kind.HISTOGRAM


class Metric(StrEnum):
    """Every metric of the hub: its name (the value), kind, unit (UCUM), meaning, and attributes."""

    _value_: str
    kind: Kind
    unit: str
    description: str
    attributes: tuple[Attribute, ...]

    def __new__(cls, name: str, kind: Kind, unit: str, description: str, *attributes: Attribute) -> Metric:
        """Make a member that is its name."""
        made = str.__new__(cls, name)
        made._value_ = name
        made.kind, made.unit, made.description, made.attributes = kind, unit, description, attributes
        return made

    WEBHOOKS = "hub.webhooks", _COUNTER, "{delivery}", "Webhook deliveries by outcome", _A.PLATFORM, _A.OUTCOME
    TURNS = "hub.turn.duration", _HISTOGRAM, "s", "Duration of turns", _A.ACTOR_KIND, _A.LANE, _A.OUTCOME
    RESTARTS = "hub.actor.restarts", _COUNTER, "{restart}", "Actors that met a bug and began anew", _A.ACTOR_KIND
    PARKED = "hub.messages.parked", _COUNTER, "{message}", "Messages given to a person", _A.ACTOR_KIND
    EVENTS = "hub.events", _COUNTER, "{event}", "Lines of the activity log", _A.EVENT, _A.LEVEL
    HUB_DELAY = "hub.delay", _HISTOGRAM, "s", "From hearing of a change to its effect", _A.FLOW, _A.PLATFORM
    ERP_DELAY = "hub.erp_delay", _HISTOGRAM, "s", "From a change in the ERP to hearing of it", _A.FLOW, _A.PLATFORM
    DRIFT_FOUND = (
        "hub.drift.found", _COUNTER, "{difference}", "Listings found to show another number than the ERP says",
        _A.PLATFORM, _A.CAUSE,
    )  # fmt: skip
    DRIFT_HEALING = (
        "hub.drift.healing.duration", _HISTOGRAM, "s", "From finding a difference to its end", _A.PLATFORM, _A.CAUSE,
    )  # fmt: skip
    DRIFT_OPEN = (
        "hub.drift.open", _GAUGE, "{difference}", "Differences that last, and that nobody set aside", _A.TENANT,
        _A.CHANNEL,
    )  # fmt: skip
    DRIFT_AGE = "hub.drift.oldest_age", _GAUGE, "s", "Since the oldest such difference began", _A.TENANT, _A.CHANNEL
    PLATFORM_CALLS = (
        "hub.platform.calls", _COUNTER, "{call}", "Calls sent to platforms", _A.PLATFORM, _A.OPERATION, _A.ANSWER,
    )  # fmt: skip
    PLATFORM_THROTTLES = (
        "hub.platform.throttles", _COUNTER, "{call}", "Calls answered with 429", _A.PLATFORM, _A.OPERATION,
    )  # fmt: skip
    PLATFORM_VERSION_FALLEN = (
        "hub.platform.version_fallen", _COUNTER, "{answer}", "Answers of another API version than the one asked for",
        _A.PLATFORM,
    )  # fmt: skip
    CALL_SECONDS = (
        "http.client.request.duration", _HISTOGRAM, "s", "Duration of platform calls",
        _A.PLATFORM, _A.OPERATION, _A.ANSWER,
    )  # fmt: skip
    STORE_FAILURES = "hub.store.failures", _COUNTER, "{group}", "Groups of writes that the database did not take"
    COMMIT_SECONDS = "hub.store.commit.duration", _HISTOGRAM, "s", "Duration of commits, the disk's part of a write"
    LOOK_AGE = "hub.look.age", _GAUGE, "s", "Since the gauges below were read from the database"
    LANE_DEPTH = "hub.lane.depth", _GAUGE, "{message}", "Messages waiting, by kind of actor", _A.ACTOR_KIND, _A.LANE
    LANE_AGE = "hub.lane.oldest_age", _GAUGE, "s", "Age of the oldest waiting message", _A.ACTOR_KIND, _A.LANE
    LANE_OVERDUE = (
        "hub.lane.overdue", _GAUGE, "s", "How long the oldest due message of an active actor has waited",
        _A.ACTOR_KIND, _A.LANE,
    )  # fmt: skip
    QUARANTINED = "hub.actors.quarantined", _GAUGE, "{actor}", "Actors in quarantine"
    SUSPENDED = "hub.actors.suspended", _GAUGE, "{actor}", "Actors stopped until their credentials change"
    BUDGET = (
        "hub.budget.remaining", _GAUGE, "{call}", "Calls that platforms still allow", _A.TENANT, _A.ADDRESS, _A.BUDGET,
    )  # fmt: skip
    BUDGET_ALLOWED = (
        "hub.budget.allowed", _GAUGE, "{call}", "Calls that platforms allow per window", _A.TENANT, _A.ADDRESS,
        _A.BUDGET,
    )  # fmt: skip
    BUDGET_RESET = (
        "hub.budget.reset_in", _GAUGE, "s", "Until a budget is whole again", _A.TENANT, _A.ADDRESS, _A.BUDGET,
    )  # fmt: skip
    BUDGET_EMPTY = (
        "hub.budget.empty_in", _GAUGE, "s", "Until a budget is empty at the pace of the last hour, where it will be",
        _A.TENANT, _A.ADDRESS, _A.BUDGET,
    )  # fmt: skip
    BUDGET_SPENT = "hub.budget.spent", _COUNTER, "{call}", "Calls to Exact, by what they are for", _A.LANE
    BUDGET_HELD_BACK = (
        "hub.budget.held_back", _COUNTER, "{call}",
        "Calls to Exact that waited: for a minute or a day, or for the breaker of an endpoint (errors)",
        _A.LANE, _A.BUDGET,
    )  # fmt: skip
    ORDERS_OPEN = (
        "hub.orders.open", _GAUGE, "{order}", "Orders held, to be forwarded, or being sent", _A.TENANT, _A.STATUS,
    )  # fmt: skip
    ORDERS_AGE = (
        "hub.orders.oldest_age", _GAUGE, "s", "Since the oldest such order came in", _A.TENANT, _A.STATUS,
    )  # fmt: skip
    ORDERS_AT_RISK = (
        "hub.orders.at_risk", _GAUGE, "{order}", "Orders to be shipped within the next hours or already too late",
        _A.TENANT, _A.CHANNEL,
    )  # fmt: skip
    GRANTS_LOST = "hub.grants.lost", _GAUGE, "{grant}", "Grants that a person must renew", _A.TENANT
    CHANNELS_PAUSED = "hub.channels.paused", _GAUGE, "{channel}", "Paused channels", _A.TENANT, _A.CHANNEL
    FOR_PERSON = "hub.messages.for_person", _GAUGE, "{message}", "Parked messages nobody has seen to", _A.TENANT

    @property
    def exported(self) -> str:
        """The family's name at the Prometheus endpoint: dots become underscores, the unit and ``_total`` follow."""
        ends = ("_seconds" if self.unit == "s" else "") + ("_total" if self.kind is Kind.COUNTER else "")
        return self.replace(".", "_") + ends


def label(attribute: Attribute) -> str:
    """Return an attribute's name at the Prometheus endpoint."""
    return attribute.replace(".", "_")


def counter(metric: Metric) -> Counter:
    """Return the instrument that counts a metric."""
    return metrics.get_meter(SCOPE).create_counter(metric.value, metric.unit, metric.description)


def histogram(metric: Metric) -> Histogram:
    """Return the instrument that records a metric's durations."""
    return metrics.get_meter(SCOPE).create_histogram(metric.value, metric.unit, metric.description)
