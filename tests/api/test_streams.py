"""Subscriptions over real sockets with the stock client: live, resumed, refused."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import anyio
import httpx2
import pytest
from gql import Client, GraphQLRequest, gql
from gql.transport.exceptions import TransportQueryError
from gql.transport.websockets import WebsocketsTransport
from starlette.types import ASGIApp
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from hub.domain.tenant import Principal, Role
from hub.graphql.announcer import Announcer
from hub.graphql.context import GraphQLDependencies
from hub.graphql.endpoint import make_graphql_app
from hub.store.engine import Database, StoreUnavailable
from tests.api.caller import Caller, global_id
from tests.api.conftest import token_for
from tests.api.house import House, happen
from tests.api.served import served, until

EVENTS = "subscription ($after: String) { syncEvents(after: $after) { cursor message } }"
FILTERED = "subscription ($after: ID) { syncEvents(filter: { channelId: $after }) { cursor } }"
PROTOCOL = "graphql-transport-ws"


@pytest.fixture
def database(embedded: Database) -> Database:
    """What differs between databases is tried with the announcer alone."""
    return embedded


@pytest.fixture
async def place(app: ASGIApp) -> AsyncIterator[str]:
    """Host and port where the API is served."""
    async with served(app) as found:
        yield found


@pytest.fixture
async def token(database: Database, house: House) -> str:
    """A viewer's token of acme."""
    return await token_for(database, "acme", Role.VIEWER)


def over_websocket(place: str, token: str, **options: Any) -> Client:
    """Return the stock client on a WebSocket."""
    transport = WebsocketsTransport(
        url=f"ws://{place}/graphql", init_payload={"authorization": f"Bearer {token}"},
        subprotocols=[PROTOCOL], **options,
    )  # fmt: skip
    return Client(transport=transport)


async def cursors(place: str, token: str, count: int, after: str | None) -> list[str]:
    """Return the cursors of so many events, over one connection that is then cut."""
    found: list[str] = []
    async with over_websocket(place, token) as session:
        stream = session.subscribe(GraphQLRequest(EVENTS, variable_values={"after": after}))
        async for answer in stream:
            found.append(answer["syncEvents"]["cursor"])
            if len(found) == count:
                break
        await stream.aclose()
    return found


async def all_cursors(place: str, token: str) -> list[str]:
    """Return the cursors of all stored events, oldest first."""
    async with httpx2.AsyncClient() as client:
        answer = await client.post(
            f"http://{place}/graphql",
            json={"query": "{ syncEvents(last: 100) { nodes { cursor } } }"},
            headers={"authorization": f"Bearer {token}"},
        )
    return [node["cursor"] for node in reversed(answer.json()["data"]["syncEvents"]["nodes"])]


async def test_a_subscriber_cut_off_again_and_again_misses_and_repeats_nothing(
    place: str, token: str, database: Database
) -> None:
    """Three events a connection, while events happen; each reconnect resumes behind the last cursor."""
    found: list[str] = []

    async def listen() -> None:
        found.extend(await cursors(place, token, 3, after="WzBd"))
        while len(found) < 33:
            found.extend(await cursors(place, token, 3, after=found[-1]))

    with anyio.fail_after(60):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(listen)
            for _ in range(10):
                await happen(database, "acme", 3)
                await happen(database, "globex", 1)
    assert found == (await all_cursors(place, token))[:33]


async def test_a_channel_tells_its_state_at_once_and_after_every_event(
    place: str, token: str, database: Database, announcer: Announcer
) -> None:
    query = "subscription ($id: ID!) { channelStatus(channelId: $id) { cursor channel { name status } } }"
    seen: list[dict[str, Any]] = []
    with anyio.fail_after(60):
        async with over_websocket(place, token) as session, anyio.create_task_group() as tasks:

            async def listen() -> None:
                variables = {"id": global_id("Channel", "shop")}
                async for answer in session.subscribe(GraphQLRequest(query, variable_values=variables)):
                    seen.append(answer["channelStatus"])
                    if len(seen) == 2:
                        return

            tasks.start_soon(listen)
            await until(lambda: announcer.listeners("acme") > 0)
            await happen(database, "acme", 1, channel_id="other")
            await happen(database, "acme", 1)
    assert [one["channel"] for one in seen] == [{"name": "Web shop", "status": "ACTIVE"}] * 2
    assert [one["cursor"] for one in seen] == [(await all_cursors(place, token))[place_] for place_ in (2, 4)]


