"""Amazon's notifications as they lie in the queue: their envelopes come in two casings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hub.adapters.fields import Fields, parse
from hub.adapters.port import Hint
from hub.outcome import Rejected

ORDER_CHANGE, FEED_FINISHED = "ORDER_CHANGE", "FEED_PROCESSING_FINISHED"
TOPICS: Mapping[str, str] = {ORDER_CHANGE: "1.0", FEED_FINISHED: "2020-09-04"}
"""What the hub subscribes to, with the payload version of each."""
_KEYS = {ORDER_CHANGE: ("orderChangeNotification", "amazonOrderId"), FEED_FINISHED: (
    "feedProcessingFinishedNotification", "feedId")}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Notification:
    """One notification; ``hint`` is None where it is none of ours to act upon."""

    event_id: str | None
    seller_id: str | None
    hint: Hint | None


def read_notification(body: str) -> Notification | None:
    """Return what a message of the queue says; None where it cannot be read, which never gets better."""
    try:
        envelope = Fields.of(_camel(parse(body)), "notification")
        return _read(envelope)
    except (ValueError, Rejected):
        return None


def _read(envelope: Fields) -> Notification:
    topic = envelope.text("notificationType")
    metadata = envelope.maybe_child("notificationMetadata")
    event_id = metadata.maybe_text("notificationId") if metadata else None
    if topic not in _KEYS:
        return Notification(event_id, None, None)
    holder, key = _KEYS[topic]
    payload = envelope.maybe_child("payload")
    content = (payload.maybe_child(holder) if payload else None) or Fields({}, "payload")
    hint = Hint(topic, content.text(key), envelope.maybe_instant("eventTime"), event_id=event_id)
    return Notification(event_id, content.maybe_text("sellerId"), hint)


def _camel(value: Any) -> Any:
    """Return JSON with the first letter of every member's name in lower case."""
    match value:
        case dict():
            return {name[:1].lower() + name[1:]: _camel(each) for name, each in value.items()}
        case list():
            return [_camel(each) for each in value]
        case _:
            return value
