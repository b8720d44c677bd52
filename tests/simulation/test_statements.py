"""What a play does with a statement comes to the same as SQLAlchemy's own engine does with it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any
from unittest.mock import patch

import pytest
from sqlalchemy import bindparam, delete, func, select, update
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.engine import make_url

import hub.store.engine.connect
import hub.store.engine.sqlite
from hub.store.engine.connect import writing_engine
from hub.store.tables import channel, tenant
from simulation import seams
from simulation.inline import Disk
from simulation.straight import STAND_INS
from simulation.template import FILE, migrated

NOW = datetime(2026, 11, 27, 9, 0, 0, 120000, tzinfo=UTC)
NAMES = [{"tenant_id": name, "name": name.title(), "created_at": NOW} for name in ("acme", "beta", "coda")]
BY_NAME = select(tenant.c.tenant_id, tenant.c.created_at).where(
    tenant.c.tenant_id.in_(bindparam("ids", expanding=True))
)

SAME = tenant.c.tenant_id == channel.c.tenant_id
STATEMENTS: list[tuple[Any, Any]] = [
    (insert(tenant), NAMES),
    (insert(tenant).values(NAMES[0]).on_conflict_do_nothing(), None),
    (select(tenant).where(tenant.c.tenant_id == "acme"), None),
    (select(tenant).where(tenant.c.tenant_id == "beta"), None),
    (select(tenant.c.tenant_id, channel.c.tenant_id).join_from(tenant, channel, SAME, isouter=True), None),
    (BY_NAME, {"ids": ["acme", "coda"]}),
    (BY_NAME, {"ids": []}),
    (update(tenant).where(tenant.c.tenant_id == bindparam("of")), {"of": "beta", "name": "Bèta"}),
    (update(tenant).values(name="x").where(tenant.c.tenant_id > "a").returning(tenant.c.name), None),
    (delete(tenant).where(tenant.c.tenant_id == "acme"), None),
    (select(func.count(), func.max(tenant.c.created_at)).select_from(tenant), None),
]


@contextmanager
def as_in_a_play() -> Iterator[None]:
    stand_ins = [
        (hub.store.engine.connect, "create_async_engine", seams._engine),
        (hub.store.engine.sqlite, "connector", Disk(Random(7)).connector),
        *STAND_INS,
    ]
    with ExitStack() as stack:
        for whose, name, stand_in in stand_ins:
            stack.enter_context(patch.object(whose, name, stand_in))
        yield


async def told_by(folder: Path, end: str) -> list[Any]:
    """Run all statements in one transaction, end it, and return what came of each, and what is left."""
    engine = writing_engine(make_url(f"sqlite:///{folder / FILE}"))
    connection = await engine.connect()
    told: list[Any] = []
    for statement, given in STATEMENTS:
        result = await connection.execute(statement, given)
        told.append((list(result.keys()), result.all()) if _gives_rows(statement) else result.rowcount)
    await getattr(connection, end)()
    told.append((await connection.execute(select(tenant.c.tenant_id, tenant.c.name))).all())
    await connection.close()
    await engine.dispose()
    return told


def _gives_rows(statement: Any) -> bool:
    return statement.is_select or bool(statement._returning)


@pytest.mark.parametrize("end", ["commit", "rollback"])
def test_statements_come_to_the_same_as_by_sqlalchemy(tmp_path: Path, end: str) -> None:
    theirs = asyncio.run(told_by(_folder(tmp_path / "theirs"), end))
    with as_in_a_play():
        ours = asyncio.run(told_by(_folder(tmp_path / "ours"), end))
    assert ours == theirs
    assert len(theirs[-1]) == (2 if end == "commit" else 0)


def _folder(place: Path) -> Path:
    """Return a folder with an empty file of the newest schema."""
    place.mkdir()
    (place / FILE).write_bytes(migrated())
    return place
