"""Two snapshots compared, of files, whoever wrote them, or of runs of a site: which records differ, in which fields.

Memory holds the ids of a file and where its lines stand, not the lines.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import IO, TypeGuard

import orjson

from qa_scraper.change_feed import Change, change_of, changed_pairs, feeds, former_values, replay
from qa_scraper.clock import stamp_of
from qa_scraper.errors import InputError
from qa_scraper.ledger_format import LEDGER
from qa_scraper.ledger_reader import read_ledger
from qa_scraper.publish import SNAPSHOT
from qa_scraper.published_files import REJECTED
from qa_scraper.record_source import MARK, record_of


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One side of a comparison. ``lines``: its records as JSON, sorted by id, as often as they are asked for.

    ``at``: when it was made, a stamp; ``note``: what a user may not expect of it, empty where there is nothing.
    """

    name: str
    lines: Iterable[bytes]
    at: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field of a changed record. ``field``: as in ``answers.text``, ``place``: as in ``answers[0].text``."""

    field: str
    place: str
    before: object
    after: object


@dataclass(frozen=True, slots=True)
class Difference:
    """A record that differs, as a line of a feed; its URL; and, where it changed, in which fields, in their order."""

    change: Change
    url: str | None
    fields: tuple[FieldChange, ...]


@dataclass(frozen=True, slots=True)
class Totals:
    """How many records differ; ``fields``: in how many of the changed ones each field does, most first."""

    added: int
    removed: int
    changed: int
    fields: dict[str, int]

    @property
    def differ(self) -> bool:
        """Whether any record does."""
        return bool(self.added or self.removed or self.changed)


def find_snapshot(given: str, output: Path) -> Snapshot:
    """What *given* names: a JSON Lines file; ``SITE@RUN``, a site of *output* as published after a run; or ``SITE``.

    Raises InputError where it is none of them or a line is no record, LedgerError where a ledger cannot be read.
    """
    if Path(given).exists() and not Path(given).is_dir():
        return _of_file(Path(given))
    site, at, run = given.rpartition("@")
    if at and run.isdecimal() and (output / site / LEDGER).exists():
        return _of_run(site, int(run), output / site)
    if (output / given / SNAPSHOT).exists():
        return _of_file(output / given / SNAPSHOT)
    if Path(given).is_dir():
        raise InputError(f"{given} is a folder: name a file in it, for example {Path(given) / SNAPSHOT}")
    raise InputError(
        f"there is no file {given}, and no site with runs of that name in {output}: give the path of a JSON Lines file,"
        " or a site's run as in demo@3 (qa-scraper runs demo lists them)"
    )


def differences(old: Snapshot, new: Snapshot) -> Iterator[Difference]:
    """What happened from *old* to *new*, by id; what is only written differently (keys, blanks) is the same."""
    for was, now in changed_pairs(old.lines, new.lines):
        change = change_of(was, now, new.at)
        if change.op == "changed" and not change.before:
            continue
        last = now if now is not None else was
        assert last is not None
        shown = change.record or orjson.loads(last)
        url = shown.get("url")
        fields = tuple(_changes_in("", "", change.before, shown)) if change.op == "changed" else ()
        yield Difference(change, url if isinstance(url, str) else None, fields)


def count(found: Iterable[Difference]) -> Totals:
    """The totals of what was found."""
    ops, fields = Counter[str](), Counter[str]()
    for difference in found:
        ops[difference.change.op] += 1
        fields.update(list(dict.fromkeys(found.field for found in difference.fields)))
    return Totals(ops["added"], ops["removed"], ops["changed"], dict(fields.most_common()))


def _changes_in(field: str, place: str, before: object, now: object) -> Iterator[FieldChange]:
    """*before*: the former values of what differs, as in a feed."""
    if isinstance(before, dict) and isinstance(now, dict):
        dot = "." if field else ""
        for name, value in before.items():
            yield from _changes_in(f"{field}{dot}{name}", f"{place}{dot}{name}", value, now.get(name))
        return
    within = list(_changes_in_list(field, place, before, now)) if _is_objects(before) and _is_objects(now) else []
    if within:
        yield from within
    else:
        yield FieldChange(field, place, before, now)


def _changes_in_list(
    field: str, place: str, before: list[dict[str, object]], now: list[dict[str, object]]
) -> Iterator[FieldChange]:
    """Of as many objects as before, what differs in each; else those that came and went."""
    if len(before) == len(now):
        for number, (was, item) in enumerate(zip(before, now, strict=True)):
            yield from _changes_in(field, f"{place}[{number}]", former_values(was, item), item)
        return
    for number, was in enumerate(before):
        if was not in now:
            yield FieldChange(field, f"{place}[{number}]", was, None)
    for number, item in enumerate(now):
        if item not in before:
            yield FieldChange(field, f"{place}[{number}]", None, item)


def _is_objects(value: object) -> TypeGuard[list[dict[str, object]]]:
    return isinstance(value, list) and all(isinstance(item, dict) for item in value)


def _of_run(site: str, run: int, folder: Path) -> Snapshot:
    name = f"{site}@{run}"
    found = read_ledger(folder / LEDGER, lambda ledger: ledger.runs.find(run))
    if found is None:
        raise InputError(f"there is no run {run} of {site}: qa-scraper runs {site} lists them")
    until = feeds(folder, run)
    if not until:
        raise InputError(
            f"nothing of {site} was published by run {run} or before it: there is no change feed to replay"
        )
    note = ""
    if found.publication not in {"published", "accepted"} and found.kind != "forget":
        note = f"run {run} of {site} was not published: {name} is what was there before it"
        kept = folder / REJECTED / f"{run:06}" / SNAPSHOT
        if kept.exists():
            note += f"; what it found is {kept}"
    return Snapshot(name, replay(until), found.finished_at or found.started_at, note)


def _of_file(path: Path) -> Snapshot:
    try:
        with contextlib.ExitStack() as stack:
            file: IO[bytes] = stack.enter_context(path.open("rb"))
            made_at = stamp_of(os.fstat(file.fileno()).st_mtime)
            if not file.seekable():  # a pipe, as of a shell's <(zcat old.jsonl.gz)
                spooled = stack.enter_context(tempfile.TemporaryFile())
                shutil.copyfileobj(file, spooled)
                file = spooled
            lines = _SortedLines(file, str(path))
            stack.pop_all()  # the file is read until the process ends
            return Snapshot(str(path), lines, made_at)
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror or error}") from None


class _SortedLines:
    """The lines of a file sorted by the ids of their records."""

    def __init__(self, file: IO[bytes], name: str) -> None:
        """Raises InputError for a line that is no record, naming file and line, and for an id that is there twice."""
        self._file = file
        file.seek(0)
        places: list[tuple[str, int, int, int]] = []
        offset = 0
        for number, line in enumerate(file, 1):
            if line.strip().removeprefix(MARK):
                places.append(
                    (str(record_of(line.removeprefix(MARK), f"{name}:{number}")["id"]), number, offset, len(line))
                )
            offset += len(line)
        places.sort()
        for (one, first, *_), (other, second, *_) in pairwise(places):
            if one == other:
                raise InputError(f"{name}:{second}: the id {one} is in line {first} already: leave one of them out")
        self._places = [(offset, length) for _, _, offset, length in places]

    def __iter__(self) -> Iterator[bytes]:
        for offset, length in self._places:
            self._file.seek(offset)
            yield self._file.read(length).removeprefix(MARK).removesuffix(b"\n")
