"""Train, validation and test: which record goes where. What belongs together is never parted.

Together belong near-duplicates (``duplicate_cluster``), records that share a URL (``url`` or one of ``other_urls``),
and relatives: two questions whose pages show each other among their related questions. One-way links would bind nearly
all of a site to one group, as every page shows a few of the same popular ones. A group goes where a hash of one of its
records says, so that a record stays where it is when others are added, unless they join its group; a group of more than
``LARGEST`` records goes to train, whatever the hash says.
"""

from __future__ import annotations

import contextlib
import sqlite3
from array import array
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from typing import Self

    from pydantic import JsonValue

SPLITS: Final = ("train", "validation", "test")
LARGEST: Final = 50
"""Records of a group that may go to validation or test: a larger one would be most of it."""
_LINKS_OF_A_PAGE: Final = 100
"""Related questions that are heeded of one record; more are a list of the site."""


@dataclass(frozen=True, slots=True)
class Parted:
    """``places``: for each record, in their order, the number of its split in ``SPLITS``; ``counts``: records a split;

    ``groups``: of two and more records; ``largest``: records of the largest; ``kept_in_train``: records of groups that
    are too large for another split.
    """

    places: array[int]
    counts: Mapping[str, int]
    groups: int
    largest: int
    kept_in_train: int

    def notes(self, shares: tuple[float, float, float]) -> tuple[str, ...]:
        """What a user may not expect of the sizes, one sentence each."""
        found = []
        if self.kept_in_train:
            found.append(
                f"{self.kept_in_train:,} records are in groups of more than {LARGEST} near-duplicates and relatives,"
                f" the largest of {self.largest:,}: they are kept whole, in train"
            )
        empty = [name for name, share in zip(SPLITS, shares, strict=True) if share and not self.counts[name]]
        if empty and self.places:
            found.append(f"there is nothing in {' and '.join(empty)}: too few groups of records")
        return tuple(found)


class Splitter:
    """Told of each record once, says then where all of them go. Relations are kept in a file; in memory, 17 bytes

    a record.
    """

    def __init__(self, path: Path) -> None:
        self._db = sqlite3.connect(path, isolation_level=None)
        self._db.executescript(
            "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA temp_store=FILE; BEGIN;"
            "CREATE TABLE pages (page INTEGER, record INTEGER, PRIMARY KEY (page, record)) WITHOUT ROWID;"
            "CREATE TABLE links (record INTEGER, page INTEGER, PRIMARY KEY (record, page)) WITHOUT ROWID;"
            "CREATE TABLE clusters (name TEXT, record INTEGER);"
        )
        self._hashes = array("Q")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(sqlite3.Error):
            self._db.close()

    def add(self, record: Mapping[str, JsonValue]) -> None:
        """Notes the next record."""
        number = len(self._hashes)
        self._hashes.append(_hash(str(record["id"])))
        url, source, related = record["url"], record["source"], record["related_questions"]
        assert isinstance(source, dict)
        assert isinstance(related, list)
        others = source["other_urls"]
        assert isinstance(others, list)
        if isinstance(url, str):
            self._db.execute("INSERT OR IGNORE INTO pages VALUES (?, ?)", (_key(url), number))
        for other in others:
            self._db.execute("INSERT OR IGNORE INTO pages VALUES (?, ?)", (_key(str(other)), number))
        links = [teaser["url"] for teaser in related[:_LINKS_OF_A_PAGE] if isinstance(teaser, dict) and teaser["url"]]
        self._db.executemany("INSERT OR IGNORE INTO links VALUES (?, ?)", [(number, _key(str(link))) for link in links])
        if isinstance(cluster := record["duplicate_cluster"], str):
            self._db.execute("INSERT INTO clusters VALUES (?, ?)", (cluster, number))

    def parted(self, shares: tuple[float, float, float], seed: int) -> Parted:
        """Where the records go: *shares* of them to train, validation and test, as near as whole groups come to it."""
        above = self._groups()
        sizes = array("I", bytes(4 * len(above)))  # of groups, at the record that stands for each
        least = self._hashes  # there too: the smallest hash of the group
        for number, record_hash in enumerate(self._hashes):
            root = _root(above, number)
            sizes[root] += 1
            least[root] = min(least[root], record_hash)
        bounds = (shares[0], shares[0] + shares[1])
        places = array("b")
        for number in range(len(above)):
            root = _root(above, number)
            places.append(0 if sizes[root] > LARGEST else _place(least[root], seed, bounds))
        counts = Counter(places)
        return Parted(
            places,
            {name: counts[at] for at, name in enumerate(SPLITS)},
            sum(size > 1 for size in sizes),
            max(sizes, default=0),
            sum(size for size in sizes if size > LARGEST),
        )

    def _groups(self) -> array[int]:
        """For each record one that stands for its group, or leads to it (union-find)."""
        above = array("I", range(len(self._hashes)))
        for pairs in (
            "SELECT min(record) OVER (PARTITION BY page), record FROM pages",
            "SELECT min(record) OVER (PARTITION BY name), record FROM clusters",
            "SELECT l.record, b.record FROM links l JOIN pages b ON b.page=l.page JOIN links m ON m.record=b.record"
            " JOIN pages a ON a.page=m.page AND a.record=l.record WHERE l.record<b.record",
        ):
            for one, other in self._db.execute(pairs):
                above[_root(above, one)] = _root(above, other)
        return above


def _root(above: array[int], number: int) -> int:
    while (up := above[number]) != number:
        above[number] = above[up]
        number = up
    return number


def _place(record_hash: int, seed: int, bounds: tuple[float, float]) -> int:
    drawn = _hash(f"{seed} {record_hash}") / 2**64  # anew: the smallest hash of a large group is a small one
    return (drawn >= bounds[0]) + (drawn >= bounds[1])


def _hash(text: str) -> int:
    return int.from_bytes(blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little")


def _key(url: str) -> int:
    return _hash(url) >> 1  # SQLite's integers have a sign
