"""The runs of a ledger: how each ended, and whether it was published."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import orjson

from qa_scraper.ledger_values import Publication, RunKind, RunOutcome

if TYPE_CHECKING:
    from qa_scraper.privacy import PrivacyPolicy


@dataclass(frozen=True, slots=True)
class Run:
    """One run. ``began``: seconds since the epoch; ``outcome`` None: it was killed, or goes on.

    ``measures``: what was measured of its records (``gate.Measures`` as JSON), empty where it did not come to that.
    """

    run: int
    kind: RunKind
    began: float
    started_at: str
    finished_at: str | None
    outcome: RunOutcome | None
    publication: Publication | None
    pages: int
    records: int
    measures: dict[str, object]


_COLUMNS = "run, kind, began, started_at, finished_at, outcome, publication, pages, records, measures"


class RunStore:
    """The runs in the ledger's file. What is written here belongs into a transaction of the ledger's."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def begin(self, kind: RunKind, began: float, started_at: str) -> int:
        """Notes a new run and gives its number."""
        cursor = self._db.execute(
            "INSERT INTO runs (kind, began, started_at) VALUES (?, ?, ?)", (kind, began, started_at)
        )
        return int(cursor.lastrowid or 0)

    def finish(self, run: int, finished_at: str, outcome: RunOutcome, pages: int, records: int) -> None:
        """Notes how a run ended."""
        self._db.execute(
            "UPDATE runs SET finished_at=?, outcome=?, pages=?, records=? WHERE run=?",
            (finished_at, outcome, pages, records, run),
        )

    def note_publication(self, run: int, publication: Publication, snapshot_hash: str | None = None) -> None:
        """Notes how far the publication of a run has come."""
        self._db.execute(
            "UPDATE runs SET publication=?, snapshot_hash=coalesce(?, snapshot_hash) WHERE run=?",
            (publication, snapshot_hash, run),
        )

    def note_measures(self, run: int, measures: dict[str, object]) -> None:
        """Keeps what was measured of a run's records."""
        self._db.execute("UPDATE runs SET measures=? WHERE run=?", (orjson.dumps(measures).decode(), run))

    def forget_publication(self, run: int) -> None:
        """The run was not published after all."""
        self._db.execute("UPDATE runs SET publication=NULL, snapshot_hash=NULL WHERE run=?", (run,))

    def publishing(self) -> tuple[int, str] | None:
        """The run that was being published when its process ended, and the hash of its snapshot."""
        row = self._db.execute(
            "SELECT run, snapshot_hash FROM runs WHERE publication='publishing' ORDER BY run DESC LIMIT 1"
        ).fetchone()
        return (row[0], row[1]) if row else None

    def privacy(self) -> PrivacyPolicy:
        """The policy under which the published files were made."""
        row = self._db.execute("SELECT value FROM meta WHERE name='privacy'").fetchone()
        return cast("PrivacyPolicy", row[0]) if row else "keep"

    def note_privacy(self, policy: PrivacyPolicy) -> None:
        """Notes under which policy the published files were made, all of them."""
        self._db.execute("INSERT OR REPLACE INTO meta VALUES ('privacy', ?)", (policy,))
        self._db.execute("DELETE FROM meta WHERE name='privacy_changing'")

    def note_privacy_changing(self, policy: PrivacyPolicy) -> None:
        """Notes that the published files are about to follow *policy*: from now on some may, some may not."""
        self._db.execute("INSERT OR REPLACE INTO meta VALUES ('privacy_changing', ?)", (policy,))

    def is_privacy_changing(self) -> bool:
        """Whether some of the published files may be made under another policy than ``privacy``."""
        return self._db.execute("SELECT 1 FROM meta WHERE name='privacy_changing'").fetchone() is not None

    def last(self) -> Run | None:
        """The newest run."""
        return next(iter(self.newest(1)), None)

    def last_judged(self) -> Run | None:
        """The newest run that came to be published or rejected."""
        return next(iter(self._read("WHERE publication IS NOT NULL ORDER BY run DESC LIMIT ?", 1)), None)

    def newest(self, limit: int) -> list[Run]:
        """The newest runs, newest first, at most *limit*."""
        return self._read("ORDER BY run DESC LIMIT ?", limit)

    def find(self, run: int) -> Run | None:
        """The run of this number."""
        return next(iter(self._read("WHERE run=?", run)), None)

    def last_good(self, limit: int) -> list[Run]:
        """The newest runs that were published, newest first, at most *limit*."""
        return self._read("WHERE publication IN ('published', 'accepted') ORDER BY run DESC LIMIT ?", limit)

    def unpublished_since(self) -> float:
        """When the first run after the last published one began, seconds since the epoch; infinity: none did."""
        row = self._db.execute(
            "SELECT min(began) FROM runs WHERE run > (SELECT coalesce(max(run), 0) FROM runs"
            " WHERE publication IN ('published', 'accepted', 'undone'))"
        ).fetchone()
        return float("inf") if row[0] is None else float(row[0])

    def _read(self, which: str, *values: int) -> list[Run]:
        rows = self._db.execute(f"SELECT {_COLUMNS} FROM runs {which}", values)
        return [
            Run(run, kind, began or 0.0, started, finished, outcome, publication, pages or 0, records or 0,
                orjson.loads(measures) if measures else {})
            for run, kind, began, started, finished, outcome, publication, pages, records, measures in rows
        ]  # fmt: skip
