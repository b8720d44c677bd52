"""HTTP/1.1 beneath the HTTP client: connections that cost little, kept for the next call."""

from hub.adapters.wire.transport import WireTransport

__all__ = ["WireTransport"]
