"""The ledger: every URL seen, every record, every run of a site, in one SQLite file. It is the frontier.

One transaction a page: its records, the URLs that it shows and its own new state commit together or not at all
(WAL, ``synchronous=FULL``), so that after SIGKILL at any instant a rerun goes on from the last whole page.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from qa_scraper.ledger_format import SCHEMA_VERSION, upgrade_statements
from qa_scraper.ledger_values import (
    CommitResult,
    DueUrl,
    FoundUrl,
    PageOutcome,
    RunOutcome,
)
from qa_scraper.path_budget import PathBudget
from qa_scraper.record_store import RecordStore, transaction
from qa_scraper.refresh import State

_OPEN: Final = f"(state IN ('{State.NEW}', '{State.RETRY}') OR due_at <= ?)"  # ?: when the run began


def _marks(values: list[str]) -> str:
    return ",".join("?" * len(values))


class LedgerError(Exception):
    """The ledger cannot be opened or written; the message says what to do."""


class Ledger:
    """The crawl state of one site. Not thread-safe; one process at a time writes."""

    def __init__(self, path: Path, barren_budget: int = 0, *, read_only: bool = False) -> None:
        """Opens the ledger at *path*, makes it where there is none. *barren_budget*: as in ``path_budget``.

        ``is_new``: whether there was none, or an empty file. Raises LedgerError where it cannot be opened.
        """
        self.path = path
        try:
            if read_only:
                self._db = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None)
            else:
                path.parent.mkdir(parents=True, exist_ok=True)
                self._db = sqlite3.connect(path, isolation_level=None)
                os.chmod(path, 0o600)
            self._db.execute("PRAGMA busy_timeout=5000")
            version = self._version()
            self.is_new = version == 0
            if not read_only:
                self._make_ready(version)
            self.records = RecordStore(self._db)
            self._paths = PathBudget(self._db, barren_budget)
        except (sqlite3.Error, OSError) as error:
            raise LedgerError(
                f"cannot open the ledger {path}: {error}. Check that the folder can be written and that the file is"
                " a ledger of qa-scraper; move it away to begin anew."
            ) from error

    def _version(self) -> int:
        """The version of the file's format. Raises LedgerError for one from the future."""
        version = int(self._db.execute("PRAGMA user_version").fetchone()[0])
        if version > SCHEMA_VERSION:
            raise LedgerError(
                f"the ledger {self.path} was written by a newer qa-scraper (format {version}, this one knows"
                f" {SCHEMA_VERSION}): upgrade qa-scraper, or use another --output folder."
            )
        return version

    def _make_ready(self, version: int) -> None:
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=FULL")
        if version < SCHEMA_VERSION:
            with transaction(self._db):
                for statement in upgrade_statements(version):
                    self._db.execute(statement)

    def close(self) -> None:
        """Closes the file. Harmless when closed already."""
        self._db.close()

    # Runs

    def begin_run(self, started_at: str, now: float) -> int:
        """Notes a new run; pages that were given up or held are due again. Gives the run's number."""
        with transaction(self._db):
            self._paths.balance(now)
            self._db.execute(
                "UPDATE urls SET due_at=?, tries=0, body_seen=0 WHERE state IN (?, ?)", (now, State.FAILED, State.HELD)
            )
            self._db.execute("DELETE FROM hosts WHERE paused_until <= ?", (now,))
            cursor = self._db.execute("INSERT INTO runs (started_at) VALUES (?)", (started_at,))
        return int(cursor.lastrowid or 0)

    def finish_run(
        self,
        run: int,
        finished_at: str,
        outcome: RunOutcome,
        pages: int,
        records: int,
    ) -> None:
        """Notes how a run ended and moves the write-ahead log into the file."""
        with transaction(self._db):
            self._db.execute(
                "UPDATE runs SET finished_at=?, outcome=?, pages=?, records=? WHERE run=?",
                (finished_at, outcome, pages, records, run),
            )
        self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    # The frontier

    def add_urls(self, found: Iterable[FoundUrl], now: float, at: str) -> int:
        """Notes URLs that are not known yet. Gives the number of new ones that are to be fetched."""
        with transaction(self._db):
            return self._insert(found, None, now, at)

    def _insert(self, found: Iterable[FoundUrl], found_on: str | None, now: float, at: str) -> int:
        found = list(found)
        open_urls: list[tuple[object, ...]] = []
        others: list[tuple[object, ...]] = []
        for url in found:
            is_open = url.state == State.NEW
            pattern = None if url.is_start or not is_open else self._paths.number_of(url.host, url.key)
            row = (
                url.key,
                url.address,
                url.host,
                url.state,
                url.reason,
                now if is_open and not (pattern and self._paths.is_parked(pattern)) else None,
                url.is_start,
                found_on,
                at,
                pattern,
            )
            (open_urls if is_open else others).append(row)
        statement = (
            "INSERT OR IGNORE INTO urls (key, address, host, state, reason, due_at, is_start, found_on, first_seen_at,"
            " pattern) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        )
        self._db.executemany(statement, others)
        before = self._db.total_changes
        self._db.executemany(statement, open_urls)
        new = self._db.total_changes - before
        self._db.executemany("UPDATE urls SET is_start=1 WHERE key=?", [(url.key,) for url in found if url.is_start])
        return new

    def mark_start(self, key: str, host: str, now: float) -> None:
        """Notes that a known URL is a start URL that may be fetched, and at once if it waits to be tried again."""
        with transaction(self._db):
            self._db.execute(
                "UPDATE urls SET is_start=1, due_at=CASE state WHEN ? THEN min(due_at, ?) ELSE due_at END WHERE key=?",
                (State.RETRY, now, key),
            )
            self._db.execute(
                "UPDATE urls SET state=?, reason='', due_at=0 WHERE host=? AND state=?",
                (State.NEW, host, State.OFF_HOST),
            )

    def start_urls(self) -> list[str]:
        """Addresses of the start URLs of earlier runs."""
        return [row[0] for row in self._db.execute("SELECT address FROM urls WHERE is_start=1 ORDER BY number")]

    def due(
        self, hosts: Iterable[str], now: float, run_start: float, limit: int, leased: Iterable[str] = ()
    ) -> list[DueUrl]:
        """URLs of *hosts* to be fetched at *now*, oldest due first, at most *limit* beside the *leased* ones.

        A page that was fetched once is due again only if it already was at *run_start*: no run fetches it twice.
        """
        hosts, leased = list(hosts), set(leased)
        rows = self._db.execute(
            "SELECT key, address, host, tries, is_start, body_hash, body_seen FROM urls WHERE due_at <= ?"
            f" AND {_OPEN} AND host IN ({_marks(hosts)}) ORDER BY due_at, number LIMIT ?",
            (now, run_start, *hosts, limit + len(leased)),
        )
        return [DueUrl(r[0], r[1], r[2], r[3], bool(r[4]), r[5], r[6]) for r in rows if r[0] not in leased][:limit]

    def next_due_at(self, hosts: Iterable[str], run_start: float) -> float | None:
        """When the next URL of *hosts* is due in this run; None where nothing is left to be fetched in it."""
        hosts = list(hosts)
        found = self._db.execute(
            f"SELECT min(due_at) FROM urls WHERE due_at IS NOT NULL AND {_OPEN} AND host IN ({_marks(hosts)})",
            (run_start, *hosts),
        ).fetchone()[0]
        return None if found is None else float(found)

    def note_pause(self, host: str, until: float) -> None:
        """Notes that *host* wants to be left alone until then, in seconds since the epoch."""
        self._db.execute(
            "INSERT INTO hosts VALUES (?, ?) ON CONFLICT DO UPDATE SET"
            " paused_until=max(paused_until, excluded.paused_until)",
            (host, until),
        )

    def pauses(self) -> dict[str, float]:
        """Until when each host has asked to be left alone, in seconds since the epoch."""
        return dict(self._db.execute("SELECT host, paused_until FROM hosts"))

    def redirects(self, key: str) -> Iterator[str]:
        """The keys of the URLs that *key* redirects to, one after the other, each once, as far as they are known."""
        seen: set[str] = set()
        while key not in seen:
            seen.add(key)
            row = self._db.execute("SELECT moved_to FROM urls WHERE key=?", (key,)).fetchone()
            if row is None or row[0] is None:
                return
            key = row[0]
            yield key

    def commit_page(self, outcome: PageOutcome, now: float) -> CommitResult:
        """Stores all that one fetch gave in one transaction. Raises sqlite3.Error where the file cannot be written."""
        added = changed = 0
        with transaction(self._db):
            for record in outcome.records:
                was_added, was_changed = self.records.store(outcome.key, record, outcome.checked_at)
                added, changed = added + was_added, changed + was_changed
            new_urls = self._insert(outcome.found, outcome.key, now, outcome.checked_at)
            self._db.execute(
                "UPDATE urls SET state=?, reason=?, due_at=?, tries=?, http_status=?, etag=?, last_modified=?,"
                " body_hash=?, body_seen=?, moved_to=?, checked_at=? WHERE key=?",
                (
                    outcome.state,
                    outcome.reason,
                    outcome.due_at,
                    outcome.tries,
                    outcome.http_status,
                    outcome.etag,
                    outcome.last_modified,
                    outcome.body_hash,
                    outcome.body_seen,
                    outcome.moved_to,
                    outcome.checked_at,
                    outcome.key,
                ),
            )
            is_final = outcome.state not in {State.RETRY, State.HELD, State.DENIED}
            self._paths.note_page(outcome.key, (url.key for url in outcome.found), added, is_final=is_final)
            new_urls += self._paths.balance(now)
            if outcome.pause is not None:
                self.note_pause(*outcome.pause)
        return CommitResult(new_urls, added, changed)

    def leave_parked(self) -> None:
        """Ends the URLs whose path pattern gave nothing new (``path_budget``): nothing else is left to be fetched."""
        with transaction(self._db):
            self._paths.leave_parked()

    # Counting and checking

    def damage(self) -> list[str]:
        """What SQLite finds wrong with the file, one line each; empty for a sound one. Reads all of it."""
        found = [row[0] for row in self._db.execute("PRAGMA integrity_check(20)")]
        return [] if found == ["ok"] else [line for what in found for line in what.splitlines()]

    def keys(self, query: str) -> list[str]:
        """The first column of what the SELECT statement *query* finds."""
        return [str(row[0]) for row in self._db.execute(query)]

    def counts(self, hosts: Iterable[str] | None = None) -> dict[State, int]:
        """How many URLs (of *hosts*; of all, where None) are in each state."""
        chosen = None if hosts is None else list(hosts)
        where = "" if chosen is None else f" WHERE host IN ({_marks(chosen)})"
        rows = self._db.execute(f"SELECT state, count(*) FROM urls{where} GROUP BY state", chosen or ())
        return {State(state): count for state, count in rows}

    def open_count(self, hosts: Iterable[str], run_start: float) -> int:
        """How many URLs of *hosts* are still to be fetched, in the run that began at *run_start* or in a later one."""
        hosts = list(hosts)
        query = f"SELECT count(*) FROM urls WHERE (state IN (?, ?) OR {_OPEN}) AND host IN ({_marks(hosts)})"
        return int(self._db.execute(query, (State.FAILED, State.HELD, run_start, *hosts)).fetchone()[0])

    def gaps(self, hosts: Iterable[str], limit: int) -> list[tuple[str, State, str]]:
        """Key, state and reason of URLs that leave a gap: not fetched yet, to be retried, given up, lost start URLs."""
        hosts = list(hosts)
        query = (
            "SELECT key, state, reason FROM urls"
            f" WHERE host IN ({_marks(hosts)}) AND (state IN (?, ?, ?, ?) OR (is_start=1 AND state IN (?, ?)))"
            " ORDER BY state, number LIMIT ?"
        )
        states = (State.NEW, State.RETRY, State.FAILED, State.HELD, State.GONE, State.DENIED)
        return [(r[0], State(r[1]), r[2]) for r in self._db.execute(query, (*hosts, *states, limit))]
