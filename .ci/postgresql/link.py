"""A network on loopback that can be slow, cut, or refuse connections: it forwards octets to a port."""

import asyncio
import contextlib
import socket
import struct
import threading

from cluster import free_port


class Link:
    """Forwards connections of `port` to another port.

    delay   seconds before each chunk of a client is forwarded, one after the other; a statement is one chunk
    octets  how many of clients were forwarded
    """

    def __init__(self, target):
        self.target, self.port, self.delay, self.octets = target, free_port(), 0.0, 0
        self.loop, self.pairs, self.server = asyncio.new_event_loop(), set(), None
        self.is_open = None
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()
        self.do(self.listen())

    def do(self, work):
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(timeout=20)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.do(self.end())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(timeout=10)
        self.loop.close()

    # What a test does

    def cut(self):
        """Forwards nothing from now on, as if a cable was pulled; connections stay."""
        self.do(self.set_open(False))

    def mend(self):
        """Undoes `cut` and `refuse`. What was sent meanwhile arrives now."""
        self.do(self.set_open(True))
        self.do(self.listen())

    def reset(self):
        """Ends all connections abruptly; returns how many."""
        return self.do(self.abort())

    def refuse(self):
        """Ends all connections and accepts none."""
        self.do(self.unlisten())
        self.reset()

    def sources(self):
        """The ports that the server sees as those of its clients."""
        return sorted(pair.source for pair in list(self.pairs) if pair.source)

    # On the loop

    async def listen(self):
        if self.is_open is None:
            self.is_open = asyncio.Event()
            self.is_open.set()
        if self.server is None:
            self.server = await asyncio.start_server(self.connected, "127.0.0.1", self.port, backlog=256)

    async def unlisten(self):
        if self.server:
            self.server.close()
            self.server = None

    async def set_open(self, is_open):
        if is_open:
            self.is_open.set()
        else:
            self.is_open.clear()

    async def abort(self):
        pairs = list(self.pairs)
        for pair in pairs:
            pair.abort()
        return len(pairs)

    async def end(self):
        await self.unlisten()
        await self.abort()
        tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def connected(self, reader, writer):
        pair = Pair(writer)
        self.pairs.add(pair)
        try:
            await self.is_open.wait()
            there, back = await asyncio.open_connection("127.0.0.1", self.target)
            pair.take(back)
            await asyncio.gather(self.pump(reader, back, True), self.pump(there, writer, False))
        except OSError:
            pass
        finally:
            pair.abort()
            self.pairs.discard(pair)

    async def pump(self, reader, writer, is_client):
        while data := await reader.read(65536):
            if is_client and self.delay:
                await asyncio.sleep(self.delay)
            await self.is_open.wait()
            writer.write(data)
            await writer.drain()
            if is_client:
                self.octets += len(data)
        await self.is_open.wait()
        with contextlib.suppress(OSError):
            writer.write_eof()


class Pair:
    """Both connections of a client."""

    def __init__(self, writer):
        self.writers, self.source = [], None
        self.add(writer)

    def add(self, writer):
        writer.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.writers.append(writer)

    def take(self, writer):
        self.add(writer)
        self.source = writer.get_extra_info("sockname")[1]

    def abort(self):
        for writer in self.writers:
            with contextlib.suppress(OSError, ValueError):
                # Without lingering, the end is a reset.
                writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            writer.transport.abort()
