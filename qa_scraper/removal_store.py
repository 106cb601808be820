"""A person's records in the ledger's file: found, and removed from every table that holds something of them."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import orjson

from qa_scraper.forgotten_store import FORGOTTEN, Tombstone
from qa_scraper.near_duplicate_store import NearDuplicateStore
from qa_scraper.refresh import State
from qa_scraper.thread_pages import OF_PAGES

_TABLES: Final = ("records", "record_versions", "undo")
"""Where bodies of records are."""
_HAS_TEASERS: Final = b'"related_questions":[{'
"""What stands in the body of a record with teasers, and in no other: within a text its quotes would be escaped."""
_Place = tuple[str, str]
"""URL and part of a record."""


@dataclass(frozen=True, slots=True)
class Found:
    """What is to be forgotten. ``askers``: names of whom nothing is to come back.

    ``versions``: former states of the records; ``teasers``: records of others that show a teaser of one of these;
    ``whole``: URLs that show nothing else; ``teased``: URLs of which no teaser is left, those that show them and those
    that redirect there.
    """

    records: tuple[Tombstone, ...]
    askers: tuple[str, ...]
    versions: int
    teasers: int
    whole: tuple[str, ...]
    teased: tuple[str, ...]

    @property
    def ids(self) -> tuple[str, ...]:
        """Ids of the records, each once."""
        return tuple(sorted({stone.id for stone in self.records if stone.id}))

    @property
    def urls(self) -> tuple[str, ...]:
        """URLs that show them, each once."""
        return tuple(sorted({stone.url for stone in self.records}))


class RemovalStore:
    """The records of one ledger, to be forgotten. What is written here belongs into a transaction of the ledger's."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def of_asker(self, is_meant: Callable[[str], bool]) -> Found:
        """The records whose asker has, or once had, a name that *is_meant*. Reads every record."""
        places: set[_Place] = set()
        names: set[str] = set()
        for table in _TABLES:
            for url, part, body in self._db.execute(f"SELECT url_key, part, body FROM {table} WHERE body IS NOT NULL"):
                meant = [name for name in _names_in(orjson.loads(body)) if is_meant(name)]
                if meant:
                    places.add((url, part))
                    names.update(meant)
        return self._found(places, names)

    def of_id(self, name: str) -> Found:
        """The record of this id. All ids must have been issued: before that two records may share one."""
        return self._found(set(self._db.execute("SELECT url_key, part FROM records WHERE id=?", (name,))), set())

    def _found(self, places: set[_Place], names: set[str]) -> Found:
        copies = (
            "SELECT c.url_key, c.part FROM records r JOIN records c USING (question_hash)"
            " WHERE r.url_key=? AND r.part=?"
        )
        further = f"SELECT url_key, part FROM records WHERE {OF_PAGES}"
        for place in list(places):
            places.update(self._db.execute(copies, place))
        for url, _ in list(places):
            places.update(self._db.execute(further, (url,)))
        stones, versions = [], 0
        parts: dict[str, set[str]] = {}
        for url, part in sorted(places):
            row = self._db.execute("SELECT id, body FROM records WHERE url_key=? AND part=?", (url, part)).fetchone()
            stones.append(Tombstone(url, part, row[0], orjson.loads(row[1])) if row else Tombstone(url, part, None, {}))
            versions += self._db.execute(
                "SELECT count(*) FROM record_versions WHERE url_key=? AND part=?", (url, part)
            ).fetchone()[0]
            parts.setdefault(url, set()).add(part)
        whole = tuple(url for url, gone in parts.items() if self._parts(url) <= gone)
        teased = self._leading_to(parts)
        others = {(url, part) for table in _TABLES for url, part, _, _ in self._with_teasers(table, teased)}
        return Found(tuple(stones), tuple(sorted(names)), versions, len(others - places), whole, tuple(sorted(teased)))

    def _parts(self, url: str) -> set[str]:
        return {row[0] for row in self._db.execute("SELECT part FROM records WHERE url_key=?", (url,))}

    def _leading_to(self, urls: Iterable[str]) -> set[str]:
        """*urls*, and those that redirect to one of them, be it by way of others."""
        known, ahead = set(urls), list(urls)
        if not known:
            return known
        sources: dict[str, list[str]] = {}
        for key, target in self._db.execute("SELECT key, moved_to FROM urls WHERE moved_to IS NOT NULL"):
            sources.setdefault(target, []).append(key)
        while ahead:
            further = [source for source in sources.get(ahead.pop(), ()) if source not in known]
            known.update(further)
            ahead += further
        return known

    def _with_teasers(self, table: str, urls: Collection[str]) -> Iterator[tuple[str, str, int, bytes]]:
        """Rows of *table* whose record has a teaser of one of *urls*: URL, part, version, body without it.

        One pass, whatever the number of *urls*; a record without teasers is not parsed.
        """
        if not urls:
            return
        version = "version" if table == "record_versions" else "0"
        rows = self._db.execute(
            f"SELECT url_key, part, {version}, body FROM {table} WHERE instr(body, ?)", (_HAS_TEASERS,)
        )
        for url, part, number, body in rows:
            record = orjson.loads(body)
            kept = without_teasers(record, urls)
            if kept is not record:
                yield url, part, number, orjson.dumps(kept)

    def remove(self, found: Found) -> None:
        """Removes what was *found* from every table; its pages are not fetched again where they show nothing else."""
        self._db.execute("PRAGMA secure_delete=ON")
        teased, whole = frozenset(found.teased), frozenset(found.whole)
        for table in _TABLES:
            for url, part, version, body in list(self._with_teasers(table, teased)):
                which = " AND version=?" if table == "record_versions" else ""
                self._db.execute(
                    f"UPDATE {table} SET body=? WHERE url_key=? AND part=?{which}",
                    (body, url, part, *([version] if which else [])),
                )
            self._db.executemany(
                f"DELETE FROM {table} WHERE url_key=? AND part=?", [(stone.url, stone.part) for stone in found.records]
            )
        NearDuplicateStore(self._db).forget(found.ids)
        for url in found.urls:
            self._forget_page(url, is_whole=url in whole)
        self._forget_reasons(set(found.urls))

    def _forget_page(self, url: str, *, is_whole: bool) -> None:
        if not is_whole:
            self._db.execute("UPDATE urls SET body_hash=NULL, read_hash=NULL WHERE key=?", (url,))
            return
        self._db.execute(  # a start URL is looked at all the same
            "UPDATE urls SET state=CASE WHEN is_start THEN ? ELSE ? END, due_at=CASE WHEN is_start THEN due_at END,"
            " reason=?, tries=0, etag=NULL, last_modified=NULL, body_hash=NULL, read_hash=NULL, read_at=NULL,"
            " read_lastmod=NULL, lost_at=NULL WHERE key=?",
            (State.NO_QUESTION, State.SKIPPED, FORGOTTEN, url),
        )

    def _forget_reasons(self, urls: Collection[str]) -> None:
        """A reason why a page held no question names its title."""
        for run, measures in self._db.execute("SELECT run, measures FROM runs WHERE measures IS NOT NULL").fetchall():
            kept = orjson.loads(measures)
            if _withhold(kept, urls):
                self._db.execute("UPDATE runs SET measures=? WHERE run=?", (orjson.dumps(kept).decode(), run))


def without_teasers(record: dict[str, Any], urls: Collection[str]) -> dict[str, Any]:
    """*record* without teasers of *urls*; the same object where it has none."""
    teasers = record.get("related_questions") or []
    kept = [teaser for teaser in teasers if teaser.get("url") not in urls]
    return record if len(kept) == len(teasers) else {**record, "related_questions": kept}


def _names_in(record: dict[str, Any]) -> Iterator[str]:
    """The names of a record's askers."""
    asker: dict[str, Any] = record.get("asker") or {}
    yield from filter(None, [asker.get("name")])
    for answer in record.get("answers") or []:
        if answer.get("by_asker"):
            author: dict[str, Any] = answer.get("author") or {}
            yield from filter(None, [author.get("name"), answer.get("signed_by")])


def _withhold(measured: Any, urls: Collection[str]) -> bool:
    """Takes the reasons out of what was measured of pages at *urls*; whether there were any."""
    if isinstance(measured, dict) and measured.get("sample") in urls:
        measured["reason"] = FORGOTTEN
        return True
    parts = measured.values() if isinstance(measured, dict) else measured if isinstance(measured, list) else ()
    return sum(_withhold(part, urls) for part in parts) > 0  # all of them, not up to the first
