"""Which keys have sealed anything in this database, so that a wrong key stops the start."""

from __future__ import annotations

from sqlalchemy import Column, LargeBinary, String, Table

from hub.store.tables.metadata import metadata
from hub.store.types import Instant

sealing_key = Table(
    "sealing_key",
    metadata,
    Column("key_id", String(8), primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("since", Instant, nullable=False),
)
