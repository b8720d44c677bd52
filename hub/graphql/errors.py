"""Errors that a caller can act on, each with a stable code in its extensions."""

from __future__ import annotations

from typing import Any

from graphql import GraphQLError

UNAUTHENTICATED = "UNAUTHENTICATED"
FORBIDDEN = "FORBIDDEN"
BAD_USER_INPUT = "BAD_USER_INPUT"
TOO_EXPENSIVE = "TOO_EXPENSIVE"
TOO_SLOW = "TOO_SLOW"
UNAVAILABLE = "UNAVAILABLE"
INTERNAL = "INTERNAL"


class ApiError(GraphQLError):
    """An error meant for the caller: shown as it is, never masked."""

    code = BAD_USER_INPUT

    def __init__(self, message: str, *, code: str | None = None, **extensions: Any) -> None:
        super().__init__(message, extensions={"code": code or self.code, **extensions})


class Unauthenticated(ApiError):
    """No token, or one that works no more."""

    code = UNAUTHENTICATED

    def __init__(self) -> None:
        super().__init__("A valid access token is needed.")


class Forbidden(ApiError):
    """The principal's role does not include what was asked."""

    code = FORBIDDEN


class BadInput(ApiError):
    """An argument cannot be used."""


class TooExpensive(ApiError):
    """The operation is deeper, wider or dearer than one request may be."""

    code = TOO_EXPENSIVE


class FellBehind(ApiError):
    """The subscriber reads more slowly than events happen; it may resume after its last cursor."""

    code = TOO_SLOW
