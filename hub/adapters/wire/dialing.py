"""Opening a connection to a server that may have several addresses, some of which may be dead."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Sequence
from typing import Any, TypeAlias

import httpx2

from hub.adapters.wire.connection import Connection
from hub.adapters.wire.patience import Origin

Address: TypeAlias = tuple[socket.AddressFamily, str]


async def dial(origin: Origin, tls: ssl.SSLContext, seconds: float) -> Connection:
    """Connect to a server within some seconds; raises ``ConnectError`` and ``ConnectTimeout`` of httpx2."""
    try:
        async with asyncio.timeout(seconds):
            addresses = await _addresses(origin)
            return await _first(origin, addresses, tls, seconds)
    except TimeoutError as error:
        raise httpx2.ConnectTimeout(f"no connection to {origin.host} within {seconds:g} s") from error
    except (OSError, UnicodeError) as error:
        raise httpx2.ConnectError(str(error)) from error


async def _addresses(origin: Origin) -> list[Address]:
    found = await asyncio.get_running_loop().getaddrinfo(origin.host, origin.port, type=socket.SOCK_STREAM)
    return alternating([(family, str(place[0])) for family, _, _, _, place in found])


def alternating(addresses: Sequence[Address]) -> list[Address]:
    """Return the addresses with both families in turn, the preferred one first: a network may be dead for one of them.

    Within a family the system's order stays.
    """
    first = [address for address in addresses if address[0] == addresses[0][0]]
    other = [address for address in addresses if address[0] != addresses[0][0]]
    mixed = [address for pair in zip(first, other, strict=False) for address in pair]
    return mixed + first[len(other) :] + other[len(first) :]


async def _first(origin: Origin, addresses: Sequence[Address], tls: ssl.SSLContext, seconds: float) -> Connection:
    """Return a connection to the first address that answers; each but the last gets half the time that is left."""
    for address in addresses[:-1]:
        seconds /= 2
        try:
            async with asyncio.timeout(seconds):
                return await _open(origin, address, tls)
        except OSError:
            continue
    return await _open(origin, addresses[-1], tls)


async def _open(origin: Origin, address: Address, tls: ssl.SSLContext) -> Connection:
    family, host = address
    secured: dict[str, Any] = {"ssl": tls, "server_hostname": origin.host} if origin.scheme == "https" else {}
    _, connection = await asyncio.get_running_loop().create_connection(
        Connection, host, origin.port, family=family, **secured
    )
    return connection
