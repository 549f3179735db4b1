"""A network between Kefu and PostgreSQL that can be slow, silent or gone.

    with proxied("/run/postgresql/.s.PGSQL.5432") as network:
        engine = make_engine(...)  # at 127.0.0.1, network.port
        network.delay(0.3)

What was held back arrives when `heal` is called, as packets do that a router has kept: also a
COMMIT whose sender has given up. What a lost connection held back never arrives.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Literal

# https://www.postgresql.org/docs/current/protocol-message-formats.html: Query, length 11, text.
COMMIT = b"Q\x00\x00\x00\x0bCOMMIT\x00"
WRITE = b"INSERT INTO"  # readers commit too

Hold = Literal["nothing", "everything", "answers", "commit", "answer to commit", "after commit"]


class _Line:
    """A connection of a client and the one to the server behind it."""

    def __init__(self, client: asyncio.StreamWriter, server: asyncio.StreamWriter) -> None:
        self.client, self.server = client, server
        self.dead = False  # never passes anything again
        self.wrote = False

    def cut(self) -> None:
        self.client.transport.abort()
        self.server.transport.abort()


class Proxy:
    """Passes bytes between a port of loopback and a Unix socket.

    Methods are called from other threads than the one that `proxied` runs it in; what they order
    holds when they return.

    Attributes:
        port: where it listens, also after `heal`.
        caught: whether the COMMIT that was waited for came by.
    """

    def __init__(self, target: Path) -> None:
        self.port = 0
        self.caught = False
        self._target = target
        self._loop = asyncio.new_event_loop()
        self._open = asyncio.Event()
        self._open.set()
        self._hold: Hold = "nothing"
        self._cut = False
        self._delay_seconds = 0.0
        self._server: asyncio.AbstractServer | None = None
        self._lines: set[_Line] = set()

    def delay(self, seconds: float) -> None:
        """Each packet, in either direction, is under way that long."""
        self._delay_seconds = seconds

    def stall(self, hold: Hold = "everything") -> None:
        """Hold back everything; the server's answers; or all from the next COMMIT of a write on.

        That is with the COMMIT itself ("commit"), with its answer ("answer to commit"), or with
        what the client sends next ("after commit").
        """
        self._run(self._stall(hold))

    def lose(self) -> None:
        """Break all connections, with what was held back; new ones pass."""
        self._run(self._lose())

    def refuse(self) -> None:
        """Break all connections and take no new ones: nobody listens."""
        self._run(self._refuse())

    def cut_at_commit(self) -> None:
        """Break the connection that the next COMMIT of a write comes on, after passing it."""
        self._cut = True

    def heal(self) -> None:
        """Pass everything again, at once."""
        self._run(self._heal())

    def heal_for_new_connections(self) -> None:
        """Pass what comes on connections that are made from now on; the others stay silent."""
        self._run(self._forget())

    async def listen(self) -> None:
        """Take connections, always on the same port."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _forget(self) -> None:
        self._hold = "nothing"
        for line in self._lines:
            line.dead = True
        self._open.set()

    async def _stall(self, hold: Hold) -> None:
        self._hold, self.caught = hold, False
        self._open.clear()

    async def _lose(self) -> None:
        for line in self._lines:
            line.cut()

    async def _refuse(self) -> None:
        if self._server:
            self._server.close()
            self._server = None
        await self._lose()

    async def _heal(self) -> None:
        self._hold, self._delay_seconds = "nothing", 0.0
        self._open.set()
        if self._server is None:
            await self.listen()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        server_reader, server_writer = await asyncio.open_unix_connection(str(self._target))
        line = _Line(writer, server_writer)
        self._lines.add(line)
        try:
            await asyncio.gather(
                self._pass(line, reader, server_writer), self._pass(line, server_reader, writer)
            )
        finally:
            self._lines.remove(line)

    async def _pass(
        self, line: _Line, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        from_client = writer is line.server
        with suppress(ConnectionError):
            while packet := await reader.read(65_536):
                line.wrote |= from_client and WRITE in packet
                commits = from_client and line.wrote and COMMIT in packet
                await self._hold_back(line, commits, from_client)
                writer.write(packet)
                await writer.drain()
                if commits and self._hold == "answer to commit":
                    self._hold, self.caught = "everything", True
                self.caught |= commits and self._hold == "after commit"
                if commits and self._cut:
                    self._cut, self.caught = False, True
                    line.cut()
            await self._hold_back(line, False, from_client)
        writer.close()

    async def _hold_back(self, line: _Line, commits: bool, from_client: bool) -> None:
        await asyncio.sleep(self._delay_seconds)
        if commits and self._hold == "commit":
            self._hold, self.caught = "everything", True
        if from_client and self.caught and self._hold == "after commit":
            self._hold = "everything"
        if self._hold == "everything" or (self._hold == "answers" and not from_client):
            await self._open.wait()
        if line.dead:
            await asyncio.Event().wait()

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    def _work(self) -> None:
        self._loop.run_forever()
        rest = asyncio.all_tasks(self._loop)
        for task in rest:
            task.cancel()
        if rest:
            self._loop.run_until_complete(asyncio.wait(rest))
        self._loop.close()


@contextmanager
def proxied(target: str | Path) -> Iterator[Proxy]:
    """A proxy before the server that listens on this Unix socket; ends with the block."""
    proxy = Proxy(Path(target))
    thread = threading.Thread(target=proxy._work, name="proxy")
    thread.start()
    try:
        proxy._run(proxy.listen())
        yield proxy
    finally:
        proxy.refuse()
        proxy._loop.call_soon_threadsafe(proxy._loop.stop)
        thread.join()
