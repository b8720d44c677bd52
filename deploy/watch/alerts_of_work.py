"""Alerts about what tenants notice: orders, stock, parcels, grants, budgets."""

from __future__ import annotations

from deploy.watch.alert import Alert, Severity, Trial, given, of
from deploy.watch.promql import having, increase, quantile, worst
from hub.metrics import Attribute as By
from hub.metrics import Metric, label

PAGE, TICKET = Severity.PAGE, Severity.TICKET
ACME = {label(By.TENANT): "acme"}
HELD, READY = having(By.STATUS, "held"), having(By.STATUS, "ready|sending", "=~")
DAY = having(By.BUDGET, "day")
ENDPOINTS = having(By.BUDGET, "errors .*", "=~")
LASTING = having(By.CAUSE, "write_under_way|stale_read", "!~")
REFUSED = having(By.ANSWER, "4..", "=~") + "," + having(By.ANSWER, "401|404|429", "!~")
DIVISION = ("acme", "erp/acme/123456", "day")
PLACE = {label(By.TENANT): "acme", label(By.ADDRESS): "erp/acme/123456", label(By.BUDGET): "day"}
BOL = {label(By.TENANT): "acme", label(By.CHANNEL): "bol-1"}

ALERTS_OF_WORK = (
    Alert(
        "OrdersNotForwarded", f"{worst(Metric.ORDERS_AGE, READY)} > 900", "5m", PAGE,
        f"An order of {of(By.TENANT)} has been {of(By.STATUS)} for more than a quarter of an hour",
        Trial(
            (given(Metric.ORDERS_AGE, "0+60x60", "acme", "ready"),),
            (given(Metric.ORDERS_AGE, "0+10x60", "acme", "ready"),),
            ACME | {label(By.STATUS): "ready"},
        ),
    ),
    Alert(
        "OrdersHeld", f"{worst(Metric.ORDERS_AGE, HELD)} > 3600", "5m", TICKET,
        f"An order of {of(By.TENANT)} has waited more than an hour for a person",
        Trial(
            (given(Metric.ORDERS_AGE, "3000+60x60", "acme", "held"),),
            (given(Metric.ORDERS_AGE, "0+30x60", "acme", "held"),),
            ACME | {label(By.STATUS): "held"},
        ),
    ),
    Alert(
        "OrdersNearDeadline", f"{worst(Metric.ORDERS_AT_RISK)} > 0", "15m", PAGE,
        f"Parcels of {of(By.TENANT)} on {of(By.CHANNEL)} must leave within hours or are late",
        Trial(
            (given(Metric.ORDERS_AT_RISK, "2x60", "acme", "bol-1"),),
            (given(Metric.ORDERS_AT_RISK, "2x10 0x50", "acme", "bol-1"),), BOL,
        ),
    ),
    Alert(
        "EffectsSlow", f"{quantile(0.99, Metric.HUB_DELAY, '15m', By.FLOW, By.PLATFORM)} > 60", "10m", PAGE,
        f"One in a hundred {of(By.FLOW)} changes takes over a minute from webhook to {of(By.PLATFORM)}",
        Trial(
            (
                given(Metric.HUB_DELAY, "0+0x60", "stock", "bol", part="_bucket").to("le", "60"),
                given(Metric.HUB_DELAY, "0+10x60", "stock", "bol", part="_bucket").to("le", "300"),
                given(Metric.HUB_DELAY, "0+10x60", "stock", "bol", part="_bucket").to("le", "+Inf"),
            ),
            (
                given(Metric.HUB_DELAY, "0+1000x60", "stock", "bol", part="_bucket").to("le", "60"),
                given(Metric.HUB_DELAY, "0+1001x60", "stock", "bol", part="_bucket").to("le", "+Inf"),
            ),
            {label(By.FLOW): "stock", label(By.PLATFORM): "bol"},
        ),
    ),
    Alert(
        "BudgetNearlyEmpty", f"{worst(Metric.BUDGET, DAY)} < 0.1 * {worst(Metric.BUDGET_ALLOWED, DAY)}", "5m", TICKET,
        f"Less than a tenth of the day's calls is left to {of(By.ADDRESS)}",
        Trial(
            (given(Metric.BUDGET, "499-1x60", *DIVISION), given(Metric.BUDGET_ALLOWED, "5000x60", *DIVISION)),
            (given(Metric.BUDGET, "4990-10x60", *DIVISION), given(Metric.BUDGET_ALLOWED, "5000x60", *DIVISION)),
            PLACE,
        ),
    ),
    Alert(
        "BudgetWillNotLast",
        f"{worst(Metric.BUDGET, DAY)} + max by ({', '.join(map(label, Metric.BUDGET.attributes))}) "
        f"(deriv({Metric.BUDGET.exported}{{{DAY}}}[30m])) * {worst(Metric.BUDGET_RESET, DAY)} < 0",
        "15m", TICKET,
        f"At this pace the day's calls of {of(By.ADDRESS)} are gone before they are renewed",
        Trial(
            (given(Metric.BUDGET, "4000-20x60", *DIVISION), given(Metric.BUDGET_RESET, "36000-60x60", *DIVISION)),
            (given(Metric.BUDGET, "4000-5x60", *DIVISION), given(Metric.BUDGET_RESET, "36000-60x60", *DIVISION)),
            PLACE,
        ),
    ),
    Alert(
        "EndpointStopped", f"{worst(Metric.BUDGET, ENDPOINTS)} == 0", "0m", TICKET,
        f"{of(By.BUDGET)}: {of(By.ADDRESS)} leaves it alone for up to an hour, or Exact would block it",
        Trial(
            (given(Metric.BUDGET, "2x10 0x50", "acme", "erp/acme/123456", "errors salesorder/SalesOrders"),),
            (given(Metric.BUDGET, "1x60", "acme", "erp/acme/123456", "errors salesorder/SalesOrders"),
             given(Metric.BUDGET, "0x60", "acme", "erp/acme/123456", "minute")),
            PLACE | {label(By.BUDGET): "errors salesorder/SalesOrders"},
        ),
    ),
    Alert(
        "EndpointErrors",
        f"{increase(Metric.PLATFORM_CALLS, '1h', By.PLATFORM, By.OPERATION, matching=REFUSED)} >= 4", "0m", TICKET,
        f"{of(By.PLATFORM)} refuses {of(By.OPERATION)}; Exact blocks a key after ten such refusals in an hour",
        Trial(
            (given(Metric.PLATFORM_CALLS, "1+0x40 2+1x20", "exact", "salesorder/SalesOrders", "400"),),
            (
                given(Metric.PLATFORM_CALLS, "1+0x40 2+0x20", "exact", "salesorder/SalesOrders", "400"),
                given(Metric.PLATFORM_CALLS, "0+9x60", "exact", "salesorder/SalesOrders", "429"),
            ),
            {label(By.PLATFORM): "exact", label(By.OPERATION): "salesorder/SalesOrders"},
        ),
    ),
    Alert(
        "PlatformAway",
        f"{increase(Metric.PLATFORM_CALLS, '10m', By.PLATFORM, matching=having(By.ANSWER, '2..|3..|4..', '!~'))} > "
        f"0.5 * {increase(Metric.PLATFORM_CALLS, '10m', By.PLATFORM)}",
        "10m", TICKET,
        f"Most calls to {of(By.PLATFORM)} get no usable answer",
        Trial(
            (
                given(Metric.PLATFORM_CALLS, "0+9x60", "bol", "orders", "503"),
                given(Metric.PLATFORM_CALLS, "0+1x60", "bol", "orders", "200"),
            ),
            (
                given(Metric.PLATFORM_CALLS, "0+1x60", "bol", "orders", "ReadTimeout"),
                given(Metric.PLATFORM_CALLS, "0+9x60", "bol", "orders", "200"),
            ),
            {label(By.PLATFORM): "bol"},
        ),
    ),
    Alert(
        "GrantLost", f"{worst(Metric.GRANTS_LOST)} > 0", "1m", PAGE,
        f"Exact no longer lets the hub in for {of(By.TENANT)}: somebody must consent anew",
        Trial((given(Metric.GRANTS_LOST, "1x60", "acme"),), (given(Metric.GRANTS_LOST, "0x60", "acme"),), ACME),
    ),
    Alert(
        "CredentialsRefused", f"{worst(Metric.SUSPENDED)} > 0", "5m", PAGE,
        "An account's credentials are refused; its actor waits for new ones",
        Trial((given(Metric.SUSPENDED, "1x60"),), (given(Metric.SUSPENDED, "1x2 0x58"),)),
    ),
    Alert(
        "ChannelPaused", f"{worst(Metric.CHANNELS_PAUSED)} > 0", "4h", TICKET,
        f"{of(By.CHANNEL)} of {of(By.TENANT)} has been paused for hours",
        Trial(
            (given(Metric.CHANNELS_PAUSED, "1x300", "acme", "bol-1"),),
            (given(Metric.CHANNELS_PAUSED, "1x60", "acme", "bol-1"),), BOL, at=290,
        ),
    ),
    Alert(
        "MessagesForPerson", f"{worst(Metric.FOR_PERSON)} > 0", "15m", TICKET,
        f"Messages of {of(By.TENANT)} are parked and wait for a person",
        Trial((given(Metric.FOR_PERSON, "3x60", "acme"),), (given(Metric.FOR_PERSON, "3x10 0x50", "acme"),), ACME),
    ),
    Alert(
        "StockDrift",
        f"{increase(Metric.DRIFT_FOUND, '1h', By.PLATFORM, By.CAUSE, matching=LASTING)} > 20", "0m", TICKET,
        f"Channels on {of(By.PLATFORM)} keep showing other numbers than Exact says: {of(By.CAUSE)}",
        Trial(
            (given(Metric.DRIFT_FOUND, "1+1x60", "shopify", "changed_by_hand"),),
            (given(Metric.DRIFT_FOUND, "1+0x50 2+1x9", "shopify", "changed_by_hand"),
             given(Metric.DRIFT_FOUND, "0+9x60", "shopify", "write_under_way")),
            {label(By.PLATFORM): "shopify", label(By.CAUSE): "changed_by_hand"},
        ),
    ),
    Alert(
        "DriftLasting", f"{worst(Metric.DRIFT_AGE)} > 86400", "1h", TICKET,
        f"{of(By.CHANNEL)} of {of(By.TENANT)} has shown a wrong number for more than a day",
        Trial(
            (given(Metric.DRIFT_AGE, "86000+60x150", "acme", "bol-1"),),
            (given(Metric.DRIFT_AGE, "0+60x150", "acme", "bol-1"),), BOL, at=140,
        ),
    ),
)  # fmt: skip
