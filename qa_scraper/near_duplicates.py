"""What makes two records near-duplicates: shingles, signatures, and how a cluster gets its name. Pure.

Two records are near-duplicates where the sets of their shingles (runs of three words; of three characters in scripts
without spaces) overlap by ``SIMILAR`` or more (Jaccard), estimated by MinHash (Broder 1997); what else is linked to
them by such pairs is of their cluster. ``more_info`` is left out: sites show the same one under many questions.
"""

from __future__ import annotations

import re
import struct
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, count
from typing import Final
from zlib import crc32

import orjson
from rensa import RMinHash

SIMILAR: Final = 0.6
"""Share of the shingles of two records that are in both, from which on they are near-duplicates."""
FEWEST_SHINGLES: Final = 20
"""A record with fewer is like no other: what is left of it may be a greeting."""
_MOST_CHARACTERS: Final = 100_000  # of a record that are looked at: its shingles take a hundred times the memory
_BANDS: Final = 16
_ROWS: Final = 5  # a pair is looked at where 5 values in a row agree: 73% of those at 0.6, 95% at 0.7, 0.5% at 0.2
_VALUES: Final = _BANDS * _ROWS
_SEED: Final = 42
_PACKED: Final = struct.Struct(f"<{_VALUES}I")
_LOWEST_BITS: Final = sum(1 << 32 * at for at in range(_VALUES))
RULES: Final = f"1 {RMinHash.ALGORITHM_VERSION} {_VALUES}"
"""Names what a signature depends on beside the text: signatures of other rules are made anew."""

# Thai, Lao, Myanmar, Khmer; CJK radicals to ideographs without punctuation; kana
_SPACELESS: Final = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u2fdf\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    "\U00020000-\U0003ffff"
)
_RUN: Final = re.compile(f"[{_SPACELESS}]+|[^\\W_{_SPACELESS}]+")
_IS_SPACELESS: Final = re.compile(f"[{_SPACELESS}]")
_ODD: Final = re.compile(r"[^\x00-\x7f]+")
_ASCII_WORDS: Final = bytes(code if chr(code).isalnum() else ord(" ") for code in range(256)).lower()


def tokens(text: str) -> list[bytes]:
    """The words of *text* in lower case, without punctuation, in UTF-8; in scripts without spaces, its characters."""
    if not text.isascii():
        text = _ODD.sub(_without_signs, text)
    if text.isascii():  # what most are without quotes and emoji; four times as fast
        return text.encode().translate(_ASCII_WORDS).split()
    found: list[bytes] = []
    for line in text.split("\n"):
        if line.isascii():
            found += line.encode().translate(_ASCII_WORDS).split()
        else:
            runs = _RUN.findall(unicodedata.normalize("NFKC", line).casefold())
            spaced = [" ".join(run) if _IS_SPACELESS.match(run) else run for run in runs]
            found += " ".join(spaced).encode("utf-8", "replace").split()
    return found


def _without_signs(odd: re.Match[str]) -> str:
    run = odd[0]
    return run if any(map(str.isalnum, run)) else " "


def question_and_answers(body: bytes) -> bytes:
    """JSON of a record's question and answers, cut out of that of the record; all of it where it is written else.

    The keys cannot be part of a text: there a quote is written ``\\"``.
    """
    begin, end = body.find(b',"question":{'), body.find(b',"answer_count_stated":')
    return b"{%b}" % body[begin + 1 : end] if 0 < begin < end else body


def shingles(record: Mapping[str, object]) -> list[bytes]:
    """The shingles of a record's question and answers, in their order; a record has the fields of ``items.Record``."""
    question, answers = record["question"], record["answers"]
    assert isinstance(question, Mapping)
    assert isinstance(answers, list)
    words: list[bytes] = []
    left = _MOST_CHARACTERS
    for text in (question["title"], question["text"], *[answer["text"] for answer in answers]):
        if text and left > 0:
            words += tokens(text[:left])
            left -= len(text)
    return list(map(b" ".join, zip(words, words[1:], words[2:], strict=False)))


