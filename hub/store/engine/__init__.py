"""Where everything is written: one unit of work, shared transactions, SQLite and PostgreSQL alike."""

from hub.store.engine.arrays import given
from hub.store.engine.at_once import readers_of, rows_at_once
from hub.store.engine.bulk import BulkInsert
from hub.store.engine.database import Database
from hub.store.engine.fault import Conflict, Spoiled, StoreBusy, StoreUnavailable
from hub.store.engine.fetch import Fetch, fetch_of
from hub.store.engine.prepared import ByKeys, BySize, Hot
from hub.store.engine.wire import alone
from hub.store.engine.work import Draft, Flush, Work, also_whole

__all__ = [
    "BulkInsert",
    "ByKeys",
    "BySize",
    "Conflict",
    "Database",
    "Draft",
    "Fetch",
    "Flush",
    "Hot",
    "Spoiled",
    "StoreBusy",
    "StoreUnavailable",
    "Work",
    "alone",
    "also_whole",
    "fetch_of",
    "given",
    "readers_of",
    "rows_at_once",
]
