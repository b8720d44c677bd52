"""Drafts a revision from what the tables have and the migrations do not; a person reads it before it is committed."""

from __future__ import annotations

import re
from pathlib import Path
from tempfile import TemporaryDirectory

from alembic import command
from sqlalchemy import create_engine

from hub.store.migrations import config, newest, number_of


def draft(message: str) -> Path:
    """Write a new revision file and return its path; compares the tables with a migrated scratch database."""
    number = number_of(newest()) + 1
    name = f"{number:04d}" + "".join(newest().partition("_")[1:])
    with TemporaryDirectory() as folder:
        engine = create_engine(f"sqlite:///{folder}/scratch.db")
        with engine.begin() as connection:
            command.upgrade(config(connection), "head")
        with engine.begin() as connection:
            made = command.revision(config(connection), message, autogenerate=True, rev_id=name)
        engine.dispose()
    written = Path(str(getattr(made, "path", "")))
    slug = re.sub(r"\W+", "_", message.lower()).strip("_")
    return written.rename(written.with_name(f"r{number:04d}_{slug}.py"))
