"""Measure the hub, simulate it and torture it: commands of the source tree."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hub.cli.given import given


def bench(
    only: Annotated[list[str] | None, typer.Option(help="Measure this alone; may be given several times.")] = None,
    quick: Annotated[bool, typer.Option("--quick", help="Short runs, for a first look.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="End with one JSON object as the last line.")] = False,
    peer: Annotated[list[str] | None, typer.Option(help="Of the peers this one alone; may be given again.")] = None,
) -> None:
    """Measure the hub, each number beside its bound from the same run."""
    from bench.run import run

    raise typer.Exit(run(only, quick, as_json, peer or ()))


def simulate(
    seeds: Annotated[int, typer.Option(min=0, help="How many plays, each drawn from its seed.")] = 50,
    first: Annotated[int, typer.Option("--from", help="The first seed.")] = 0,
    mutations: Annotated[bool, typer.Option("--mutations", help="Also try every deliberate bug.")] = False,
    only: Annotated[list[str] | None, typer.Option(help="Of the deliberate bugs this one; may be repeated.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="End with one JSON object as the last line.")] = False,
    jobs: Annotated[int, typer.Option(help="Processes side by side; 0 for one per core.")] = 0,
    seed: Annotated[int | None, typer.Option(help="Play this seed alone.")] = None,
    replay: Annotated[Path | None, typer.Option(help="Play the script in this file alone.")] = None,
    show: Annotated[bool, typer.Option("--show", help="Print the script that is played alone.")] = False,
    shorten: Annotated[bool, typer.Option("--shrink", help="Print the shortest script that fails like it.")] = False,
    mutation: Annotated[str | None, typer.Option(help="Play it with this deliberate bug.")] = None,
) -> None:
    """Run the whole hub with its platforms in virtual time, with crashes and faults drawn from seeds."""
    from simulation.run import again, run, script_of

    script = script_of(seed, replay)
    if script is not None:
        raise typer.Exit(again(script, show=show, shorten=shorten, mutation=mutation))
    raise typer.Exit(run(seeds, first, mutations, only or (), as_json, jobs))


def torture(
    minutes: Annotated[float, typer.Option(min=0.1, max=600, help="How long the attacks last, per database.")] = 10.0,
    seed: Annotated[int, typer.Option(help="Fixes what is sold and which attacks come.")] = 7,
    database: Annotated[str, typer.Option(help="sqlite (one node), postgresql (three nodes) or both.")] = "both",
    faults: Annotated[str | None, typer.Option(help="Of the attacks these alone, such as kill,term:all.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="End with one JSON object as the last line.")] = False,
) -> None:
    """Attack real processes: kill, stop, term, database, disk, network and clock; the platforms' ledger judges."""
    from torture.plan import Chosen, plans_for, read_faults
    from torture.run import run
    from torture.schedule import Kind

    wanted = given(read_faults, faults) or tuple(Kind)
    plans = given(lambda text: plans_for(Chosen(text), minutes, seed, wanted), database) or []
    raise typer.Exit(run(plans, as_json))
