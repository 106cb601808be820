"""The records of a ledger: each question once, its versions kept, its id kept once it was issued."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from qa_scraper.ledger_values import PublishedRecord, StoredRecord


@contextmanager
def transaction(db: sqlite3.Connection) -> Iterator[None]:
    """All or nothing of what is done to *db* inside. Raises sqlite3.Error where the file cannot be written."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise
    db.execute("COMMIT")


class RecordStore:
    """The records in the ledger's file."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def store(self, key: str, record: StoredRecord, at: str) -> tuple[bool, bool]:
        """Adds or updates one record; same content stays as it is. Says whether its question is new, or changed."""
        old = self._db.execute(
            "SELECT question_hash, content_hash, extractor_version, version, body FROM records"
            " WHERE url_key=? AND part=?",
            (key, record.part),
        ).fetchone()
        row = (record.question_hash, record.content_hash, record.name, record.body, record.extractor_version)
        if old is None:
            shown = self.shown_elsewhere(record.question_hash, key)
            self._unsettle(record.question_hash)
            self._db.execute(
                "INSERT INTO records (question_hash, content_hash, name, body, extractor_version, url_key, part,"
                " first_seen_at, changed_at, version) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 1)",
                (*row, key, record.part, at, at),
            )
            return not shown, False
        question_hash, content_hash, extractor_version, version, body = old
        if content_hash == record.content_hash and extractor_version == record.extractor_version:
            return False, False
        changed = content_hash != record.content_hash
        if changed:
            self._db.execute(
                "INSERT OR REPLACE INTO record_versions VALUES (?, ?, ?, ?, ?)", (key, record.part, version, body, at)
            )
        if question_hash != record.question_hash:
            self._unsettle(question_hash, record.question_hash)
        self._db.execute(
            "UPDATE records SET question_hash=?, content_hash=?, name=?, body=?, extractor_version=?,"
            " version=version+?, changed_at=CASE WHEN ? THEN ? ELSE changed_at END WHERE url_key=? AND part=?",
            (*row, changed, changed, at, key, record.part),
        )
        return False, changed

    def _unsettle(self, *question_hashes: str) -> None:
        """Notes that the copies of these questions are no longer the same ones: their ids are looked at again."""
        for question_hash in question_hashes:
            self._db.execute("UPDATE records SET settled=0 WHERE question_hash=?", (question_hash,))

    def shown_elsewhere(self, question_hash: str, key: str) -> str | None:
        """A URL other than *key* that shows the same question, None where there is none."""
        row = self._db.execute(
            "SELECT url_key FROM records WHERE question_hash=? AND url_key<>? ORDER BY url_key LIMIT 1",
            (question_hash, key),
        ).fetchone()
        return row[0] if row else None

    def issue_ids(self) -> None:
        """Gives each question its id: the one that a copy was published under, else that of its smallest URL.

        Where copies of one question have become two, the one with the smallest URL keeps the id.
        """
        with transaction(self._db):
            while True:
                rows = self._db.execute(
                    "SELECT question_hash FROM records WHERE settled=0 ORDER BY url_key LIMIT 1000"
                ).fetchall()
                if not rows:
                    return
                for question_hash in dict.fromkeys(row[0] for row in rows):
                    self._issue_id(question_hash)

    def _issue_id(self, question_hash: str) -> None:
        copies = self._db.execute(
            "SELECT id, name FROM records WHERE question_hash=? ORDER BY url_key, part", (question_hash,)
        ).fetchall()
        name = copies[0][1]
        wanted = [*(issued for issued, _ in copies if issued), name, f"{name}~{question_hash[:8]}"]
        chosen = next(choice for choice in wanted if not self._taken(choice, question_hash))
        self._db.execute("UPDATE records SET id=?, settled=1 WHERE question_hash=?", (chosen, question_hash))

    def _taken(self, issued: str, question_hash: str) -> bool:
        found = self._db.execute(
            "SELECT 1 FROM records WHERE id=? AND question_hash<>? AND settled=1 LIMIT 1", (issued, question_hash)
        )
        return found.fetchone() is not None

    def published(self) -> Iterator[PublishedRecord]:
        """All questions that have an id, sorted by it, each once."""
        rows = self._db.execute(
            "SELECT id, url_key, body, first_seen_at, changed_at, version FROM records WHERE id IS NOT NULL"
            " ORDER BY id, url_key, part"
        )
        current: PublishedRecord | None = None
        for issued, key, body, first_seen_at, changed_at, version in rows:
            if current is not None and current.id == issued:
                current.other_urls.append(key)
                current.first_seen_at = min(current.first_seen_at, first_seen_at)
                continue
            if current is not None:
                yield current
            current = PublishedRecord(issued, body, first_seen_at, changed_at, version)
        if current is not None:
            yield current

    def count(self) -> int:
        """How many questions are stored, each counted once however many URLs show it."""
        return int(self._db.execute("SELECT count(DISTINCT question_hash) FROM records").fetchone()[0])
