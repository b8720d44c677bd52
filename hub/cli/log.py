"""Check and export the activity log."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import anyio
import typer

from hub.cli.given import given, refuse
from hub.node.auditing import as_plain, export_to, read_head, sentence, verify
from hub.settings import read_settings
from hub.store.audit.checking import Report
from hub.store.audit.export import ExportFormat, moment
from hub.store.audit.verifying import verify_file


def verify_log(
    tenant: Annotated[str | None, typer.Option(help="The tenant's id; without it all are checked.")] = None,
    first: Annotated[int, typer.Option("--from", min=1, help="Number of the first row to check.")] = 1,
    last: Annotated[int | None, typer.Option("--until", min=1, help="Number of the last row to check.")] = None,
    file: Annotated[Path | None, typer.Option(help="Check a file that export-log wrote, without a database.")] = None,
    head: Annotated[
        str | None, typer.Option(help="NUMBER:DIGEST as shown at an earlier check; that row must still be there.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Answer with one JSON object.")] = False,
) -> None:
    """Check the activity log, and name the first row that was altered, is missing or was put in: then status 1."""
    part = (first, last) != (1, None)
    if (file and (tenant or part)) or ((part or head) and not (file or tenant)):
        refuse("--from and --until need --tenant; --head needs --tenant or --file; a file is checked as a whole")
    noted = given(read_head, head)
    if file is not None:
        with file.open("rb") as lines:
            reports: Sequence[Report] = [verify_file(lines, noted)]
    else:
        reports = anyio.run(verify, read_settings(os.environ), tenant, first, last, noted)
    typer.echo(json.dumps(as_plain(reports)) if as_json else "\n".join(map(sentence, reports)))
    raise typer.Exit(0 if all(report.broken is None for report in reports) else 1)


def export_log(
    tenant: Annotated[str, typer.Option(help="The tenant's id.")],
    wanted: Annotated[
        ExportFormat, typer.Option("--format", help="jsonl can be verified offline; csv is for spreadsheets.")
    ] = ExportFormat.JSONL,
    since: Annotated[str | None, typer.Option(help="First date or instant (ISO 8601, UTC).")] = None,
    until: Annotated[str | None, typer.Option(help="Date or instant that it ends before.")] = None,
) -> None:
    """Write a tenant's activity log to standard output, oldest row first."""
    settings, period = read_settings(os.environ), (given(moment, since), given(moment, until))
    anyio.run(export_to, sys.stdout.buffer, settings, tenant, wanted, *period)
