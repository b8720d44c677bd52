"""Child programs: started, awaited, and ended by their own id whatever happens to the bench."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anyio
from anyio.abc import Process
from anyio.streams.buffered import BufferedByteReceiveStream

from bench.failure import NotMeasured

ROOT = Path(__file__).parents[1]
START_DEADLINE = 2400.0
STOP_DEADLINE = 15.0
LONGEST_WORD = 1_000_000


class ChildFailed(NotMeasured):
    """A child program ended before it was ready; the message ends with its last words."""


@dataclass(frozen=True, slots=True)
class Child:
    """A running program; ``facts`` is what it told when it became ready."""

    process: Process
    log: Path
    facts: dict[str, Any]


@asynccontextmanager
async def child(
    module: str, folder: Path, plan: Mapping[str, Any], python: str = sys.executable
) -> AsyncIterator[Child]:
    """Run a module of the bench until the block ends; it has told that it is ready when the block begins."""
    log = folder / f"{module}.log"
    command = (python, "-m", module, json.dumps(plan))
    with log.open("ab") as errors:
        process = await anyio.open_process(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            cwd=ROOT,
            env=clean_environment(),
            start_new_session=True,
        )
    try:
        yield Child(process, log, await _ready(process, module, log))
    finally:
        with anyio.CancelScope(shield=True):
            await stop(process)


def clean_environment() -> dict[str, str]:
    """Return this process's environment without the hub's own settings and without telemetry exports."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("HUB_", "OTEL_"))}


async def _ready(process: Process, module: str, log: Path) -> dict[str, Any]:
    if process.stdout is None:
        raise ChildFailed(f"{module} has no output")
    try:
        with anyio.fail_after(START_DEADLINE):
            line = await BufferedByteReceiveStream(process.stdout).receive_until(b"\n", LONGEST_WORD)
    except (anyio.EndOfStream, anyio.IncompleteRead, TimeoutError) as error:
        raise ChildFailed(f"{module} did not start:\n{_last_words(log)}") from error
    facts: dict[str, Any] = json.loads(line)
    return facts


def _last_words(log: Path) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-15:])


async def stop(process: Process) -> None:
    """End a process, by force where it takes too long."""
    if process.returncode is None:
        process.terminate()
        with anyio.move_on_after(STOP_DEADLINE):
            await process.wait()
    if process.returncode is None:
        process.kill()
    await process.aclose()
