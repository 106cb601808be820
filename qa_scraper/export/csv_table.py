"""``csv``: one row an answer, for spreadsheets and data frames; no cell of it is taken for a formula.

RFC 4180 in UTF-8 with a byte order mark, by which spreadsheets know it. A text that a spreadsheet would take for a
formula gets an apostrophe in front (OWASP, "CSV Injection"), and so does one that begins with an apostrophe: whoever
wants the text as it was takes one apostrophe off where there is one.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from qa_scraper.export.flat_rows import Column, flat_table
from qa_scraper.export.formats import ExportOptions, Written

if TYPE_CHECKING:
    from pydantic import JsonValue

NAME: Final = "csv"
SUMMARY: Final = "CSV: one row an answer, safe to open in a spreadsheet"
SUFFIXES: Final = (".csv",)
TAKES: Final = frozenset({"fields"})

_FORMULA: Final = re.compile(r"'|[\s'\x00-\x1f\u00ad\u200b-\u200f\u2060\ufeff]*[=+\-@＝＋－﹢﹣＠﹦﹫]|[\t\r\n]")
"""What begins like a formula: also in full-width and small forms, and after what some programs trim."""


def write(records: Iterator[Mapping[str, JsonValue]], out: Path, options: ExportOptions) -> Written:
    """The rows of ``flat_rows``: nothing for null, ``true`` and ``false``, entries of a list on lines of their own."""
    table = flat_table(options.fields)
    cells = [_cell_of(column) for column in table.columns]
    count = rows = 0
    with out.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([column.name for column in table.columns])
        for record in records:
            count += 1
            for row in table.rows(record):
                writer.writerow([cell(value) for cell, value in zip(cells, row, strict=True)])
                rows += 1
    return Written(count, {"rows": rows})


def harmless(text: str) -> str:
    """*text* as a cell that no spreadsheet takes for a formula."""
    return f"'{text}" if _FORMULA.match(text) else text


def _cell_of(column: Column) -> Callable[[Any], Any]:
    if column.many:
        return lambda values: harmless("\n".join([" ".join(value.splitlines()) for value in values]))
    if column.kind == "boolean":
        return lambda value: "" if value is None else str(value).lower()
    if column.kind == "text":
        return lambda value: "" if value is None else harmless(value)
    return lambda value: value
