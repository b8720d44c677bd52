"""Alerts about the hub itself: its nodes, its database, its actors, its doors."""

from __future__ import annotations

from deploy.watch.alert import Alert, Series, Severity, Trial, given, of
from deploy.watch.promql import having, increase, quantile, rate, series, worst
from hub.metrics import Attribute as By
from hub.metrics import Metric, label

PAGE, TICKET = Severity.PAGE, Severity.TICKET
JOB = "handelhub"
TURNED_AWAY = having(By.OUTCOME, "unavailable|late", "=~")
FORGED = having(By.OUTCOME, "bad_signature|unknown_key|malformed", "=~")
STOCK_LANE = ("erp", "stock")

ALERTS_OF_NODES = (
    Alert(
        "NodeDown", f'up{{job="{JOB}"}} == 0', "2m", PAGE,
        "{{ $labels.instance }} does not answer",
        Trial(
            (Series("up", "1x5 0x60", {"job": JOB}),), (Series("up", "1x60", {"job": JOB}),),
            {"instance": "node-1", "job": JOB},
        ),
    ),
    Alert(
        "NodeBlind", f"{series(Metric.LOOK_AGE)} > 180", "2m", PAGE,
        "{{ $labels.instance }} cannot read the database; the gauges of work show an earlier moment",
        Trial((given(Metric.LOOK_AGE, "0+60x60"),), (given(Metric.LOOK_AGE, "30x60"),), {"instance": "node-1"}),
    ),
    Alert(
        "StoreFailing", f"{rate(Metric.STORE_FAILURES, '5m')} > 0", "2m", PAGE,
        "The database does not take what nodes write; webhooks are answered 503 and will be repeated",
        Trial((given(Metric.STORE_FAILURES, "0+1x60"),), (given(Metric.STORE_FAILURES, "4x60"),)),
    ),
    Alert(
        "CommitsSlow", f"{quantile(0.99, Metric.COMMIT_SECONDS, '10m')} > 0.5", "10m", TICKET,
        "One in a hundred commits takes over half a second",
        Trial(
            (
                given(Metric.COMMIT_SECONDS, "0+90x60", part="_bucket").to("le", "0.5"),
                given(Metric.COMMIT_SECONDS, "0+100x60", part="_bucket").to("le", "1"),
                given(Metric.COMMIT_SECONDS, "0+100x60", part="_bucket").to("le", "+Inf"),
            ),
            (
                given(Metric.COMMIT_SECONDS, "0+1000x60", part="_bucket").to("le", "0.5"),
                given(Metric.COMMIT_SECONDS, "0+1001x60", part="_bucket").to("le", "+Inf"),
            ),
        ),
    ),
    Alert(
        "LaneStuck", f"{worst(Metric.LANE_OVERDUE)} > 600", "5m", PAGE,
        f"A message has been due for more than ten minutes in the {of(By.LANE)} lane of an {of(By.ACTOR_KIND)} actor",
        Trial(
            (given(Metric.LANE_OVERDUE, "0+60x60", *STOCK_LANE),), (given(Metric.LANE_OVERDUE, "0+5x60", *STOCK_LANE),),
            {label(By.ACTOR_KIND): "erp", label(By.LANE): "stock"},
        ),
    ),
    Alert(
        "ActorsQuarantined", f"{worst(Metric.QUARANTINED)} > 0", "1m", PAGE,
        "An actor crashed too often and is kept out: a bug",
        Trial((given(Metric.QUARANTINED, "1x60"),), (given(Metric.QUARANTINED, "0x60"),)),
    ),
    Alert(
        "ActorsCrashing", f"{increase(Metric.RESTARTS, '15m', By.ACTOR_KIND)} > 3", "0m", TICKET,
        f"{of(By.ACTOR_KIND)} actors meet a bug again and again",
        Trial(
            (given(Metric.RESTARTS, "1+1x60", "channel"),), (given(Metric.RESTARTS, "1+0x30 2+0x30", "channel"),),
            {label(By.ACTOR_KIND): "channel"},
        ),
    ),
    Alert(
        "WebhooksNotTaken", f"{rate(Metric.WEBHOOKS, '5m', By.PLATFORM, matching=TURNED_AWAY)} > 0", "5m", PAGE,
        f"Webhooks of {of(By.PLATFORM)} are turned away",
        Trial(
            (given(Metric.WEBHOOKS, "0+1x60", "exact", "unavailable"),),
            (given(Metric.WEBHOOKS, "0+1x60", "exact", "accepted"),), {label(By.PLATFORM): "exact"},
        ),
    ),
    Alert(
        "WebhooksForged", f"{increase(Metric.WEBHOOKS, '1h', By.PLATFORM, matching=FORGED)} > 10", "0m", TICKET,
        f"Webhooks in the name of {of(By.PLATFORM)} are not signed by it, or by an old secret",
        Trial(
            (given(Metric.WEBHOOKS, "1+1x60", "exact", "bad_signature"),),
            (given(Metric.WEBHOOKS, "1+0x50 2+1x9", "exact", "bad_signature"),), {label(By.PLATFORM): "exact"},
        ),
    ),
    Alert(
        "ApiVersionFallen",
        f"sum by ({label(By.PLATFORM)}) ({series(Metric.PLATFORM_VERSION_FALLEN)}) > 0", "5m", TICKET,
        f"{of(By.PLATFORM)} answers in another API version than the one asked for",
        Trial(
            (given(Metric.PLATFORM_VERSION_FALLEN, "1x60", "shopify"),),
            (given(Metric.PLATFORM_VERSION_FALLEN, "0x60", "shopify"),), {label(By.PLATFORM): "shopify"},
        ),
    ),
)  # fmt: skip
