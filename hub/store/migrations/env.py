"""Run by Alembic for each command: works on the connection and the tables it is handed."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context
from sqlalchemy import JSON

from hub.store.tables import metadata
from hub.store.types import Instant, Money


def render(kind: str, item: Any, autogen: Any) -> str | Literal[False]:
    """Write the hub's own column types by their names."""
    if kind != "type" or not isinstance(item, Instant | Money | JSON):
        return False
    name = "Json" if isinstance(item, JSON) else f"{type(item).__name__}()"
    autogen.imports.add(f"from hub.store.types import {name.removesuffix('()')}")
    return name


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_item=render,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
