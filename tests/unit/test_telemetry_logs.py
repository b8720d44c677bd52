"""Log lines: JSON with the trace's id, and nothing secret or personal in them."""

from __future__ import annotations

import json
import logging
import sys

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider

from hub.logs import JsonLines, redacted


def line(message: str, *args: object, **extra: object) -> dict[str, object]:
    record = logging.getLogger("hub.test").makeRecord(
        "hub.test", logging.INFO, __file__, 1, message, args, None, extra=extra
    )
    parsed: dict[str, object] = json.loads(JsonLines().format(record))
    return parsed


def test_a_line_is_one_json_object_with_what_the_caller_added() -> None:
    written = line("started on %s\nsecond line", "node-1", lane="stock", depth=3)
    assert written["message"] == "started on node-1\nsecond line"
    assert (written["level"], written["logger"], written["lane"], written["depth"]) == ("info", "hub.test", "stock", 3)
    assert str(written["at"]).endswith("Z")


def test_a_line_carries_the_trace_being_worked_on() -> None:
    tracer = TracerProvider().get_tracer("test")
    with tracer.start_as_current_span("turn") as span:
        written = line("inside")
    assert written["trace_id"] == format(span.get_span_context().trace_id, "032x")
    assert "trace_id" not in line("outside")
    assert not trace.get_current_span().get_span_context().is_valid


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("Authorization: Bearer abc.def-ghi123", "abc.def-ghi123"),
        ("authorization=Basic Y2xpZW50OnNlY3JldA==", "Y2xpZW50OnNlY3JldA"),
        ("token hub_0123456789abcdefghijklmnop used", "hub_0123456789abcdefghijklmnop"),
        ('{"access_token":"stampEU001.abcdef","expires_in":"600"}', "stampEU001.abcdef"),
        ("{'refresh_token': 'gAAA-bbbb'}", "gAAA-bbbb"),
        ("client_id=1&client_secret=hunter2hunter2&x=1", "hunter2hunter2"),
        ("GET /oauth/exact/callback?code=stampNL001.xyz&state=s3cr3t", "stampNL001.xyz"),
        ("GET /oauth/exact/callback?code=stampNL001.xyz&state=s3cr3t", "s3cr3t"),
        ("jwt eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln end", "eyJzdWIiOiIxIn0"),
        ("postgresql://hub:hunter2@db/hub refused", "hunter2"),
        ("buyer jan.jansen@example.test complained", "jan.jansen"),
    ],
)
def test_secrets_and_addresses_do_not_get_into_a_line(text: str, secret: str) -> None:
    assert secret not in redacted(text)
    assert secret not in json.dumps(line("%s", text, note=text))


def test_what_is_needed_to_understand_a_line_stays() -> None:
    text = "order 4711 of channel/acme/bol-1 refused: code: VALIDATION_FAILED at https://api.bol.com/retailer/orders?page=2"
    assert redacted(text) == text


def test_an_exception_is_part_of_the_line_without_its_secrets() -> None:
    try:
        raise ValueError("password=hunter2hunter2")
    except ValueError:
        record = logging.getLogger("hub").makeRecord("hub", logging.ERROR, __file__, 1, "broke", (), sys.exc_info())
    written = json.loads(JsonLines().format(record))
    assert "ValueError" in written["exception"]
    assert "hunter2" not in written["exception"]


def test_an_exceptions_own_words_stay_out_of_the_line_for_they_may_name_anybody() -> None:
    name, known = "Jan " + "Jansen", dict[str, str]()
    try:
        try:
            known[name]
        except KeyError as inner:
            raise ExceptionGroup(name, [ValueError(name)]) from inner
    except ExceptionGroup:
        record = logging.getLogger("hub").makeRecord("hub", logging.ERROR, __file__, 1, "broke", (), sys.exc_info())
    written = json.loads(JsonLines().format(record))["exception"]
    assert {"ExceptionGroup", "ValueError", "KeyError"} <= set(written.splitlines())
    assert "test_telemetry_logs.py" in written
    assert name not in written
