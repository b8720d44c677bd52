"""Durable mailboxes with lanes: what anybody may do to them within a unit of work."""

from hub.actors.runtime.mailbox.control import pause, resume, suspend, wake
from hub.actors.runtime.mailbox.letters import Status
from hub.actors.runtime.mailbox.overview import Depth, overview
from hub.actors.runtime.mailbox.parking import discard_parked, retry_parked
from hub.actors.runtime.mailbox.posting import MAIL, post
from hub.actors.runtime.mailbox.waiting import Waiting, due_in, waits, waits_since

__all__ = [
    "MAIL",
    "Depth",
    "Status",
    "Waiting",
    "discard_parked",
    "due_in",
    "overview",
    "pause",
    "post",
    "resume",
    "retry_parked",
    "suspend",
    "waits",
    "waits_since",
    "wake",
]