async def test_differences_are_told_live_as_they_are_found_and_healed(
    place: str, token: str, database: Database, announcer: Announcer, house: House
) -> None:
    query = "subscription { stockDifferences { cursor difference { cause units } } }"
    seen: list[dict[str, Any]] = []
    with anyio.fail_after(60):
        async with over_websocket(place, token) as session, anyio.create_task_group() as tasks:

            async def listen() -> None:
                async for answer in session.subscribe(GraphQLRequest(query)):
                    seen.append(answer["stockDifferences"])
                    if len(seen) == 2:
                        return

            tasks.start_soon(listen)
            await until(lambda: announcer.listeners("acme") > 0)
            about = {"subject_type": "listing", "subject_id": house.key("listing")}
            await happen(database, "acme", 1, kind="stock.drift", **about)
            await happen(database, "acme", 1, kind="stock.published", **about)
            await happen(database, "acme", 1, kind="stock.drift_healed", **about)
    assert [one["difference"] for one in seen] == [{"cause": "CHANGED_BY_HAND", "units": 3}] * 2
    assert len({one["cursor"] for one in seen}) == 2


async def test_queries_and_changes_run_over_the_same_websocket(place: str, token: str) -> None:
    async with over_websocket(place, token) as session:
        found = await session.execute(gql("{ viewer { label } channels { name } }"))
    assert found == {"viewer": {"label": "viewer of acme"}, "channels": [{"name": "Web shop"}]}


async def test_the_token_may_stand_in_the_handshake(place: str, token: str) -> None:
    transport = WebsocketsTransport(
        url=f"ws://{place}/graphql", headers={"Authorization": f"Bearer {token}"}, subprotocols=[PROTOCOL]
    )
    async with Client(transport=transport) as session:
        assert (await session.execute(gql("{ viewer { role } }")))["viewer"] == {"role": "VIEWER"}


@pytest.mark.parametrize("token_given", ["hub_wrong", ""])
async def test_a_websocket_without_a_token_that_works_is_closed(place: str, house: House, token_given: str) -> None:
    async with connect(f"ws://{place}/graphql", subprotocols=[PROTOCOL]) as socket:  # type: ignore[list-item]
        payload = {"authorization": f"Bearer {token_given}"} if token_given else {}
        await socket.send(json.dumps({"type": "connection_init", "payload": payload}))
        with pytest.raises(ConnectionClosed) as closed:
            await socket.recv()
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4403


async def test_a_websocket_does_not_outlive_its_token(place: str, token: str, app: ASGIApp, database: Database) -> None:
    admin = Caller(app, await token_for(database, "acme", Role.ADMIN))
    tokens = (await admin.ask("{ apiTokens { id role } }"))["apiTokens"]
    async with connect(f"ws://{place}/graphql", subprotocols=[PROTOCOL]) as socket:  # type: ignore[list-item]
        await socket.send(json.dumps({"type": "connection_init", "payload": {"authorization": f"Bearer {token}"}}))
        assert json.loads(await socket.recv()) == {"type": "connection_ack"}
        viewers = [one["id"] for one in tokens if one["role"] == "VIEWER"]
        await admin.change("apiTokenRevoke", "apiToken { id }", tokenId=viewers[0])
        query = {"query": "{ viewer { label } }"}
        await socket.send(json.dumps({"type": "subscribe", "id": "1", "payload": query}))
        with pytest.raises(ConnectionClosed) as closed:
            await socket.recv()
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4403


async def test_an_unreachable_database_closes_a_websocket_with_a_reason(needs: GraphQLDependencies) -> None:
    async def gone(token: str) -> Principal | None:
        raise StoreUnavailable("gone")

    async with (
        served(make_graphql_app(replace(needs, authenticate=gone))) as place,
        connect(f"ws://{place}/graphql", subprotocols=[PROTOCOL]) as socket,  # type: ignore[list-item]
    ):
        await socket.send(json.dumps({"type": "connection_init", "payload": {"authorization": "Bearer hub_x"}}))
        with pytest.raises(ConnectionClosed) as closed:
            await socket.recv()
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1013


