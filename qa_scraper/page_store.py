"""What the ledger knows of pages that were read: when they are looked at again, and what sitemaps say of them.

All that is written here belongs into a transaction of the ledger's.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from typing import Final

import orjson

from qa_scraper.ledger_values import PageOutcome, UnchangedPage
from qa_scraper.refresh import FINISHED, RevisitPolicy, Seen, State
from qa_scraper.revisit import History

_LASTMOD_LEARNED: Final = 20  # changes in a row that lastmod had announced, before it is trusted
_LASTMOD_AUDIT: Final = 50


class PageStore:
    """The state of pages in the ledger's file."""

    def __init__(self, db: sqlite3.Connection, revisits: RevisitPolicy) -> None:
        self._db = db
        self._revisits = revisits

    def note_read(self, outcome: PageOutcome, lost_at: float | None, now: float, *, is_changed: bool) -> None:
        """Notes the state of a page of which it is known now what it shows."""
        first_check, checks, changes, is_deep, lastmod, read_lastmod = self._db.execute(
            "SELECT first_check, checks, changes, is_deep, lastmod, read_lastmod FROM urls WHERE key=?", (outcome.key,)
        ).fetchone()
        if is_changed and outcome.records and lastmod and read_lastmod:
            self._learn_lastmod(is_right=lastmod != read_lastmod)
        if first_check is None:
            first_check, checks, changes = now, -1, 0
            is_changed = False  # the first fetch says nothing about how often it changes
        history = History(checks + 1, changes + is_changed, now - first_check)
        answered = all(record.answered for record in outcome.records)
        # A further page of a thread is looked at like any question: new answers stand on the last one.
        seen = Seen(outcome.state, history, answered, lost_at, is_deep=bool(is_deep and not outcome.records))
        due_at = outcome.due_at if outcome.due_at is not None else self._revisits.next_look(seen, now)
        self._db.execute(
            "UPDATE urls SET state=?, reason=?, due_at=?, tries=0, http_status=?, etag=?, last_modified=?,"
            " body_hash=?, body_seen=?, moved_to=?, checked_at=?, read_hash=?, read_version=?, read_at=?, is_sitemap=?,"
            " took=?, size=?, first_check=?, last_check=?, checks=?, changes=?, lost_at=?, read_lastmod=lastmod"
            " WHERE key=?",
            (
                outcome.state,
                outcome.reason,
                due_at,
                outcome.http_status,
                outcome.etag,
                outcome.last_modified,
                outcome.body_hash,
                outcome.body_seen,
                outcome.moved_to,
                outcome.checked_at,
                outcome.read_hash,
                outcome.read_version,
                now,
                outcome.is_sitemap,
                outcome.took,
                outcome.size,
                first_check,
                now,
                history.checks,
                history.changes,
                lost_at,
                outcome.key,
            ),
        )

    def note_no_page(self, outcome: PageOutcome, now: float) -> None:
        """Notes a fetch that gave no page: what is known of the page stays."""
        due_at = outcome.due_at
        if outcome.state in FINISHED and due_at is None:
            due_at = self._revisits.next_look(Seen(outcome.state, History(0, 0, 0.0)), now)
        self._db.execute(
            "UPDATE urls SET state=?, reason=?, due_at=?, tries=?, http_status=?, body_hash=coalesce(?, body_hash),"
            " body_seen=?, checked_at=? WHERE key=?",
            (
                outcome.state,
                outcome.reason,
                due_at,
                outcome.tries,
                outcome.http_status,
                outcome.body_hash,
                outcome.body_seen,
                outcome.checked_at,
                outcome.key,
            ),
        )

    def note_unchanged(self, pages: Iterable[UnchangedPage], now: float) -> None:
        """Notes pages that are as they were; all that is written is that they were looked at."""
        for page in pages:
            first_check, checks, changes, is_deep, has_records, answered = self._db.execute(
                "SELECT first_check, checks, changes, is_deep, EXISTS (SELECT 1 FROM records WHERE url_key=key"
                " AND removed_at IS NULL), NOT EXISTS (SELECT 1 FROM records WHERE url_key=key AND NOT answered)"
                " FROM urls WHERE key=?",
                (page.key,),
            ).fetchone()
            state = State.STORED if has_records else State.NO_QUESTION
            history = History(checks + 1, changes, now - first_check)
            self._db.execute(
                "UPDATE urls SET state=?, reason=CASE WHEN state=? THEN reason WHEN ? THEN '' ELSE"
                " 'no question found, as before' END, due_at=?, tries=0, http_status=?, etag=coalesce(?, etag),"
                " last_modified=coalesce(?, last_modified), checked_at=?, last_check=?, checks=?,"
                " read_lastmod=lastmod WHERE key=?",
                (
                    state,
                    state,
                    has_records,
                    self._revisits.next_look(
                        Seen(state, history, bool(answered), None, is_deep=bool(is_deep and not has_records)), now
                    ),
                    page.http_status,
                    page.etag,
                    page.last_modified,
                    page.checked_at,
                    now,
                    history.checks,
                    page.key,
                ),
            )

    # Sitemaps

    def _learn_lastmod(self, *, is_right: bool) -> None:
        """Counts the changes in a row that the sitemap's lastmod had announced."""
        streak = self._lastmod_streak() + 1 if is_right else 0
        self._db.execute("INSERT OR REPLACE INTO meta VALUES ('lastmod_streak', ?)", (str(streak),))

    def _lastmod_streak(self) -> int:
        row = self._db.execute("SELECT value FROM meta WHERE name='lastmod_streak'").fetchone()
        return int(row[0]) if row else 0

    def trusts_lastmod(self, declared: bool | None) -> bool:
        """Whether a page whose lastmod is as it was is taken as unchanged: as *declared*, else as learned (None)."""
        return self._lastmod_streak() >= _LASTMOD_LEARNED if declared is None else declared

    def sitemaps_due(self, run_start: float) -> bool:
        """Whether a sitemap is still to be read in this run."""
        query = "SELECT EXISTS (SELECT 1 FROM urls WHERE is_sitemap=1 AND due_at<=?)"
        return bool(self._db.execute(query, (run_start,)).fetchone()[0])

    def note_listed(self, sitemap: str, keys: Iterable[str]) -> None:
        """Notes that *sitemap* lists the pages *keys*, and no more: what it dropped is due in this run."""
        self._db.execute(
            "UPDATE urls SET listed_on=NULL, lastmod=NULL, due_at=CASE state WHEN ? THEN 0 ELSE due_at END"
            " WHERE listed_on=? AND key NOT IN (SELECT value FROM json_each(?))",
            (State.STORED, sitemap, orjson.dumps(list(keys)).decode()),
        )

    def unchanged_by_lastmod(self, sitemap: str, version: str, run: int, now: float) -> list[str]:
        """Which pages of *sitemap* are due, but as they were by their lastmod, and read with extraction *version*.

        Every page is fetched all the same once in ``_LASTMOD_AUDIT`` runs, and past the longest age.
        """
        found = self._db.execute(
            "SELECT key FROM urls WHERE listed_on=? AND state=? AND due_at<=? AND"
            " lastmod=read_lastmod AND read_version=? AND lost_at IS NULL AND number % ? <> ? AND read_at>?",
            (
                sitemap,
                State.STORED,
                now,
                version,
                _LASTMOD_AUDIT,
                run % _LASTMOD_AUDIT,
                now - self._revisits.maximum_age,
            ),
        )
        return [row[0] for row in found]

    def rank_due(self, now: float) -> None:
        """Notes of each page that is due what a look at it is worth, for a run that cannot look at all of them."""
        rows = self._db.execute(
            "SELECT number, state, checks, changes, first_check, last_check, NOT EXISTS (SELECT 1 FROM records"
            " WHERE url_key=key AND NOT answered AND removed_at IS NULL)"
            " FROM urls WHERE due_at<=? AND due_at>0 AND last_check IS NOT NULL",
            (now,),
        ).fetchall()
        worths = []
        for number, state, checks, changes, first, last, answered in rows:
            seen = Seen(State(state), History(checks, changes, last - first), bool(answered))
            worths.append((self._revisits.worth(seen, now - last), number))
        self._db.executemany("UPDATE urls SET worth=? WHERE number=?", worths)
        self._db.execute("UPDATE urls SET worth=2 WHERE due_at=0")
