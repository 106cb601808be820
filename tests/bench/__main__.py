"""``make bench``: what a crawl costs beside the same crawl as others write it.

Prints a table and writes FOLDER/results.json; a whole measurement (5,000 pages, 5 runs) renews docs/performance.md too.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
import time
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from statistics import mean, median
from typing import Any, Final

from rich.console import Console

from tests.bench import document
from tests.bench.cold_start import RUNS, cold_starts
from tests.bench.measure import Cost
from tests.bench.versus import NAMES, OURS, PAIRS, PLAIN, Arena, arena, missing_parts
from tests.support.commands import ROOT

WHOLE: Final = (5000, 5)
"""Question pages and runs from which on the figures go into the document."""
_PACKAGES: Final = ("scrapy", "lxml", "parsel", "itemloaders", "aiohttp", "uvloop")


def spread(values: Sequence[float]) -> dict[str, float]:
    return {"median": median(values), "least": min(values), "most": max(values)}


def measure(site: Arena, runs: int, say: Console) -> dict[str, Any]:
    """Runs all contenders in turn, so often, and gives the results."""
    costs: dict[str, list[Cost]] = {letter: [] for letter in NAMES}
    pages = len(site.paths)
    for at in range(runs):
        for letter, name in NAMES.items():
            cost = site.run(letter)
            costs[letter].append(cost)
            say.print(
                f"run {at + 1} of {runs}: ({letter}) {name}: {pages / cost.wall:,.0f} pages/s,"
                f" {cost.cpu / pages * 1e6:,.0f} µs a page, {cost.peak_mib:.0f} MiB"
            )
    return {
        "contenders": {
            letter: {
                "name": NAMES[letter],
                "pages_per_second": spread([pages / cost.wall for cost in found]),
                "cpu_us_a_page": spread([cost.cpu / pages * 1e6 for cost in found]),
                "peak_mib": spread([cost.peak_mib for cost in found]),
            }
            for letter, found in costs.items()
        },
        # Of the runs of one round each, so that what slows the machine down slows both.
        "ratios": {
            f"{one}/{other}": {
                "pages_per_second": spread([o.wall / u.wall for u, o in zip(costs[one], costs[other], strict=True)]),
                "cpu": spread([o.cpu / u.cpu for u, o in zip(costs[one], costs[other], strict=True)]),
            }
            for one, other in PAIRS
        },
        "breakdown_us_a_page": {
            letter: site.breakdown(letter, median(cost.cpu for cost in costs[letter]) / pages * 1e6)
            for letter in (OURS, PLAIN)
        },
        "cold_start": cold_starts(RUNS if runs >= WHOLE[1] else 1, site.cpu),
    }


def facts(site: Arena, runs: int) -> dict[str, Any]:
    """What was measured, on what."""
    sizes = [(site.folder / "www" / (path[1:] or "index.html")).stat().st_size for path in site.paths]
    return {
        "measured_on": time.strftime("%Y-%m-%d", time.gmtime()),
        "questions": site.site.questions,
        "pages": len(site.paths),
        "page_bytes": round(mean(sizes)),
        "pages_sha256": site.digest,
        "runs": runs,
        "machine": {
            "processor": _processor(),
            "cores": os.cpu_count(),
            "client_core": site.cpu,
            "system": f"{platform.system()} {platform.machine()}",
            "python": platform.python_version(),
            "nginx": site.nginx.version(),
            **{name: version(name) for name in _PACKAGES},
            "crawlee": _locked("crawlee"),
        },
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(": ")[2] for line in lines if line.startswith("model name")), platform.machine())


def _locked(package: str) -> str:
    lines = (ROOT / "requirements-bench.lock").read_text("utf-8").splitlines()
    return next(line.split("==")[1].split()[0] for line in lines if line.startswith(package + "=="))


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--pages", type=int, default=WHOLE[0], help="question pages; lists come on top")
    parser.add_argument("--runs", type=int, default=WHOLE[1])
    parser.add_argument("--output", type=Path, default=ROOT / "bench", help="folder of results.json")
    given = parser.parse_args()
    missing = missing_parts()
    if missing:
        print(*missing, sep="\n", file=sys.stderr)
        return 1
    console = Console(width=None if sys.stdout.isatty() else 120)
    with tempfile.TemporaryDirectory() as folder, arena(given.pages, Path(folder)) as site:
        results = facts(site, given.runs) | measure(site, given.runs, console)
    given.output.mkdir(parents=True, exist_ok=True)
    (given.output / "results.json").write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n", "utf-8")
    for table in document.for_terminal(document.tables(results)):
        console.print("", table)
    if given.pages >= WHOLE[0] and given.runs >= WHOLE[1]:
        document.put("bench", document.bench_text(results))
    return 0


if __name__ == "__main__":
    sys.exit(main())
