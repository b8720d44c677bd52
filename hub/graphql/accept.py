"""Which media type a caller accepts, after the GraphQL-over-HTTP specification."""

from __future__ import annotations

from functools import lru_cache

GRAPHQL_JSON = "application/graphql-response+json"
PLAIN_JSON = "application/json"
EVENT_STREAM = "text/event-stream"

WILDCARDS = {"application/*": PLAIN_JSON, "*/*": PLAIN_JSON}


@lru_cache(64)
def chosen_media(accept: str | None) -> str | None:
    """Return the media type to answer in, None where none of ours is accepted.

    Without a header it is ``application/graphql-response+json``, as the specification asks since 2025;
    a bare wildcard comes from tools that expect ``application/json``.
    """
    if accept is None or not accept.strip():
        return GRAPHQL_JSON
    ranked = sorted(enumerate(_ranges(accept)), key=lambda found: (-found[1][1], found[0]))
    for _, (name, quality) in ranked:
        media = WILDCARDS.get(name, name)
        if quality > 0 and media in (GRAPHQL_JSON, PLAIN_JSON, EVENT_STREAM):
            return media
    return None


def _ranges(accept: str) -> list[tuple[str, float]]:
    found = []
    for part in accept.split(","):
        name, *parameters = (piece.strip().lower() for piece in part.split(";"))
        found.append((name, _quality(parameters)))
    return found


def _quality(parameters: list[str]) -> float:
    for parameter in parameters:
        if parameter.startswith("q="):
            try:
                return float(parameter[2:])
            except ValueError:
                return 0.0
    return 1.0
