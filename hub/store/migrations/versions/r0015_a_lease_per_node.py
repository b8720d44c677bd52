"""Until when all that a node owns is its own."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from hub.store.types import Instant

revision = "0015_0011"
down_revision = "0014_0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema forward."""
    with op.batch_alter_table("node") as table:
        table.add_column(sa.Column("lease_until", Instant(), nullable=True))
