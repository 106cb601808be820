"""Where pages are read: in this process, or in worker processes beside it. Asynchronous, so that the loop goes on."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Final

from qa_scraper.reading import ReadPage
from qa_scraper.worker_process import WorkerEnded, WorkerProcess

_LARGE: Final = 64 * 1024  # bytes of a page from which on it may take half a second
_ENOUGH: Final = 8  # pages that a worker has in hand: it will not wait while this process is busy with one
_TRIES: Final = 2  # of a page: another one may have brought its worker down


class WorkerDied(Exception):
    """The worker process that read a page came to an end, each time that it was tried; the page is given up."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """A page that somebody waits for."""

    size: int
    page: Callable[[], ReadPage]
    found: asyncio.Future[ReadPage]


class Readers:
    """Reads pages. With one process: large ones in a thread, one at a time, so that memory holds one tree.

    With workers this process reads what they cannot keep up with, once it has nothing else to do.
    """

    def __init__(self, processes: int) -> None:
        """*processes*: all there are for a run, this one included; from 2 on the others do nothing but read."""
        self._others = max(0, processes - 1)
        self._workers: list[WorkerProcess] = []
        self._beginning = asyncio.Lock()
        self._asked: deque[_Asked] = deque()
        self._helping: asyncio.Task[None] | None = None
        self._thread: ThreadPoolExecutor | None = None

    async def read(self, size: int, page: Callable[[], ReadPage]) -> ReadPage:
        """What *page* gives, a page of *size* bytes; it can be pickled. Raises WorkerDied, or what *page* raises."""
        if not self._others:
            return page() if size <= _LARGE else await self._in_thread(page)
        for _ in range(_TRIES):
            await self._begin_workers()
            asked = _Asked(size, page, asyncio.get_running_loop().create_future())
            self._asked.append(asked)
            self._hand_out()
            try:
                return await asked.found
            except WorkerEnded:
                continue  # the next try gets a new one
        raise WorkerDied("the process that read the page came to an end: too little memory, or an error of the parser")

    async def _in_thread(self, page: Callable[[], ReadPage]) -> ReadPage:
        if self._thread is None:
            self._thread = ThreadPoolExecutor(1, "large-page")
        return await asyncio.get_running_loop().run_in_executor(self._thread, page)

    async def _begin_workers(self) -> None:
        """Begins those that there are to be; those that have ended are replaced."""
        async with self._beginning:
            self._workers = [worker for worker in self._workers if not worker.ended]
            while len(self._workers) < self._others:
                self._workers.append(await WorkerProcess.begin())

    def _hand_out(self) -> None:
        """Gives pages to the workers that have least to do; where all have enough, this process helps."""
        while self._asked:
            worker = min(self._workers, key=lambda worker: worker.waiting)
            if worker.ended or worker.waiting >= _ENOUGH:
                break
            asked = self._asked.popleft()
            worker.read(asked.page).add_done_callback(partial(self._answer, asked.found))
        if self._asked and (self._helping is None or self._helping.done()):
            self._helping = asyncio.get_running_loop().create_task(self._help())

    def _answer(self, found: asyncio.Future[ReadPage], answered: asyncio.Future[ReadPage]) -> None:
        error = answered.exception()
        if found.done():  # nobody waits any more
            pass
        elif error is not None:
            found.set_exception(error)
        else:
            found.set_result(answered.result())
        self._hand_out()

    async def _help(self) -> None:
        while True:
            await asyncio.sleep(0)  # what has come in meanwhile goes first, answers of the workers too
            asked = next((asked for asked in self._asked if asked.size <= _LARGE), None)
            if asked is None:
                return
            self._asked.remove(asked)
            try:
                read = asked.page()
            except Exception as error:  # noqa: BLE001 - whatever it is, it is told to who asked
                asked.found.set_exception(error)
            else:
                asked.found.set_result(read)

    def close(self) -> None:
        """Ends the workers, whatever they read."""
        if self._helping is not None:
            self._helping.cancel()
        for worker in self._workers:
            worker.close()
        if self._thread is not None:
            self._thread.shutdown(wait=False, cancel_futures=True)
