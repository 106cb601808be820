"""What is printed of a site's status, its runs and a comparison: tables for people, JSON for programs."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from typing import Final

import orjson
from rich.cells import cell_len, set_cell_size
from rich.columns import Columns
from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from qa_scraper.clock import in_words, seconds_of
from qa_scraper.comparison import Difference, FieldChange, Snapshot, Totals
from qa_scraper.status import RunLine, SiteStatus
from qa_scraper.text import printable

_REASONS_SHOWN: Final = 10
_STYLES: Final = {"good": "green", "stale": "yellow"}
_BOOKKEEPING: Final = frozenset(
    f"source.{name}" for name in ("fetched_at", "content_hash", "changed_at", "extractor_version", "version")
)
"""Fields that change with every other one, and are shown only where nothing else differs."""
_ANY_WIDTH: Final = 10_000
_LEAD: Final = 12
"""Characters shown before the first difference of two long values."""


def print_json(value: object) -> None:
    """Prints *value* as one JSON object on one line."""
    sys.stdout.write(orjson.dumps(value).decode() + "\n")


def print_status(status: SiteStatus, now: float) -> None:
    """Prints how one site stands, as a table."""
    table = Table(title=_plain(f"{status.site}: {status.verdict}"), title_justify="left", show_header=False)
    table.title_style = _STYLES.get(status.verdict, "red")
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in _status_rows(status, now):
        table.add_row(name, _plain(value) if isinstance(value, str) else value)
    if table.row_count:
        Console().print(table)


def _status_rows(status: SiteStatus, now: float) -> Iterator[tuple[str, RenderableType]]:
    good, newest, judged = status.last_good, status.last_run, status.last_judged
    if good is not None:
        ended = good.ended_at or good.began_at
        yield "last good run", f"{good.run}, {good.kind}, ended {in_words(status.age or 0)} ago, {ended}"
    if newest is not None:
        yield "last run", _of_run(newest)
    if judged is not None and newest is not None and judged.run != newest.run:
        yield "last one judged", _of_run(judged)
    if status.rejected:
        where = (f"see {status.rejected_files}",) if status.rejected_files else ()
        yield "rejected because", Group(*map(_plain, (*status.rejected, *where)))
    if status.verdict != "unreadable" and newest is not None:
        yield "records", f"{status.records:,} published"
        if status.fill:
            yield "filled", Columns([f"{name} {_share(share)}" for name, share in status.fill.items()], padding=(0, 2))
        yield "failing", _failing(status)
        yield "lost", _lost(status, now)
        yield "due", f"{status.due_now:,} now, {_next(status.next_due_at, now)}"
    if status.held_by:
        yield "in use by", status.held_by


def _share(share: float) -> str:
    return f"{share:.1%}".replace(".0%", "%")


def _of_run(run: RunLine) -> str:
    ended = f"{run.outcome}, {run.publication}" if run.publication else run.outcome
    return f"{run.run}, {run.kind}, began {run.began_at}: {ended}{_counts(run)}"


def _counts(run: RunLine) -> str:
    if run.added is None:
        return ""
    return f"; {run.added:,} added, {run.changed:,} changed, {run.removed:,} removed"


def _failing(status: SiteStatus) -> RenderableType:
    if not status.failing:
        return "no URL"
    total = sum(seen.count for seen in status.failing)
    lines = [f"{total:,} URLs"]
    lines += [f"{seen.count:,} × {seen.reason} ({seen.sample})" for seen in status.failing[:_REASONS_SHOWN]]
    left = len(status.failing) - _REASONS_SHOWN
    return Group(*map(_plain, lines + ([f"and {left:,} more reasons (--json has all)"] if left > 0 else [])))


def _lost(status: SiteStatus, now: float) -> str:
    if not status.lost:
        return "no question"
    at = status.lost_check_at
    when = f", from {at} on{_in(at, now)}" if at and seconds_of(at) > now else ""
    return f"{status.lost:,} question{'s' if status.lost > 1 else ''}: a second check removes them or finds them{when}"


def _next(at: str | None, now: float) -> str:
    return f"one more from {at} on{_in(at, now)}" if at else "no more later"


def _in(at: str, now: float) -> str:
    return f" (in {in_words(seconds_of(at) - now)})"


def print_runs(runs: Sequence[RunLine]) -> None:
    """Prints a table of *runs*; where the terminal is too narrow for it, two lines a run."""
    console = Console()
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False)
    for name in ("run", "kind", "began", "took", "outcome", "publication"):
        table.add_column(name, no_wrap=True, justify="right" if name == "run" else "left")
    for name in ("pages", "records", "added", "changed", "removed"):
        table.add_column(name, no_wrap=True, justify="right")
    for run in runs:
        numbers = (run.pages, run.records, run.added, run.changed, run.removed)
        table.add_row(
            str(run.run), run.kind, run.began_at, _took(run), run.outcome, run.publication or "-",
            *("-" if number is None else f"{number:,}" for number in numbers),
        )  # fmt: skip
    wanted = console.measure(table, options=console.options.update_width(_ANY_WIDTH)).maximum
    if wanted <= console.width:
        console.print(table, highlight=False)
        return
    for run in runs:
        took = f" in {_took(run)}" if run.took is not None else ""
        console.print(
            _plain(f"{run.run}  {run.kind}, {run.began_at}: {run.outcome}, {run.publication or 'unpublished'}")
        )
        console.print(_plain(f"   {run.pages:,} pages, {run.records:,} records{took}{_counts(run)}"))


def _took(run: RunLine) -> str:
    return "-" if run.took is None else in_words(run.took)


def print_totals(old: Snapshot, new: Snapshot, totals: Totals) -> None:
    """Prints how many records differ, and in which fields."""
    console = Console()
    if not totals.differ:
        console.print(_plain(f"{old.name} and {new.name} hold the same records."), soft_wrap=True)
        return
    console.print(
        _plain(
            f"{old.name} → {new.name}: {totals.added:,} added, {totals.removed:,} removed, {totals.changed:,} changed"
        ),
        soft_wrap=True,
    )
    if totals.fields:
        table = Table(box=None, padding=(0, 2, 0, 0))
        table.add_column("changed field")
        table.add_column("records", justify="right")
        for name, count in sorted(totals.fields.items(), key=lambda field: field[0] in _BOOKKEEPING):
            table.add_row(_plain(name), f"{count:,}")
        console.print(table)


def print_differences(found: Iterable[Difference]) -> None:
    """Prints each difference with the fields that differ, shortened to the width of the terminal."""
    console = Console()
    for difference in found:
        change = difference.change
        console.print()
        console.print(_plain(f"{change.op:8} {change.id}  {difference.url or ''}".rstrip()), soft_wrap=True)
        telling = [field for field in difference.fields if field.field not in _BOOKKEEPING] or difference.fields
        for field in telling:
            for line in _shown(field, console.width):
                console.print(_plain(line), soft_wrap=True)


def print_feed(found: Iterable[Difference]) -> int:
    """Prints each difference as a line of a change feed, and gives their number."""
    printed = 0
    for difference in found:
        sys.stdout.buffer.write(orjson.dumps(asdict(difference.change), option=orjson.OPT_APPEND_NEWLINE))
        printed += 1
    sys.stdout.flush()
    return printed


def _shown(field: FieldChange, width: int) -> list[str]:
    """A changed field in one line, or in three where it is too long for that."""
    place = printable(field.place)
    before, after = _as_text(field.before), _as_text(field.after)
    line = f"  {place}: {before} → {after}"
    if cell_len(line) <= width:
        return [line]
    same = _same_at_start(before, after)
    return [f"  {place}:", f"    - {_excerpt(before, same, width - 6)}", f"    + {_excerpt(after, same, width - 6)}"]


def _as_text(value: object) -> str:
    return printable(orjson.dumps(value).decode())


def _same_at_start(one: str, other: str) -> int:
    """How many characters the texts have in common before they differ."""
    shorter = min(len(one), len(other))
    return next((place for place in range(shorter) if one[place] != other[place]), shorter)


def _excerpt(text: str, same: int, width: int) -> str:
    """*text* in *width* cells: its beginning, or what stands around the place from which on it differs."""
    if cell_len(text) <= width:
        return text
    if same > width - _LEAD:
        text = "…" + text[same - _LEAD :]
    return text if cell_len(text) <= width else set_cell_size(text, width - 1).rstrip() + "…"


def _plain(text: str) -> Text:
    return Text(printable(text))
