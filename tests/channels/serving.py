"""The channel on a real server, as `rasa run` sets it up."""

from __future__ import annotations

import asyncio
import socket
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from rasa.core.channels.channel import register
from sanic import Sanic

from kefu.channels.rest import RestInput
from kefu.environment import DEFAULTS
from kefu.settings import Settings

Sanic.test_mode = True  # several apps in one process


@contextmanager
def serving(agent: Any, settings: Settings) -> Iterator[str]:
    """A Sanic server with the channel on a free port and `agent` behind it; its address."""
    app = Sanic(f"test-{uuid.uuid4().hex}", configure_logging=False)
    app.ctx.agent = agent
    register([RestInput(settings)], app, route="/webhooks/")
    listening = socket.create_server(("127.0.0.1", 0))
    up, running = threading.Event(), {}

    async def serve() -> None:
        running["loop"], running["stop"] = asyncio.get_running_loop(), asyncio.Event()
        server = await app.create_server(
            sock=listening, backlog=int(DEFAULTS["SANIC_BACKLOG"]), return_asyncio_server=True
        )
        await server.startup()
        await server.start_serving()
        up.set()
        await running["stop"].wait()
        server.close()
        for connection in tuple(server.connections):
            connection.abort()
        await asyncio.sleep(0.05)  # transports close in the next rounds of the loop

    thread = threading.Thread(target=lambda: asyncio.run(serve()), daemon=True)
    thread.start()
    assert up.wait(30), "the server did not start"
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/webhooks/rest"
    finally:
        running["loop"].call_soon_threadsafe(running["stop"].set)
        thread.join(10)
