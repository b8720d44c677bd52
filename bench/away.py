"""Work in another process, so that who measures takes nothing of the time of what is measured.

Of anyio's worker processes, the pipe of a long result was seen to lose its end while much else was done: their output
is unbuffered, and what a write leaves over is not written again.
"""

from __future__ import annotations

import pickle
import sys
from collections.abc import Callable
from contextlib import redirect_stdout
from functools import partial
from typing import TypeVar

import anyio

from bench.children import ROOT
from bench.failure import NotMeasured

T = TypeVar("T")


async def away(function: Callable[..., T], *given: object) -> T:
    """Run a function in a process of its own and return its result; being cancelled ends that process.

    What it raises is ``NotMeasured`` here, with its last words.
    """
    command = (sys.executable, "-m", "bench.away")
    wanted = pickle.dumps(partial(function, *given))
    ended = await anyio.run_process(command, input=wanted, check=False, cwd=ROOT)
    if ended.returncode:
        words = ended.stderr.decode(errors="replace").splitlines()
        raise NotMeasured(words[-1] if words else f"{function.__name__} was ended")
    found: T = pickle.loads(ended.stdout)  # noqa: S301
    return found


if __name__ == "__main__":
    with redirect_stdout(sys.stderr):
        result = pickle.load(sys.stdin.buffer)()  # noqa: S301
    sys.stdout.buffer.write(pickle.dumps(result))