async def test_the_legacy_protocol_and_other_origins_are_refused(place: str, token: str) -> None:
    with pytest.raises(InvalidStatus):
        await connect(f"ws://{place}/graphql", subprotocols=[PROTOCOL], origin="https://evil.test")  # type: ignore[list-item,arg-type]
    async with connect(f"ws://{place}/graphql", subprotocols=["graphql-ws"]) as socket:  # type: ignore[list-item]
        with pytest.raises(ConnectionClosed) as closed:
            await socket.recv()
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4406


@pytest.mark.parametrize(
    "message",
    ["[]", "7", "null", "{}", '{"type": 7}', '{"type": "subscribe"}', '{"type": "subscribe", "id": [], "payload": {}}',
     '{"type": "subscribe", "id": "1", "payload": []}', '{"type": "subscribe", "id": "1", "payload": {"query": 7}}',
     '{"type": "subscribe", "id": "1", "payload": {"query": "{a}", "variables": []}}', '{"type": "complete", "id": {}}',
     '{"type": "' + "é" * 300 + '"}', "nonsense", "[" * 5000, '{"type": "connection_init", "payload": 7}'],
)  # fmt: skip
async def test_a_malformed_message_closes_the_websocket_with_a_reason(place: str, token: str, message: str) -> None:
    async with connect(f"ws://{place}/graphql", subprotocols=[PROTOCOL]) as socket:  # type: ignore[list-item]
        await socket.send(message)
        with pytest.raises(ConnectionClosed) as closed:
            await socket.recv()
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4400


async def test_a_faulty_subscription_is_answered_and_the_websocket_lives_on(place: str, token: str) -> None:
    async with over_websocket(place, token) as session:
        for query in (EVENTS, FILTERED):
            with pytest.raises(TransportQueryError):
                async for _ in session.subscribe(GraphQLRequest(query, variable_values={"after": "nonsense"})):
                    pass
        assert (await session.execute(gql("{ viewer { role } }")))["viewer"] == {"role": "VIEWER"}


async def test_server_sent_events_carry_the_same_stream(place: str, token: str, database: Database) -> None:
    """Distinct connections mode of graphql-sse: next events, and complete at the end."""
    messages: list[str] = []
    headers = {"authorization": f"Bearer {token}", "accept": "text/event-stream"}
    body = {"query": EVENTS, "variables": {"after": "WzJd"}}
    with anyio.fail_after(60):
        async with (
            httpx2.AsyncClient() as client,
            anyio.create_task_group() as tasks,
            client.stream("POST", f"http://{place}/graphql", json=body, headers=headers) as answer,
        ):
            assert answer.status_code == 200
            assert answer.headers["content-type"].startswith("text/event-stream")
            tasks.start_soon(happen, database, "acme", 2)
            async for line in answer.aiter_lines():
                if line.startswith("data: {"):
                    messages.append(json.loads(line[6:])["data"]["syncEvents"]["message"])
                if len(messages) == 3:
                    break
    assert messages == ["event 2", "event 0", "event 1"]


async def test_a_query_over_server_sent_events_ends_with_complete(place: str, token: str) -> None:
    headers = {"authorization": f"Bearer {token}", "accept": "text/event-stream"}
    async with httpx2.AsyncClient() as client:
        answer = await client.post(f"http://{place}/graphql", json={"query": "{ viewer { role } }"}, headers=headers)
    events = [part.split("\r\n")[0] for part in answer.text.split("\r\n\r\n") if part]
    assert events == ["event: next", "event: complete"]


async def test_a_stopping_server_completes_its_streams(place: str, token: str, announcer: Announcer) -> None:
    with anyio.fail_after(60):
        async with over_websocket(place, token) as session, anyio.create_task_group() as tasks:

            async def listen() -> None:
                async for _ in session.subscribe(gql("subscription { syncEvents { cursor } }")):
                    raise AssertionError("no event was expected")

            tasks.start_soon(listen)
            await until(lambda: announcer.listeners("acme") > 0)
            announcer.close()


async def test_a_subscriber_that_goes_leaves_nothing_behind(place: str, token: str, announcer: Announcer) -> None:
    await cursors(place, token, 3, after="WzBd")
    with anyio.fail_after(60):
        await until(lambda: announcer.listeners("acme") == 0)
