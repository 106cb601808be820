"""SIGINT and SIGTERM, noted from the first moment of the process on and handed to whoever can end the work in order.

A crawl that is stopped while it still starts is a stopped crawl like any other: it publishes what it has.
"""

from __future__ import annotations

import atexit
import os
import signal
import sys
import time
from collections.abc import Callable
from types import FrameType
from typing import Final, Literal

_SHOW_CURSOR: Final = b"\x1b[?25h\n"  # a live display hides it
_ECHO: Final = 2.0
"""Seconds after the first signal in which others are echoes of it: systemd, containers and ``timeout`` signal the whole
group, and a schedule in it hands its own signal on to its runs."""


class StopRequests:
    """Tells signals apart: the first one, its echoes, and one that asks again because the end takes too long."""

    def __init__(self) -> None:
        self._first: float | None = None

    def heard(self) -> Literal["first", "echo", "again"]:
        """What the signal is that has just come."""
        now = time.monotonic()
        if self._first is None:
            self._first = now
            return "first"
        return "echo" if now - self._first < _ECHO else "again"


class Interrupts:
    """The first signal is noted and told to the listener; one that asks again ends the process at once."""

    def __init__(self) -> None:
        self._requests = StopRequests()
        self.received: int | None = None
        self._listener: Callable[[], object] | None = None

    def watch(self) -> None:
        """Takes the signals over from Python, which would end the process with a traceback or without a word."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._note)
        atexit.register(self._mind_no_more)

    def listen(self, listener: Callable[[], object]) -> None:
        """Has *listener* called, inside the signal handler, when a signal comes; at once if one has come already."""
        self._listener = listener
        if self.received is not None:
            listener()

    def release(self) -> None:
        """Gives the signals their usual meaning, for work that may be cut off anywhere; one that has come counts."""
        signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        if self.received is not None:
            os.kill(os.getpid(), self.received)

    def _mind_no_more(self) -> None:
        """The work is done: Python gives back what it took over and then tidies up, where a signal would still kill."""
        for number in (signal.SIGINT, signal.SIGTERM):
            if signal.getsignal(number) == self._note:
                signal.signal(number, signal.SIG_IGN)

    def _note(self, number: int, frame: FrameType | None) -> None:
        heard = self._requests.heard()
        if heard == "again":
            if sys.stderr.isatty():
                os.write(sys.stderr.fileno(), _SHOW_CURSOR)
            signal.signal(number, signal.SIG_DFL)
            os.kill(os.getpid(), number)
        elif heard == "first":
            self.received = number
            if self._listener is not None:
                self._listener()


INTERRUPTS: Final = Interrupts()
"""Those of this process."""
