"""The database that is browsed: the SQLite export of a site's snapshot, kept beside it and made anew with it."""

from __future__ import annotations

import contextlib
import hashlib
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

from qa_scraper.errors import InputError
from qa_scraper.export import ExportOptions, Written, sqlite_schema, sqlite_tables
from qa_scraper.export_job import Choice, export
from qa_scraper.publish import BROWSED, SNAPSHOT
from qa_scraper.record_source import RecordSource, find_records

if TYPE_CHECKING:
    from pydantic import JsonValue

MADE_OF: Final = "made_of"
"""The table that says what the database was made of."""
LIST: Final = "questions"
"""The view that is browsed. Datasette turns the pages of a view by counting rows; of a table that is sorted by a
column with equal values, as dates are, it shows rows twice and leaves others out (0.65)."""


_OURS: Final = f"CREATE TABLE {MADE_OF} (mark TEXT NOT NULL); CREATE VIEW {LIST} AS SELECT * FROM records;"


def find_snapshot(site: str, output: Path) -> RecordSource:
    """The published records of *site*. Raises InputError where there are none."""
    snapshot = output / site / SNAPSHOT
    if not snapshot.is_file():
        raise InputError(
            f"{site} has no published records in {output}: qa-scraper crawl {site} --output {output} makes them"
        )
    return find_records(str(snapshot), output)


def browsed_database(source: RecordSource, seen: Callable[[int], None]) -> Path:
    """The database of *source*, made if it is not there or was made of another snapshot or in another way.

    *seen* is told how many bytes are read. Raises InputError for a record that is not valid, OSError where the folder
    cannot be written; an old database is then as it was.
    """
    target = source.path.with_name(BROWSED)
    mark = _mark(source)
    if _made_of(target) != mark:
        export(source, target, _Marked(mark), Choice(), ExportOptions(name=source.path.parent.name), seen=seen)
    return target


def _mark(source: RecordSource) -> str:
    """What changes when the snapshot does, or the way in which the database is made of it."""
    file = source.path.stat()
    way = hashlib.sha256((sqlite_schema.TABLES + sqlite_schema.FINISH + _OURS).encode()).hexdigest()
    return f"{file.st_size} bytes of {file.st_mtime_ns} by {way}"


def _made_of(path: Path) -> str | None:
    if not path.is_file():
        return None
    try:
        with contextlib.closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)) as db:
            return str(db.execute(f"SELECT mark FROM {MADE_OF}").fetchone()[0])
    except (sqlite3.Error, TypeError):  # no database of ours: it is made anew
        return None


class _Marked:
    """The SQLite export, with a table that says what it was made of."""

    NAME = sqlite_tables.NAME
    SUMMARY = sqlite_tables.SUMMARY
    SUFFIXES = sqlite_tables.SUFFIXES
    TAKES = sqlite_tables.TAKES

    def __init__(self, mark: str) -> None:
        self._mark = mark

    def write(self, records: Iterator[Mapping[str, JsonValue]], out: Path, options: ExportOptions) -> Written:
        written = sqlite_tables.write(records, out, options)
        with sqlite_tables.as_os_error(out), contextlib.closing(sqlite3.connect(out, isolation_level=None)) as db:
            db.executescript(_OURS)
            db.execute(f"INSERT INTO {MADE_OF} VALUES (?)", (self._mark,))
        return written
