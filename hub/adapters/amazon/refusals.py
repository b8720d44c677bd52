"""What a refused call of the Selling Partner API means.

Amazon spells its codes in several ways, so they are compared without case and punctuation.
"""

from __future__ import annotations

from collections.abc import Sequence

import httpx2

from hub.adapters.amazon.usage_plans import Operation
from hub.adapters.fields import Fields, parse
from hub.outcome import Rejected, Unauthorized, Unavailable

MISSING_ROLE = "missing_role"


def errors_of(response: httpx2.Response) -> Sequence[Fields]:
    """Return the errors of an answer, none where it is no error document (gateways answer with HTML)."""
    try:
        document = parse(response.content)
    except ValueError:
        return ()
    listed = document.get("errors") if isinstance(document, dict) else None
    return [Fields(each, "error") for each in listed if isinstance(each, dict)] if isinstance(listed, list) else ()


def told(errors: Sequence[Fields], status: int) -> tuple[str, str]:
    """Return code and reason of the first error, in Amazon's words."""
    if not errors:
        return f"http_{status}", f"HTTP {status}"
    first = errors[0]
    words = (first.maybe_text("message"), first.maybe_text("details"))
    return first.maybe_text("code") or f"http_{status}", " ".join(word for word in words if word) or f"HTTP {status}"


def refusal(response: httpx2.Response, operation: Operation) -> Rejected | Unauthorized | Unavailable:
    """Return the outcome of a call that was refused for another reason than its token."""
    status = response.status_code
    code, reason = told(errors_of(response), status)
    if status >= 500:
        return Unavailable(f"Amazon cannot do {operation.name} now: {reason}", unknown=not operation.repeatable)
    return Rejected(f"Amazon refuses {operation.name}: {reason}", code=code)


def forbidden(
    response: httpx2.Response, operation: Operation, *, worked: bool
) -> Rejected | Unauthorized | Unavailable:
    """Return the outcome of a call that was refused twice, the second time with a token just made.

    Amazon tells in the details when the token is to blame, and nothing where a role is missing. An operation that
    ``worked`` shortly before is not short of a role: Amazon has short, unexplained bursts of 403.
    """
    details = " ".join(each.maybe_text("details") or "" for each in errors_of(response)).lower()
    if "revoked" in details:
        return Unauthorized(f"Amazon says that access was revoked, refusing {operation.name}: consent again.")
    if details or worked:
        return Unavailable(f"Amazon forbids {operation.name} for the moment")
    return Rejected(
        f"Amazon forbids {operation.name}: the application lacks the role for it, or the seller's consent to it.",
        code=MISSING_ROLE,
    )
