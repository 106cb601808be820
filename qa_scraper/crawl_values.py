"""What a run holds in hand and what it tells: a page's lease, the counters, the summary."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from qa_scraper.ledger_values import DueUrl, FoundUrl, RunKind, StoredRecord
from qa_scraper.outcomes import Verdict
from qa_scraper.refresh import State


@dataclass(slots=True)
class Lease:
    """A page in hand: what is due, and what its fetch has given so far."""

    due: DueUrl
    redirects: int = 0
    verdict: Verdict | None = None
    http_status: int | None = None
    etag: str | None = None
    last_modified: str | None = None
    took: float | None = None
    size: int | None = None
    records: list[StoredRecord] = field(default_factory=list)
    found: list[FoundUrl] = field(default_factory=list)
    no_question: str = ""
    failure: str = ""
    waiting_for: int = 0
    is_sitemap: bool = False
    listed: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Progress:
    """Counters of the run so far; read by the progress display."""

    pages: int = 0
    added: int = 0
    changed: int = 0
    removed: int = 0
    unchanged: int = 0
    known_records: int = 0
    open: int = 0
    retries: int = 0
    given_up: int = 0
    states: Counter[State] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class RunSummary:
    """How a run ended. ``complete``: every URL that it could reach is stored or has a reason that leaves no gap.

    ``open``: URLs still to be fetched; ``next_due_at``: when the first of them may be, empty for at once;
    ``given_up``: URLs that failed for good in this run; the next one tries them once more.
    ``unchanged``: pages that were as before; ``rejected``: why the run was not published, empty where it was.
    """

    site: str
    run: int
    complete: bool
    stopped: str
    pages: int
    added: int
    changed: int
    removed: int
    unchanged: int
    records: int
    urls: dict[str, int]
    open: int
    gaps: list[tuple[str, str, str]]
    snapshot: str
    given_up: int = 0
    error: str = ""
    next_due_at: str = ""
    kind: RunKind = "crawl"
    rejected: tuple[str, ...] = ()
    rejected_files: str = ""
