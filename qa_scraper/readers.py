"""Where pages are read: in this process, or in worker processes beside it. Asynchronous, so that the loop goes on."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Executor, ProcessPoolExecutor, ThreadPoolExecutor
from typing import Final

from qa_scraper.reading import ReadPage

_LARGE: Final = 64 * 1024  # bytes of a page from which on it may take half a second
_TRIES: Final = 2  # of a page: another one may have brought its worker down


class WorkerDied(Exception):
    """The worker process that read a page came to an end, each time that it was tried; the page is given up."""


class Readers:
    """Reads pages. With one process: large ones in a thread, one at a time, so that memory holds one tree."""

    def __init__(self, processes: int) -> None:
        """*processes*: all there are for a run, this one included; from 2 on the others do nothing but read."""
        self._others = max(0, processes - 1)
        self._executor: Executor | None = None

    async def read(self, size: int, page: Callable[[], ReadPage]) -> ReadPage:
        """What *page* gives, a page of *size* bytes; it can be pickled. Raises WorkerDied, or what *page* raises."""
        if not self._others:
            return page() if size <= _LARGE else await self._run(page)
        for _ in range(_TRIES):
            executor = self._executor
            try:
                return await self._run(page)
            except BrokenExecutor:
                if executor is self._executor:
                    self._executor = None  # the next page gets new workers
        raise WorkerDied("the process that read the page came to an end: too little memory, or an error of the parser")

    async def _run(self, page: Callable[[], ReadPage]) -> ReadPage:
        if self._executor is None:
            self._executor = self._workers() if self._others else ThreadPoolExecutor(1, "large-page")
        return await asyncio.get_running_loop().run_in_executor(self._executor, page)

    def _workers(self) -> Executor:
        # Not forked: this process has threads, and a loop that a child must not share.
        return ProcessPoolExecutor(self._others, multiprocessing.get_context("spawn"), _begin_worker)

    def close(self) -> None:
        """Ends the workers, whatever they read."""
        if self._executor is not None:
            self._executor.shutdown(wait=False, cancel_futures=True)


def _begin_worker() -> None:
    """A worker ends with the process that began it, however that ends, and not before: Ctrl-C reaches it as well."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
