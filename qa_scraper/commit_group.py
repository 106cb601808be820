"""Pages that are committed together: one flush of the disk for many of them, and the crawl goes on meanwhile.

Each page stays whole: its records, the URLs that it shows and its own state are in the ledger together or not at all.
After a crash the pages of the last group are due again, as those are that were in hand; after a power cut those of the
group before as well, if it was not on the disk yet.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from typing import Final

from qa_scraper.flush import FlushThread
from qa_scraper.ledger import Ledger
from qa_scraper.ledger_values import CommitResult, PageOutcome

_MOST_PAGES: Final = 64
_LONGEST: Final = 0.25
"""Seconds that a page waits for others: what a crash costs is at most so much fetched anew."""


class CommitGroup:
    """The group that is open, if any. Needs a running event loop; all of one thread."""

    def __init__(self, ledger: Ledger, failed: Callable[[sqlite3.Error], None]) -> None:
        """*failed* is told of an error of the ledger while a group ends on its own."""
        self._ledger = ledger
        self._failed = failed
        self._pages = 0
        self._timer: asyncio.TimerHandle | None = None
        self._flush = FlushThread()

    def commit_page(self, outcome: PageOutcome, now: float) -> CommitResult:
        """Puts a page into the group. Raises sqlite3.Error where the ledger cannot be written.

        An *outcome* that says until when a host wants to be left alone ends the group at once: a crash must not undo
        that.
        """
        self._ledger.begin_group()
        result = self._ledger.commit_page(outcome, now)
        self._pages += 1
        if outcome.pause is not None:
            self.end()
        elif self._pages >= _MOST_PAGES:
            self._commit()
        elif self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(_LONGEST, self._end_by_itself)
        return result

    def end(self) -> None:
        """Ends the group: its pages are on the disk. Raises sqlite3.Error where the ledger cannot be written, from then
        on each time: what could not be flushed once may be lost, whatever a later flush says."""
        self._commit()
        self._wait()

    def close(self) -> None:
        """Ends the group, as ``end`` does; there will be no other."""
        try:
            self.end()
        finally:
            self._flush.close()

    def _commit(self) -> None:
        self._pages = 0
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._wait()  # a disk that is slower than the crawl holds it up; no more than one group is on its way
        if (log := self._ledger.end_group()) is not None:
            self._flush.begin(log)

    def _wait(self) -> None:
        try:
            self._flush.wait()
        except OSError as error:
            raise sqlite3.OperationalError(f"its log cannot be brought onto the disk: {error}") from error

    def _end_by_itself(self) -> None:
        try:
            self._commit()
        except sqlite3.Error as error:
            self._failed(error)
