"""What a person sees of a run: a live display on a terminal, plain lines elsewhere, a summary at the end."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Final

import orjson
from rich.console import Console
from rich.live import Live
from rich.markup import escape
from rich.table import Table

from qa_scraper.crawl_values import Progress, RunSummary
from qa_scraper.refresh import State

_LINE_SECONDS: Final = 10.0
_RATE_SECONDS: Final = 15.0  # longer than from one line to the next
_WORDS: Final = {
    State.STORED: "questions stored",
    State.NO_QUESTION: "no question on them (lists, articles)",
    State.MOVED: "redirect to another URL",
    State.GONE: "not there (404, 410)",
    State.DENIED: "forbidden by robots.txt",
    State.OFF_HOST: "on other hosts, not followed",
    State.SKIPPED: "skipped as the site declares",
    State.BARREN: "left alone, pages like them gave nothing new",
    State.LOST: "without the question they had, looked at again in a day",
    State.NEW: "not fetched yet",
    State.RETRY: "to be tried again",
    State.FAILED: "given up",
    State.HELD: "held, robots.txt unreadable",
}


class TerminalDisplay:
    """A live table on a terminal (standard error); a plain line every ten seconds where there is none."""

    def __init__(self, site: str) -> None:
        self.site = site
        self.console = Console(stderr=True)

    def warn(self, message: str) -> None:
        """Prints a line on standard error."""
        self.console.print(f"qa-scraper: {message}", soft_wrap=True, highlight=False, markup=False)

    @contextmanager
    def showing(self, progress: Callable[[], Progress | None]) -> Iterator[None]:
        """Shows what *progress* gives until the block ends."""
        meter = _Meter(progress)
        if self.console.is_terminal:
            with Live(
                get_renderable=lambda: self._table(meter),
                console=self.console,
                refresh_per_second=4,
                transient=True,
            ):
                yield
            return
        done = threading.Event()
        thread = threading.Thread(target=self._lines, args=(meter, done), daemon=True)
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()

    def _table(self, meter: _Meter) -> Table:
        now, rate = meter.read()
        table = Table.grid(padding=(0, 2))
        for _ in range(7):
            table.add_column(no_wrap=True)
        table.add_row(
            f"[bold]{escape(self.site)}[/]",
            f"{now.pages:,} pages",
            f"{now.known_records + now.added:,} records",
            f"{rate:,.1f} pages/s",
            f"{max(0, now.open):,} to go",
            f"{now.retries:,} retries",
            f"[{'red' if now.given_up else 'default'}]{now.given_up:,} given up[/]",
        )
        return table

    def _lines(self, meter: _Meter, done: threading.Event) -> None:
        while not done.wait(_LINE_SECONDS):
            now, rate = meter.read()
            print(  # noqa: T201
                f"{self.site}: {now.pages} pages, {now.known_records + now.added} records, {rate:.1f} pages/s,"
                f" {max(0, now.open)} to go, {now.retries} retries, {now.given_up} given up",
                file=sys.stderr,
                flush=True,
            )


class _Meter:
    """Reads the counters and works out the rate of the last few seconds."""

    def __init__(self, progress: Callable[[], Progress | None]) -> None:
        self._progress = progress
        self._last = Progress()
        self._marks: list[tuple[float, int]] = [(time.monotonic(), 0)]

    def read(self) -> tuple[Progress, float]:
        self._last = self._progress() or self._last
        now = time.monotonic()
        self._marks = [*(mark for mark in self._marks if mark[0] > now - _RATE_SECONDS), (now, self._last.pages)]
        began, pages = self._marks[0]
        elapsed = now - began
        return self._last, (self._last.pages - pages) / elapsed if elapsed > 0 else 0.0


def print_summary(summary: RunSummary, *, as_json: bool) -> None:
    """Prints how the run ended on standard output: a table and what to do next, or one JSON object."""
    if as_json:
        sys.stdout.write(orjson.dumps(asdict(summary)).decode() + "\n")
        return
    console = Console()
    table = Table(title=f"{summary.site}: run {summary.run}", title_justify="left", show_header=False)
    table.add_row("pages fetched", f"{summary.pages:,}")
    if summary.unchanged:
        table.add_row("pages unchanged", f"{summary.unchanged:,}")
    news = f"{summary.added:,} new, {summary.changed:,} changed, {summary.removed:,} removed"
    table.add_row("records published", f"{summary.records:,} ({'not published: ' if summary.rejected else ''}{news})")
    for state, count in summary.urls.items():
        table.add_row(f"URLs {_WORDS[State(state)]}", f"{count:,}")
    console.print(table)
    for line in next_steps(summary):
        console.print(line, soft_wrap=True, highlight=False, markup=False)


def next_steps(summary: RunSummary) -> list[str]:
    """What the run means for its user, and what to do next, one sentence a line."""
    lines = []
    if summary.error:
        return [f"Error: {summary.error}"]
    if summary.stopped:
        lines.append(f"Stopped by {summary.stopped}.")
    for key, state, reason in summary.gaps[:5]:
        if state != State.NEW:
            lines.append(f"  {state}: {key}{f' ({reason})' if reason else ''}")
    if summary.rejected:
        lines += [f"Not published: {why}." for why in summary.rejected]
        lines.append(
            f"{summary.snapshot} is as it was; what was found stands in {summary.rejected_files}. If it is right all"
            f" the same: qa-scraper publish {summary.site} --accept {summary.run}. Else the next run looks at it anew."
        )
    elif summary.complete:
        lines.append(f"Complete: {summary.snapshot}")
        if not summary.pages and summary.records:
            lines.append("Nothing was due: qa-scraper refresh looks at lists and sitemaps, with --all at every page.")
        if not summary.records:
            lines.append("No page held a question: check the start URL, and the layout with qa-scraper extract FILE.")
    else:
        lines.append(f"With gaps: {_gaps(summary)}. What there is stands in {summary.snapshot}")
        when = f" from {summary.next_due_at} on: the site asked for time" if summary.next_due_at else ""
        then = "to go on" if summary.open else "to try these once more" if summary.given_up else "once that is mended"
        lines.append(f"Run the same command again {then}{when}.")
    return lines


def _gaps(summary: RunSummary) -> str:
    counts = ((summary.open, "still to be fetched"), (summary.given_up, "given up"))
    told = [f"{count:,} {'URL is' if count == 1 else 'URLs are'} {what}" for count, what in counts if count]
    return ", ".join(told) or "a start URL led to no page"
