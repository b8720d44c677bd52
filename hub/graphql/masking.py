"""Errors on their way out: ours are shown, the unexpected is hidden behind its trace id."""

from __future__ import annotations

import logging
from typing import Any

from graphql import GraphQLError
from strawberry.exceptions import StrawberryInputCoercionError
from strawberry.relay import GlobalIDValueError
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError

from hub.graphql.errors import BAD_USER_INPUT, INTERNAL, UNAVAILABLE
from hub.store.engine import StoreUnavailable

log = logging.getLogger(__name__)

SHOWN = (
    GraphQLError,
    StrawberryInputCoercionError,
    GlobalIDValueError,
    CannotGetOperationTypeError,
    InvalidOperationTypeError,
)


def masked(error: GraphQLError, trace_id: str | None) -> GraphQLError:
    """Return the error as the caller may see it, always with a code; what is unexpected is logged in full."""
    original = error.original_error
    if isinstance(original, StoreUnavailable):
        return _told(error, "The database cannot be reached right now; try again.", UNAVAILABLE, trace_id)
    if isinstance(original, RecursionError):
        return _told(error, "The document is nested too deeply.", BAD_USER_INPUT, trace_id)
    if is_shown(error):
        error.extensions = {"code": BAD_USER_INPUT, **(error.extensions or {})}
        return error
    log.error("unexpected error in the API, trace %s", trace_id, exc_info=original)
    return _told(error, "Something went wrong on our side.", INTERNAL, trace_id)


def is_shown(error: GraphQLError) -> bool:
    """Say whether the message was written for the caller: a refusal of ours, or a value that could not be read."""
    original = error.original_error
    return original is None or isinstance(original, SHOWN) or (error.path is None and bool(error.nodes))


def _told(error: GraphQLError, message: str, code: str, trace_id: str | None) -> GraphQLError:
    extensions: dict[str, Any] = {"code": code} | ({"traceId": trace_id} if trace_id else {})
    return GraphQLError(message, nodes=error.nodes, source=error.source, positions=error.positions,
                        path=error.path, extensions=extensions)  # fmt: skip
