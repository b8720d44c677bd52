"""Dashboards and alerts: what is committed is what the code says, and every alert fires when it must."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from deploy.watch.alert import Alert
from deploy.watch.files import FOLDER, generated
from deploy.watch.panels import DASHBOARDS
from deploy.watch.promql import increase, quantile, worst
from deploy.watch.rules import ALERTS
from hub.metrics import Metric
from tests.operations.promtool import needed, promtool

PROMETHEUS = FOLDER / "prometheus"
ROOT = FOLDER.parent
EXPRESSIONS = [
    query.expression for page in DASHBOARDS for _, row in page.rows for panel in row for query in panel.queries
]


@pytest.mark.parametrize("name", generated())
def test_the_committed_file_is_what_the_code_generates(name: str) -> None:
    """After a change: ``python main.py dashboards``."""
    assert (FOLDER / name).read_text() == generated()[name]


def test_nothing_lies_beside_the_generated_dashboards_that_no_code_makes() -> None:
    found = {str(path.relative_to(FOLDER)) for path in (FOLDER / "grafana").iterdir()}
    assert found == {name for name in generated() if name.startswith("grafana/")}


@pytest.mark.parametrize("metric", Metric)
def test_every_metric_is_to_be_seen_on_a_dashboard(metric: Metric) -> None:
    named = re.compile(rf"\b{metric.exported}(_bucket)?\b")
    assert any(named.search(expression) for expression in EXPRESSIONS)


@pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: alert.name)
def test_every_alert_leads_to_a_heading_of_the_guide(alert: Alert) -> None:
    path, _, anchor = alert.runbook.partition("#")
    headings = re.findall(r"^#+ (.+)$", (ROOT / path).read_text(), re.MULTILINE)
    assert anchor in [heading.strip("`").lower().replace(" ", "-") for heading in headings]


def test_an_expression_cannot_treat_a_metric_as_what_it_is_not() -> None:
    with pytest.raises(TypeError, match=r"hub\.events is a counter, not a gauge"):
        worst(Metric.EVENTS)
    with pytest.raises(TypeError, match="not a counter"):
        increase(Metric.BUDGET, "1h")
    with pytest.raises(TypeError, match="not a histogram"):
        quantile(0.9, Metric.BUDGET, "1h")


@needed
def test_promtool_finds_nothing_wrong_with_the_rules_and_the_configuration() -> None:
    done = promtool("check", "rules", "handelhub.rules.yaml", folder=PROMETHEUS)
    assert (done.returncode, b"SUCCESS" in done.stdout) == (0, True), done.stderr
    assert promtool("check", "config", "--syntax-only", "prometheus.yaml", folder=PROMETHEUS).returncode == 0


@needed
def test_every_alert_fires_when_it_must_and_only_then() -> None:
    done = promtool("test", "rules", "handelhub.trials.yaml", folder=PROMETHEUS)
    assert done.returncode == 0, (done.stdout + done.stderr).decode()


@needed
@pytest.mark.parametrize("instead", ["vector(0) > 1", "vector(1)"], ids=["never", "always"])
def test_the_trials_notice_every_alert_that_never_or_always_fires(instead: str, tmp_path: Path) -> None:
    rules = yaml.safe_load(generated()["prometheus/handelhub.rules.yaml"])
    for rule in (rule for group in rules["groups"] for rule in group["rules"]):
        rule |= {"expr": instead, "for": "0m"}
    (tmp_path / "handelhub.rules.yaml").write_text(yaml.safe_dump(rules))
    (tmp_path / "handelhub.trials.yaml").write_text(generated()["prometheus/handelhub.trials.yaml"])
    done = promtool("test", "rules", "handelhub.trials.yaml", folder=tmp_path)
    noticed = set(re.findall(r"alertname:\s*(\w+)", (done.stdout + done.stderr).decode()))
    assert noticed == {alert.name for alert in ALERTS}
