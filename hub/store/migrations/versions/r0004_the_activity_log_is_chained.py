"""The activity log is chained: every row has a digest over itself and the row before, and the tenant has the last."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

from hub.store.audit.chain import Head, linked
from hub.store.audit.encoding import FIELDS, GENESIS
from hub.store.types import Instant, Json

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

BATCH = 1000

TENANT = sa.table("tenant", sa.column("tenant_id", sa.String), sa.column("event_digest", sa.String))
TYPES: dict[str, Any] = {"seq": sa.BigInteger(), "at": Instant(), "detail": Json}
EVENT = sa.table(
    "sync_event", *(sa.column(name, TYPES.get(name, sa.String())) for name in FIELDS), sa.column("digest", sa.String)
)


def upgrade() -> None:
    """Bring the schema forward; rows written so far are chained as they stand."""
    with op.batch_alter_table("tenant", schema=None) as batch_op:
        batch_op.add_column(sa.Column("event_digest", sa.String(length=64), server_default=GENESIS, nullable=False))
    with op.batch_alter_table("sync_event", schema=None) as batch_op:
        batch_op.add_column(sa.Column("digest", sa.String(length=64), nullable=True))
    connection = op.get_bind()
    for tenant_id in connection.scalars(sa.select(EVENT.c.tenant_id).distinct()).all():
        _chain(connection, tenant_id)
    with op.batch_alter_table("sync_event", schema=None) as batch_op:
        batch_op.alter_column("digest", existing_type=sa.String(length=64), nullable=False)


def _chain(connection: sa.Connection, tenant_id: str) -> None:
    head = Head()
    while rows := _batch(connection, tenant_id, head.seq):
        head = _chain_batch(connection, rows, head)
    statement = sa.update(TENANT).where(TENANT.c.tenant_id == tenant_id)
    connection.execute(statement.values(event_digest=head.digest))


def _batch(connection: sa.Connection, tenant_id: str, after: int) -> Sequence[sa.Row[Any]]:
    columns = [EVENT.c[name] for name in FIELDS]
    statement = sa.select(*columns).where(EVENT.c.tenant_id == tenant_id, EVENT.c.seq > after)
    return connection.execute(statement.order_by(EVENT.c.seq).limit(BATCH)).all()


def _chain_batch(connection: sa.Connection, rows: Sequence[sa.Row[Any]], head: Head) -> Head:
    found = []
    for row in rows:
        chained = linked(row._asdict(), Head(row.seq - 1, head.digest))
        head = Head(chained["seq"], chained["digest"])
        found.append({"owner": row.tenant_id, "number": head.seq, "fresh": head.digest})
    statement = sa.update(EVENT).where(
        EVENT.c.tenant_id == sa.bindparam("owner"), EVENT.c.seq == sa.bindparam("number")
    )
    connection.execute(statement.values(digest=sa.bindparam("fresh")), found)
    return head
