"""Where records are read from: a JSON Lines file, or what a site has published. Streamed, a line at a time."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final

import orjson

from qa_scraper.errors import InputError
from qa_scraper.publish import SNAPSHOT

if TYPE_CHECKING:
    from pydantic import JsonValue

MAX_LINE: Final = 64 * 2**20
"""Bytes of the longest line that is read: a page of 4 MiB is refused already, so that no record comes near."""
MARK: Final = b"\xef\xbb\xbf"
"""A byte order mark, as some tools set."""


def _untold(size: int) -> None:
    """For who does not want to know how far it is."""


@dataclass(frozen=True, slots=True)
class RecordSource:
    """Records in a file. ``site``: whose published snapshot it is, None for any other file; ``size``: in bytes."""

    path: Path
    site: str | None
    size: int

    def lines(self, seen: Callable[[int], None] = _untold) -> Iterator[tuple[int, bytes]]:
        """The lines that are not blank, with their numbers from 1, without their ends; *seen* is told bytes read.

        Raises InputError where the file cannot be read, or for a line longer than ``MAX_LINE``.
        """
        try:
            with self.path.open("rb") as file:
                yield from numbered_lines(file, str(self.path), seen)
        except OSError as error:
            raise InputError(f"cannot read {self.path}: {error.strerror or error}") from None

    def records(self, seen: Callable[[int], None] = _untold) -> Iterator[dict[str, JsonValue]]:
        """The records, whatever their fields. Raises InputError for a line that is no record, naming file and line."""
        for number, line in self.lines(seen):
            yield record_of(line, f"{self.path}:{number}")


def find_records(given: str, output: Path) -> RecordSource:
    """What *given* names: a JSON Lines file, or a site whose ``questions.jsonl`` stands in *output*.

    Raises InputError where it is neither, or cannot be read.
    """
    path, site = Path(given), None
    if not path.exists() or path.is_dir():
        if (output / given / SNAPSHOT).is_file():
            path, site = output / given / SNAPSHOT, given
        elif path.is_dir():
            raise InputError(f"{given} is a folder: name a file in it, for example {path / SNAPSHOT}")
        else:
            raise InputError(
                f"there is no file {given}, and no site of that name in {output}: give the path of a JSON Lines file,"
                " or the name of a site that was crawled (qa-scraper status lists them)"
            )
    if not os.access(path, os.R_OK):  # asked for and not tried: a pipe can be opened once
        raise InputError(f"cannot read {path}: no permission")
    return RecordSource(path, site, path.stat().st_size)


def numbered_lines(file: IO[bytes], name: str, seen: Callable[[int], None] = _untold) -> Iterator[tuple[int, bytes]]:
    """The lines of *file* that are not blank, with their numbers from 1, without their ends and a byte order mark.

    *seen* is told how many bytes each took. Raises InputError for a line longer than ``MAX_LINE``.
    """
    number = 0
    while line := file.readline(MAX_LINE):
        number += 1
        if len(line) == MAX_LINE and not line.endswith(b"\n"):
            raise InputError(f"{name}:{number}: longer than {MAX_LINE >> 20} MiB: this is no file of JSON Lines")
        seen(len(line))
        kept = line.removeprefix(MARK).rstrip(b"\r\n")
        if kept.strip():
            yield number, kept


def record_of(line: bytes, where: str) -> dict[str, JsonValue]:
    """The record that *line* holds. Raises InputError where it is none; the message begins with *where*."""
    try:
        record = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise InputError(f"{where}: not JSON ({error}): mend the line or leave it out") from None
    if not isinstance(record, dict) or not isinstance(record.get("id"), str):
        raise InputError(f'{where}: no record: a JSON object with a text "id" is expected')
    return record
