"""Changes of a listing's attributes: what is wrong with them, and what they do when they are applied."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from hub.sandbox.amazon.answers import invalid
from hub.sandbox.amazon.listings import AVAILABILITY, FBA_CHANNEL, OWN_CHANNEL, Attributes, Listing

Json = dict[str, Any]
OPERATIONS = ("add", "replace", "merge", "delete")
PREFIX = "/attributes/"


@dataclass(frozen=True, slots=True)
class Edit:
    """One change of one top-level attribute; ``clear`` empties the listing before an UPDATE fills it anew."""

    op: str
    name: str
    value: list[Json] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Issue:
    """Why a submission is not accepted, or is accepted with a remark."""

    code: str
    message: str
    attribute: str | None = None
    category: str = "INVALID_ATTRIBUTE"
    severity: str = "ERROR"

    def shown(self) -> Json:
        """Return the issue as the Listings API writes it."""
        told: Json = {"code": self.code, "message": self.message, "severity": self.severity}
        named = {"attributeNames": [self.attribute]} if self.attribute else {}
        return told | named | {"categories": [self.category]}


NO_SUCH_SKU = Issue("13013", "This SKU does not exist in the Amazon catalogue.", None, "MISSING_ATTRIBUTE")


def read_patches(patches: Any) -> list[Edit]:
    """Return the edits of a patch list; Trouble 400 where it breaks the specification."""
    if not isinstance(patches, list) or not patches:
        raise invalid("Invalid input", "'patches' must hold at least one operation.")
    return [_read_patch(each) for each in patches]


def _read_patch(patch: Any) -> Edit:
    if not isinstance(patch, dict) or patch.get("op") not in OPERATIONS:
        raise invalid("Invalid input", f"'op' must be one of {', '.join(OPERATIONS)}.")
    path, value = patch.get("path"), patch.get("value", [])
    if not isinstance(path, str) or not path.startswith(PREFIX) or "/" in path.removeprefix(PREFIX):
        raise invalid("Invalid input", "'path' must name a top-level attribute.")
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        raise invalid("Invalid input", "'value' must be an array of objects.")
    return Edit(patch["op"], path.removeprefix(PREFIX), value)


def check_edits(edits: list[Edit]) -> Iterator[Issue]:
    """Yield what the synchronous validation finds; other attributes than the availability are taken as they are."""
    for edit in edits:
        if edit.op != "delete" and edit.op != "clear" and not edit.value:
            yield Issue("90220", f"'{edit.name}' is required but not supplied.", edit.name, "MISSING_ATTRIBUTE")
        if edit.name == AVAILABILITY and edit.op != "delete":
            for entry in edit.value:
                yield from _check_availability(entry)


def _check_availability(entry: Json) -> Iterator[Issue]:
    channel, quantity = entry.get("fulfillment_channel_code"), entry.get("quantity")
    if channel is None:
        name = f"{AVAILABILITY}.fulfillment_channel_code"
        yield Issue("90220", f"'{name}' is required but not supplied.", AVAILABILITY, "MISSING_ATTRIBUTE")
    elif channel not in (OWN_CHANNEL, FBA_CHANNEL):
        yield Issue("90244", f"The value '{channel}' specified is invalid.", AVAILABILITY)
    if quantity is not None and (not isinstance(quantity, int) or isinstance(quantity, bool) or quantity < 0):
        yield Issue("90248", f"The value '{quantity}' is not a whole number of at least 0.", AVAILABILITY)


def apply_edits(listing: Listing, edits: list[Edit]) -> None:
    """Let the edits take effect, in their order."""
    for edit in edits:
        _apply(listing.attributes, edit)


def _apply(attributes: Attributes, edit: Edit) -> None:
    value, before = deepcopy(edit.value), attributes.get(edit.name, [])
    match edit.op:
        case "clear":
            attributes.clear()
        case "replace" | "add":
            attributes[edit.name] = value
        case "merge":
            attributes[edit.name] = _merged(before, value)
        case "delete":
            named = [_selector(each) for each in value]
            attributes[edit.name] = [each for each in before if value and _selector(each) not in named]
    if edit.name == AVAILABILITY and edit.op == "merge":
        _one_channel(attributes, value)


def _merged(before: list[Json], value: list[Json]) -> list[Json]:
    merged = {_selector(each): each for each in before}
    for each in value:
        merged[_selector(each)] = merged.get(_selector(each), {}) | each
    return list(merged.values())


def _selector(entry: Json) -> tuple[str, ...]:
    """What tells entries of one attribute apart."""
    return tuple(
        str(entry.get(name)) for name in ("fulfillment_channel_code", "marketplace_id", "language_tag", "audience")
    )


def _one_channel(attributes: Attributes, value: list[Json]) -> None:
    """Keep one channel: the offer becomes whoever's was named last."""
    if value and (channel := value[-1].get("fulfillment_channel_code")):
        kept = [each for each in attributes[AVAILABILITY] if each.get("fulfillment_channel_code") == channel]
        attributes[AVAILABILITY] = kept
