"""The tables of the benchmarks, for the terminal and for docs/performance.md."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from rich.table import Table

from tests.bench.versus import OURS
from tests.support.commands import ROOT

DOCUMENT: Final = ROOT / "docs" / "performance.md"
Rows = list[list[str]]


def tables(results: dict[str, Any]) -> dict[str, Rows]:
    """By title: the rows of each table, the first of them its head."""
    found = results["contenders"]
    costs: Rows = [["contender", "pages/s", "CPU µs a page", "peak MiB"]]
    for letter, contender in found.items():
        figures = [_spread(contender[name]) for name in ("pages_per_second", "cpu_us_a_page", "peak_mib")]
        costs.append([f"({letter}) {contender['name']}", *figures])
    ratios: Rows = [["ratio", "by pages/s", "by CPU"]]
    for name, ratio in results["ratios"].items():
        ratios.append([name, _spread(ratio["pages_per_second"], 2), _spread(ratio["cpu"], 2)])
    stages = results["breakdown_us_a_page"]
    wholes = {letter: sum(values.values()) for letter, values in stages.items()}
    breakdown: Rows = [["stage", *(head for letter in stages for head in (f"({letter}) CPU µs a page", "share"))]]
    for name in stages[OURS]:
        breakdown.append([name, *(cell for letter in stages for cell in _part(stages[letter][name], wholes[letter]))])
    breakdown.append(["all", *(cell for whole in wholes.values() for cell in _part(whole, whole))])
    starts: Rows = [["command", "ms", "times empty Python"]]
    starts += [
        [name, f"{start['ms']:.0f}", f"{start['times_empty']:.1f}"] for name, start in results["cold_start"].items()
    ]
    return {
        f"The same crawl of {results['pages']:,} pages": costs,
        "How many times as fast qa-scraper is": ratios,
        "Where its time goes": breakdown,
        "Cold start": starts,
    }


def _part(value: float, whole: float) -> tuple[str, str]:
    """A stage's time and its share."""
    return f"{value:,.0f}", f"{value / whole:.0%}"


def _spread(figures: dict[str, float], digits: int = 0) -> str:
    """``median (least to most)``."""
    median, least, most = (f"{figures[name]:,.{digits}f}" for name in ("median", "least", "most"))
    return f"{median} ({least} to {most})"


def bench_text(results: dict[str, Any]) -> str:
    """The results as Markdown."""
    machine = results["machine"]
    versions = ", ".join(f"{name} {machine[name]}" for name in machine if name not in ("processor", "cores", "system"))
    lines = [
        f"Measured on {results['measured_on']}: {results['pages']:,} pages of {results['page_bytes']:,} bytes"
        f" ({results['questions']:,} questions), {results['runs']} runs of each in turn; medians, in brackets the least"
        f" and the most. {machine['cores']} cores of {machine['processor']}, {machine['system']}; {versions}.\n"
    ]
    for title, rows in tables(results).items():
        lines += [f"\n**{title}**\n\n", markdown(rows)]
    return "".join(lines)


def scale_tables(results: dict[str, Any]) -> dict[str, Rows]:
    """By title: the rows of each table of ``make bench-scale``."""
    names = {
        "few": f"{results['few_urls']:,} URLs due, all crawled",
        "first": f"{results['many_urls']:,} due, the first {results['crawled']:,}",
        "last": f"{results['many_urls']:,} in the ledger, the last {results['crawled']:,}",
    }
    crawls: Rows = [["crawl", "CPU µs a page", "peak MiB", "of it fetching", "first page after s", "publishing, end s"]]
    for name, found in results["crawls"].items():
        few = results["few_beside"][name]
        cost, peak = (f"{found[of]:,.0f} ({found[of] / few[of]:.2f}×)" for of in ("cpu_us_a_page", "peak_mib"))
        times = [f"{found[of]:.1f}" for of in ("first_page_after", "end_took")]
        crawls.append([names[name], cost, peak, f"{found['peak_mib_fetching']:.0f}", *times])
    sizes: Rows = [["ledger", "bytes a URL"]]
    sizes += [[name, f"{size:,.0f}"] for name, size in results["ledger_bytes_a_url"].items()]
    return {"A crawl of tiny pages": crawls, "Size of the ledger": sizes}


def scale_text(results: dict[str, Any]) -> str:
    """The results of ``make bench-scale`` as Markdown."""
    return "\n".join(f"**{title}**\n\n{markdown(rows)}" for title, rows in scale_tables(results).items())


def for_terminal(tables: dict[str, Rows]) -> list[Table]:
    """Tables as rich draws them."""
    drawn = []
    for title, (head, *rows) in tables.items():
        table = Table(title=title, title_justify="left")
        for at, name in enumerate(head):
            table.add_column(name, justify="right" if at else "left")
        for row in rows:
            table.add_row(*row)
        drawn.append(table)
    return drawn


def markdown(rows: Sequence[Sequence[str]]) -> str:
    """Rows as a Markdown table, the first of them its head."""
    head, *body = rows
    rule = ["---", *("---:" for _ in head[1:])]
    return "".join(f"| {' | '.join(row)} |\n" for row in (head, rule, *body))


def put(name: str, text: str) -> None:
    """Puts *text* between the marks called *name* of docs/performance.md."""
    begin, end = f"<!-- {name} -->\n", f"<!-- end of {name} -->\n"
    document = DOCUMENT.read_text("utf-8")
    head, found, rest = document.partition(begin)
    _, closed, tail = rest.partition(end)
    if not found or not closed:
        raise RuntimeError(f"{DOCUMENT} lacks {begin.strip()} or {end.strip()}")
    DOCUMENT.write_text(head + begin + text + end + tail, "utf-8")
