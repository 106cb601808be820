"""A process that reads pages beside the crawl. It is asked and answers over one socket, without a thread in between."""

from __future__ import annotations

import asyncio
import atexit
import multiprocessing
import os
import pickle
import signal
import socket
import struct
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from io import BufferedRWPair
from multiprocessing import resource_tracker
from typing import Final, Self, cast

from qa_scraper import garbage
from qa_scraper.reading import PackedPage, ReadPage

_LENGTH: Final = struct.Struct("!I")
_LEFT_TO_PARENT: Final = frozenset((signal.SIGINT, signal.SIGTERM))
Answered = Callable[[ReadPage | Exception], object]
"""Who asked for a page: is told what it gave, once. Called from the loop; it may ask for the next one."""


class WorkerEnded(Exception):
    """The process came to an end before it had read the page. ``was_reading``: it had begun, else others came first."""

    def __init__(self, *, was_reading: bool) -> None:
        super().__init__("the process that reads pages came to an end")
        self.was_reading = was_reading


class WorkerProcess(asyncio.Protocol):
    """One process; it reads pages in the order in which they are given. All of one thread, with a running event loop.

    ``ended``: whether it can take no more; ``waiting``: how many pages it has in hand.
    """

    def __init__(self, process: multiprocessing.process.BaseProcess) -> None:
        self.ended = False
        self._begun = asyncio.Event()  # set once it can read, or has ended
        self._process = process
        self._loop = asyncio.get_running_loop()
        self._asked: deque[Answered] = deque()
        self._received = bytearray()
        atexit.register(self.close)  # ahead of multiprocessing, which would wait for it

    @classmethod
    async def begin(cls) -> Self:
        """Starts a process, and waits until it can read: it takes half a second.

        Raises OSError where there can be no more, or it came to an end before it could.
        """
        ours, theirs = socket.socketpair()
        # Not forked: this process has threads, and a loop that a child must not share.
        process = multiprocessing.get_context("spawn").Process(target=_read_pages, args=(theirs,), daemon=True)
        with _held_back(_LEFT_TO_PARENT):
            process.start()
        theirs.close()
        worker = cls(process)
        try:
            await asyncio.get_running_loop().create_connection(lambda: worker, sock=ours)
            await worker._begun.wait()
        except BaseException:
            worker.close()
            raise
        if worker.ended:
            worker.close()
            raise OSError("the process that reads pages came to an end before it could read: too little memory?")
        return worker

    @property
    def waiting(self) -> int:
        """How many pages it has in hand."""
        return len(self._asked)

    def read(self, page: Callable[[], ReadPage], answered: Answered) -> None:
        """Has *page* read, which can be pickled. *answered* is told what it gives, or raises; or WorkerEnded."""
        if self.ended:
            self._loop.call_soon(answered, WorkerEnded(was_reading=False))
            return
        try:
            message = pickle.dumps(page, pickle.HIGHEST_PROTOCOL)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is told to who asked
            self._loop.call_soon(answered, error)
            return
        self._asked.append(answered)
        self._transport.writelines((_LENGTH.pack(len(message)), message))

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called by asyncio once the process can be asked."""
        self._transport = cast("asyncio.WriteTransport", transport)  # uvloop's is none by its class

    def data_received(self, data: bytes) -> None:
        """Called by asyncio with a part of what the process answers."""
        self._received += data
        begin = 0
        while len(self._received) >= (message := begin + _LENGTH.size):
            (length,) = _LENGTH.unpack_from(self._received, begin)
            if len(self._received) < message + length:
                break
            begin = message + length
            if length:
                self._take(*pickle.loads(self._received[message:begin]))
            else:
                self._begun.set()
        del self._received[:begin]

    def _take(self, found: PackedPage, error: Exception | None) -> None:
        answered = self._asked.popleft()
        if error is not None:
            answered(error)
            return
        try:
            page: ReadPage | Exception = ReadPage.unpacked(found)
        except Exception as invalid:  # noqa: BLE001 - whatever it is, it is told to who asked
            page = invalid
        answered(page)

    def connection_lost(self, exc: Exception | None) -> None:
        """Called by asyncio when the process is no more: those who wait are told."""
        self.ended = True
        self._begun.set()
        for at, answered in enumerate(self._asked):
            self._loop.call_soon(answered, WorkerEnded(was_reading=at == 0))

    def close(self) -> None:
        """Ends the process, whatever it reads. Harmless when it has ended already."""
        self.ended = True
        self._process.kill()
        atexit.unregister(self.close)


def _read_pages(asked: socket.socket) -> None:
    """The process: it ends with the one that began it, however that ends, and not before: Ctrl-C reaches it as well."""
    for number in _LEFT_TO_PARENT:
        signal.signal(number, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    garbage.spare_what_is_loaded()
    # Who is no more needs no answer, and the process ends.
    with suppress(BrokenPipeError, ConnectionResetError), asked, asked.makefile("rwb") as stream:
        _send(stream, b"")  # it can be asked from now on
        while length := stream.read(_LENGTH.size):
            _answer(stream, pickle.loads(stream.read(*_LENGTH.unpack(length))))


@contextmanager
def _held_back(numbers: frozenset[signal.Signals]) -> Iterator[None]:
    """These signals wait until the block ends; in a process that is begun in it until it says what it does with them.

    Until then Ctrl-C would end it with a traceback.
    """
    if sys.platform == "win32":
        yield
        return
    resource_tracker.ensure_running()  # begun in the block, it would let the signals through again
    before = signal.pthread_sigmask(signal.SIG_BLOCK, numbers)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _answer(stream: BufferedRWPair, page: Callable[[], ReadPage]) -> None:
    try:
        with garbage.put_off():
            read = page().packed()
        message = pickle.dumps((read, None), pickle.HIGHEST_PROTOCOL)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is told to who asked
        message = pickle.dumps((None, RuntimeError(f"{type(error).__name__}: {error}")), pickle.HIGHEST_PROTOCOL)
    _send(stream, message)


def _send(stream: BufferedRWPair, message: bytes) -> None:
    stream.write(_LENGTH.pack(len(message)))
    stream.write(message)
    stream.flush()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
