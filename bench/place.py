"""Where a bench runs: a folder on a real disk, fresh databases, and what was left out for want of something."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from bench.effort import Effort
from bench.figure import Figure
from bench.postgres import Cluster, binaries, postgres

FOLDER = "HUB_BENCH_FOLDER"


@dataclass
class Place:
    """Handed to every measurement; ``say`` tells a person what is going on."""

    folder: Path
    effort: Effort
    cluster: Cluster | None
    say: Callable[[str], None]
    figures: list[Figure] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    _numbers: count[int] = field(default_factory=count)

    @property
    def dialects(self) -> tuple[str, ...]:
        """The databases there are."""
        return ("sqlite", "postgresql") if self.cluster is not None else ("sqlite",)

    async def database(self, dialect: str) -> str:
        """Return the URL of a new, empty database."""
        if dialect == "postgresql" and self.cluster is not None:
            return await self.cluster.database()
        return f"sqlite:///{self.folder}/bench-{next(self._numbers)}.db"

    def add(self, *figures: Figure) -> None:
        """Keep what was measured."""
        self.figures += figures
        for one in figures:
            self.say(one.sentence)


@asynccontextmanager
async def open_place(effort: Effort, say: Callable[[str], None]) -> AsyncIterator[Place]:
    """Make the folder and start PostgreSQL where there is one; both are gone afterwards."""
    folder = _new_folder()
    try:
        programs = binaries() if effort.postgres else None
        if programs is None:
            why = "skipped: no PostgreSQL" if effort.postgres else "skipped: PostgreSQL is measured without --quick"
            yield Place(folder, effort, None, say, skipped=[why])
            return
        async with postgres(folder / "pg", programs) as cluster:
            yield Place(folder, effort, cluster, say)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _new_folder() -> Path:
    """Make a folder that PostgreSQL's user can enter too."""
    folder = Path(tempfile.mkdtemp(prefix="handelhub-bench-", dir=os.environ.get(FOLDER)))
    folder.chmod(0o755)
    return folder
