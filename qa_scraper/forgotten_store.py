"""Who was forgotten: tombstones without content in the ledger's file, and whether a record is one that stays away.

A tombstone keeps the URL, which the frontier keeps anyway, and keyed hashes of the asker's name and of the question.
The key lies in the same file: who has the ledger can try names, nobody else can.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any, Final

import orjson

from qa_scraper.asker_names import normal_name
from qa_scraper.items import Record
from qa_scraper.thread_pages import further_page

FORGOTTEN: Final = "forgotten on request"
"""Why a page that shows a forgotten question holds none."""
_KEY: Final = "forgotten_key"
_JOB: Final = "forgetting"


@dataclass(frozen=True, slots=True)
class Tombstone:
    """What is not to come back: its URL and part, the id that it was published under, what it said."""

    url: str
    part: str
    id: str | None
    record: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Job:
    """A forgetting that the published files have not followed yet: in which run, when, of which ids, teasers of which
    URLs.
    """

    run: int
    at: str
    ids: tuple[str, ...]
    urls: tuple[str, ...]


class ForgottenStore:
    """The tombstones of one ledger. What is written here belongs into a transaction of the ledger's."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._key = b""
        self._pages: set[tuple[str, str]] | None = None
        self._urls: set[str] = set()
        self._questions: set[bytes] = set()
        self._askers: set[bytes | None] = set()

    @property
    def is_empty(self) -> bool:
        """Whether nobody was forgotten. Costs nothing once it was asked."""
        return not (self._known() or self._askers)

    def _known(self) -> set[tuple[str, str]]:
        if self._pages is None:
            self._pages = set()
            self._urls.clear()
            self._questions.clear()
            for url, part, question in self._db.execute("SELECT url_key, part, question_mark FROM forgotten"):
                self._pages.add((url, part))
                self._urls.add(url)
                self._questions.add(question)
            self._askers = {row[0] for row in self._db.execute("SELECT asker_mark FROM forgotten_askers")}
            row = self._db.execute("SELECT value FROM meta WHERE name=?", (_KEY,)).fetchone()
            self._key = bytes.fromhex(row[0]) if row else b""
        return self._pages

    def stays_away(self, record: Record) -> bool:
        """Whether *record* was forgotten, or is of an asker who was. It is emptied then, so that no log tells of it.

        Else the teasers of forgotten questions are taken out of it.
        """
        if self.is_empty:
            return False
        asker = record.asker.name
        page = further_page(record.url or "")  # of a thread whose first page was forgotten
        is_gone = (
            (record.url or "", record.id.partition("#")[2]) in self._known()
            or (page is not None and (page[0], "") in self._known())
            or self._asker_mark(asker) in self._askers
            or any(
                self._asker_mark(name) in self._askers
                for answer in record.answers
                if answer.by_asker
                for name in (answer.author.name, answer.signed_by)
            )
            or self._question_mark(record.question.title, record.question.text, record.question.asked_on, asker)
            in self._questions
        )
        if is_gone:
            empty = Record(record.id, record.site, record.url)
            for each in fields(Record):
                setattr(record, each.name, getattr(empty, each.name))
        else:
            record.related_questions = [
                teaser for teaser in record.related_questions if not self._leads_to_forgotten(teaser.url)
            ]
        return is_gone

    def _leads_to_forgotten(self, url: str | None) -> bool:
        """Whether *url* showed something forgotten, in whichever part of its page, or is known to redirect there."""
        seen: set[str] = set()
        while url is not None and url not in seen:
            if url in self._urls:
                return True
            seen.add(url)
            row = self._db.execute("SELECT moved_to FROM urls WHERE key=?", (url,)).fetchone()
            url = row[0] if row else None
        return False

    def knows_id(self, name: str) -> bool:
        """Whether a record of this id was forgotten."""
        return self._db.execute("SELECT 1 FROM forgotten WHERE id=?", (name,)).fetchone() is not None

    def knows_asker(self, name: str) -> bool:
        """Whether all of this asker was forgotten."""
        return not self.is_empty and self._asker_mark(name) in self._askers

    def add(self, tombstones: Iterable[Tombstone], askers: Iterable[str], at: str) -> None:
        """Notes that these are not to come back, nor anything else of *askers* (names). *at*: a time."""
        self._known()
        if not self._key:
            self._key = secrets.token_bytes(32)
            self._db.execute("INSERT INTO meta VALUES (?, ?)", (_KEY, self._key.hex()))
        for stone in tombstones:
            question = _object(stone.record.get("question"))
            mark = self._question_mark(
                question.get("title"), question.get("text"), question.get("asked_on"), _asker_of(stone.record)
            )
            self._db.execute(
                "INSERT OR REPLACE INTO forgotten VALUES (?, ?, ?, ?, ?)", (stone.url, stone.part, stone.id, mark, at)
            )
        marks = [(self._asker_mark(name), at) for name in askers]
        self._db.executemany("INSERT OR IGNORE INTO forgotten_askers VALUES (?, ?)", marks)
        self._pages = None

    def _asker_mark(self, name: str | None) -> bytes | None:
        return None if name is None else self._mark("asker", normal_name(name))

    def _question_mark(self, title: str | None, text: str | None, asked_on: str | None, asker: str | None) -> bytes:
        if text is None and asked_on is None and asker is None:
            return secrets.token_bytes(32)  # a title alone is that of others too: no record has this mark
        words = [None if part is None else normal_name(part) for part in (title, text, asker)]
        return self._mark("question", orjson.dumps([*words, asked_on]).decode())

    def _mark(self, kind: str, text: str) -> bytes:
        return hmac.digest(self._key, f"{kind}\0{text}".encode("utf-8", "replace"), hashlib.sha256)

    # The job at hand

    def begin(self, job: Job) -> None:
        """Notes what the published files are to follow."""
        value = orjson.dumps({"run": job.run, "at": job.at, "ids": job.ids, "urls": job.urls}).decode()
        self._db.execute("INSERT INTO meta VALUES (?, ?)", (_JOB, value))

    def unfinished(self) -> Job | None:
        """What the published files have not followed yet; None: nothing."""
        row = self._db.execute("SELECT value FROM meta WHERE name=?", (_JOB,)).fetchone()
        if row is None:
            return None
        kept = orjson.loads(row[0])
        return Job(kept["run"], kept["at"], tuple(kept["ids"]), tuple(kept["urls"]))

    def finish(self) -> None:
        """The published files have followed."""
        self._db.execute("DELETE FROM meta WHERE name=?", (_JOB,))


def _asker_of(record: Mapping[str, object]) -> str | None:
    name: str | None = _object(record.get("asker")).get("name")
    return name


def _object(part: object) -> dict[str, Any]:
    return part if isinstance(part, dict) else {}
