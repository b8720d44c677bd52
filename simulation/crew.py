"""Several workers side by side, each a process of its own with hashes that are the same every time."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path
from queue import Queue
from typing import Any

HERE = Path(__file__).parent.parent
Asked = dict[str, Any]


def played(tasks: Iterable[Asked], jobs: int) -> Iterator[tuple[Asked, dict[str, Any]]]:
    """Yield every task with what came of it, in the order in which they end."""
    waiting = iter(tasks)
    lock, ended = threading.Lock(), Queue[tuple[Asked, dict[str, Any]] | BaseException | None]()

    def work() -> None:
        try:
            with worker() as process:
                while True:
                    with lock:
                        asked = next(waiting, None)
                    if asked is None:
                        break
                    ended.put((asked, ask(process, asked)))
        except (OSError, ValueError) as error:
            ended.put(error)
        ended.put(None)

    threads = [threading.Thread(target=work, daemon=True) for _ in range(jobs)]
    for thread in threads:
        thread.start()
    left = jobs
    while left:
        one = ended.get()
        if one is None:
            left -= 1
        elif isinstance(one, BaseException):
            raise one
        else:
            yield one


def worker() -> subprocess.Popen[str]:
    """Start a worker; leaving its block lets it end."""
    environ = os.environ | {"PYTHONHASHSEED": "0", "PYTHONPATH": str(HERE)}
    return subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", "simulation.worker"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environ, cwd=HERE,
    )  # fmt: skip


def ask(process: subprocess.Popen[str], asked: Asked) -> dict[str, Any]:
    """Have a worker play something; ``ValueError`` where it fell."""
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(json.dumps(asked) + "\n")
    process.stdin.flush()
    line = process.stdout.readline()
    if not line:
        raise ValueError(f"the worker fell over {asked}")
    told: dict[str, Any] = json.loads(line)
    return told
