"""JSON Lines in one file or, where splits are wanted, in a folder with a file a split."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import orjson

from qa_scraper.export.formats import ExportOptions, Written
from qa_scraper.export.record_spool import parted_records
from qa_scraper.export.splits import SPLITS

if TYPE_CHECKING:
    from pydantic import JsonValue

Record = Mapping[str, "JsonValue"]
Made = Callable[[Record], Iterable[Mapping[str, object]]]


def write_lines(
    records: Iterator[Record], out: Path, options: ExportOptions, made: Made, name: str
) -> tuple[Written, tuple[str, ...]]:
    """Writes what *made* makes of each record, called *name*, to *out*; with splits, to ``out/train.jsonl`` and so on.

    Gives what was written, and what is to be told of the splits. Of a split without a record or without
    a line there is no file.
    """
    if options.splits is None:
        count, lines = _write(records, out, made)
        return Written(count, {name: lines}), ()
    out.mkdir()
    total, counts, without = 0, {name: 0}, []
    with parted_records(records, out, options) as parted:
        for split in SPLITS:
            if not parted.parted.counts[split]:
                continue
            path = out / f"{split}.jsonl"
            count, lines = _write(parted.records(split), path, made)
            total += count
            if not lines:
                path.unlink()
                without.append(split)
                continue
            counts[name] += lines
            counts[f"in_{split}"] = lines
        notes = parted.parted.notes(options.splits)
        if without:
            notes += (f"there is nothing in {' and '.join(without)}: their records have no {name}",)
        return Written(total, counts), notes


def _write(records: Iterator[Record] | Iterator[dict[str, JsonValue]], path: Path, made: Made) -> tuple[int, int]:
    count = lines = 0
    with path.open("wb") as file:
        for record in records:
            count += 1
            for line in made(record):
                file.write(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE))
                lines += 1
    return count, lines
