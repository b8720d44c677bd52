"""Addresses: what a path means, and where a resource lies."""

from __future__ import annotations

import re
from dataclasses import dataclass

from starlette.requests import Request

from hub.sandbox.exact.catalogue import BY_LOWER
from hub.sandbox.exact.division import Division
from hub.sandbox.exact.edm import guid
from hub.sandbox.exact.entity import Entity
from hub.sandbox.exact.errors import Refusal
from hub.sandbox.exact.table import Row
from hub.sandbox.exact.tokens import syntax

_PATH = re.compile(r"^(?P<path>[A-Za-z]+(?:/[A-Za-z]+)*)(?:\((?P<key>[^)]*)\))?(?:/(?P<tail>\$count|\w+))?$")


@dataclass(frozen=True, slots=True)
class Target:
    """What a path addresses: an endpoint, perhaps one row of it, perhaps something below that row."""

    entity: Entity
    key: str | None = None
    tail: str | None = None


def locate(rest: str) -> Target:
    """Read the part of a path below the division; Refusal 404 for what is not there."""
    found = _PATH.match(rest)
    if found is not None:
        path, key, tail = found["path"].lower(), found["key"], found["tail"]
        if path in BY_LOWER:
            return Target(BY_LOWER[path], key, tail)
        head, _, last = rest.rpartition("/")
        if key is None and head.lower() in BY_LOWER and tail is None:
            raise Refusal(404, f"Resource not found for the segment '{last}'.")
    raise Refusal(404, f"Resource not found for the segment '{rest.rpartition('/')[2]}'.")


def host_of(request: Request) -> str:
    """Return the address under which the client knows this simulated Exact."""
    return f"{request.url.scheme}://{request.url.netloc}{request.scope.get('root_path', '')}"


def url_of(request: Request) -> str:
    """Return the address of a request without its query."""
    return f"{request.url.scheme}://{request.url.netloc}{request.url.path}"


def root_of(request: Request, division: Division) -> str:
    """Return the address under which a division's resources lie."""
    return f"{host_of(request)}/api/v1/{division.code}"


def row_of(division: Division, target: Target) -> Row:
    """Return the addressed row; Refusal 404 where it does not exist."""
    text = target.key or ""
    key = read_guid(text[5:-1]) if text.startswith("guid'") else text.strip("'").removesuffix("L")
    row = division.table(target.entity.table).get(key)
    if row is None:
        raise Refusal(404, f"Resource not found for the segment '{target.entity.path.rpartition('/')[2]}'.")
    return row


def read_guid(text: str) -> str:
    """Return a GUID in its stored form; Refusal 400 for anything else."""
    try:
        return guid(text)
    except ValueError:
        raise syntax() from None
