"""A TCP proxy on this machine that can be told to fail: what a network does to a connection, done by hand.

A black hole holds bytes back and lets them through when it is over, as TCP does by sending again after a partition:
what was written into it arrives late, which finds more than if it were lost.
"""

import asyncio
import itertools
import socket
import struct
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from deploy.local.programs import HOST

HELD_BYTES_MAX = 4 << 20
TICK_S = 0.05
CONTROL_MAX_S = 10.0
AT_ONCE = struct.pack("ii", 1, 0)  # closed so, a socket sends a reset

Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Mode:
    """What happens to bytes on their way: `up` is from the client to the server, `down` the way back."""

    holds_up: bool = False
    holds_down: bool = False
    delay_s: float = 0.0  # of what goes up: each question reaches the server later
    bytes_a_second: int = 0  # of what comes down; 0 is as fast as it goes
    cuts: bool = False  # connections are reset, and every new one too


PASS = Mode()
CUT = Mode(cuts=True)
BLACK_HOLE = Mode(holds_up=True, holds_down=True)
DEAF = Mode(holds_up=True)
MUTE = Mode(holds_down=True)


def delayed(seconds: float) -> Mode:
    """Each question takes as much longer."""
    return Mode(delay_s=seconds)


def slow(bytes_a_second: int) -> Mode:
    """Answers trickle."""
    return Mode(bytes_a_second=bytes_a_second)


