"""One connection to a server: a request is written at once, and its answer parsed as it comes in."""

from __future__ import annotations

import asyncio
import select
from typing import cast

import httptools
import httpx2

from hub.adapters.wire.answer import LARGEST_HEAD, Answer
from hub.adapters.wire.patience import Patience


class Connection(asyncio.Protocol):
    """Carries one exchange after another, never two at once; ``idle_since`` is told by whoever keeps it.

    Whatever goes wrong, being cancelled included, closes it: what is left of an exchange must not be taken for the
    answer to another. Nothing is ever sent twice.
    """

    def __init__(self) -> None:
        self.idle_since = 0.0
        self.lost = asyncio.get_running_loop().create_future()
        self._loop = asyncio.get_running_loop()
        self._parser = httptools.HttpResponseParser(self)
        self._transport: asyncio.Transport | None = None
        self._answer: Answer | None = None
        self._patience = Patience()
        self._timer: asyncio.TimerHandle | None = None
        self._moved_at = 0.0
        self._choked = False
        self._head_bytes = 0
        self._ear = select.poll()
        self.usable = True

    async def ask(self, request: bytes, patience: Patience, *, bodiless: bool) -> Answer:
        """Send a whole request and return its whole answer.

        Raises ``ReadTimeout``, ``WriteTimeout``, ``ReadError`` and ``RemoteProtocolError`` of httpx2.
        """
        answer = self._answer = Answer(bodiless=bodiless)
        self._patience, self._moved_at, self._head_bytes = patience, self._loop.time(), 0
        if self._transport is None:
            raise httpx2.ReadError("the connection is closed")
        self._transport.write(request)
        self._watch()
        try:
            await answer.done
            return answer
        finally:
            self._answer = None
            self._rest(whole=answer.done.done() and not answer.done.cancelled() and answer.done.exception() is None)

    def silent(self) -> bool:
        """Say whether an idle server said nothing since: all it can say is that it hung up, as yet unread."""
        return self.usable and not self._ear.poll(0)

    def close(self) -> None:
        """End the connection at once."""
        self.usable = False
        if self._transport is not None:
            self._transport.abort()

    def _rest(self, *, whole: bool) -> None:
        """Stop watching, and close what cannot carry another exchange."""
        if self._timer is not None:
            self._timer.cancel()
        sent = self._transport is not None and not self._transport.get_write_buffer_size()
        if not (whole and sent and self.usable):
            self.close()

    @property
    def _limit(self) -> float:
        return self._patience.write if self._choked else self._patience.read

    def _watch(self) -> None:
        """Look again when the patience would end, were nothing to move until then."""
        self._timer = self._loop.call_at(self._moved_at + self._limit, self._look)

    def _look(self) -> None:
        if self._answer is None:
            return
        if self._loop.time() < self._moved_at + self._limit:
            self._watch()
        elif self._choked:
            self._answer.fail(httpx2.WriteTimeout(f"nothing was taken for {self._limit:g} s"))
        else:
            self._answer.fail(httpx2.ReadTimeout(f"nothing came for {self._limit:g} s"))

    def _broken(self, error: httpx2.TransportError) -> None:
        self.close()
        if self._answer is not None:
            self._answer.fail(error)

    # What the event loop tells.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._ear.register(transport.get_extra_info("socket").fileno(), select.POLLIN)

    def pause_writing(self) -> None:
        self._choked = True

    def resume_writing(self) -> None:
        self._choked, self._moved_at = False, self._loop.time()

    def data_received(self, data: bytes) -> None:
        answer = self._answer
        self._moved_at = self._loop.time()
        if answer is None or answer.done.done():
            self.close()
            return
        if not answer.status:
            self._head_bytes += len(data)
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade) as error:
            self._broken(httpx2.RemoteProtocolError(str(error)))
        if not answer.status and self._head_bytes > LARGEST_HEAD:
            self._broken(httpx2.RemoteProtocolError("the head of the answer does not end"))

    def connection_lost(self, error: Exception | None) -> None:
        self.usable, self._transport = False, None
        if not self.lost.done():
            self.lost.set_result(None)
        answer = self._answer
        if answer is None:
            return
        if error is not None:
            answer.fail(httpx2.ReadError(str(error)))
        elif answer.ends_with_connection:
            answer.complete()
        elif answer.status:
            answer.fail(httpx2.RemoteProtocolError("the server closed the connection within its answer"))
        else:
            answer.fail(httpx2.RemoteProtocolError("the server closed the connection without an answer"))

    # What the parser tells.

    def on_message_begin(self) -> None:
        if self._answer is None or self._answer.done.done():
            self.close()

    def on_status(self, reason: bytes) -> None:
        if self._answer is not None:
            self._answer.reason = reason

    def on_header(self, name: bytes, value: bytes) -> None:
        if self._answer is not None:
            self._answer.header(name, value)

    def on_headers_complete(self) -> None:
        status = self._parser.get_status_code()
        if self._answer is None or status < 200:
            return
        self._answer.status = status
        if self._answer.bodiless:
            self.usable = False
            self._answer.complete()

    def on_body(self, piece: bytes) -> None:
        if self._answer is not None:
            self._answer.pieces.append(piece)

    def on_message_complete(self) -> None:
        if self._answer is None:
            return
        if not self._answer.status:
            self._answer.clear()
            return
        self.usable = self.usable and self._parser.should_keep_alive()
        self._answer.complete()
