"""The records of a ledger: each question once, its versions kept, its id kept once it was published."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterator
from itertools import chain, count, groupby
from operator import itemgetter
from typing import Final

import orjson

from qa_scraper.ledger_file import transaction
from qa_scraper.ledger_values import PublishedRecord, StoredRecord
from qa_scraper.refresh import REMOVED_AFTER
from qa_scraper.thread_pages import (
    FURTHER,
    OF_PAGES,
    first_page_in_sql,
    further_page,
    thread_of,
    title_of_thread,
)
from qa_scraper.urls import text_hash

_Row = tuple[str, str, bytes, str, str, int, str | None]

_KEPT: Final = (
    "question_hash, content_hash, name, body, extractor_version, answered, changed_at, version, lost_at, removed_at"
)
"""What of a record may change, and is restored when a run is undone."""
_NEVER_PUBLISHED: Final = (
    "EXISTS (SELECT 1 FROM undo u WHERE u.url_key=records.url_key AND u.part=records.part AND NOT u.existed)"
)
_BEFORE: Final = (
    "SELECT EXISTS (SELECT 1 FROM records WHERE question_hash=?2),"
    f" EXISTS (SELECT 1 FROM records WHERE {OF_PAGES}), EXISTS (SELECT 1 FROM records WHERE id=?3)"
)
"""Whether what is new at a URL (?1) has copies, further pages of its thread, or a name (?3) that is another's id."""


