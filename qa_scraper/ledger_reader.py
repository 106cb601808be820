"""A look into a ledger that changes nothing: beside a run, in a folder that cannot be written, without a trace.

SQLite reads a file in WAL mode through two files beside it, and makes them where they are missing, read-only or not.
Where there is no log there is nothing in it, and the file is read as one that does not change; that none did meanwhile
is checked afterwards, and else it is read again, in the way that is safe beside a writer.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from qa_scraper.gate import Sighting
from qa_scraper.ledger_file import LedgerError, NewerLedger
from qa_scraper.ledger_format import SCHEMA_VERSION
from qa_scraper.refresh import REMOVED_AFTER, State
from qa_scraper.run_store import RunStore

_Found = TypeVar("_Found")
_FAILING = (State.RETRY, State.FAILED, State.HELD)


class LedgerReader:
    """What a report asks of a ledger; all answers are of one moment. Times in seconds since the epoch."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self.runs = RunStore(db)

    def last_good_run(self) -> int | None:
        """The newest run that looked at the site and was published.

        One that ended in an error is none, nor one with gaps to which no page answered: the site was down.
        """
        query = (
            "SELECT max(run) FROM runs WHERE publication IN ('published', 'accepted') AND kind<>'publish'"
            " AND outcome IS NOT 'error'"
            " AND (outcome IS NOT 'gaps' OR coalesce(json_extract(measures, '$.answered'), 1)>0)"
        )
        found: int | None = self._db.execute(query).fetchone()[0]
        return found

    def failing(self) -> tuple[Sighting, ...]:
        """The URLs whose last fetch failed, by reason, the most frequent first."""
        rows = self._db.execute(
            "SELECT count(*), reason, min(key) FROM urls WHERE state IN (?, ?, ?) GROUP BY reason ORDER BY 1 DESC, 2",
            _FAILING,
        )
        return tuple(Sighting(*row) for row in rows)

    def lost(self) -> tuple[int, float | None]:
        """How many questions are missing and wait for a second check, and from when on the first of them can be it."""
        count, since = self._db.execute(
            "SELECT count(*), min(records.lost_at) FROM urls JOIN records ON url_key=key"
            " WHERE urls.lost_at IS NOT NULL AND records.lost_at IS NOT NULL AND removed_at IS NULL"
        ).fetchone()
        return count, None if since is None else since + REMOVED_AFTER

    def seen_pages(self, most: int) -> list[tuple[str, str, bool, bool]]:
        """Pages that were read, those with a question first: canonical URL, address, has a question, led to one first.

        At most *most* with a question and *most* without.
        """
        query = (
            "SELECT key, address, state=?, key IN (SELECT found_on FROM urls WHERE state=?) FROM urls"
            " WHERE state=? ORDER BY number LIMIT ?"
        )
        rows = [
            row
            for state in (State.STORED, State.NO_QUESTION)
            for row in self._db.execute(query, (State.STORED, State.STORED, state, most))
        ]
        return [(key, address, bool(has), bool(leads)) for key, address, has, leads in rows]

    def states(self) -> tuple[tuple[str, int], ...]:
        """How many URLs are in which state, the most frequent first."""
        return tuple(self._db.execute("SELECT state, count(*) FROM urls GROUP BY state ORDER BY 2 DESC, 1"))

    def slowest(self, most: int) -> tuple[tuple[str, float], ...]:
        """The pages that let wait longest when they were read last, with the seconds until their answers began."""
        query = "SELECT key, took FROM urls WHERE took IS NOT NULL ORDER BY took DESC, key LIMIT ?"
        return tuple(self._db.execute(query, (most,)))

    def largest(self, most: int) -> tuple[tuple[str, int], ...]:
        """The pages that were largest when they were read last, with the bytes of their bodies, unpacked."""
        query = "SELECT key, size FROM urls WHERE size IS NOT NULL ORDER BY size DESC, key LIMIT ?"
        return tuple(self._db.execute(query, (most,)))

    def start_urls(self) -> list[str]:
        """Addresses of the start URLs of all runs."""
        return [row[0] for row in self._db.execute("SELECT address FROM urls WHERE is_start=1 ORDER BY number")]

    def due(self, now: float) -> tuple[int, float | None]:
        """How many URLs a run that began at *now* would fetch, and when the next one after them is due."""
        count, upcoming = self._db.execute(
            "SELECT count(*) FILTER (WHERE due_at<=?1), min(due_at) FILTER (WHERE due_at>?1) FROM urls"
            " WHERE due_at IS NOT NULL AND state NOT IN (?2, ?3)",
            (now, State.FAILED, State.HELD),
        ).fetchone()
        tried_again = self._db.execute(
            "SELECT count(*) FROM urls WHERE state IN (?, ?)", (State.FAILED, State.HELD)
        ).fetchone()[0]
        return count + tried_again, upcoming


def read_ledger(path: Path, read: Callable[[LedgerReader], _Found]) -> _Found | None:
    """What *read* finds in the ledger at *path*; None where there is none, or an empty file.

    *read* may be called twice. Raises LedgerError for a file that cannot be read, or is of another format.
    """
    if not path.exists():
        return None
    log = path.with_name(f"{path.name}-wal")
    try:
        before = _mark(path)
        if not _size(log):
            with contextlib.suppress(sqlite3.Error):  # a run began, or the file is damaged: the second look tells
                found = _read(path, "immutable=1", read)
                if not _size(log) and _mark(path) == before:
                    return found
        return _read(path, "mode=ro", read)
    except (sqlite3.Error, OSError) as error:
        site = path.parent.name
        advice = f"qa-scraper doctor {site} --output {path.parent.parent} says what is wrong with it"
        if _size(log) and not os.access(path.parent, os.W_OK):
            advice = "a run was killed, and what it left can be read only where the folder can be written"
        raise LedgerError(f"cannot read the ledger {path}: {error}; {advice}.") from error


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _mark(path: Path) -> tuple[int, int, int]:
    """What is different once the file was written."""
    found = path.stat()
    return found.st_ino, found.st_size, found.st_mtime_ns


def _read(path: Path, way: str, read: Callable[[LedgerReader], _Found]) -> _Found | None:
    with contextlib.closing(sqlite3.connect(f"{path.absolute().as_uri()}?{way}", uri=True, isolation_level=None)) as db:
        db.execute("PRAGMA busy_timeout=5000")
        db.execute("BEGIN")  # all that is read is of one moment
        version = int(db.execute("PRAGMA user_version").fetchone()[0])
        if version == 0:
            return None
        if version != SCHEMA_VERSION:
            raise LedgerError(_other_format(path, version))
        return read(LedgerReader(db))


def _other_format(path: Path, version: int) -> str:
    if version > SCHEMA_VERSION:
        return f"{NewerLedger(path, version).what}: upgrade qa-scraper."
    site = path.parent.name
    return (
        f"the ledger {path} was written by an older qa-scraper (format {version}, now it is {SCHEMA_VERSION}): the next"
        f" crawl or refresh brings it up to date, or at once: qa-scraper publish {site} --output {path.parent.parent}"
    )
