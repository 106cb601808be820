"""An export from its source to the file or folder in its place: read, chosen, checked, written beside, renamed."""

from __future__ import annotations

import contextlib
import ctypes
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from qa_scraper.errors import InputError
from qa_scraper.export import FORMATS, ExportOptions, Format, Written
from qa_scraper.flush import flush_file, flush_folder
from qa_scraper.publish import beside, put_in_place, scratch_of
from qa_scraper.record_fields import with_whole_numbers
from qa_scraper.record_filter import Condition, check_field, compiled
from qa_scraper.record_source import RecordSource
from qa_scraper.validation import flaws_of, validator
from qa_scraper.write_target import check_target

if TYPE_CHECKING:
    from pydantic import JsonValue

Record = Mapping[str, "JsonValue"]

_MARK: Final = ".qa-scraper-export"
"""Stands in each folder that an export made: no other folder with files in it is ever replaced."""
_NOWHERE: Final = -100  # AT_FDCWD
_EXCHANGE: Final = 2  # RENAME_EXCHANGE


@dataclass(frozen=True, slots=True)
class Choice:
    """Which records are wanted. ``since``: a date or a stamp; those that changed from then on."""

    where: tuple[str, ...] = ()
    answered: bool = False
    since: str | None = None

    def condition(self) -> Condition:
        """Whether a record is wanted, whenever it changed. Raises InputError for what cannot be understood."""
        conditions = [compiled(expression) for expression in self.where]
        if self.answered:
            conditions.append(is_answered)
        return lambda record: all(holds(record) for holds in conditions)

    def first_stamp(self) -> str:
        """From when on a record is wanted; empty: whenever it changed. Raises InputError for what is no date."""
        return "" if self.since is None else _stamp(self.since)


@dataclass(slots=True)
class Exported:
    """How an export went. ``read``: records in the source; ``written``: by the format; ``undated``: records that

    ``since`` cannot place, as they do not say when they changed; they are left out.
    """

    read: int = 0
    undated: int = 0
    written: Written = field(default_factory=lambda: Written(0))


def is_answered(record: Record) -> bool:
    """Whether someone else than the asker answered."""
    answers = record["answers"]
    assert isinstance(answers, list)
    return any(isinstance(answer, dict) and not answer["by_asker"] for answer in answers)


def format_of(name: str | None, out: Path) -> Format:
    """The format called *name*, or the one that the ending of *out* means. Raises InputError where there is none."""
    if name is not None:
        found = FORMATS.get(name)
        if found is None:
            raise InputError(f"there is no format {name}: --to takes {', '.join(FORMATS)}")
        return found
    for each in FORMATS.values():
        if out.suffix.lower() in each.SUFFIXES:
            return each
    raise InputError(f"the ending of {out} names no format: say which with --to: {', '.join(FORMATS)}")


def checked_options(
    to: Format,
    options: ExportOptions,
    *,
    fields: str | None,
    flat: bool,
    splits: str | None,
    seed: int | None,
    system: str | None = None,
    chunk_size: str | None = None,
    overlap: int | None = None,
) -> ExportOptions:
    """*options* with what the user asked for. Raises InputError for what the format *to* does not take."""
    asked = {"fields": fields is not None, "flat": flat, "splits": splits is not None, "seed": seed is not None}
    asked |= {"system": system is not None, "chunk-size": chunk_size is not None, "overlap": overlap is not None}
    for name, given in asked.items():
        taken = "chunk" if name in {"chunk-size", "overlap"} else name
        if given and taken not in to.TAKES:
            able = [each.NAME for each in FORMATS.values() if taken in each.TAKES]
            raise InputError(f"--{name} does not go with {to.NAME}, only with {', '.join(able) or 'no format yet'}")
    paths = tuple(dict.fromkeys(path.strip() for path in fields.split(","))) if fields is not None else ()
    for path in paths:
        check_field(path)
    size, in_tokens = _chunk_size(chunk_size) if chunk_size is not None else (options.chunk_size, options.in_tokens)
    return replace(
        options,
        fields=paths,
        flat=flat,
        splits=_shares(splits) if splits is not None else options.splits,
        seed=seed or 0,
        system=system or "",
        chunk_size=size,
        in_tokens=in_tokens,
        overlap=overlap if overlap is not None else size // 10,
    )


def _chunk_size(given: str) -> tuple[int, bool]:
    number = given.removesuffix("t")
    if not number.isdecimal():
        raise InputError(f"--chunk-size {given!r} is no size: write 1000 for characters, 300t for tokens")
    return int(number), number != given


