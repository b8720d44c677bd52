"""Arguments, checked before they are used."""

from __future__ import annotations

from strawberry import relay

from hub.graphql.errors import BadInput

LONGEST_SEARCH = 200


def id_of(kind: str, given: relay.GlobalID | None, argument: str) -> str | None:
    """Return the key in an id of this kind of object; raises ``BadInput`` for an id of another kind."""
    return None if given is None else key_of(kind, given, argument)


def key_of(kind: str, given: relay.GlobalID, argument: str) -> str:
    """Return the key in an id of this kind of object; raises ``BadInput`` for an id of another kind."""
    if given.type_name != kind or not given.node_id or "\0" in given.node_id:
        raise BadInput(f"{argument} is not the id of a {kind}.", argument=argument)
    return given.node_id


def words(search: str | None) -> str | None:
    """Return what to search for; raises ``BadInput`` where it is too long."""
    if search is not None and len(search) > LONGEST_SEARCH:
        raise BadInput(f"Search for at most {LONGEST_SEARCH} characters.", argument="search")
    return search