def signatures(records: Iterable[Mapping[str, object]]) -> list[bytes | None]:
    """The signature of each record; None where it has too few shingles (``FEWEST_SHINGLES``) to be like another."""
    is_long: list[bool] = []

    def runs() -> Iterator[list[bytes]]:  # one after the other: they are many times as large as their texts
        for record in records:
            run = shingles(record)
            is_long.append(_is_long_enough(run))
            yield run

    digests = RMinHash.digests_from_token_sets(runs(), num_perm=_VALUES, seed=_SEED)
    return [_PACKED.pack(*digest) if long else None for long, digest in zip(is_long, digests, strict=True)]


def signature_of(body: bytes) -> bytes:
    """The signature of the record that stands in *body* as JSON; empty where it is like no other."""
    return signatures([orjson.loads(question_and_answers(body))])[0] or b""


def _is_long_enough(run: list[bytes]) -> bool:
    return len(set(run[: 2 * FEWEST_SHINGLES])) >= FEWEST_SHINGLES or len(set(run)) >= FEWEST_SHINGLES


def values(signature: bytes) -> int:
    """The values of a signature in one number, to be compared."""
    return int.from_bytes(signature, "little")


def are_similar(one: int, other: int) -> bool:
    """Whether so many values agree that the records are near-duplicates (``SIMILAR``); standard error 0.055.

    All values are compared at once: one that differs has a bit somewhere in its 32 bits, which is moved to the lowest.
    """
    different = one ^ other
    for bits in (16, 8, 4, 2, 1):
        different |= different >> bits
    return _VALUES - (different & _LOWEST_BITS).bit_count() >= SIMILAR * _VALUES


def bands(signature: bytes) -> list[int]:
    """Numbers of which near-duplicates have at least one in common, with a chance that grows with their likeness."""
    size = _PACKED.size // _BANDS
    return [at << 32 | crc32(signature[at * size : (at + 1) * size]) for at in range(_BANDS)]  # below 2**37


class Groups:
    """Which things belong together, by pairs (union-find). Names of clusters stand for all that is in them."""

    def __init__(self) -> None:
        self._above: dict[int | str, int | str] = {}

    def root(self, thing: int | str) -> int | str:
        """One thing that stands for all that *thing* belongs with."""
        above = self._above
        root = thing
        while (up := above.get(root, root)) != root:
            root = up
        while (up := above.get(thing, thing)) != root:
            above[thing] = root
            thing = up
        return root

    def join(self, one: int | str, other: int | str) -> None:
        """Notes that two things belong together."""
        self._above.setdefault(one, one)
        self._above.setdefault(other, other)
        self._above[self.root(one)] = self.root(other)

    def all(self) -> list[list[int | str]]:
        """The groups of two and more."""
        found: dict[int | str, list[int | str]] = {}
        for thing in self._above:
            found.setdefault(self.root(thing), []).append(thing)
        return list(found.values())


@dataclass(frozen=True, slots=True)
class Cluster:
    """A cluster that is to get a name.

    ``ids``: of its records that are looked at now, sorted; ``former``: the names that these had, one a record;
    ``kept``: names of clusters that are in it as they were.
    """

    ids: tuple[str, ...]
    former: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()


def names(clusters: Sequence[Cluster], taken: Collection[str]) -> Iterator[str]:
    """A name for each cluster, none of them *taken* by one that is not looked at.

    A cluster is called by the id of a record, the smallest one when it was found, and keeps that name however it
    grows. Where two become one it is the smaller name; where one becomes two, the larger part keeps it.
    """
    inherited: dict[str, int] = {}
    claims = Counter((name, at) for at, cluster in enumerate(clusters) for name in cluster.former)
    for (name, at), _ in sorted(claims.items(), key=lambda claim: (-claim[1], clusters[claim[0][1]].ids)):
        inherited.setdefault(name, at)
    used = {*taken, *inherited, *(name for cluster in clusters for name in cluster.kept)}
    for at, cluster in enumerate(clusters):
        own = sorted([*cluster.kept, *(name for name in set(cluster.former) if inherited[name] == at)])
        # A record's id may be the name of the cluster that it was in once.
        further = (f"{cluster.ids[0]}~{number}" for number in count(2))
        name = own[0] if own else next(name for name in chain(cluster.ids, further) if name not in used)
        used.add(name)
        yield name
