"""What went wrong below, named by what the caller should do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoneFree

GONE_CODES = ("SQLITE_FULL", "SQLITE_IOERR", "SQLITE_BUSY", "SQLITE_CANTOPEN", "SQLITE_READONLY", "SQLITE_NOMEM")
GONE_CLASSES = ("08", "53", "57", "58")
GONE_STATES = ("25006", "25P03")
CONFLICT_STATES = ("40001", "40P01", "55P03")


class StoreUnavailable(Exception):
    """The database cannot be written or reached right now; nothing was half done, try again later.

    ``unknown`` is true when the answer to a commit was lost, so that the change may have been kept.
    """

    def __init__(self, reason: str, *, unknown: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.unknown = unknown


class StoreBusy(Exception):
    """Another process has this SQLite file open; one process at a time may."""


class Conflict(Exception):
    """Two transactions stood in each other's way and this one must run again."""


class Spoiled(Exception):
    """Some deferred rows must not be written: the works they came from fail with these errors, the rest run again.

    The keys are the ``id()`` of the rows as they were deferred.
    """

    def __init__(self, errors: Mapping[int, Exception]) -> None:
        super().__init__(f"{len(errors)} deferred rows were refused")
        self.errors = errors


def named(error: BaseException | None) -> StoreUnavailable | Conflict | None:
    """Return the name for what SQLAlchemy or a driver raised, where the whole transaction is lost by it."""
    match error:
        case DBAPIError() if sqlstate(error) in CONFLICT_STATES:
            return Conflict(str(error.orig))
        case DBAPIError() if is_gone(error):
            return StoreUnavailable(f"the database is unavailable: {error.orig}")
        case OSError() | TimeoutError() | NoneFree():
            return StoreUnavailable(f"the database cannot be reached: {error}")
        case _:
            return None


def is_gone(error: DBAPIError) -> bool:
    """Tell whether the database itself is unreachable, full or refuses writes."""
    if error.connection_invalidated:
        return True
    code, state = str(getattr(error.orig, "sqlite_errorname", "")), sqlstate(error)
    return code.startswith(GONE_CODES) or state[:2] in GONE_CLASSES or state in GONE_STATES


def sqlstate(error: DBAPIError) -> str:
    """Return the five characters with which PostgreSQL names an error, or nothing."""
    return str(getattr(error.orig, "sqlstate", None) or "")


@contextmanager
def named_faults() -> Iterator[None]:
    """Turn what a driver raises into ``StoreUnavailable`` or ``Conflict`` where it means that."""
    try:
        yield
    except (DBAPIError, OSError, TimeoutError, NoneFree) as error:
        fault = named(error)
        if fault is None:
            raise
        raise fault from error


def name_fault(context: ExceptionContext) -> StoreUnavailable | Conflict | None:
    """Let SQLAlchemy raise the named error instead of the driver's, and leave a connection that nobody answers on."""
    error = context.sqlalchemy_exception or context.original_exception
    if isinstance(error, DBAPIError):
        error.connection_invalidated = error.connection_invalidated or context.is_disconnect
    elif isinstance(error, OSError):
        context.is_disconnect = True
    return named(error)