class RecordStore:
    """The records in the ledger's file."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def store(self, key: str, record: StoredRecord, at: str) -> tuple[bool, bool]:
        """Adds or updates one record; same content stays as it is. Says whether its question is new, or changed."""
        old = self._db.execute(
            "SELECT question_hash, content_hash, name, extractor_version, version, body, lost_at, removed_at"
            " FROM records WHERE url_key=? AND part=?",
            (key, record.part),
        ).fetchone()
        if old is None:
            return self._add(key, record, at), False
        question_hash, content_hash, name, extractor_version, version, body, lost_at, removed_at = old
        is_same = content_hash == record.content_hash and extractor_version == record.extractor_version
        if is_same and lost_at is None:
            return False, False
        self._remember(key, record.part)
        if lost_at is not None:
            self._db.execute(
                "UPDATE records SET lost_at=NULL, removed_at=NULL WHERE url_key=? AND part=?", (key, record.part)
            )
        if is_same:
            return removed_at is not None, False
        changed = content_hash != record.content_hash
        if changed:
            self._db.execute(
                "INSERT OR REPLACE INTO record_versions VALUES (?, ?, ?, ?, ?)", (key, record.part, version, body, at)
            )
        if question_hash != record.question_hash:
            self._unsettle(question_hash, record.question_hash)
            self._unsettle_pages(key)
            if (thread := thread_of(record.question_hash)) is not None:
                self._unsettle_new("url_key=? AND part=''", thread[0])
        if name != record.name:
            self._unsettle_new("url_key=? AND part=?", key, record.part)
        if changed and thread_of(question_hash) is None:
            # The other pages that show the question are looked at in the same run: it stays one record.
            self._db.execute(
                "UPDATE urls SET due_at=0 WHERE key IN (SELECT url_key FROM records WHERE question_hash=?"
                " AND url_key<>? AND removed_at IS NULL) AND due_at IS NOT NULL"
                " AND last_check < (SELECT max(began) FROM runs)",
                (question_hash, key),
            )
        self._db.execute(
            "UPDATE records SET question_hash=?, content_hash=?, name=?, body=?, extractor_version=?, answered=?,"
            " version=version+?, changed_at=CASE WHEN ? THEN ? ELSE changed_at END WHERE url_key=? AND part=?",
            (*_row(record), changed, changed, at, key, record.part),
        )
        return removed_at is not None, changed

    def _add(self, key: str, record: StoredRecord, at: str) -> bool:
        """Adds a record that is new at its URL. Says whether no other URL shows its question.

        Its id is its name until something that has to do with it turns up ahead of the publication. Given later, an id
        would have the whole row written anew, which holds the body.
        """
        has_copies, has_pages, is_claimed = self._db.execute(
            _BEFORE, (key, record.question_hash, record.name)
        ).fetchone()
        is_further = thread_of(record.question_hash) is not None
        is_shown = (has_copies or is_further) and self.shown_elsewhere(record.question_hash, key) is not None
        if has_copies:
            self._unsettle(record.question_hash)
        if has_pages:
            self._unsettle_pages(key)
        if is_claimed:
            self._unsettle_new("id=?", record.name)
        is_settled = not (has_copies or has_pages or is_claimed or is_further)
        self._db.execute("INSERT OR IGNORE INTO undo (url_key, part, existed) VALUES (?, ?, 0)", (key, record.part))
        self._db.execute(
            "INSERT INTO records (question_hash, content_hash, name, body, extractor_version, answered, url_key, part,"
            " first_seen_at, changed_at, version, id, settled) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, ?, ?)",
            (*_row(record), key, record.part, at, at, record.name, is_settled),
        )
        return not is_shown

    def body(self, key: str, part: str) -> bytes | None:
        """The record that the page *key* shows or last showed, as JSON; None where none is known."""
        row = self._db.execute("SELECT body FROM records WHERE url_key=? AND part=?", (key, part)).fetchone()
        return row[0] if row else None

    def lose(self, key: str, shown: Collection[str], now: float, at: str) -> tuple[float | None, int]:
        """Notes that the page *key* was read and shows only the parts *shown* of its records.

        A record that two checks at least a day apart (``REMOVED_AFTER``) did not find gets its tombstone. Gives since
        when the first of those that may come back is missing (None: none is), and how many were removed now.
        """
        since: float | None = None
        removed = 0
        for part, lost_at in self._db.execute(
            "SELECT part, lost_at FROM records WHERE url_key=? AND removed_at IS NULL", (key,)
        ).fetchall():
            if part in shown:
                continue
            is_removed = lost_at is not None and now - lost_at >= REMOVED_AFTER
            if lost_at is None or is_removed:
                self._remember(key, part)
                self._db.execute(
                    "UPDATE records SET lost_at=coalesce(lost_at, ?), removed_at=? WHERE url_key=? AND part=?",
                    (now, at if is_removed else None, key, part),
                )
            removed += is_removed
            if is_removed and not part:
                self._outlive(key, at)
            if not is_removed:
                since = min(since or now, lost_at or now)
        return since, removed

    def _outlive(self, key: str, at: str) -> None:
        """A further page, *key*, was removed: the record of its thread changes, and its versions go on counting."""
        page = further_page(key)
        if page is not None:
            self._remember(page[0], "")
            versions = "1 + (SELECT version FROM records WHERE url_key=? AND part='')"
            self._db.execute(
                f"UPDATE records SET changed_at=?, version=version + {versions}"
                " WHERE url_key=? AND part='' AND removed_at IS NULL",
                (at, key, page[0]),
            )

    def _remember(self, key: str, part: str) -> None:
        """Keeps a record as it was at the last publication, so that a run that went wrong can be undone."""
        self._db.execute(
            f"INSERT OR IGNORE INTO undo (url_key, part, existed, {_KEPT})"
            f" SELECT url_key, part, 1, {_KEPT} FROM records WHERE url_key=? AND part=?",
            (key, part),
        )

    def undo(self) -> None:
        """Makes all records what they were at the last publication."""
        for existed, key, part, version in self._db.execute(
            "SELECT existed, url_key, part, version FROM undo"
        ).fetchall():
            self._db.execute(
                "DELETE FROM record_versions WHERE url_key=? AND part=? AND version>=?",
                (key, part, version if existed else 0),
            )
            self._unsettle_pages(key)
        self._db.execute(
            "UPDATE records SET settled=0 WHERE question_hash IN (SELECT r.question_hash FROM records r JOIN undo"
            " USING (url_key, part) UNION SELECT question_hash FROM undo)"
        )
        self._db.execute(
            "DELETE FROM records WHERE (url_key, part) IN (SELECT url_key, part FROM undo WHERE NOT existed)"
        )
        self._db.execute(
            f"UPDATE records SET ({_KEPT})=(SELECT {_KEPT} FROM undo u"
            " WHERE u.url_key=records.url_key AND u.part=records.part), settled=0"
            " WHERE (url_key, part) IN (SELECT url_key, part FROM undo)"
        )
        self.forget_undo()

    def forget_undo(self) -> None:
        """What the records are now is published: it is what later runs are undone to."""
        self._db.execute("DELETE FROM undo")

    def undone_keys(self) -> list[str]:
        """URLs of the records that are different from what was published."""
        return [row[0] for row in self._db.execute("SELECT DISTINCT url_key FROM undo")]

    def before_and_now(self) -> Iterator[tuple[str, bytes, bytes | None]]:
        """URL, published body and present body (None: missing on its page) of the records that are different now."""
        yield from self._db.execute(
            "SELECT url_key, u.body, CASE WHEN r.lost_at IS NULL THEN r.body END FROM undo u JOIN records r"
            " USING (url_key, part) WHERE u.existed AND u.removed_at IS NULL ORDER BY url_key, part"
        )

    def _unsettle(self, *question_hashes: str) -> None:
        """Notes that the copies of these questions are no longer the same ones: their ids are looked at again."""
        for question_hash in question_hashes:
            self._db.execute("UPDATE records SET settled=0 WHERE question_hash=? AND settled", (question_hash,))

    def _unsettle_pages(self, key: str) -> None:
        """The same of the further pages of the thread at *key*."""
        self._db.execute(f"UPDATE records SET settled=0 WHERE {OF_PAGES} AND settled", (key,))

    def _unsettle_new(self, where: str, *values: str) -> None:
        """The same of the records *where* that is so, as far as they were not published yet."""
        self._db.execute(f"UPDATE records SET settled=0 WHERE {where} AND settled AND {_NEVER_PUBLISHED}", values)

    def shown_elsewhere(self, question_hash: str, key: str) -> str | None:
        """A URL other than *key* that shows the same question, for a further page the first one; None: none does."""
        first = self._first_page(question_hash)
        if first is not None:
            return first
        row = self._db.execute(
            "SELECT url_key FROM records WHERE question_hash=? AND url_key<>? AND removed_at IS NULL"
            " ORDER BY url_key LIMIT 1",
            (question_hash, key),
        ).fetchone()
        return row[0] if row else None

    def issue_ids(self) -> None:
        """Gives each question its id: the one that a copy was published under, else that of its smallest URL.

        Where copies of one question have become two, the one with the smallest URL keeps the id. Most questions got it
        when they were stored.
        """
        unsettled = "SELECT question_hash FROM records WHERE settled=0 ORDER BY url_key LIMIT 1000"
        with transaction(self._db):
            while rows := self._db.execute(unsettled).fetchall():
                for (question_hash,) in dict.fromkeys(rows):
                    self.issue_id(question_hash)

    def _first_page(self, question_hash: str) -> str | None:
        """The URL of the page that a further page (by *question_hash*) follows, where it is known and of its title."""
        thread = thread_of(question_hash)
        if thread is None:
            return None
        key, title = thread
        query = (  # a thread's address may lead to its last page, which is no first one
            "SELECT url_key, body FROM records WHERE url_key IN (?, (SELECT moved_to FROM urls WHERE key=?))"
            f" AND part='' AND removed_at IS NULL AND question_hash NOT GLOB '{FURTHER}*'"
        )
        for first, body in self._db.execute(query, (key, key)):
            record = orjson.loads(body)
            if title == title_of_thread(record["question"]["title"] or record["title"]):
                return str(first)
        return None

    def issue_id(self, question_hash: str) -> str:
        """Gives one question its id, and says which."""
        first = self._first_page(question_hash)
        if first is not None:
            thread, settled, issued = self._db.execute(
                "SELECT question_hash, settled, id FROM records WHERE url_key=? AND part=''", (first,)
            ).fetchone()
            chosen = str(issued) if settled else self.issue_id(thread)
            self._db.execute("UPDATE records SET id=?, settled=1 WHERE question_hash=?", (chosen, question_hash))
            return chosen
        copies = self._db.execute(
            f"SELECT CASE WHEN NOT {_NEVER_PUBLISHED} THEN id END, name, url_key FROM records WHERE question_hash=?"
            " ORDER BY url_key, part",
            (question_hash,),
        ).fetchall()
        name, keys = copies[0][1], dict.fromkeys(key for *_, key in copies)
        is_further = thread_of(question_hash) is not None
        own = f"{name}~{text_hash(question_hash)[:8] if is_further else question_hash[:8]}"
        # Even that may be taken: by a question that a page shows now which showed this one when the id was issued.
        further = (f"{own}-{number}" for number in count(2))
        of_pages = () if is_further else (issued for key in keys for issued in self._ids_of_pages(key))
        wanted = chain((issued for issued, *_ in copies if issued), of_pages, (name, own), further)
        for chosen in wanted:
            holders = self._holders(chosen, question_hash, keys)
            if all(holders.values()):
                break
        former = self._db.execute(
            "SELECT DISTINCT id FROM records WHERE question_hash=? AND id<>?", (question_hash, chosen)
        ).fetchall()
        self._db.execute("UPDATE records SET id=?, settled=1 WHERE question_hash=?", (chosen, question_hash))
        for other in holders:
            self.issue_id(other)
        if not is_further:
            self._issue_to_pages(former)
        return str(chosen)

    def _issue_to_pages(self, former: list[tuple[str]]) -> None:
        """Looks anew at further pages under an id that was issued to their thread, but is no longer its own."""
        query = f"SELECT DISTINCT question_hash FROM records WHERE id=? AND settled AND question_hash GLOB '{FURTHER}*'"
        for issued in former:
            for (page,) in self._db.execute(query, issued).fetchall():
                self.issue_id(page)

    def _ids_of_pages(self, key: str) -> list[str]:
        """The ids that further pages of the thread at *key* were published under, before its first page was known."""
        found = self._db.execute(
            f"SELECT DISTINCT question_hash, id FROM records WHERE {OF_PAGES} AND id IS NOT NULL"
            f" AND NOT {_NEVER_PUBLISHED} ORDER BY id",
            (key,),
        ).fetchall()
        return [issued for question_hash, issued in found if self._first_page(question_hash) == key]

    def _holders(self, issued: str, question_hash: str, keys: Collection[str]) -> dict[str, bool]:
        """The other questions that have the id, and whether each would yield it to *question_hash*, which is at *keys*.

        One that was not published yet yields to a smaller URL. Further pages of a thread at *keys* may have it as well.
        """
        others = self._db.execute(
            f"SELECT question_hash, min(url_key) > ? AND min({_NEVER_PUBLISHED}) FROM records"
            " WHERE id=? AND question_hash<>? AND settled=1 GROUP BY question_hash",
            (min(keys), issued, question_hash),
        )
        threads = ((other, yields, thread_of(other)) for other, yields in others)
        return {other: bool(yields) for other, yields, thread in threads if thread is None or thread[0] not in keys}

    def published(self, *, with_new: bool = True) -> Iterator[PublishedRecord]:
        """All questions, sorted by id, each once; *with_new*: those too that were not published yet.

        These must have been issued their ids (``issue_ids``).
        """
        rows = self._db.execute(
            "SELECT id, url_key, body, first_seen_at, changed_at, version,"
            " (SELECT cluster FROM near_duplicates n WHERE n.id=records.id) FROM records WHERE id IS NOT NULL"
            f" AND removed_at IS NULL{'' if with_new else f' AND NOT {_NEVER_PUBLISHED}'} ORDER BY id, url_key, part"
        )
        for _, copies in groupby(rows, itemgetter(0)):
            yield _one_of(copies)

    def count(self) -> int:
        """How many questions are stored, each counted once however many URLs show it."""
        # Along the index; count(DISTINCT …) would hold all hashes in memory, 80 MB of a million.
        first = (
            f"SELECT 1 FROM records f WHERE f.url_key={first_page_in_sql('r.question_hash')} AND f.removed_at IS NULL"
        )
        each = (
            "SELECT DISTINCT question_hash FROM records r WHERE removed_at IS NULL"
            f" AND NOT (question_hash GLOB '{FURTHER}*' AND EXISTS ({first}))"
        )
        return int(self._db.execute(f"SELECT count(*) FROM ({each})").fetchone()[0])


def _row(record: StoredRecord) -> tuple[str, str, str, bytes, str, bool]:
    return (
        record.question_hash,
        record.content_hash,
        record.name,
        record.body,
        record.extractor_version,
        record.answered,
    )


def _one_of(rows: Iterator[_Row]) -> PublishedRecord:
    """The record that all copies of one question are: *rows*, sorted by their URL. Bodies not needed are let go."""
    first = next(rows)
    second = next(rows, None)
    if second is None:
        return _published(first)
    copies: list[tuple[tuple[str, int] | None, _Row]] = []
    has_first = False
    for row in chain((first, second), rows):
        page = further_page(row[1])
        copies.append((page, row if page is not None or not has_first else (*row[:2], b"", *row[3:])))
        has_first = has_first or page is None
    copies.sort(key=_place)
    page, row = copies[0]
    record, thread, keys = _published(row), page[0] if page is not None else row[1], {row[1] for _, row in copies}
    for page, (_, key, body, first_seen_at, changed_at, version, _) in copies[1:]:
        record.other_urls.append(key)
        record.first_seen_at = min(record.first_seen_at, first_seen_at)
        # One whose first page is not among the copies: that one has moved to another address.
        if page is not None and (page[0] == thread or page[0] not in keys):
            record.further_pages.append(body)
            record.changed_at = max(record.changed_at, changed_at)
            record.version += version
    return record


def _published(row: _Row) -> PublishedRecord:
    name, _, body, first_seen_at, changed_at, version, cluster = row
    return PublishedRecord(name, body, first_seen_at, changed_at, version, cluster)


def _place(copy: tuple[tuple[str, int] | None, _Row]) -> tuple[int, str]:
    """Where a copy stands among all of its question: pages in their order, else by their URL."""
    page, row = copy
    return page[1] if page is not None else 0, row[1]
