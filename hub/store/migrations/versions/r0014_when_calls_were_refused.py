"""When each of the client errors came that an endpoint had within the hour."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from hub.store.types import Json

revision = "0014_0011"
down_revision = "0013_0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema forward."""
    with op.batch_alter_table("budget") as table:
        table.add_column(sa.Column("refused_at", Json, nullable=True))
