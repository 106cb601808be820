"""What a site's ledger tells of its crawl: runs, failures, the slowest and the largest pages. Nothing is locked."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from qa_scraper.gate import Sighting
from qa_scraper.ledger_format import LEDGER
from qa_scraper.ledger_reader import LedgerReader, read_ledger
from qa_scraper.status import RunLine, runs_of

_PAGES_NAMED: Final = 10


@dataclass(frozen=True, slots=True)
class CrawlHistory:
    """The crawl of a site. ``runs``: oldest first; ``states``: URLs by state; ``failing``: by reason, most first.

    ``slowest``: canonical URLs with the seconds until their answers began; ``largest``: with the bytes of their
    bodies; both as of the last time that each page was read, empty where no run has measured it yet.
    """

    runs: tuple[RunLine, ...] = ()
    states: tuple[tuple[str, int], ...] = ()
    failing: tuple[Sighting, ...] = ()
    slowest: tuple[tuple[str, float], ...] = ()
    largest: tuple[tuple[str, int], ...] = ()


def crawl_history(folder: Path) -> CrawlHistory:
    """What the ledger in the output *folder* of a site tells. Raises LedgerError where it cannot be read."""
    runs = tuple(reversed(runs_of(folder, 0)))

    def look(ledger: LedgerReader) -> CrawlHistory:
        slowest, largest = ledger.slowest(_PAGES_NAMED), ledger.largest(_PAGES_NAMED)
        return CrawlHistory(runs, ledger.states(), ledger.failing(), slowest, largest)

    return read_ledger(folder / LEDGER, look) or CrawlHistory()
