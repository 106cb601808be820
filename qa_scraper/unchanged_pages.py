"""Pages of a run that need no reading. They are written together, so that they cost next to nothing."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Iterator
from typing import Final

from qa_scraper.clock import Clock
from qa_scraper.crawl_values import Progress
from qa_scraper.extraction import EXTRACTOR_VERSION
from qa_scraper.ledger import Ledger
from qa_scraper.ledger_values import UnchangedPage

_WRITTEN_TOGETHER: Final = 100
"""A killed run looks at so many again."""


class UnchangedPages:
    """What was found unchanged since it was last written down; iterates over the keys."""

    def __init__(
        self, ledger: Ledger, clock: Clock, progress: Progress, failed: Callable[[sqlite3.Error], None]
    ) -> None:
        """*progress* is kept; *failed* is told of an error of the ledger."""
        self._ledger = ledger
        self._clock = clock
        self._progress = progress
        self._failed = failed
        self._pages: dict[str, UnchangedPage] = {}

    def __iter__(self) -> Iterator[str]:
        return iter(self._pages)

    def __len__(self) -> int:
        return len(self._pages)

    def add(self, page: UnchangedPage) -> None:
        """Notes a page that was asked for."""
        self._pages[page.key] = page
        self._progress.pages += 1
        self._progress.open -= 1
        if len(self._pages) >= _WRITTEN_TOGETHER:
            self.write()

    def skip_listed(self, sitemap: str, run: int, started: float, leased: Collection[str]) -> None:
        """Takes pages of *sitemap* whose lastmod is as it was as looked at, but for those *leased*: they need no fetch.

        *run*, *started*: this one's number, and when it began.
        """
        try:
            as_before = self._ledger.pages.unchanged_by_lastmod(sitemap, EXTRACTOR_VERSION, run, started)
        except sqlite3.Error as error:
            self._failed(error)
            return
        for key in as_before:
            if key not in leased:
                self._pages[key] = UnchangedPage(key, self._clock.stamp())
                self._progress.open -= 1
        self.write()

    def write(self) -> None:
        """Writes down what was found unchanged since it was last done."""
        if not self._pages:
            return
        pages, self._pages = self._pages, {}
        self._progress.unchanged += len(pages)
        try:
            with self._ledger.transaction():
                self._ledger.pages.note_unchanged(pages.values(), self._clock.seconds())
        except sqlite3.Error as error:
            self._failed(error)
