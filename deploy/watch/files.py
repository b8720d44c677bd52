"""The generated files: ``python main.py dashboards`` writes them, a test compares them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from deploy.watch.grafana import page
from deploy.watch.panels import DASHBOARDS
from deploy.watch.rules import RULES, rule_file, trial_file

FOLDER = Path(__file__).parents[1]
TRIALS = "handelhub.trials.yaml"
WRITTEN = "# Written by `python main.py dashboards` from deploy/watch.\n"


def generated() -> Mapping[str, str]:
    """Return the text of every generated file by its path below ``deploy/``."""
    dashboards = {f"grafana/{one.uid}.json": json.dumps(page(one), indent=1) + "\n" for one in DASHBOARDS}
    rules = {RULES: rule_file(), TRIALS: trial_file()}
    return dashboards | {f"prometheus/{name}": WRITTEN + _yaml(content) for name, content in rules.items()}


def write() -> list[Path]:
    """Write every generated file anew and return where."""
    written = []
    for name, text in generated().items():
        written.append(FOLDER / name)
        written[-1].parent.mkdir(exist_ok=True)
        written[-1].write_text(text)
    return written


def _yaml(content: Any) -> str:
    text: str = yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=1000)
    return text
