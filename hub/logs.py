"""Log lines: one JSON object each, with the trace they belong to, and nothing secret or personal in them."""

from __future__ import annotations

import logging
import re
import sys
import traceback
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import orjson
from opentelemetry import trace
from opentelemetry._logs import Logger, LogRecord, SeverityNumber

PLAIN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName", "color_message"}
SEVERITY = {
    logging.DEBUG: SeverityNumber.DEBUG,
    logging.INFO: SeverityNumber.INFO,
    logging.WARNING: SeverityNumber.WARN,
    logging.ERROR: SeverityNumber.ERROR,
    logging.CRITICAL: SeverityNumber.FATAL,
}
_HIDDEN = (
    (re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=-]{6,}"), r"\1 [hidden]"),
    (re.compile(r"\bhub_[\w-]{20,}"), "[hidden]"),
    (re.compile(r"\beyJ[\w-]{8,}\.[\w-]+\.[\w-]*"), "[hidden]"),
    (
        re.compile(
            r"(?i)\b((?:access_|refresh_|id_)?token|(?:client_|webhook_|consumer_|hook_)?secret|consumer_key|password|"
            r"api_?key|authorization)(\"?'?\s*[=:]\s*\"?'?)(?!\[hidden\])[^\s\"'&,;)}]{6,}"
        ),
        r"\1\2[hidden]",
    ),
    (re.compile(r"(?i)(?<=[?&])(code|state|ticket)=[^&\s\"']+"), r"\1=[hidden]"),
    (re.compile(r"(?<=://)[^/\s:@]+:[^/\s@]+(?=@)"), "[hidden]"),
    (re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"), "[address]"),
)


def redacted(text: str) -> str:
    """Return the text without tokens, secrets, passwords in addresses, and e-mail addresses."""
    for pattern, instead in _HIDDEN:
        text = pattern.sub(instead, text)
    return text


def extras(record: logging.LogRecord) -> dict[str, Any]:
    """Return what the caller added with ``extra``, redacted."""
    added = {name: value for name, value in vars(record).items() if name not in PLAIN}
    return {name: redacted(value) if isinstance(value, str) else value for name, value in added.items()}


def traced(raised: tuple[Any, BaseException | None, Any] | tuple[None, None, None]) -> str:
    """Return where errors were raised and of which kinds they are, without their words, which may name anybody."""
    return redacted("\n".join(_links(raised[1])))


def _links(error: BaseException | None) -> Iterator[str]:
    if error is None:
        return
    yield "".join([*traceback.format_tb(error.__traceback__), type(error).__qualname__])
    for inner in error.exceptions if isinstance(error, BaseExceptionGroup) else ():
        yield from _links(inner)
    yield from _links(error.__cause__ or (None if error.__suppress_context__ else error.__context__))


class JsonLines(logging.Formatter):
    """Writes a record as one line of JSON; ``at`` is UTC."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, without its end."""
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": redacted(record.getMessage()),
        }
        span = trace.get_current_span().get_span_context()
        if span.is_valid:
            line |= {"trace_id": format(span.trace_id, "032x"), "span_id": format(span.span_id, "016x")}
        line |= extras(record)
        if record.exc_info:
            line["exception"] = traced(record.exc_info)
        return orjson.dumps(line, default=str, option=orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS).decode()


class Exported(logging.Handler):
    """Hands records to OpenTelemetry, redacted like the lines."""

    def __init__(self, logger: Logger) -> None:
        super().__init__()
        self._logger = logger

    def emit(self, record: logging.LogRecord) -> None:
        """Hand one record on; the exporter's own words stay out, or they would feed themselves."""
        if record.name.startswith("opentelemetry"):
            return
        attributes = {"logger": record.name, **{name: str(value) for name, value in extras(record).items()}}
        if record.exc_info:
            attributes["exception.stacktrace"] = traced(record.exc_info)
        self._logger.emit(
            LogRecord(
                timestamp=int(record.created * 1e9),
                severity_text=record.levelname,
                severity_number=SEVERITY.get(record.levelno, SeverityNumber.UNSPECIFIED),
                body=redacted(record.getMessage()),
                attributes=attributes,
            )
        )


def write_logs(level: str, *more: logging.Handler) -> None:
    """Send every log line of the process to stderr as JSON, and to ``more``; replaces what was set up before."""
    lines = logging.StreamHandler(sys.stderr)
    lines.setFormatter(JsonLines())
    root = logging.getLogger()
    root.handlers[:] = [lines, *more]
    root.setLevel(level.upper())
    for chatty in ("httpx", "httpx2", "httpcore", "httpcore2", "aiosqlite", "asyncio", "urllib3", "alembic"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    for server in ("uvicorn", "uvicorn.error"):
        logging.getLogger(server).handlers.clear()
        logging.getLogger(server).propagate = True
    logging.getLogger("uvicorn.access").disabled = True
