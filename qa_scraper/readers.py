"""Where pages are read: in this process, or in worker processes beside it. Asynchronous, so that the loop goes on."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from qa_scraper.reading import ReadPage
from qa_scraper.worker_process import WorkerEnded, WorkerProcess

_LARGE: Final = 64 * 1024  # bytes of a page from which on it may take half a second
_ENOUGH: Final = 3  # pages that a worker has in hand, from which on it will not wait while this process reads one
_TRIES: Final = 2  # of a page: another one may have brought its worker down


class WorkerDied(Exception):
    """The worker process that read a page came to an end, each time that it was tried; the page is given up."""


class Readers:
    """Reads pages. With one process: large ones in a thread, one at a time, so that memory holds one tree.

    With workers this process reads what they cannot keep up with, so that none of them waits for the other.
    """

    def __init__(self, processes: int) -> None:
        """*processes*: all there are for a run, this one included; from 2 on the others do nothing but read."""
        self._others = max(0, processes - 1)
        self._workers: list[WorkerProcess] = []
        self._beginning = asyncio.Lock()
        self._thread: ThreadPoolExecutor | None = None

    async def read(self, size: int, page: Callable[[], ReadPage]) -> ReadPage:
        """What *page* gives, a page of *size* bytes; it can be pickled. Raises WorkerDied, or what *page* raises."""
        if not self._others:
            return page() if size <= _LARGE else await self._in_thread(page)
        for _ in range(_TRIES):
            worker = await self._worker()
            if worker.waiting >= _ENOUGH and size <= _LARGE:
                return page()
            try:
                return await worker.read(page)
            except WorkerEnded:
                continue  # the next try gets a new one
        raise WorkerDied("the process that read the page came to an end: too little memory, or an error of the parser")

    async def _in_thread(self, page: Callable[[], ReadPage]) -> ReadPage:
        if self._thread is None:
            self._thread = ThreadPoolExecutor(1, "large-page")
        return await asyncio.get_running_loop().run_in_executor(self._thread, page)

    async def _worker(self) -> WorkerProcess:
        """The worker that has least to do; those that have ended are replaced."""
        async with self._beginning:
            self._workers = [worker for worker in self._workers if not worker.ended]
            while len(self._workers) < self._others:
                self._workers.append(await WorkerProcess.begin())
        return min(self._workers, key=lambda worker: worker.waiting)

    def close(self) -> None:
        """Ends the workers, whatever they read."""
        for worker in self._workers:
            worker.close()
        if self._thread is not None:
            self._thread.shutdown(wait=False, cancel_futures=True)
