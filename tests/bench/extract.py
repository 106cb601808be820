"""What extraction costs a page: ``make bench-extract`` prints a table; exit code 1 where a bound is broken.

Over the real pages beside the project where they are, else over the fixture pages. Times are of one core: processor
time of the whole way from bytes to records, the least of five runs.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Final

from qa_scraper.extraction.sections import NoQuestion
from qa_scraper.loaders import Provenance, page_records
from qa_scraper.page import Page

from tests.accuracy import REAL_PAGES
from tests.fixtures import FOLDER

RUNS: Final = 5
MEDIAN_BOUND: Final = 30.0
"""Milliseconds that the median page may take."""
WORST_BOUND: Final = 300.0


def pages() -> Iterator[tuple[Path, str | None]]:
    if not REAL_PAGES.exists():
        yield from ((path, None) for path in sorted(FOLDER.glob("*/*.html")))
        return
    for line in (REAL_PAGES / "index.jsonl").read_text("utf-8").splitlines():
        entry = json.loads(line)
        yield REAL_PAGES / entry["path"], entry.get("url")


def cost(path: Path, url: str | None) -> tuple[float, str]:
    """Milliseconds that a page takes, and its reader."""
    body = path.read_bytes()
    least, reader = float("inf"), ""
    for _ in range(RUNS):
        began = time.process_time()
        found = page_records(Page.from_bytes(body, url=url, content_type="text/html"), Provenance())
        least = min(least, (time.process_time() - began) * 1000)
        reader = "-" if isinstance(found, NoQuestion) else str(found[0].source.layout)
    return least, reader


def main() -> int:
    measured = sorted((*cost(path, url), path.stem, path.stat().st_size) for path, url in pages())
    print(f"{'ms':>7} {'kB':>5}  reader          page")
    for took, reader, name, size in measured:
        print(f"{took:7.1f} {size // 1024:5}  {reader:15} {name}")
    middle, worst = median(took for took, *_ in measured), measured[-1][0]
    print(f"median {middle:.1f} ms (bound {MEDIAN_BOUND:.0f}), longest {worst:.1f} ms (bound {WORST_BOUND:.0f})")
    return int(middle > MEDIAN_BOUND or worst > WORST_BOUND)


if __name__ == "__main__":
    sys.exit(main())
