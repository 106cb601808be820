"""Records kept in a file while it is found out where each belongs: a format is given them only once."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import orjson

from qa_scraper.export.formats import ExportOptions
from qa_scraper.export.splits import SPLITS, Parted, Splitter
from qa_scraper.export.sqlite_tables import as_os_error
from qa_scraper.publish import scratch_of

if TYPE_CHECKING:
    from pydantic import JsonValue

SHARES: Final = (0.8, 0.1, 0.1)
"""Of the records in train, validation and test, where nobody says otherwise."""


@dataclass(frozen=True, slots=True)
class PartedRecords:
    """All records, in their order, and the split of each."""

    path: Path
    parted: Parted

    def records(self, split: str | None = None) -> Iterator[dict[str, JsonValue]]:
        """The records (of one split) in their order, as often as they are asked for."""
        with self.path.open("rb") as file:
            for line, at in zip(file, self.parted.places, strict=True):
                if split is None or SPLITS[at] == split:
                    yield orjson.loads(line)


@contextlib.contextmanager
def parted_records(
    records: Iterator[Mapping[str, JsonValue]], out: Path, options: ExportOptions
) -> Iterator[PartedRecords]:
    """*records* parted as *options* say, in files beside *out* that are there until the block ends.

    Raises OSError where they cannot be written.
    """
    scratch = scratch_of(out)
    scratch.mkdir()
    try:
        path = scratch / "records.jsonl"
        with as_os_error(scratch), Splitter(scratch / "relations.sqlite") as splitter:
            with path.open("wb") as file:
                for record in records:
                    file.write(orjson.dumps(record, option=orjson.OPT_APPEND_NEWLINE))
                    splitter.add(record)
            parted = splitter.parted(options.splits or SHARES, options.seed)
        yield PartedRecords(path, parted)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
