"""Where pages are read: in this process, or in worker processes beside it. Asynchronous, so that the loop goes on."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Final

from pydantic import ValidationError

from qa_scraper import garbage
from qa_scraper.reading import ReadPage
from qa_scraper.worker_process import WorkerEnded, WorkerProcess

_LARGE: Final = 64 * 1024  # bytes of a page from which on it may take half a second
_ENOUGH: Final = 8  # pages that a worker has in hand: it will not wait while this process is busy with one
_TOGETHER: Final = 16
_ANSWERED: Final = 8
_WAIT: Final = 0.003
"""Seconds that a page waits for others to take the next step with, while the caches hold what it needs.

``_TOGETHER`` small pages are read at once, ``_ANSWERED`` that workers have read are handed back at once. A crawl in
which many pages are in hand takes a tenth less of the processor; beside the pause of a polite one this is nothing.
"""
LONGEST_ROW: Final = 0.02
"""Seconds of such reading after which what else is there has its turn first."""
_DIED: Final = "the process that read the page came to an end: too little memory, or an error of the parser"
_CLOSED: Final = "the run ended before the page was read"
_TRIES: Final = 2  # of a page, another one may have brought its worker down; and to begin a worker


class WorkerDied(Exception):
    """The worker process that read a page came to an end, each time that it was tried; the page is given up."""


@dataclass(slots=True, eq=False)
class _Asked:
    """A page that somebody waits for. ``tries``: how many workers came to an end while they read it."""

    size: int
    page: Callable[[], ReadPage]
    found: asyncio.Future[ReadPage]
    tries: int = 0

    def read(self) -> None:
        """Reads the page in this process, if somebody still waits for it."""
        if self.found.done():
            return
        try:
            self.found.set_result(_read(self.page))
        except Exception as error:  # noqa: BLE001 - whatever it is, it is told to who asked
            self.found.set_exception(error)


def _read(page: Callable[[], ReadPage]) -> ReadPage:
    """What *page* gives. Raises what it raises, RuntimeError for a StopIteration, which no future takes."""
    try:
        with garbage.put_off():
            return page()
    except StopIteration as error:
        raise RuntimeError(f"{page} raised StopIteration") from error


class Readers:
    """Reads pages. With one process: small ones several in a row, large ones in a thread, one at a time, so that memory
    holds one tree.

    With workers this process reads what they cannot keep up with, once it has nothing else to do: no large pages, and
    none that a worker came to an end with.
    """

    def __init__(self, processes: int) -> None:
        """*processes*: all there are for a run, this one included; from 2 on the others do nothing but read."""
        self._others = max(0, processes - 1)
        self._workers: list[WorkerProcess] = []
        self._asked: deque[_Asked] = deque()
        self._beginning: asyncio.Task[None] | None = None
        self._failed_begins = 0  # in a row
        self._helping: asyncio.Task[None] | None = None
        self._thread: ThreadPoolExecutor | None = None
        self._answered: list[tuple[_Asked, ReadPage]] = []
        self._next_step: asyncio.Handle | None = None
        self._closed = False

    def begin(self) -> None:
        """Begins the workers ahead of the first page: they take half a second to start. Needs a running loop."""
        if self._others and self._beginning is None:
            self._beginning = asyncio.get_running_loop().create_task(self._begin_workers())

    async def read(self, size: int, page: Callable[[], ReadPage]) -> ReadPage:
        """What *page* gives, a page of *size* bytes; it can be pickled.

        Raises WorkerDied, OSError where no process can be begun or none lives until it can read, or what *page* raises.
        """
        if not self._others and size > _LARGE:
            return await self._in_thread(page)
        asked = _Asked(size, page, asyncio.get_running_loop().create_future())
        self._asked.append(asked)
        if self._others or self._closed:
            self._hand_out()
        else:
            self._together(self._read_together, is_enough=len(self._asked) == _TOGETHER)
        return await asked.found

    def _together(self, step: Callable[[], None], *, is_enough: bool) -> None:
        """Takes the next *step* in ``_WAIT`` seconds from the first page that waits for it, or now if they are enough.

        A run takes always the same one: it has workers or it has none.
        """
        loop = asyncio.get_running_loop()
        if self._next_step is None:
            self._next_step = loop.call_later(_WAIT, step)
        elif is_enough:
            self._next_step.cancel()
            self._next_step = loop.call_soon(step)

    def _read_together(self) -> None:
        self._next_step = None
        loop = asyncio.get_running_loop()
        until = loop.time() + LONGEST_ROW
        while self._asked:
            if loop.time() > until:
                self._next_step = loop.call_soon(self._read_together)
                return
            self._asked.popleft().read()

    def _hand_back(self) -> None:
        self._next_step = None
        for asked, read in self._answered:
            if not asked.found.done():  # else nobody waits any more
                asked.found.set_result(read)
        self._answered.clear()

    async def _in_thread(self, page: Callable[[], ReadPage]) -> ReadPage:
        if self._thread is None:
            self._thread = ThreadPoolExecutor(1, "large-page")
        return await asyncio.get_running_loop().run_in_executor(self._thread, _read, page)

    def _hand_out(self) -> None:
        """Gives pages to the workers that have least to do, begins those that are missing, helps with what is left."""
        if self._closed:
            self._give_up(WorkerDied(_CLOSED))
        self._workers = [worker for worker in self._workers if not worker.ended]
        while self._asked and self._workers:
            worker = min(self._workers, key=lambda worker: worker.waiting)
            if worker.waiting >= _ENOUGH:
                break
            asked = self._asked.popleft()
            if not asked.found.done():  # else nobody waits any more
                worker.read(asked.page, partial(self._answer, asked))
        if not self._asked:
            return
        loop = asyncio.get_running_loop()
        if len(self._workers) < self._others and (self._beginning is None or self._beginning.done()):
            self._beginning = loop.create_task(self._begin_workers())
        if self._helping is None or self._helping.done():
            self._helping = loop.create_task(self._help())

    def _answer(self, asked: _Asked, answered: ReadPage | Exception) -> None:
        if asked.found.done():
            pass
        elif isinstance(answered, WorkerEnded):
            asked.tries += answered.was_reading
            if asked.tries < _TRIES:
                self._asked.appendleft(asked)
            else:
                asked.found.set_exception(WorkerDied(_DIED))
        elif isinstance(answered, ValidationError):
            asked.read()  # a record that fits no schema is judged in the pipelines, wherever it was read
        elif isinstance(answered, Exception):
            asked.found.set_exception(answered)
        else:
            self._answered.append((asked, answered))
            self._together(self._hand_back, is_enough=len(self._answered) == _ANSWERED)
        self._hand_out()

    async def _begin_workers(self) -> None:
        missing = self._others - len(self._workers)
        begun = await asyncio.gather(*(self._begin_worker() for _ in range(missing)), return_exceptions=True)
        error = next((error for error in begun if isinstance(error, Exception)), None)
        self._failed_begins = self._failed_begins + 1 if error is not None else 0
        if error is None or self._failed_begins < _TRIES:
            asyncio.get_running_loop().call_soon(self._hand_out)  # one may have come to an end already
        elif all(worker.ended for worker in self._workers):
            self._give_up(error)

    async def _begin_worker(self) -> None:
        worker = await WorkerProcess.begin()
        self._workers.append(worker)  # the list may be another one by now
        self._hand_out()

    async def _help(self) -> None:
        while True:
            await asyncio.sleep(0)  # what has come in meanwhile goes first, answers of the workers too
            asked = next((asked for asked in self._asked if asked.size <= _LARGE and not asked.tries), None)
            if asked is None:
                return
            self._asked.remove(asked)
            asked.read()

    def _give_up(self, error: Exception) -> None:
        for asked in self._asked:
            if not asked.found.done():
                asked.found.set_exception(error)
        self._asked.clear()

    def close(self) -> None:
        """Ends the workers, whatever they read."""
        self._closed = True
        for task in (self._beginning, self._helping):
            if task is not None:
                task.cancel()
        if self._next_step is not None:
            self._next_step.cancel()
        self._hand_back()
        self._give_up(WorkerDied(_CLOSED))
        for worker in self._workers:
            worker.close()
        if self._thread is not None:
            self._thread.shutdown(wait=False, cancel_futures=True)
