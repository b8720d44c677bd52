"""A dashboard in Grafana's JSON model; the data source is chosen on the page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from deploy.watch.panels import Dashboard, Panel, Query

WIDTH, HEIGHT, TITLE_HEIGHT = 24, 8, 1
MOST_BESIDE = 4
SOURCE = {"type": "prometheus", "uid": "${datasource}"}


def page(dashboard: Dashboard) -> dict[str, Any]:
    """Return what Grafana imports."""
    return {
        "uid": dashboard.uid,
        "title": dashboard.title,
        "tags": ["handelhub"],
        "editable": False,
        "schemaVersion": 39,
        "refresh": "30s",
        "time": {"from": "now-6h", "to": "now"},
        "timezone": "browser",
        "templating": {"list": [
            {"name": "datasource", "label": "Data source", "type": "datasource", "query": "prometheus"},
        ]},
        "panels": [one | {"id": number} for number, one in enumerate(_panels(dashboard), 1)],
    }  # fmt: skip


def _panels(dashboard: Dashboard) -> Iterator[dict[str, Any]]:
    top = 0
    for title, panels in dashboard.rows:
        yield {"type": "row", "title": title, "collapsed": False, "panels": [], "gridPos": _place(0, top, WIDTH, 1)}
        top += TITLE_HEIGHT
        for start in range(0, len(panels), MOST_BESIDE):
            beside = panels[start : start + MOST_BESIDE]
            width = WIDTH // len(beside)
            for place, panel in enumerate(beside):
                yield _panel(panel) | {"gridPos": _place(place * width, top, width, HEIGHT)}
            top += HEIGHT


def _place(x: int, y: int, width: int, height: int) -> dict[str, int]:
    return {"x": x, "y": y, "w": width, "h": height}


def _panel(panel: Panel) -> dict[str, Any]:
    return {
        "type": "stat" if panel.stat else "timeseries",
        "title": panel.title,
        "datasource": SOURCE,
        "fieldConfig": {"defaults": {"unit": panel.unit, "min": 0}, "overrides": []},
        "targets": [_target(query, chr(ord("A") + number)) for number, query in enumerate(panel.queries)],
    }


def _target(query: Query, letter: str) -> dict[str, Any]:
    return {"refId": letter, "datasource": SOURCE, "expr": query.expression, "legendFormat": query.legend}
