"""What was written is brought onto the disk by a thread of its own, while the one that wrote it goes on."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Final

_flush: Final[Callable[[int], None]] = getattr(os, "fdatasync", os.fsync)  # the former is not everywhere


def flush_file(path: Path) -> None:
    """Returns when what was written to the file *path*, by whomever, is on the disk. Raises OSError."""
    file = os.open(path, os.O_RDWR)  # not read-only: Windows flushes what can be written
    try:
        _flush(file)
    finally:
        os.close(file)


def flush_folder(path: Path) -> None:
    """Returns when what was renamed in the folder *path* is so on the disk. Raises OSError."""
    folder = os.open(path, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


class FlushThread:
    """Flushes files one after the other, in a thread of its own.

    What could not be is told by each ``wait`` from then on, and by nobody else: a file that is opened after that looks
    well to the system.
    """

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, "flush")
        self._begun: list[Future[None]] = []

    def begin(self, path: Path) -> None:
        """Flushes the file *path* when those are that were begun before."""
        self._begun.append(self._thread.submit(flush_file, path))

    def wait(self) -> None:
        """Returns when all that was begun is on the disk. Raises OSError of the first that is not."""
        for flushed in self._begun:
            flushed.result()
        self._begun.clear()

    def close(self) -> None:
        """Ends the thread; what was begun is finished first. Harmless when done already."""
        self._thread.shutdown()

    def __enter__(self) -> FlushThread:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()
