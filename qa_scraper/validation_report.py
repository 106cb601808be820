"""How a validation looks: an error a line, then how often each kind of error is there."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import orjson
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from qa_scraper.text import printable
from qa_scraper.validation import Flaw, Tally


def print_flaw(path: Path, flaw: Flaw) -> None:
    """One line: ``FILE:12: /question/asked_on is no date (YYYY-MM-DD)``."""
    sys.stdout.write(printable(f"{path}:{flaw.line}: {flaw.pointer or 'the line'} {flaw.reason}") + "\n")


def print_tally(path: Path, tally: Tally, shown: int) -> None:
    """How many records and errors there are, and of which kinds."""
    console = Console()
    if not tally.flaws:
        console.print(f"{path}: {_records(tally.records)}, all valid.", soft_wrap=True, highlight=False, markup=False)
        return
    hidden = tally.flaws - shown
    if hidden:
        console.print(f"… and {hidden:,} more (--limit {tally.flaws} shows them all)", highlight=False)
    table = Table(title=f"{tally.flaws:,} errors", title_justify="left", box=None, padding=(0, 2, 0, 0))
    table.add_column("count", justify="right")
    table.add_column("where")
    table.add_column("what")
    for (pointer, reason), count in tally.kinds.most_common():
        table.add_row(f"{count:,}", escape(pointer or "the line"), escape(reason))
    console.print()
    console.print(table)
    console.print(
        f"\n{path}: {_records(tally.records)}, {tally.broken:,} with errors.",
        soft_wrap=True, highlight=False, markup=False,
    )  # fmt: skip


def tally_as_json(path: Path, tally: Tally, shown: Sequence[Flaw]) -> None:
    """One JSON object: counts, kinds of errors, and the errors that are shown."""
    told = {
        "path": str(path),
        "records": tally.records,
        "with_errors": tally.broken,
        "errors": tally.flaws,
        "unsorted_at": tally.unsorted_at,
        "kinds": [
            {"pointer": pointer, "reason": reason, "count": count}
            for (pointer, reason), count in tally.kinds.most_common()
        ],
        "shown": [{name: value for name, value in asdict(flaw).items() if name != "kind"} for flaw in shown],
    }
    sys.stdout.write(orjson.dumps(told, option=orjson.OPT_APPEND_NEWLINE).decode())


def _records(count: int) -> str:
    return f"{count:,} record{'' if count == 1 else 's'}"
