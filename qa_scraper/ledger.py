"""The ledger: every URL seen, every record, every run of a site, in one SQLite file. It is the frontier.

A page is whole: its records, the URLs that it shows and its own new state commit together or not at all
(WAL), so that after SIGKILL at any instant a rerun goes on from the last whole page.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from qa_scraper.evidence import Evidence
from qa_scraper.forgotten_store import ForgottenStore
from qa_scraper.ledger_file import FLUSH_AT_ONCE, FLUSH_LATER, LedgerError, log_of, opened, transaction
from qa_scraper.ledger_values import (
    CommitResult,
    DueUrl,
    FoundUrl,
    PageOutcome,
    Revisit,
    RunKind,
    RunOutcome,
)
from qa_scraper.near_duplicate_store import NearDuplicateStore
from qa_scraper.page_store import PageStore
from qa_scraper.path_budget import PathBudget
from qa_scraper.path_worth import UNKNOWN
from qa_scraper.record_store import RecordStore
from qa_scraper.refresh import RevisitPolicy, State
from qa_scraper.removal_store import RemovalStore
from qa_scraper.run_store import RunStore
from qa_scraper.urls import list_page_number

_NOTED: Final = 20_000
_SAY_WHAT_IS_THERE: Final = frozenset((State.STORED, State.NO_QUESTION, State.GONE, State.MOVED))
"""States that a fetch can only end in when it is known what the page shows now."""
_OPEN: Final = f"(state IN ('{State.NEW}', '{State.RETRY}') OR due_at <= ?)"  # ?: when the run began
_WAITING: Final = f"'{State.NEW}', '{State.RETRY}', '{State.HELD}'"

# Start URLs first; a page never seen that is sure to give a question is worth two looks at known ones.
_BY_WORTH: Final = (
    "CASE WHEN last_check IS NULL AND is_start THEN 3 WHEN last_check IS NULL AND due_at > 0"
    f" THEN 2 * coalesce((SELECT w.worth FROM path_worth w WHERE w.number = urls.pattern), {UNKNOWN})"
    " ELSE urls.worth END DESC,"
)


_DUE_COLUMNS: Final = (
    "key, address, host, tries, is_start, body_hash, body_seen, read_hash, read_version, first_check, last_check,"
    " checks, changes, etag, last_modified, lost_at, is_sitemap"
)


def _due_url(row: tuple[Any, ...]) -> DueUrl:
    key, address, host, tries, is_start, body_hash, body_seen, read_hash, *known, is_sitemap = row
    revisit = Revisit(read_hash, *known) if read_hash else None
    return DueUrl(key, address, host, tries, bool(is_start), body_hash, body_seen, revisit, bool(is_sitemap))


def _marks(values: list[str]) -> str:
    return ",".join("?" * len(values))


class Ledger:
    """The crawl state of one site. Not thread-safe; one process at a time writes."""

    def __init__(
        self,
        path: Path,
        barren_budget: int = 0,
        revisits: RevisitPolicy | None = None,
        *,
        read_only: bool = False,
    ) -> None:
        """Opens the ledger at *path*, makes it where there is none.

        *barren_budget*: as in ``path_budget``; *revisits*: when pages are looked at again.
        ``is_new``: whether there was none, or an empty file. Raises LedgerError where it cannot be opened.
        """
        self.path = path
        try:
            self._db, version = opened(path, read_only=read_only)
            self.is_new = version == 0
            self._log = log_of(self._db, path)
            self.records = RecordStore(self._db)
            self.near_duplicates = NearDuplicateStore(self._db)
            self.forgotten = ForgottenStore(self._db)
            self.removals = RemovalStore(self._db)
            self.runs = RunStore(self._db)
            self.pages = PageStore(self._db, revisits or RevisitPolicy())
            self.evidence = Evidence(self._db, self.runs, self.records)
            self._paths = PathBudget(self._db, barren_budget)
            self._noted: set[str] = set()  # keys that are known to be in the file: most links of a page are old
            self._db.execute("CREATE TEMP TABLE path_worth (number INTEGER PRIMARY KEY, worth REAL NOT NULL)")
        except (sqlite3.Error, OSError) as error:
            raise LedgerError(
                f"cannot open the ledger {path}: {error}. Check that the folder can be written and that the file is"
                " a ledger of qa-scraper; move it away to begin anew."
            ) from error

    def close(self) -> None:
        """Closes the file. Harmless when closed already."""
        self._db.close()

    # Runs

    def begin_run(self, started_at: str, now: float, kind: RunKind = "crawl") -> int:
        """Notes a new run and what is due in it: pages that were given up or held; lists for a refresh; or all pages.

        A run that was rejected and not accepted is undone first. Gives the run's number.
        """
        with self.transaction():
            self._undo_rejected(now)
            self._paths.balance(now)
            self._db.execute(
                "UPDATE urls SET due_at=?, tries=0, body_seen=0 WHERE state IN (?, ?)", (now, State.FAILED, State.HELD)
            )
            # 0: before all else. What leads to questions is looked for where it was even if it was not there once.
            self._db.execute("UPDATE urls SET due_at=0 WHERE state=? AND is_start", (State.GONE,))
            if kind != "crawl":
                self._db.execute(
                    "UPDATE urls SET due_at=0 WHERE state IN (?, ?, ?) AND (is_start OR is_sitemap OR (NOT is_deep AND"
                    " NOT EXISTS (SELECT 1 FROM records WHERE url_key=key) AND"
                    " key IN (SELECT DISTINCT found_on FROM urls WHERE state=?)))",
                    (State.NO_QUESTION, State.GONE, State.MOVED, State.STORED),
                )
            if kind == "refresh-all":
                self._db.execute(
                    "UPDATE urls SET due_at=min(due_at, ?) WHERE due_at IS NOT NULL AND state NOT IN (?, ?)",
                    (now, State.NEW, State.RETRY),
                )
            self._db.execute("DELETE FROM hosts WHERE paused_until <= ?", (now,))
            return self.runs.begin(kind, now, started_at)

    def _undo_rejected(self, now: float) -> None:
        """Undoes all that was read since the last publication, if it was rejected: it is read again, in whole."""
        last = self.runs.last_judged()
        if last is None or last.publication != "rejected":
            return
        since = self.runs.unpublished_since()
        keys = self.records.undone_keys()
        self.records.undo()
        self._db.executemany("UPDATE urls SET read_at=? WHERE key=?", [(now, key) for key in keys])
        self._db.execute(
            "UPDATE urls SET due_at=?, etag=NULL, last_modified=NULL, read_hash=NULL, read_version=NULL, tries=0,"
            " lost_at=(SELECT min(lost_at) FROM records WHERE url_key=key AND removed_at IS NULL),"
            " state=CASE WHEN key IN (SELECT url_key FROM records WHERE removed_at IS NULL) THEN ?"
            " WHEN state IN (?, ?) THEN ? ELSE state END WHERE read_at >= ?",
            (now, State.STORED, State.STORED, State.LOST, State.NEW, since),
        )
        self._db.execute("UPDATE runs SET publication='undone' WHERE run=?", (last.run,))

    def finish_run(self, run: int, finished_at: str, outcome: RunOutcome, pages: int, records: int) -> None:
        """Notes how a run ended and moves the write-ahead log into the file."""
        with self.transaction():
            self.runs.finish(run, finished_at, outcome, pages, records)
        self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def transaction(self) -> AbstractContextManager[None]:
        """All or nothing of what is done to the ledger inside. Raises sqlite3.Error where it cannot be written."""
        return transaction(self._db)

    def begin_group(self) -> None:
        """Begins a transaction that holds what follows until ``end_group``, if none is open. Raises sqlite3.Error."""
        if not self._db.in_transaction:
            if self._log is not None:
                self._db.execute(FLUSH_LATER)
            try:
                self._db.execute("BEGIN IMMEDIATE")
            except sqlite3.Error:
                self._db.execute(FLUSH_AT_ONCE)
                raise

    def end_group(self) -> Path | None:
        """Commits the group that is open, if any. Raises sqlite3.Error where the file cannot be written.

        Gives the log that has to be flushed, so that the group is on the disk; None: there is nothing to be flushed.
        """
        is_open = self._db.in_transaction
        try:
            if is_open:
                self._db.execute("COMMIT")
        finally:
            if not self._db.in_transaction:
                self._db.execute(FLUSH_AT_ONCE)
        return self._log if is_open else None

    # The frontier

    def add_urls(self, found: Iterable[FoundUrl], now: float, at: str) -> int:
        """Notes URLs that are not known yet. Gives the number of new ones that are to be fetched."""
        with self.transaction():
            return self._insert(found, None, now, at)

    def _insert(self, found: Iterable[FoundUrl], found_on: str | None, now: float, at: str) -> int:
        found = [url for url in found if url.key not in self._noted or url.is_start or url.listed_on]
        if len(self._noted) > _NOTED:
            self._noted.clear()
        self._noted.update([url.key for url in found])
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
                (list_page_number(url.key) or 1) > 1,
                url.listed_on,
                url.lastmod,
            )
            (open_urls if is_open else others).append(row)
        statement = (
            "INSERT OR IGNORE INTO urls (key, address, host, state, reason, due_at, is_start, found_on, first_seen_at,"
            " pattern, is_deep, listed_on, lastmod) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        )
        if others:
            self._db.executemany(statement, others)
        before = self._db.total_changes
        self._db.executemany(statement, open_urls)
        new = self._db.total_changes - before
        starts = [(url.key,) for url in found if url.is_start]
        if starts:
            self._db.executemany("UPDATE urls SET is_start=1 WHERE key=?", starts)
        listed = [
            (url.listed_on, url.lastmod, url.lastmod, url.key, url.lastmod, url.listed_on)
            for url in found
            if url.listed_on
        ]
        if listed:
            self._db.executemany(  # a page whose lastmod moved is due in this run
                "UPDATE urls SET listed_on=?, lastmod=?, due_at=CASE WHEN read_lastmod<>? THEN 0 ELSE due_at END"
                " WHERE key=? AND (lastmod IS NOT ? OR listed_on IS NOT ?)",
                listed,
            )
        return new

    def mark_start(self, key: str, host: str, now: float) -> int:
        """Notes that a known URL is a start URL that may be fetched, and at once if it waits to be tried again.

        Links to its host were left alone until now; gives how many are to be fetched with it.
        """
        with self.transaction():
            self._db.execute(
                "UPDATE urls SET is_start=1, due_at=CASE state WHEN ? THEN min(due_at, ?) ELSE due_at END WHERE key=?",
                (State.RETRY, now, key),
            )
            return self._db.execute(
                "UPDATE urls SET state=?, reason='', due_at=0 WHERE host=? AND state=?",
                (State.NEW, host, State.OFF_HOST),
            ).rowcount

    def start_urls(self) -> list[str]:
        """Addresses of the start URLs of earlier runs."""
        return [row[0] for row in self._db.execute("SELECT address FROM urls WHERE is_start=1 ORDER BY number")]

    def due(
        self,
        hosts: Iterable[str],
        now: float,
        run_start: float,
        limit: int,
        leased: Iterable[str] = (),
        *,
        by_worth: bool = False,
    ) -> list[DueUrl]:
        """URLs of *hosts* to be fetched at *now*, at most *limit* beside the *leased* ones.

        Oldest due first, or *by_worth*: what is expected to be worth most, of pages that were never seen by what
        pages at like paths gave.

        A page that was fetched once is due again only if it already was at *run_start*: no run fetches it twice.
        """
        hosts, leased = list(hosts), set(leased)
        if by_worth:
            self._db.executemany("INSERT OR REPLACE INTO path_worth VALUES (?, ?)", self._paths.worths().items())
        rows = self._db.execute(
            f"SELECT {_DUE_COLUMNS} FROM urls WHERE due_at <= ?"
            f" AND {_OPEN} AND host IN ({_marks(hosts)})"
            f" ORDER BY {_BY_WORTH if by_worth else ''} due_at, number LIMIT ?",
            (now, run_start, *hosts, limit + len(leased)),
        )
        return [_due_url(row) for row in rows if row[0] not in leased][:limit]

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

    def look_again(self, key: str, began: float) -> bool:
        """Makes the page *key* due, unless it was looked at since *began*. Says whether it was not."""
        with self.transaction():
            query = "UPDATE urls SET due_at=0 WHERE key=? AND last_check<?"
            return self._db.execute(query, (key, began)).rowcount > 0

    def commit_page(self, outcome: PageOutcome, now: float) -> CommitResult:
        """Stores all that one fetch gave in one transaction. Raises sqlite3.Error where the file cannot be written."""
        added = changed = removed = 0
        lost_at: float | None = None
        with self.transaction():
            for record in outcome.records:
                was_added, was_changed = self.records.store(outcome.key, record, outcome.checked_at)
                added, changed = added + was_added, changed + was_changed
                if was_added or was_changed:
                    self.near_duplicates.keep(record)
            if outcome.state in _SAY_WHAT_IS_THERE:
                shown = [record.part for record in outcome.records]
                lost_at, removed = self.records.lose(outcome.key, shown, now, outcome.checked_at)
            new_urls = self._insert(outcome.found, outcome.key, now, outcome.checked_at)
            if outcome.state in _SAY_WHAT_IS_THERE:
                is_changed = bool(added or changed or removed or (new_urls and not outcome.records))
                if outcome.is_sitemap:
                    self.pages.note_listed(outcome.key, outcome.listed)
                self.pages.note_read(self._with_loss(outcome, lost_at, removed), lost_at, now, is_changed=is_changed)
            else:
                self.pages.note_no_page(outcome, now)
            is_final = outcome.state not in {State.RETRY, State.HELD, State.DENIED}
            self._paths.note_page(outcome.key, [url.key for url in outcome.found], added, is_final=is_final)
            if new_urls and outcome.state == State.NO_QUESTION:
                self._go_deeper(outcome, now)
            new_urls += self._paths.balance(now)
            if outcome.pause is not None:
                self.note_pause(*outcome.pause)
        return CommitResult(new_urls, added, changed, removed)

    def _go_deeper(self, outcome: PageOutcome, now: float) -> None:
        """A list that shows what was not known: its next page is due again in this run, if it was read before it."""
        after = (list_page_number(outcome.key) or 1) + 1
        keys = [url.key for url in outcome.found if list_page_number(url.key) == after]
        began = self._db.execute("SELECT max(began) FROM runs").fetchone()[0] or now
        self._db.executemany(
            "UPDATE urls SET due_at=0 WHERE key=? AND is_deep AND state=? AND last_check<?",
            [(key, State.NO_QUESTION, began) for key in keys],
        )

    def _with_loss(self, outcome: PageOutcome, lost_at: float | None, removed: int) -> PageOutcome:
        """*outcome* as it is to be noted of a page whose question is missing, or was removed by this check."""
        if outcome.records or (lost_at is None and not removed):
            return outcome
        if lost_at is None:
            return replace(outcome, state=State.GONE, reason=f"its question was removed: {outcome.reason}")
        return replace(outcome, state=State.LOST, reason=f"its question is missing: {outcome.reason}")

    def leave_parked(self) -> None:
        """Ends the URLs whose path pattern gave nothing new (``path_budget``): nothing else is left to be fetched."""
        with self.transaction():
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
        """How many URLs of *hosts* are still to be fetched, in the run that began at *run_start* or in a later one.

        Those that it gave up are none of them.
        """
        hosts = list(hosts)
        # Counted apart: for an OR of two indexes SQLite holds every row's number in memory, 24 MB of a million.
        by_state = f"SELECT count(*) FROM urls WHERE state IN ({_WAITING}) AND host IN ({_marks(hosts)})"
        by_time = (
            f"SELECT count(*) FROM urls WHERE host IN ({_marks(hosts)}) AND due_at<=? AND state NOT IN ({_WAITING})"
        )
        return int(self._db.execute(f"SELECT ({by_state})+({by_time})", (*hosts, *hosts, run_start)).fetchone()[0])

    def gaps(self, hosts: Iterable[str], limit: int) -> list[tuple[str, State, str]]:
        """Key, state and reason of URLs that leave a gap: not fetched yet, to be retried, given up, lost start URLs."""
        hosts = list(hosts)
        query = (
            "SELECT key, state, reason FROM urls"
            f" WHERE host IN ({_marks(hosts)}) AND state IN (?, ?, ?, ?, ?, ?) AND (is_start=1 OR state NOT IN (?, ?))"
            " ORDER BY state, number LIMIT ?"
        )
        of_start_urls = (State.GONE, State.DENIED)
        states = (State.NEW, State.RETRY, State.FAILED, State.HELD, *of_start_urls, *of_start_urls)
        return [(r[0], State(r[1]), r[2]) for r in self._db.execute(query, (*hosts, *states, limit))]