def _shares(given: str) -> tuple[float, float, float]:
    given = given.replace(",", ":")
    shares = [int(part) for part in given.split(":") if part.isdecimal()]
    whole = sum(shares)
    if len(shares) != 3 or given.count(":") != 2 or not whole:
        raise InputError(f"--splits {given!r} are no three shares: write them like 80:10:10")
    train, validation, test = shares
    return train / whole, validation / whole, test / whole


def export(
    source: RecordSource,
    out: Path,
    to: Format,
    choice: Choice,
    options: ExportOptions,
    *,
    protect: Callable[[Record], Record] | None = None,
    seen: Callable[[int], None] = lambda _: None,
) -> Exported:
    """Writes the records of *source* that *choice* wants to *out* in the format *to*, whole or not at all.

    *protect*: what is done to each about people's names; *seen* is told how many bytes are read. Raises InputError for
    a line that is no valid record, and where *out* holds what is not to be replaced.
    """
    wanted, first = choice.condition(), choice.first_stamp()
    _check_target(source, out)
    exported = Exported()

    def chosen() -> Iterator[Record]:
        for record in _valid(source, seen):
            exported.read += 1
            if not wanted(record):
                continue
            changed_at = _changed_at(record)
            if first and (changed_at is None or changed_at < first):
                exported.undated += changed_at is None
                continue
            yield protect(record) if protect else record

    out.parent.mkdir(parents=True, exist_ok=True)
    with beside(out) as written:
        exported.written = to.write(chosen(), written, options)
        if written.is_dir():
            (written / _MARK).touch()
            _put_folder_in_place(written, out)
        elif out.is_dir():
            raise InputError(f"{out} is a folder, {to.NAME} writes a file: name one with --out")
        else:
            put_in_place(written, out)
    return exported


def _valid(source: RecordSource, seen: Callable[[int], None]) -> Iterator[Record]:
    """The records of *source*. What is not valid would break an export in the middle, or worse, not break it."""
    is_valid = validator().is_valid
    for number, record in enumerate(source.records(seen), 1):
        if not is_valid(record):
            flaw = next(flaws_of(record, number))
            raise InputError(
                f"{source.path}: record {number} ({record['id']}) is not valid: {flaw.pointer} {flaw.reason};"
                f" qa-scraper validate {source.site or source.path} lists all that is wrong"
            )
        yield with_whole_numbers(record)


def _check_target(source: RecordSource, out: Path) -> None:
    if out.exists() and out.samefile(source.path):
        raise InputError(f"{out} is what is exported: name another file with --out")
    check_target(out)
    if out.is_dir() and any(out.iterdir()) and not (out / _MARK).exists():
        raise InputError(f"{out} holds files that no export made: name a new folder with --out, or empty this one")


def _put_folder_in_place(written: Path, target: Path) -> None:
    """Makes the folder *written* the folder *target*; where that is there, they change places and the old one goes."""
    for path in [*written.rglob("*"), written]:
        if path.is_file():
            flush_file(path)
        else:
            flush_folder(path)
    if target.is_dir() and not target.is_symlink():
        _exchange(written, target)  # the old one is now at *written* and removed there
    elif target.exists():
        raise InputError(f"{target} is a file, this format writes a folder: name one with --out")
    else:
        written.rename(target)
    flush_folder(target.parent)


def _exchange(one: Path, other: Path) -> None:
    """Lets two folders change places: in one step where the system knows how (Linux), else in three."""
    rename = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if rename and rename(_NOWHERE, os.fsencode(one), _NOWHERE, os.fsencode(other), _EXCHANGE) == 0:
        return
    exchange_in_steps(one, other)


def exchange_in_steps(one: Path, other: Path) -> None:
    """Lets two folders change places by renaming; where the second step fails, the first is undone."""
    aside = scratch_of(one)
    other.rename(aside)
    with contextlib.ExitStack() as back:
        back.callback(aside.rename, other)
        one.rename(other)
        back.pop_all()
    aside.rename(one)


def _changed_at(record: Record) -> str | None:
    source = record["source"]
    assert isinstance(source, dict)
    changed_at = source["changed_at"]
    return changed_at if isinstance(changed_at, str) else None


def _stamp(given: str) -> str:
    try:
        if len(given) == len("2026-01-31"):
            return date.fromisoformat(given).isoformat()
        moment = datetime.strptime(given, "%Y-%m-%dT%H:%M:%SZ")
    except ValueError:
        raise InputError(f"--since {given!r} is no date: write it like 2026-01-31 or 2026-01-31T08:00:00Z") from None
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"  # compared as text, which 2026-9-1 would not go by
