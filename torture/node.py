"""A node as ``main.py serve`` runs it, but for its clock: ``python -m torture.node FILE``."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import anyio

from hub.node.serving import serve
from hub.settings import read_settings
from torture.skew import SkewedClock


def main() -> None:
    """Serve until a signal comes; ``FILE`` says by how much the clock is wrong."""
    clock = SkewedClock(Path(sys.argv[1]))
    anyio.run(serve, read_settings(os.environ), clock, backend_options={"use_uvloop": True})


if __name__ == "__main__":
    main()
