"""gunicorn's worker with threads, and what stands before its threads."""

import struct
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from functools import partial
from selectors import EVENT_READ
from socket import MSG_DONTWAIT, SHUT_WR, SO_RCVTIMEO, SO_SNDTIMEO, SOL_SOCKET
from time import monotonic
from typing import Any

from gunicorn.workers.gthread import ThreadWorker

from shared.http.admission import Gate

STALLED_MAX_S = 20
"""For how long a caller may send nothing of a body that a thread reads, or take nothing of an answer."""
LINGER_S = 2.0
"""For how long a caller may keep its half of a connection open that we closed."""
HEAD_ENDS = b"\r\n\r\n"
HEAD_MAX = 16 * 1024
"""A longer head is a thread's, which refuses it."""


class WebWorker(ThreadWorker):  # type: ignore[misc]
    """gunicorn's worker with threads, where no caller's slowness holds up another.

    - A request's head is read before a thread is taken: as many callers as there are threads, each saying half a line,
      would keep everybody out.
    - Where all places are taken, the gate answers on kept connections before a thread is taken.
    - A connection that ends is waited for beside the others: gunicorn waits for two seconds with its only main thread.
    - The address closes as soon as the worker is to end: it would stay open for the whole grace, and callers would
      hang there unheard. Who had come already is served.
    """

    def load_wsgi(self) -> None:
        super().load_wsgi()
        self.gate: Gate = self.wsgi.extensions["gate"]
        self.handed_over = 0
        for listener in self.sockets:  # and so for every connection that it accepts
            for way in SO_RCVTIMEO, SO_SNDTIMEO:
                listener.setsockopt(SOL_SOCKET, way, struct.pack("ll", STALLED_MAX_S, 0))

    def enqueue_req(self, conn: Any) -> None:
        if conn.initialized:  # more may have come together with the request before
            _head(conn).extend(conn.parser.unreader.take_buffered())
        if _is_head_here(conn):
            self._hand_over(conn)
            return
        due_s = vars(conn).setdefault("head_due_s", monotonic() + self.cfg.keepalive)
        if monotonic() < due_s:
            self._wait(conn, self.on_pending_socket_readable, until_s=due_s)
        else:
            self._close(conn)

    def _hand_over(self, conn: Any) -> None:
        if not _head(conn):  # its caller is gone
            self._close(conn)
            return
        vars(conn).pop("head_due_s", None)
        conn.init()
        conn.parser.unreader.unread(bytes(_head(conn)))
        _head(conn).clear()
        self.handed_over += 1
        super().enqueue_req(conn)

    def on_client_socket_readable(self, conn: Any, client: Any) -> None:
        is_full = self.handed_over >= self.gate.open_to and self.alive
        if not (is_full and self._refused(conn)):
            super().on_client_socket_readable(conn, client)

    def _refused(self, conn: Any) -> bool:
        """Whether the gate answered. The connection stays at the poller: each call to the kernel lets a thread have the
        interpreter first."""
        refusal = self.gate.answer(bytes(_head(conn))) if _is_head_here(conn) else None
        if refusal is None:
            return False
        _head(conn).clear()
        self.keepalived_conns.remove(conn)
        with suppress(OSError):
            if conn.sock.send(refusal, MSG_DONTWAIT) == len(refusal):
                conn.set_timeout()
                self.keepalived_conns.append(conn)
                return True
        self.poller.unregister(conn.sock)
        self._close(conn)
        return True

    def finish_request(self, conn: Any, done: "Future[bool]") -> None:
        self.handed_over -= 1
        if done.cancelled() or done.exception() or done.result():
            super().finish_request(conn, done)
            return
        try:
            conn.sock.shutdown(SHUT_WR)  # and not at once both ways: that may take an answer's end away (RFC 9112, 9.6)
            self._wait(conn, self._hear_out, until_s=monotonic() + LINGER_S)
        except OSError:
            self._close(conn)

    def _hear_out(self, conn: Any, _: object) -> None:
        with suppress(BlockingIOError):
            try:
                if conn.sock.recv(HEAD_MAX, MSG_DONTWAIT):
                    return
            except ConnectionError:
                pass
            self.poller.unregister(conn.sock)
            self.pending_conns.remove(conn)
            self._close(conn)

    def _wait(self, conn: Any, go_on: Callable[[Any, Any], None], *, until_s: float) -> None:
        """Have the connection looked at when its caller says something, and closed where that does not come."""
        conn.timeout = until_s
        self.pending_conns.append(conn)
        self.poller.register(conn.sock, EVENT_READ, partial(go_on, conn))

    def _close(self, conn: Any) -> None:
        self.nr_conns -= 1
        conn.close()

    def set_accept_enabled(self, enabled: bool) -> None:
        super().set_accept_enabled(enabled)
        if self.alive or enabled:
            return
        for listener in self.sockets:
            for _ in range(self.worker_connections):
                before = self.nr_conns
                self.accept(listener)
                if self.nr_conns == before:
                    break
            listener.close()


def _head(conn: Any) -> bytearray:
    """What came of the connection's next request."""
    head: bytearray = vars(conn).setdefault("head", bytearray())
    return head


def _is_head_here(conn: Any) -> bool:
    """Whether the head of the connection's next request is here, or as much of it as there will be."""
    head = _head(conn)
    try:
        while HEAD_ENDS not in head and len(head) < HEAD_MAX and (got := conn.sock.recv(HEAD_MAX, MSG_DONTWAIT)):
            head += got
    except BlockingIOError:
        return False
    except OSError:
        pass  # a thread finds it out
    return True
