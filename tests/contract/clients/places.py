"""Where independent clients find the sandbox: on loopback, over TLS where they insist on https.

Clients block, so they run in worker threads while the sandbox lives in the test's own event loop.
"""

from __future__ import annotations

import ipaddress
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

import anyio.to_thread
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from starlette.types import ASGIApp, Receive, Scope, Send

from hub.sandbox.app import Options, Sandbox, make_app
from hub.sandbox.loopback import guest_server, loopback_socket
from hub.sandbox.platform import Platform
from hub.sandbox.world import World

T = TypeVar("T")
LONGEST = 60
"""Seconds that one piece of a client's work may take."""


async def blocking(work: Callable[[], T]) -> T:
    """Run a client's work in a thread, beside the sandbox that answers it."""
    with anyio.fail_after(LONGEST):
        return await anyio.to_thread.run_sync(work, abandon_on_cancel=True)


def self_signed(folder: Path) -> Path:
    """Write a certificate for loopback with its key into one PEM file, which also serves as the client's authority."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = folder / "loopback.pem"
    path.write_bytes(made.public_bytes(serialization.Encoding.PEM) + private)
    return path


@asynccontextmanager
async def sandbox_of(
    name: str, make: Callable[[World], Platform], certificate: Path | None = None, *, speed: float = 1, goods: int = 60
) -> AsyncIterator[Sandbox]:
    """Run one platform on loopback, both below its usual path and, as the real one, at the root of its host.

    ``sandbox.options.base_url`` is the address of the host.
    """
    with loopback_socket() as listener:
        scheme = "https" if certificate else "http"
        place = f"{scheme}://localhost:{listener.getsockname()[1]}"
        app = make_app(Options(speed=speed, goods=goods, base_url=place, platforms={name: make}))
        async with guest_server(_at_root(app, name), listener, certificate):
            yield app.state.sandbox


def _at_root(app: ASGIApp, name: str) -> ASGIApp:
    async def rooted(scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        if scope["type"] == "http" and not path.startswith((f"/{name}/", "/_control/")):
            scope = dict(scope) | {"path": f"/{name}{path}", "raw_path": f"/{name}".encode() + scope["raw_path"]}
        await app(scope, receive, send)

    return rooted
