"""The alerts as Prometheus reads them, and as promtool tries them."""

from __future__ import annotations

from typing import Any

from deploy.watch.alert import Alert, Series
from deploy.watch.alerts_of_nodes import ALERTS_OF_NODES
from deploy.watch.alerts_of_work import ALERTS_OF_WORK

ALERTS = (*ALERTS_OF_WORK, *ALERTS_OF_NODES)
RULES = "handelhub.rules.yaml"
QUIET_MINUTES = (5, 20, 40, 60)


def rule_file() -> dict[str, Any]:
    """Return the rules of all alerts."""
    groups = {"handelhub-work": ALERTS_OF_WORK, "handelhub-nodes": ALERTS_OF_NODES}
    return {"groups": [{"name": name, "rules": [_rule(one) for one in alerts]} for name, alerts in groups.items()]}


def _rule(alert: Alert) -> dict[str, Any]:
    return {
        "alert": alert.name,
        "expr": alert.expression,
        "for": alert.lasting,
        "labels": {"severity": alert.severity.value},
        "annotations": {"summary": alert.summary, "runbook_url": alert.runbook},
    }


def trial_file() -> dict[str, Any]:
    """Return promtool's unit tests: each alert fires where it must, with its words, and nowhere else."""
    tests = [test for one in ALERTS for test in (_firing(one), _quiet(one))]
    return {"rule_files": [RULES], "evaluation_interval": "1m", "tests": tests}


def _firing(alert: Alert) -> dict[str, Any]:
    told = {
        "exp_labels": {**alert.trial.labels, "severity": alert.severity.value},
        "exp_annotations": {"summary": alert.told(alert.trial.labels), "runbook_url": alert.runbook},
    }
    return _test(f"{alert.name} fires", alert.trial.fires, [_expected(alert, alert.trial.at, [told])])


def _quiet(alert: Alert) -> dict[str, Any]:
    return _test(f"{alert.name} is quiet", alert.trial.quiet, [_expected(alert, at, []) for at in QUIET_MINUTES])


def _test(name: str, series: tuple[Series, ...], expected: list[dict[str, Any]]) -> dict[str, Any]:
    given = [{"series": one.text, "values": one.values} for one in series]
    return {"name": name, "interval": "1m", "input_series": given, "alert_rule_test": expected}


def _expected(alert: Alert, minute: int, alerts: list[dict[str, Any]]) -> dict[str, Any]:
    return {"eval_time": f"{minute}m", "alertname": alert.name, "exp_alerts": alerts}
