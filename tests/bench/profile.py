"""Serves the site of ``make bench`` and runs a crawl of it under a profiler: see docs/performance.md.

``python -m tests.bench.profile --pages 500 COMMAND…`` runs COMMAND with the arguments of the crawl behind it. Without a
COMMAND py-spy samples it, and the functions that take most are printed: processor time of their own, a page.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Final

from tests.bench.measure import measured
from tests.bench.versus import BENCH_PYTHON, OURS, arena
from tests.support.commands import BIN, ROOT

_RATE: Final = "250"  # samples a second
_SHOWN: Final = 40
_LINE_OF_FRAME: Final = re.compile(r":\d+\)$")
_IDLE: Final = "Condition.wait (threading.py"  # the thread that shows the progress
_INSTALLED: Final = re.compile(r"\(.*/(?:site-packages|lib/python[\d.]+)/")


def own_times(samples: str) -> Counter[str]:
    """Samples by function, of py-spy's raw format: a stack's frames parted by semicolons, and how often it was seen."""
    own: Counter[str] = Counter()
    for line in samples.splitlines():
        stack, _, count = line.rpartition(" ")
        if _IDLE in stack:
            continue
        own[_INSTALLED.sub("(", _LINE_OF_FRAME.sub(")", stack.rpartition(";")[2]))] += int(count)
    return own


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.profile", description=__doc__)
    parser.add_argument("--pages", type=int, default=1000, help="question pages")
    parser.add_argument("command", nargs=argparse.REMAINDER)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, arena(given.pages, Path(folder)) as site:
        arguments = site.crawl_arguments(OURS)
        if given.command:
            return subprocess.run([*given.command, *arguments], cwd=ROOT, check=False).returncode
        cpu_us = site.run(OURS).cpu / len(site.paths) * 1e6
        site.clear(OURS)
        samples = Path(folder, "samples")
        py_spy = [str(BENCH_PYTHON.parent / "py-spy"), "record", "--rate", _RATE, "--format", "raw"]
        crawl = [str(BIN / "python"), "-m", "qa_scraper", *arguments]
        measured([*py_spy, "--output", str(samples), "--", *crawl], folder=ROOT, said=Path(folder, "said"))
        own = own_times(samples.read_text("utf-8"))
    print(f"{cpu_us:,.0f} µs a page in all, start and publishing included; by function, of their own:")
    for name, count in own.most_common(_SHOWN):
        print(f"{count / own.total() * cpu_us:7.0f} µs {count / own.total():6.1%}  {name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
