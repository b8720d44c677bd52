"""The one catalogue of tables; every table's key is led by the tenant."""

from __future__ import annotations

from sqlalchemy import Column, MetaData, String

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def tenant_key() -> Column[str]:
    """Return the leading key column of a tenant's table."""
    return Column("tenant_id", String(64), primary_key=True)


def key(name: str, length: int = 64) -> Column[str]:
    """Return a further text column of a table's primary key."""
    return Column(name, String(length), primary_key=True)
