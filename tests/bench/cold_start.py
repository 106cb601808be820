"""How long the commands take to start: medians of ten runs, and how many times that of an empty Python."""

from __future__ import annotations

import sys
from statistics import median
from typing import Final

from tests.bench.measure import measured
from tests.support.commands import BIN, COMPILED_LIB, ROOT

RUNS: Final = 10
EMPTY: Final = "python -c pass"
_PAGE: Final = ROOT / "fixtures" / "edoctor" / "complete.html"
_AS_INSTALLED: Final = ("env", f"PYTHONPATH={COMPILED_LIB}")
COMMANDS: Final = {
    EMPTY: [*_AS_INSTALLED, sys.executable, "-c", "pass"],
    "qa-scraper --version": [*_AS_INSTALLED, str(BIN / "qa-scraper"), "--version"],
    "qa-scraper extract one-page.html": [*_AS_INSTALLED, str(BIN / "qa-scraper"), "extract", str(_PAGE)],
}


def cold_starts(runs: int = RUNS, cpu: int | None = None) -> dict[str, dict[str, float]]:
    """By command: the median of its wall time in milliseconds, and that as a multiple of an empty Python's.

    The commands have run before, by what is measured ahead of this: their files are in memory.
    """
    took: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for _ in range(runs):
        for name, command in COMMANDS.items():
            took[name].append(measured(command, cpu=cpu, folder=ROOT).wall * 1000)
    empty = median(took[EMPTY])
    return {name: {"ms": median(values), "times_empty": median(values) / empty} for name, values in took.items()}
