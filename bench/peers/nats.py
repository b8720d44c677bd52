"""NATS JetStream: a work queue in files, synced at every message, an endpoint and one worker; aiohttp for the calls."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import anyio
import nats  # type: ignore[import-not-found]
from nats.js.api import ConsumerConfig, RetentionPolicy  # type: ignore[import-not-found]

from bench.peers.shape import AT_ONCE, RESUME_SECONDS, Accept, Plan, follow

STREAM, SUBJECT, WORKERS = "HOOKS", "hooks", "workers"


@asynccontextmanager
async def endpoint(plan: Plan) -> AsyncIterator[Accept]:
    """Lend what publishes a key and waits until the stream has it."""
    connection = await nats.connect(plan.server)
    stream = connection.jetstream()
    if plan.new:
        await stream.add_stream(name=STREAM, subjects=[SUBJECT], retention=RetentionPolicy.WORK_QUEUE)

    async def accept(key: str) -> None:
        await stream.publish(SUBJECT, key.encode())

    yield accept
    await connection.close()


async def work(plan: Plan, ready: Callable[[], None]) -> None:
    """Take messages until the process ends; what was not acknowledged comes again."""
    connection = await nats.connect(plan.server)
    async with anyio.create_task_group() as tasks:

        async def one(message: Any) -> None:
            await follow(plan.platform, message.data.decode())
            await message.ack()

        async def begin(message: Any) -> None:
            tasks.start_soon(one, message)

        await connection.jetstream().subscribe(
            SUBJECT,
            queue=WORKERS,
            cb=begin,
            manual_ack=True,
            config=ConsumerConfig(ack_wait=RESUME_SECONDS, max_ack_pending=AT_ONCE),
        )
        ready()
        await anyio.sleep_forever()
