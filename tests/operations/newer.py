"""The next version of the hub: a copy of this one that knows one more revision, and uses what it adds."""

from __future__ import annotations

import shutil
from pathlib import Path

from demo.plan import ROOT
from hub.store.migrations import newest, number_of

REVISION = '''"""What the next version adds."""

import sqlalchemy as sa
from alembic import op

revision = "{revision}"
down_revision = "{before}"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("orders", sa.Column("taken_by", sa.String(length=16), server_default="old", nullable=False))
    op.create_table("novelty", sa.Column("tenant_id", sa.String(length=64), primary_key=True))
    op.create_index("ix_orders_taken_by", "orders", ["tenant_id", "taken_by"])
'''
COLUMN = '    Column("taken_by", String(16), nullable=False, default="new", server_default="old"),\n'
BEFORE = '    Index("ix_orders_external"'


def newer_version(folder: Path) -> Path:
    """Write the next version into a folder and return its ``main.py``; a new order says which version took it."""
    shutil.copy(ROOT / "main.py", folder)
    shutil.copytree(ROOT / "hub", folder / "hub", ignore=shutil.ignore_patterns("__pycache__"))
    tables = folder / "hub" / "store" / "tables" / "orders.py"
    text = tables.read_text()
    assert BEFORE in text
    tables.write_text(text.replace(BEFORE, COLUMN + BEFORE))
    versions = folder / "hub" / "store" / "migrations" / "versions"
    (versions / f"r{next_revision()}_next.py").write_text(REVISION.format(revision=next_revision(), before=newest()))
    return folder / "main.py"


def next_revision() -> str:
    """Return the revision that the next version adds; it only adds, so its name lets older hubs in."""
    return f"{number_of(newest()) + 1:04d}" + "".join(newest().partition("_")[1:])
