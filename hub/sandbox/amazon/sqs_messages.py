"""What SQS does to messages, one by one or up to ten in a batch, each for itself."""

from __future__ import annotations

from collections.abc import Callable

from hub.sandbox.amazon.queues import Queue
from hub.sandbox.amazon.sqs_wire import Json, Refused, handle_of, number

MOST_AT_ONCE = 10
LONGEST_VISIBILITY, LONGEST_DELAY = 43_200, 900

Deed = Callable[[Queue, Json], Json]


def delete(queue: Queue, asked: Json) -> Json:
    queue.delete(handle_of(asked))
    return {}


def send(queue: Queue, asked: Json) -> Json:
    text = asked.get("MessageBody")
    if not isinstance(text, str) or not text:
        raise Refused("MissingParameter", "The request must contain the parameter MessageBody.")
    message = queue.put(text, number(asked, "DelaySeconds", 0, 0, LONGEST_DELAY))
    return {"MessageId": message.message_id, "MD5OfMessageBody": message.digest}


def hide(queue: Queue, asked: Json) -> Json:
    seconds = number(asked, "VisibilityTimeout", None, 0, LONGEST_VISIBILITY)
    if not queue.hide(handle_of(asked), seconds):
        raise Refused("MessageNotInflight", "The specified message isn't in flight.")
    return {}


def purge(queue: Queue, asked: Json) -> Json:
    queue.messages.clear()
    return {}


def in_batch(deed: Deed) -> Deed:
    """Return the deed for the entries of a batch; what fails is told beside what succeeded."""

    def batch(queue: Queue, asked: Json) -> Json:
        done: list[Json] = []
        failed: list[Json] = []
        for entry in _entries(asked):
            try:
                done.append({"Id": entry.get("Id")} | deed(queue, entry))
            except Refused as refusal:
                told = {"SenderFault": True, "Code": refusal.code, "Message": refusal.message}
                failed.append({"Id": entry.get("Id")} | told)
        return {name: rows for name, rows in (("Successful", done), ("Failed", failed)) if rows}

    return batch


def _entries(asked: Json) -> list[Json]:
    entries = asked.get("Entries") or []
    if not entries:
        raise Refused("EmptyBatchRequest", "There should be at least one entry in the request.")
    if not isinstance(entries, list) or not all(isinstance(each, dict) for each in entries):
        raise Refused("SerializationException", "Entries must be a list of objects.")
    if len(entries) > MOST_AT_ONCE:
        raise Refused("TooManyEntriesInBatchRequest", f"Maximum number of entries per request are {MOST_AT_ONCE}.")
    names = [str(each.get("Id")) for each in entries]
    if len(set(names)) < len(names):
        raise Refused("BatchEntryIdsNotDistinct", "Two or more batch entries have the same Id.")
    return entries
