"""``parquet``: columns for DuckDB, pandas, Polars and Spark; nested as the record is, or flat, one row an answer.

Written with DuckDB: beside PyArrow it is a third of the size, faster, and packs better (docs/export.md). It reads JSON
Lines, so the records are put into a file for it first.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import orjson

from qa_scraper.errors import InputError
from qa_scraper.export.flat_rows import flat_table
from qa_scraper.export.formats import ExportOptions, Written
from qa_scraper.export.selection import keeping, selected_fields
from qa_scraper.publish import scratch_of
from qa_scraper.record_fields import Field, Kind

if TYPE_CHECKING:
    from pydantic import JsonValue

NAME: Final = "parquet"
SUMMARY: Final = "Parquet: nested as the record, or --flat with one row an answer"
SUFFIXES: Final = (".parquet", ".pq")
TAKES: Final = frozenset({"fields", "flat"})

_TYPES: Final[dict[Kind, str]] = {
    "text": "VARCHAR",
    "integer": "BIGINT",
    "number": "DOUBLE",
    "boolean": "BOOLEAN",
    "date": "DATE",
    "time": "TIMESTAMP",
}
_TIMES: Final = ("fetched_at", "first_seen_at", "changed_at")
_MEMORY: Final = "256MB"
_GROUP_BYTES: Final = 64 * 2**20
"""JSON bytes of a row group, about: with many threads some of them are in memory."""
_GROUP_ROWS: Final = range(2048, 20_001)
_STAMP: Final = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z")
_LONGEST_OBJECT: Final = 16 * 2**20
"""Bytes; more only where a record needs it, as each thread takes twice as much."""


def write(records: Iterator[Mapping[str, JsonValue]], out: Path, options: ExportOptions) -> Written:
    """A file of zstd row groups in the order of the records. Dates are DATE, times TIMESTAMP in UTC.

    The types are those of the schema, whatever the data. Raises InputError where DuckDB is missing or for a number past
    64 bits, OSError where it cannot write.
    """
    try:
        import duckdb
    except ImportError:
        raise InputError("the package duckdb is missing: pip install 'qa-scraper[parquet]'") from None
    counted = _Counted(records)
    rows, columns = _flat(counted, options) if options.flat else _nested(counted, options)
    with _scratch(out) as scratch:
        source = scratch / "rows.jsonl"
        spooled = _spool(rows, source)
        settings: dict[str, str | bool | int | float | list[str]] = {
            "threads": 2,
            "memory_limit": _MEMORY,
            "temp_directory": str(scratch),
            "autoinstall_known_extensions": False,  # JSON and Parquet are built in: nothing is to be fetched
            "autoload_known_extensions": False,
        }
        try:
            with duckdb.connect(config=settings) as connection:
                connection.execute(_copy(source, out, columns, spooled))
        except (duckdb.DataError, duckdb.InvalidInputException) as error:
            raise InputError(
                f"a value that no column of Parquet holds: {str(error).partition(chr(10))[0]}; mend it in the file"
            ) from None
        except duckdb.Error as error:
            raise OSError(f"DuckDB could not write {out.name}: {error}") from None
    return Written(counted.count, {"rows": spooled.rows} if options.flat else {})


class _Counted:
    def __init__(self, records: Iterator[Mapping[str, JsonValue]]) -> None:
        self.count = 0
        self._records = records

    def __iter__(self) -> Iterator[Mapping[str, JsonValue]]:
        for record in self._records:
            self.count += 1
            yield _in_utc(record)


def _in_utc(record: Mapping[str, JsonValue]) -> Mapping[str, JsonValue]:
    """*record* with its times in UTC, as it ought to have them: DuckDB would pass over an offset in silence."""
    source = record["source"]
    assert isinstance(source, dict)
    others = {name: value for name in _TIMES if isinstance(value := source[name], str) and not _STAMP.fullmatch(value)}
    if not others:
        return record
    try:
        moments = {name: datetime.fromisoformat(value).astimezone(UTC) for name, value in others.items()}
    except ValueError as error:
        raise InputError(f"{record['id']}: a time that a table cannot hold ({error}): mend it in the file") from None
    stamps: dict[str, JsonValue] = {name: f"{moment:%Y-%m-%dT%H:%M:%S.%fZ}" for name, moment in moments.items()}
    return {**record, "source": {**source, **stamps}}


class _Spooled:
    """What the file of rows came to: rows, bytes, and bytes of the longest."""

    rows = size = longest = 0


def _nested(records: _Counted, options: ExportOptions) -> tuple[Iterable[Any], dict[str, str]]:
    columns = {field.name: _type(field) for field in selected_fields(options.fields)}
    return map(keeping(options.fields), records), columns


def _flat(records: _Counted, options: ExportOptions) -> tuple[Iterable[Any], dict[str, str]]:
    table = flat_table(options.fields)
    names = [column.name for column in table.columns]
    columns = {column.name: _TYPES[column.kind] + "[]" * column.many for column in table.columns}
    return (dict(zip(names, row, strict=True)) for record in records for row in table.rows(record)), columns


def _type(field: Field) -> str:
    if field.kind == "object":
        one = f"STRUCT({', '.join(f'{_quoted(part.name)} {_type(part)}' for part in field.fields)})"
    else:
        one = _TYPES[field.kind]
    return one + "[]" * field.many


def _spool(rows: Iterable[Any], path: Path) -> _Spooled:
    spooled = _Spooled()
    with path.open("wb") as file:
        for row in rows:
            line = orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE)
            file.write(line)
            spooled.rows += 1
            spooled.size += len(line)
            spooled.longest = max(spooled.longest, len(line))
    return spooled


def _copy(source: Path, out: Path, columns: Mapping[str, str], spooled: _Spooled) -> str:
    described = ", ".join(f"{_text(name)}: {_text(kind)}" for name, kind in columns.items())
    mean = spooled.size // max(1, spooled.rows) + 1
    group = min(max(_GROUP_BYTES // mean, _GROUP_ROWS.start), _GROUP_ROWS.stop)
    return (
        f"COPY (SELECT * FROM read_json({_text(str(source))}, format = 'newline_delimited', columns = {{{described}}},"
        " hive_partitioning = false,"  # a folder like key=value on the way is no column
        f" maximum_object_size = {max(_LONGEST_OBJECT, spooled.longest + 1)}))"
        f" TO {_text(str(out))} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {group})"
    )


def _quoted(name: str) -> str:
    return f'"{name}"'


def _text(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


@contextmanager
def _scratch(out: Path) -> Iterator[Path]:
    """A folder beside *out* for what is needed only while it is written."""
    path = scratch_of(out)
    path.mkdir()
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)
