"""How fast budgets are spent, and the client errors that endpoints have left."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012_0011"
down_revision = "0011_0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema forward."""
    with op.batch_alter_table("budget") as table:
        table.alter_column("name", type_=sa.String(length=96), existing_type=sa.String(length=32), nullable=False)
        table.add_column(sa.Column("per_hour", sa.Float(), nullable=True))
