"""The ways in which a faulty site answers wrong: which page is struck by what, and how each fault looks on the wire."""

from __future__ import annotations

import math
import random
import socket
import struct
import sys
import threading
import time
from dataclasses import dataclass
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

KINDS = ("server_error", "too_many", "cut", "reset", "cut_chunks", "cut_close", "slow_headers", "slow_body")
"""Shares in ``Faults``, in the order in which they are drawn."""
BROKEN = frozenset(KINDS) - {"server_error", "too_many"}
"""Kinds whose status says 200 but whose body never comes whole."""


@dataclass(frozen=True)
class Faults:
    """Which share of the first *times* requests to each address fails, by kind, and how.

    ``retry_after``: seconds that a 429 asks for, as an HTTP date if ``retry_date``; ``stall``: seconds that a slow
    answer stands still; ``burst``: numbers (from 1) of the first and last request that all meet ``burst_fault``,
    whatever they ask for; (0, 0): none.
    """

    server_error: float = 0.0
    too_many: float = 0.0
    cut: float = 0.0
    reset: float = 0.0
    cut_chunks: float = 0.0
    cut_close: float = 0.0
    slow_headers: float = 0.0
    slow_body: float = 0.0
    retry_after: int = 1
    retry_date: bool = False
    stall: float = 3.0
    burst: tuple[int, int] = (0, 0)
    burst_fault: str = "server_error"
    times: int = 1

    def strikes(self, seed: object, path: str, count: int, number: int) -> str | None:
        """The kind of fault that the *count*-th request to *path* meets, which is the *number*-th of all."""
        if self.burst[0] <= number <= self.burst[1]:
            return self.burst_fault
        if count > self.times:
            return None
        draw = random.Random(f"{seed}{path}").random()
        for kind in KINDS:
            draw -= getattr(self, kind)
            if draw < 0:
                return kind
        return None

    def retry_after_header(self) -> tuple[str, float]:
        """The value of a Retry-After header sent now, and how many seconds from now on it asks for."""
        if not self.retry_date:
            return str(self.retry_after), float(self.retry_after)
        now = time.time()
        until = math.ceil(now + self.retry_after)
        return formatdate(until, usegmt=True), until - now


class QuietServer(ThreadingHTTPServer):
    """Says nothing of clients that are killed, and takes many connections at once."""

    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, request: object, client_address: object) -> None:
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


def send_whole(
    handler: BaseHTTPRequestHandler, status: int, body: bytes, kind: str, headers: dict[str, str] | None = None
) -> None:
    """An answer with nothing wrong. *kind*: its Content-Type."""
    handler.send_response(status)
    handler.send_header("Content-Type", kind)
    handler.send_header("Content-Length", str(len(body)))
    for name, value in (headers or {}).items():
        handler.send_header(name, value)
    handler.end_headers()
    handler.wfile.write(body)


def send_broken(handler: BaseHTTPRequestHandler, fault: str, body: bytes, stall: float, over: threading.Event) -> None:
    """Begins to answer with *body* and breaks off as *fault* (one of ``BROKEN``) says; *over* ends a stall early."""
    handler.close_connection = True
    part = body[: len(body) // 2]
    if fault == "slow_headers":
        over.wait(stall)
        return
    if fault == "cut_close":
        handler.protocol_version = "HTTP/1.0"
    handler.send_response(200)
    handler.send_header("Content-Type", "text/html; charset=utf-8")
    if fault == "cut_chunks":
        handler.send_header("Transfer-Encoding", "chunked")
        part = b"%x\r\n%s\r\n" % (len(part), part)
    elif fault != "cut_close":
        handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    if fault == "reset":
        _reset(handler)
        return
    handler.wfile.write(part)
    if fault == "slow_body":
        over.wait(stall)


def _reset(handler: BaseHTTPRequestHandler) -> None:
    """Closes the connection so that the other end gets RST, not FIN."""
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.rfile.close()
    handler.connection.close()
