"""What an export costs: ``make bench-export`` prints a line a format; exit code 1 where a bound is broken.

Records are made from a seed (``made_records``) and read from a file, as a user's are; each export is a process of its
own. The bounds are those of 200,000 records into Parquet on two cores.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from qa_scraper.export import FORMATS
from rich.console import Console
from rich.table import Table

from tests.bench.made_records import write_records
from tests.bench.measure import Cost, measured
from tests.support.commands import BIN

RECORDS: Final = 200_000
SECONDS: Final = 60.0
PEAK_MIB: Final = 500.0
BOUND: Final = "parquet"
"""The format that the bounds are of."""


@dataclass(frozen=True, slots=True)
class Line:
    """What one export cost. ``size``: bytes of what it wrote."""

    name: str
    cost: Cost
    size: int


def measure(source: Path, folder: Path, names: list[str]) -> list[Line]:
    """Exports *source* into *folder* by each of *names*, a format and its options: ``parquet --flat``."""
    found = []
    for name in names:
        to, *options = name.split()
        out = folder / f"out-{len(found)}"
        command = [str(BIN / "qa-scraper"), "export", str(source), "--to", to, "--out", str(out), *options]
        cost = measured(command, folder=folder, said=folder / "said")
        found.append(Line(name, cost, _size(out)))
    return found


def too_much(lines: list[Line]) -> list[str]:
    """The bounds that are broken, in words."""
    found = []
    for line in lines:
        if line.name == BOUND and line.cost.wall > SECONDS:
            found.append(f"{line.name} took {line.cost.wall:.0f} s, more than {SECONDS:.0f}")
        if line.name == BOUND and line.cost.peak_mib > PEAK_MIB:
            found.append(f"{line.name} took {line.cost.peak_mib:.0f} MiB, more than {PEAK_MIB:.0f}")
    return found


def table_of(lines: list[Line], records: int, source: Path) -> Table:
    title = f"{records:,} records, {source.stat().st_size / 1e6:,.0f} MB of JSON Lines"
    table = Table(title=title, title_justify="left")
    for heading in ("format", "seconds", "records/s", "CPU seconds", "peak MiB", "MB written"):
        table.add_column(heading, justify="left" if heading == "format" else "right")
    for line in lines:
        table.add_row(
            line.name,
            f"{line.cost.wall:,.1f}",
            f"{records / line.cost.wall:,.0f}",
            f"{line.cost.cpu:,.1f}",
            f"{line.cost.peak_mib:,.0f}",
            f"{line.size / 1e6:,.1f}",
        )
    return table


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=RECORDS)
    parser.add_argument("--formats", default=",".join([*FORMATS, "parquet --flat"]), help="separated by commas")
    parser.add_argument("--folder", type=Path, help="where to write to and leave nothing; default: the system's")
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(dir=given.folder) as name:
        folder = Path(name)
        source = folder / "made.jsonl"
        write_records(source, given.records)
        lines = measure(source, folder, given.formats.split(","))
        Console().print(table_of(lines, given.records, source))
    broken = too_much(lines) if given.records >= RECORDS else []
    for what in broken:
        print(what, file=sys.stderr)
    return int(bool(broken))


def _size(path: Path) -> int:
    return sum(part.stat().st_size for part in ([path] if path.is_file() else path.rglob("*")) if part.is_file())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
