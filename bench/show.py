"""The results, for people and for programs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from rich.table import Table

from bench.figure import Figure, rounded


def table(figures: Sequence[Figure], machine: dict[str, Any]) -> Table:
    """Return the figures as a table, with the machine under it."""
    made = Table(title="Handelhub, measured", caption=_words(machine), caption_justify="left", title_justify="left")
    made.add_column("what")
    for name in ("value", "bound", "ratio"):
        made.add_column(name, justify="right", no_wrap=True)
    made.add_column("the bound is")
    made.add_column("aim")
    for one in figures:
        made.add_row(one.name, one.shown, _shown(one.bound), _shown(one.ratio), one.bound_is, _aim(one))
    return made


def document(
    figures: Sequence[Figure], machine: dict[str, Any], skipped: Sequence[str], failed: Sequence[str], **more: Any
) -> str:
    """Return everything as one line of JSON."""
    told = {"machine": machine, **more, "figures": [one.as_json() for one in figures]}
    told |= {"skipped": list(skipped), "failed": list(failed)}
    return json.dumps(told)


def _shown(value: float | None) -> str:
    return "" if value is None else f"{rounded(value):,}"


def _aim(one: Figure) -> str:
    if one.met is None:
        return ""
    return f"{'[green]reached[/]' if one.met else '[red]missed[/]'}: {one.aim}"


def _words(machine: dict[str, Any]) -> str:
    return " · ".join(f"{name.replace('_', ' ')} {value}" for name, value in machine.items())
