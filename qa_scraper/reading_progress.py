"""How far a file is read: a bar on a terminal, a plain line every ten seconds where there is none."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

_STEP: Final = 2**18
"""Bytes after which the bar is told: told of each line, it would take longer than the reading."""
_LINE_SECONDS: Final = 10.0


@contextmanager
def shown_reading(label: str, size: int) -> Iterator[Callable[[int], None]]:
    """Shows on standard error how much of *size* bytes is read until the block ends; gives what is told of bytes."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield _plain(label, size)
        return
    columns = (TextColumn("[bold]{task.description}[/]"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    with Progress(*columns, TimeRemainingColumn(), console=console, transient=True) as progress:
        task = progress.add_task(escape(label), total=size or None)
        read = shown = 0

        def seen(count: int) -> None:
            nonlocal read, shown
            read += count
            if read >= size:  # what is left has no measure: an index, or a file of another kind
                progress.update(task, completed=read, description=f"{escape(label)} is read, finishing")
            elif read - shown >= _STEP:
                progress.update(task, completed=read)
                shown = read

        yield seen


def _plain(label: str, size: int) -> Callable[[int], None]:
    read, told_at = 0, time.monotonic()

    def seen(count: int) -> None:
        nonlocal read, told_at
        read += count
        now = time.monotonic()
        if now - told_at >= _LINE_SECONDS:
            told_at = now
            share = f" of {size / 1e6:,.0f} MB ({read / size:.0%})" if size else ""
            print(f"{label}: {read / 1e6:,.0f} MB{share} read", file=sys.stderr, flush=True)  # noqa: T201

    return seen
