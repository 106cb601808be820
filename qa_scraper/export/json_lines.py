"""``jsonl``: the records that are wanted, as they are, with the fields that are wanted."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

import orjson

from qa_scraper.export.formats import ExportOptions, Written

if TYPE_CHECKING:
    from pydantic import JsonValue

NAME: Final = "jsonl"
SUMMARY: Final = "JSON Lines: records as published, filtered"
SUFFIXES: Final = (".jsonl", ".ndjson")
TAKES: Final = frozenset({"fields"})


def write(records: Iterator[Mapping[str, JsonValue]], out: Path, options: ExportOptions) -> Written:
    """One JSON object a line; with ``fields``, only these, nested as in the record."""
    count = 0
    kept = _keeping(options.fields)
    with out.open("wb") as file:
        for record in records:
            file.write(orjson.dumps(kept(record), option=orjson.OPT_APPEND_NEWLINE))
            count += 1
    return Written(count)


_Tree = dict[str, "_Tree"]


def _keeping(paths: tuple[str, ...]) -> Callable[[Mapping[str, JsonValue]], Mapping[str, JsonValue]]:
    if not paths:
        return lambda record: record
    tree: _Tree = {}
    for path in sorted(paths, key=len, reverse=True):
        below = tree
        *above, last = path.split(".")
        for part in above:
            below = below.setdefault(part, {})
        below[last] = {}  # all of it, also where a part of it is named as well
    return lambda record: {name: _kept(value, tree[name]) for name, value in record.items() if name in tree}


def _kept(value: JsonValue, tree: _Tree) -> JsonValue:
    if not tree or value is None:
        return value
    if isinstance(value, list):
        return [_kept(item, tree) for item in value]
    assert isinstance(value, dict)
    return {name: _kept(part, tree[name]) for name, part in value.items() if name in tree}
