"""``sqlite``: normalised tables with full-text search, for Datasette and anything else that reads SQLite."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from qa_scraper.errors import InputError
from qa_scraper.export.formats import ExportOptions, Written
from qa_scraper.export.sqlite_schema import FINISH, TABLES

if TYPE_CHECKING:
    from pydantic import JsonValue

NAME: Final = "sqlite"
SUMMARY: Final = "SQLite: tables of records, answers and links, with full-text search"
SUFFIXES: Final = (".sqlite", ".sqlite3", ".db")
TAKES: Final[frozenset[str]] = frozenset()

_OLDEST: Final = (3, 37, 0)
"""STRICT tables; the trigram tokenizer is older."""
_TABLES: Final = (
    "records", "answers", "related_questions", "related_topics", "categories", "tags", "notes", "urls",
)  # fmt: skip
_AT_ONCE: Final = 500
"""Records whose rows are written in one go."""

_Row = tuple[Any, ...]
_Rows = dict[str, list[_Row]]


@contextlib.contextmanager
def as_os_error(out: Path) -> Iterator[None]:
    """What SQLite raises where it cannot write *out*, or a file beside it, is an OSError, as of any other file."""
    try:
        yield
    except sqlite3.Error as error:
        raise OSError(
            f"SQLite could not write in {out.parent}: {error}; make room there, or name another place"
        ) from None


def write(records: Iterator[Mapping[str, JsonValue]], out: Path, options: ExportOptions) -> Written:
    """The tables of ``sqlite_schema``.

    Raises InputError for an id that is there twice, or an SQLite too old, OSError where it cannot write.
    """
    if sqlite3.sqlite_version_info < _OLDEST:
        raise InputError(
            f"the SQLite of this Python is {sqlite3.sqlite_version}, the export needs 3.37: use a newer Python"
        )
    counts = dict.fromkeys(_TABLES, 0)
    with as_os_error(out), contextlib.closing(sqlite3.connect(out, isolation_level=None)) as connection:
        # Nobody reads the file before it is whole and renamed: a journal would guard nothing. 64 MiB of cache.
        pragmas = "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -65536;"
        connection.executescript(pragmas + TABLES)
        statements = {name: _insert(connection, name) for name in _TABLES}
        connection.execute("BEGIN")
        rows: _Rows = {name: [] for name in _TABLES}
        for number, record in enumerate(records, 1):
            _add_rows(rows, number, record)
            if number % _AT_ONCE == 0:
                _flush(connection, statements, rows, counts)
        _flush(connection, statements, rows, counts)
        connection.execute("COMMIT")
        connection.executescript(FINISH)
    return Written(counts["records"], {name: count for name, count in counts.items() if name != "records"})


def age_band(lowest: int | None, highest: int | None) -> str | None:
    """``20-29``; a single age by its decade; ``80+`` where the band is open; None where nothing is known."""
    if lowest is None:
        return None if highest is None else f"0-{highest}"
    if highest is None:
        return f"{lowest}+"
    if lowest == highest:
        decade = lowest // 10 * 10
        return f"{decade}-{decade + 9}"
    return f"{lowest}-{highest}"


def _insert(connection: sqlite3.Connection, table: str) -> str:
    columns = connection.execute("SELECT count(*) FROM pragma_table_info(?)", (table,)).fetchone()[0]
    return f"INSERT INTO {table} VALUES ({', '.join('?' * columns)})"


def _flush(connection: sqlite3.Connection, statements: Mapping[str, str], rows: _Rows, counts: dict[str, int]) -> None:
    for table, added in rows.items():
        try:
            connection.executemany(statements[table], added)
        except sqlite3.OperationalError:  # of the disk, not of a record
            raise
        except (sqlite3.Error, OverflowError) as error:
            raise InputError(
                f"{_twice(connection, rows['records']) or error}: qa-scraper validate FILE tells what is wrong with it"
            ) from None
        counts[table] += len(added)
        added.clear()


def _twice(connection: sqlite3.Connection, rows: list[_Row]) -> str:
    for number, name, *_ in rows:
        there = connection.execute("SELECT number FROM records WHERE id = ?", (name,)).fetchone()
        if there and there[0] != number:
            return f"the id {name} is there twice"
    return ""


def _add_rows(rows: _Rows, number: int, record: Mapping[str, Any]) -> None:
    name, question, asker, source = record["id"], record["question"], record["asker"], record["source"]
    answers = record["answers"]
    departments = [*record["categories"][:1], *(answer["author"]["department"] for answer in answers)]
    asked_on = question["asked_on"]
    rows["records"].append(
        (
            number,
            name,
            record["site"],
            record["url"],
            record["language"],
            record["title"],
            next(filter(None, departments), None),
            question["title"],
            question["text"],
            asked_on,
            int(asked_on[:4]) if asked_on else None,
            question["votes"],
            asker["name"],
            asker["age_min"],
            asker["age_max"],
            age_band(asker["age_min"], asker["age_max"]),
            asker["gender"],
            len(answers),
            record["answer_count_stated"],
            min((day for answer in answers if (day := answer["answered_on"])), default=None),
            record["more_info"],
            record["duplicate_cluster"],
            source["path"],
            source["fetched_at"],
            source["http_status"],
            source["content_hash"],
            source["layout"],
            source["confidence"],
            source["extractor_version"],
            source["first_seen_at"],
            source["changed_at"],
            source["version"],
        )
    )
    rows["answers"] += [
        (name, at, *_author(answer["author"]), answer["text"], answer["answered_on"], answer["accepted"],
         answer["votes"], answer["by_asker"], answer["signed_by"])
        for at, answer in enumerate(answers)
    ]  # fmt: skip
    rows["related_questions"] += [
        (name, at, teaser["title"], teaser["url"], None, teaser["question_excerpt"],
         *_author(teaser["answer_author"]), teaser["answer_excerpt"])
        for at, teaser in enumerate(record["related_questions"])
    ]  # fmt: skip
    rows["related_topics"] += [
        (name, at, topic["name"], topic["department"], topic["url"])
        for at, topic in enumerate(record["related_topics"])
    ]
    rows["categories"] += [(name, at, category) for at, category in enumerate(record["categories"])]
    rows["tags"] += [(name, at, tag) for at, tag in enumerate(record["tags"])]
    rows["notes"] += [(name, at, note["field"], note["note"]) for at, note in enumerate(source["notes"])]
    rows["urls"] += [(name, url) for url in dict.fromkeys([record["url"], *source["other_urls"]]) if url]


def _author(author: Mapping[str, Any]) -> tuple[str | None, str | None, str | None]:
    return author["name"], author["title"], author["department"]
