"""``jsonl``: the records that are wanted, as they are, with the fields that are wanted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

import orjson

from qa_scraper.export.formats import ExportOptions, Written
from qa_scraper.export.selection import keeping

if TYPE_CHECKING:
    from pydantic import JsonValue

NAME: Final = "jsonl"
SUMMARY: Final = "JSON Lines: records as published, filtered"
SUFFIXES: Final = (".jsonl", ".ndjson")
TAKES: Final = frozenset({"fields"})


def write(records: Iterator[Mapping[str, JsonValue]], out: Path, options: ExportOptions) -> Written:
    """One JSON object a line; with ``fields``, only these, nested as in the record."""
    count = 0
    kept = keeping(options.fields)
    with out.open("wb") as file:
        for record in records:
            file.write(orjson.dumps(kept(record), option=orjson.OPT_APPEND_NEWLINE))
            count += 1
    return Written(count)
