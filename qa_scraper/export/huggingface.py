"""``huggingface``: a folder that ``datasets.load_dataset`` loads as it is: Parquet by split, and a data set card."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

from qa_scraper.errors import InputError
from qa_scraper.export import parquet_table
from qa_scraper.export.data_card import Figures, card
from qa_scraper.export.formats import ExportOptions, Written
from qa_scraper.export.record_spool import SHARES, parted_records

if TYPE_CHECKING:
    from pydantic import JsonValue

NAME: Final = "huggingface"
SUMMARY: Final = "a folder for datasets.load_dataset: Parquet by split, with a data set card"
SUFFIXES: Final[tuple[str, ...]] = ()
TAKES: Final = frozenset({"splits", "seed"})
_UNMARKED: Final = (
    "no record says of which near-duplicates it is one (duplicate_cluster: a crawl finds it, extract does not):"
    " if there are any, they may be in two splits"
)


def write(records: Iterator[Mapping[str, JsonValue]], out: Path, options: ExportOptions) -> Written:
    """``README.md`` and ``data/train.parquet`` and so on, records nested as they are; no file of an empty split.

    Raises InputError where DuckDB is missing or there is no record, OSError where it cannot write.
    """
    out.mkdir()
    (out / "data").mkdir()
    figures = Figures()

    def counted() -> Iterator[Mapping[str, JsonValue]]:
        for record in records:
            figures.add(record)
            yield record

    shares = options.splits or SHARES
    with parted_records(counted(), out, options) as parted:
        counts = {name: count for name, count in parted.parted.counts.items() if count}
        if not counts:
            raise InputError("there is no record to export: datasets loads no empty data set")
        sizes = {}
        for name in counts:
            path = out / "data" / f"{name}.parquet"
            parquet_table.write(parted.records(name), path, ExportOptions())
            sizes[name] = path.stat().st_size
        (out / "README.md").write_text(card(options, figures, counts, sizes), "utf-8")
        return Written(
            figures.records,
            {f"in_{name}": count for name, count in counts.items()},
            (*parted.parted.notes(shares), *([] if figures.near_duplicates else [_UNMARKED])),
        )
