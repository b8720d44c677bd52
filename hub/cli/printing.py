"""Print what is generated from the code."""

from __future__ import annotations

from pathlib import Path

import typer

from hub.settings import settings_table

ROOT = Path(__file__).parents[2]


def schema() -> None:
    """Print the GraphQL schema, as committed in schema.graphql."""
    from hub.graphql.schema import sdl

    typer.echo(sdl(), nl=False)


def states() -> None:
    """Print docs/states.md: what may become of orders, cancellations, returns and invoices."""
    from hub.domain.life.drawing import page

    typer.echo(page(), nl=False)


def dashboards() -> None:
    """Write Grafana's dashboards and Prometheus' rules into deploy/, from the metrics that the code declares."""
    from deploy.watch.files import write

    for path in write():
        typer.echo(path.relative_to(ROOT))


def settings() -> None:
    """Print the table of all HUB_… variables."""
    typer.echo(settings_table())
