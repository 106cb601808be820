"""What a run holds in hand and what it tells: a page's lease, the counters, the summary."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from qa_scraper.extraction import EXTRACTOR_VERSION
from qa_scraper.ledger_values import DueUrl, FoundUrl, PageOutcome, RunKind, StoredRecord
from qa_scraper.outcomes import Ended, Verdict, Whole
from qa_scraper.refresh import Fate, State


@dataclass(slots=True)
class Lease:
    """A page in hand: what is due, and what its fetch has given so far.

    ``valid``: records of it that are known to fit the schema, as JSON, with their signatures
    (``near_duplicates.signature_of``).
    """

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
    valid: dict[bytes, bytes] = field(default_factory=dict)
    is_sitemap: bool = False
    listed: list[str] = field(default_factory=list)


def outcome_of(
    lease: Lease, fate: Fate, judged: Whole | Ended | None, moved_to: str | None, checked_at: str
) -> PageOutcome:
    """What the ledger is told of a page in hand that came to its *fate*; *judged*: as what its response was taken."""
    is_read = isinstance(judged, Whole)
    pause_until = judged.pause_until if isinstance(judged, Ended) else None
    return PageOutcome(
        key=lease.due.key,
        state=fate.state,
        reason=fate.reason,
        checked_at=checked_at,
        due_at=fate.due_at,
        tries=lease.due.tries + 1 if fate.state == State.RETRY else 0,
        http_status=lease.http_status,
        etag=lease.etag,
        last_modified=lease.last_modified,
        body_hash=judged.body_hash if judged else None,
        body_seen=judged.body_seen if judged else 0,
        read_hash=judged.body_hash if judged and is_read else None,
        read_version=EXTRACTOR_VERSION if is_read else None,
        took=lease.took if is_read else None,
        size=lease.size if is_read else None,
        is_sitemap=lease.is_sitemap,
        moved_to=moved_to,
        pause=None if pause_until is None else (lease.due.host, pause_until),
        records=tuple(lease.records),
        found=tuple(lease.found),
        listed=tuple(lease.listed),
    )


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
