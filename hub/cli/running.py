"""Run the hub, alone or with simulated platforms."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import anyio
import typer

from hub.settings import read_settings


def serve() -> None:
    """Run the hub: webhooks, actors and the GraphQL API, until SIGTERM or Ctrl-C."""
    from hub.node.serving import serve as serve_node

    settings = read_settings(os.environ)
    anyio.run(serve_node, settings, backend_options={"use_uvloop": sys.platform != "win32"})


def demo(
    for_seconds: Annotated[
        float | None, typer.Option("--for", help="Seconds the busy day lasts; without it until Ctrl-C.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="End with one JSON object as the last line.")] = False,
    faults: Annotated[str, typer.Option(help="How much goes wrong: none, mild or harsh.")] = "none",
    seed: Annotated[int, typer.Option(help="Fixes what is sold and what goes wrong.")] = 7,
    nodes: Annotated[int, typer.Option(help="How many hubs share one PostgreSQL.")] = 1,
    database: Annotated[str | None, typer.Option(help="Database URL; without it a fresh SQLite file.")] = None,
    port: Annotated[int | None, typer.Option(help="Port of the hub; without it 8000 or a free one.")] = None,
    speed: Annotated[float, typer.Option(help="How much the platforms' time is compressed.")] = 20.0,
) -> None:
    """Show a day of a wholesaler: simulated platforms, a hub, buyers, and a verdict."""
    from demo.run import run

    raise typer.Exit(run(for_seconds, as_json, faults, seed, nodes, database, port, speed))


def sandbox(
    port: Annotated[int, typer.Option(help="Port on loopback.")] = 9100,
    seed: Annotated[int, typer.Option(help="Fixes goods, buyers and faults.")] = 7,
    speed: Annotated[float, typer.Option(help="How much time is compressed.")] = 1.0,
    faults: Annotated[str, typer.Option(help="How much goes wrong: none, mild or harsh.")] = "none",
    goods: Annotated[int, typer.Option(help="How many articles there are.")] = 60,
    base_url: Annotated[str | None, typer.Option(help="Its address as clients reach it, where that differs.")] = None,
) -> None:
    """Run simulated Exact Online and sales channels, with their real limits."""
    from hub.sandbox.app import serve as serve_sandbox

    serve_sandbox(port, seed, speed, faults, goods, base_url)