class Wires:
    """The thread in which all proxies of a test live."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, name="wires", daemon=True)
        self._thread.start()

    def do(self, act: Callable[[], Answer]) -> Answer:
        """Call it in that thread, and give its answer."""

        async def call() -> Answer:
            return act()

        return asyncio.run_coroutine_threadsafe(call(), self.loop).result(CONTROL_MAX_S)

    def end(self) -> None:
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(CONTROL_MAX_S)


class Proxy:
    """Listens on a port and passes connections on to one of its servers in turn."""

    def __init__(self, wires: Wires, *, port: int, upstreams: Sequence[int]) -> None:
        self.port, self._wires, self._mode = port, wires, PASS
        self._upstreams = list(upstreams)
        self._turns = itertools.count()
        self._pipes: set[_Pipe] = set()
        serving = wires.loop.create_server(lambda: _End(self), HOST, port)
        self._server = asyncio.run_coroutine_threadsafe(serving, wires.loop).result(CONTROL_MAX_S)

    @property
    def mode(self) -> Mode:
        return self._mode

    def set(self, mode: Mode) -> None:
        """From now on, for connections that are open and for new ones."""
        self._wires.do(lambda: self._set(mode))

    def pass_to(self, upstreams: Sequence[int]) -> None:
        """Only new connections go to these servers; open ones stay where they are."""
        self._wires.do(lambda: self._upstreams.__setitem__(slice(None), list(upstreams)))

    def connections(self) -> int:
        """How many are open."""
        return self._wires.do(lambda: len(self._pipes))

    def end(self) -> None:
        def close() -> None:
            self._server.close()
            for pipe in list(self._pipes):
                pipe.reset()

        self._wires.do(close)

    # --- what follows runs in the wires' thread

    def _set(self, mode: Mode) -> None:
        self._mode = mode
        for pipe in list(self._pipes):
            if mode.cuts:
                pipe.reset()
            else:
                pipe.up.flow()
                pipe.down.flow()

    def _join(self, client: "_End") -> None:
        """A client has come: find a server that takes it, the next in turn first."""
        pipe = client.pipe = _Pipe(self, client)
        self._pipes.add(pipe)
        if self._mode.cuts:
            pipe.reset()
        else:
            pipe.task = self._wires.loop.create_task(self._connect(pipe))

    async def _connect(self, pipe: "_Pipe") -> None:
        turn, servers = next(self._turns), list(self._upstreams)
        for number in range(len(servers)):
            try:
                await self._wires.loop.create_connection(
                    lambda: pipe.server, HOST, servers[(turn + number) % len(servers)]
                )
            except OSError:
                continue
            pipe.up.flow()
            return
        pipe.reset()


class _Pipe:
    """One connection: the client's end, the server's end, and what is on its way between them."""

    def __init__(self, proxy: Proxy, client: "_End") -> None:
        self.proxy, self.client, self.server = proxy, client, _End(proxy)
        self.server.pipe = self
        self.up, self.down = _Way(self, self.client, self.server, "up"), _Way(self, self.server, self.client, "down")
        self.task: asyncio.Task[None] | None = None

    def way_from(self, end: "_End") -> "_Way":
        return self.up if end is self.client else self.down

    def close_after(self, way: "_Way") -> None:
        """A way has brought all that came; with the second the connection is over."""
        if all(each.is_ended and not each.held for each in (self.up, self.down)):
            self.proxy._pipes.discard(self)
            for end in (self.client, self.server):
                if end.transport is not None:
                    end.transport.close()
        elif way.target.transport is not None and not way.target.transport.is_closing():
            way.target.transport.write_eof()

    def reset(self) -> None:
        """Both ends get a reset, as from a machine that has just come up and knows nothing."""
        self.proxy._pipes.discard(self)
        for end in (self.client, self.server):
            if end.transport is not None:
                raw = end.transport.get_extra_info("socket")
                if raw is not None and raw.fileno() >= 0:
                    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)
                end.transport.abort()


class _Way:
    """One direction of a connection, in order."""

    def __init__(self, pipe: _Pipe, source: "_End", target: "_End", name: str) -> None:
        self.pipe, self.source, self.target, self.name = pipe, source, target, name
        self.held: deque[tuple[float, bytes]] = deque()
        self.held_bytes = 0
        self.is_ended = False
        self._timer: asyncio.TimerHandle | None = None

    def take(self, data: bytes) -> None:
        loop, mode = self.pipe.proxy._wires.loop, self.pipe.proxy.mode
        self.held.append((loop.time() + (mode.delay_s if self.name == "up" else 0.0), data))
        self.held_bytes += len(data)
        self.flow()
        if self.held_bytes > HELD_BYTES_MAX and self.source.transport is not None:
            self.source.transport.pause_reading()

    def flow(self) -> None:
        """Let through what the mode allows by now, and look again where something is left that time will free."""
        mode, target = self.pipe.proxy.mode, self.target.transport
        if target is None or (mode.holds_up if self.name == "up" else mode.holds_down):
            return
        loop = self.pipe.proxy._wires.loop
        allowance = mode.bytes_a_second * TICK_S if self.name == "down" and mode.bytes_a_second else float("inf")
        if allowance < float("inf") and self._timer is not None:
            return  # the next tick is due soon
        while self.held and allowance > 0 and (self.held[0][0] <= loop.time() or not mode.delay_s):
            due, data = self.held.popleft()
            now = data[: int(min(len(data), allowance))] or data[:1]
            later = data[len(now) :]
            target.write(now)
            allowance -= len(now)
            self.held_bytes -= len(now)
            if later:
                self.held.appendleft((due, later))
        if self.held and self._timer is None:
            self._timer = loop.call_later(TICK_S, self._tick)
        if self.held_bytes < HELD_BYTES_MAX // 2 and self.source.transport is not None and not self.target.is_full:
            self.source.transport.resume_reading()
        if not self.held and self.is_ended:
            self.pipe.close_after(self)

    def _tick(self) -> None:
        self._timer = None
        self.flow()


class _End(asyncio.Protocol):
    """One end of a connection. The client's begins the pipe."""

    def __init__(self, proxy: Proxy) -> None:
        self._proxy = proxy
        self.pipe: _Pipe | None = None
        self.transport: asyncio.Transport | None = None
        self.is_full = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        if self.pipe is None:
            self._proxy._join(self)

    def data_received(self, data: bytes) -> None:
        if self.pipe is not None:
            self.pipe.way_from(self).take(data)

    def eof_received(self) -> bool:
        if self.pipe is not None:
            way = self.pipe.way_from(self)
            way.is_ended = True
            way.flow()
        return True

    def pause_writing(self) -> None:
        self.is_full = True
        if (source := self._source()) is not None:
            source.pause_reading()

    def resume_writing(self) -> None:
        self.is_full = False
        if (source := self._source()) is not None:
            source.resume_reading()

    def connection_lost(self, why: Exception | None) -> None:
        if self.pipe is not None and self.pipe in self._proxy._pipes:
            self.pipe.reset()

    def _source(self) -> asyncio.Transport | None:
        if self.pipe is None:
            return None
        return (self.pipe.client if self is self.pipe.server else self.pipe.server).transport
