"""The near-duplicates in the ledger's file: signatures of what is to be published, the clusters that they are in.

Brought up to date before each publication, at a cost in proportion to the records that changed and the clusters that
they were in. What is written here belongs into a transaction of the ledger's: a run that is rejected undoes it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Final

import orjson

from qa_scraper.ledger_values import StoredRecord
from qa_scraper.near_duplicates import (
    RULES,
    Cluster,
    Groups,
    are_similar,
    bands,
    names,
    question_and_answers,
    signatures,
    values,
)

_AT_ONCE: Final = 1000
_MOST_KEPT: Final = 8 * 2**20
"""Bytes of what a run has stored that are kept until it publishes: to read a record again is a fifth of its cost."""
_BESIDE: Final = 300  # bytes that a text takes beside its own
_MOST_IN_A_BAND: Final = 16
"""Records that a record is compared with for one band: ten thousand copies of a text cost no more each than a hundred.

What comes later is compared with these, not kept for others: they are linked by the ones that are there.
"""

# What is published of a question is the copy of its smallest URL.
_CONTENT: Final = (
    "(SELECT content_hash FROM records WHERE records.id=n.id AND removed_at IS NULL ORDER BY url_key, part LIMIT 1)"
)
_BITS: Final = 26
_LAST: Final = (1 << _BITS) - 1
"""The greatest number of a row: as many records as a file of 500 GB would hold."""
_THERE: Final = (
    f"SELECT entry FROM json_each(?) j CROSS JOIN near_duplicate_bands ON entry BETWEEN value AND value+{_LAST}"
)
_KNOWN: Final = "SELECT number, signature, cluster FROM json_each(?) j CROSS JOIN near_duplicates ON number=value"
_ADD: Final = "INSERT OR IGNORE INTO near_duplicate_bands SELECT value FROM json_each(?)"
_NEW: Final = (
    "SELECT r.id, r.content_hash, r.url_key, r.part, n.number, n.signature FROM records r"
    " LEFT JOIN near_duplicates n ON n.id=r.id"
    " WHERE r.removed_at IS NULL AND r.id>? AND n.content_hash IS NOT r.content_hash AND NOT EXISTS"
    " (SELECT 1 FROM records e WHERE e.id=r.id AND e.removed_at IS NULL AND (e.url_key, e.part)<(r.url_key, r.part))"
    " ORDER BY r.id LIMIT ?"
)


class NearDuplicateStore:
    """The near-duplicates of one ledger."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._kept: dict[str, bytes] = {}
        self._signed: dict[str, bytes] = {}
        self._kept_bytes = 0

    def keep(self, record: StoredRecord) -> None:
        """Keeps in memory the signature of *record*, or what it says, up to ``_MOST_KEPT``: the rest is in the file."""
        if self._kept_bytes < _MOST_KEPT:
            if record.signature is None:
                kept = self._kept[record.content_hash] = question_and_answers(record.body)
            else:
                kept = self._signed[record.content_hash] = record.signature
            self._kept_bytes += len(kept) + _BESIDE

    def _drop_kept(self) -> None:
        self._kept.clear()
        self._signed.clear()
        self._kept_bytes = 0

    def forget(self, ids: Iterable[str]) -> None:
        """Removes what records were like; their rows stay until a publication, which takes their clusters apart."""
        self._drop_kept()
        for issued in ids:
            self._drop_bands(
                self._db.execute("SELECT number, signature FROM near_duplicates WHERE id=?", (issued,)).fetchall()
            )
            self._db.execute("UPDATE near_duplicates SET content_hash='', signature=NULL WHERE id=?", (issued,))

    def bring_up_to_date(self) -> None:
        """Gives each record that is to be published its cluster, or none. Ids must have been issued."""
        self._check_rules()
        groups, former = Groups(), dict[int, str]()
        apart = self._dissolve(former)
        self._forget_gone()
        self._read_new(groups)
        for some in _in_parts(apart):  # what is left of clusters that lost a member
            self._link(some, groups)
        self._name(groups, former)
        self._drop_kept()

    def _check_rules(self) -> None:
        known = self._db.execute("SELECT value FROM meta WHERE name='near_duplicate_rules'").fetchone()
        if known == (RULES,):
            return
        self._db.execute("UPDATE near_duplicates SET content_hash='', signature=NULL")
        self._db.execute("DELETE FROM near_duplicate_bands")
        self._db.execute("INSERT OR REPLACE INTO meta VALUES ('near_duplicate_rules', ?)", (RULES,))

    def _dissolve(self, former: dict[int, str]) -> list[tuple[int, bytes]]:
        """Takes the clusters apart that have a record which is no longer what it was, or gone.

        Notes in *former* which cluster a record was in. Gives number and signature of the records that are as they
        were.
        """
        apart = []
        loose = self._db.execute(
            "SELECT DISTINCT cluster FROM near_duplicates n"
            f" WHERE cluster IS NOT NULL AND content_hash IS NOT {_CONTENT}"
        ).fetchall()
        for (cluster,) in loose:
            for number, signature, is_same in self._db.execute(
                f"SELECT number, signature, content_hash IS {_CONTENT} FROM near_duplicates n WHERE cluster=?",
                (cluster,),
            ):
                former[number] = cluster
                if is_same:
                    apart.append((number, signature))
        self._db.executemany("UPDATE near_duplicates SET cluster=NULL WHERE cluster=?", loose)
        return sorted(apart)

    def _forget_gone(self) -> None:
        gone = self._db.execute(
            "SELECT number, signature FROM near_duplicates n WHERE NOT EXISTS"
            " (SELECT 1 FROM records WHERE records.id=n.id AND removed_at IS NULL)"
        ).fetchall()
        self._drop_bands(gone)
        self._db.executemany("DELETE FROM near_duplicates WHERE number=?", [(number,) for number, _ in gone])

    def _drop_bands(self, numbered: Iterable[tuple[int, bytes | None]]) -> None:
        entries = [
            (band << _BITS | number,) for number, signature in numbered if signature for band in bands(signature)
        ]
        self._db.executemany("DELETE FROM near_duplicate_bands WHERE entry=?", entries)

    def _read_new(self, groups: Groups) -> None:
        """Reads what was added or changed since, and links it."""
        after = ""
        last: int = self._db.execute("SELECT coalesce(max(number), 0) FROM near_duplicates").fetchone()[0]
        while rows := self._db.execute(_NEW, (after, _AT_ONCE)).fetchall():
            after = rows[-1][0]
            self._drop_bands((number, signature) for *_, number, signature in rows)
            numbers = [known or (last := last + 1) for *_, known, _ in rows]
            found = self._signatures([row[1:4] for row in rows])
            self._db.executemany(
                "INSERT INTO near_duplicates (number, id, content_hash, signature) VALUES (?, ?, ?, ?)"
                " ON CONFLICT DO UPDATE SET content_hash=excluded.content_hash, signature=excluded.signature",
                [(number, *row[:2], signature) for number, row, signature in zip(numbers, rows, found, strict=True)],
            )
            self._link([(number, known) for number, known in zip(numbers, found, strict=True) if known], groups)

    def _signatures(self, records: Iterable[tuple[str, str, str]]) -> list[bytes | None]:
        """The signature of each record, given by its content's hash, URL and part."""
        records = list(records)
        unsigned = [record for record in records if record[0] not in self._signed]
        made = dict(zip(unsigned, signatures(orjson.loads(self._text_of(*record)) for record in unsigned), strict=True))
        return [made[record] if record in made else self._signed[record[0]] or None for record in records]

    def _text_of(self, content_hash: str, key: str, part: str) -> bytes:
        """JSON of a record's question and answers."""
        found = self._kept.get(content_hash)
        if found is None:
            row = self._db.execute("SELECT body FROM records WHERE url_key=? AND part=?", (key, part)).fetchone()
            found = question_and_answers(row[0])
        return found

    def _link(self, numbered: list[tuple[int, bytes]], groups: Groups) -> None:
        """Joins records with those that are similar, and notes their bands."""
        known = dict(numbered)
        first: dict[int, int] = {}  # of each band; most records are alone in theirs
        further: list[tuple[int, int]] = []
        for number, signature in known.items():
            for band in bands(signature):
                if first.setdefault(band, number) != number:
                    further.append((band, number))
        there: dict[int, list[int]] = {}
        begins = orjson.dumps(sorted(band << _BITS for band in first)).decode()
        for (entry,) in self._db.execute(_THERE, (begins,)):
            there.setdefault(entry >> _BITS, []).append(entry & _LAST)
        further += [(band, first[band]) for band in there]
        entries = [band << _BITS | number for band, number in first.items() if band not in there]
        pairs: dict[tuple[int, int], None] = {}  # most that are alike share many bands
        for band, number in further:
            others = there.setdefault(band, [first[band]])
            for other in others:
                pairs[number, other] = None
            if len(others) < _MOST_IN_A_BAND:
                others.append(number)
                entries.append(band << _BITS | number)
        self._join(pairs, known, groups)
        entries.sort()  # neighbours in the table are written together
        self._db.execute(_ADD, (orjson.dumps(entries).decode(),))

    def _join(self, pairs: Collection[tuple[int, int]], known: Mapping[int, bytes], groups: Groups) -> None:
        """Joins the records of *pairs*, or one and the cluster of the other, that are similar; *known*: signatures."""
        if not pairs:
            return
        unknown = orjson.dumps(sorted({other for _, other in pairs if other not in known})).decode()
        places: dict[int, int | str] = {}
        found = {number: values(signature) for number, signature in known.items()}
        for number, signature, cluster in self._db.execute(_KNOWN, (unknown,)):
            places[number] = cluster or number
            found[number] = values(signature)
        for number, other in pairs:
            if number != other and are_similar(found[number], found[other]):
                groups.join(number, places.get(other, other))

    def _name(self, groups: Groups, former: dict[int, str]) -> None:
        clusters, members = [], []
        for group in groups.all():
            numbers = [thing for thing in group if isinstance(thing, int)]
            ids = sorted(map(self._id_of, numbers))
            kept = tuple(sorted(thing for thing in group if isinstance(thing, str)))
            was = tuple(sorted(former[number] for number in numbers if number in former))
            clusters.append(Cluster(tuple(ids), was, kept))
            members.append(numbers)
        order = sorted(range(len(clusters)), key=lambda at: clusters[at].ids)
        clusters = [clusters[at] for at in order]
        for name, cluster, at in zip(names(clusters, self._taken(clusters)), clusters, order, strict=True):
            self._db.executemany(
                "UPDATE near_duplicates SET cluster=? WHERE number=?", [(name, number) for number in members[at]]
            )
            others = [(name, kept) for kept in cluster.kept if kept != name]
            self._db.executemany("UPDATE near_duplicates SET cluster=? WHERE cluster=?", others)

    def _id_of(self, number: int) -> str:
        return str(self._db.execute("SELECT id FROM near_duplicates WHERE number=?", (number,)).fetchone()[0])

    def _taken(self, clusters: Iterable[Cluster]) -> set[str]:
        """Which of the names that *clusters* might get are names of others."""
        wanted = {issued for cluster in clusters for issued in cluster.ids}
        query = "SELECT 1 FROM near_duplicates WHERE cluster=? LIMIT 1"
        return {name for name in wanted if self._db.execute(query, (name,)).fetchone()}


def _in_parts(numbered: list[tuple[int, bytes]]) -> Iterator[list[tuple[int, bytes]]]:
    for at in range(0, len(numbered), _AT_ONCE):
        yield numbered[at : at + _AT_ONCE]
