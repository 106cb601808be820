"""The report of a site as one HTML page: charts with their figures in tables beside them. No script, no request."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from qa_scraper.clock import in_words
from qa_scraper.crawl_history import CrawlHistory
from qa_scraper.html_page import as_text, html_page
from qa_scraper.report_charts import columns
from qa_scraper.report_figures import Bars, Figures
from qa_scraper.report_style import STYLE
from qa_scraper.status import RunLine

_LONGEST: Final = 300
"""Characters of a name, a reason or an address that are shown."""
_BARS_SHOWN: Final = 20
_RUNS_SHOWN: Final = 40
_CHANGES: Final = ("added", "changed", "removed")


@dataclass(frozen=True, slots=True)
class Report:
    """What a report tells. ``made_at``, ``published_at``: stamps; the latter None where nothing was published yet."""

    site: str
    made_at: str
    published_at: str | None
    figures: Figures
    history: CrawlHistory


def report_page(report: Report) -> str:
    """The whole HTML page."""
    body = (*_top(report), "<main>", *_records_part(report.figures), *_crawl_part(report.history), "</main>", *_end())
    return html_page(f"Report: {report.site}", body, STYLE)


def _text(value: str) -> str:
    return as_text(value, _LONGEST)


def _name(value: str) -> str:
    """A name from a page; in a direction of its own, so that it moves nothing around it."""
    return f"<bdi>{_text(value)}</bdi>"


def _share(part: float, whole: float) -> str:
    return f"{part / whole:.1%}".replace(".0%", "%") if whole else "-"


def _top(report: Report) -> Iterator[str]:
    figures, runs = report.figures, report.history.runs
    published = f"published {_moment(report.published_at)}" if report.published_at else "nothing published yet"
    yield f"<header><h1>{_text(report.site)}</h1><p>As of {_moment(report.made_at)}; {published}</p>"
    answered = f"{_share(figures.answered, figures.records)} of the records have one"
    delay = "-" if figures.typical_delay is None else _days(figures.typical_delay)
    last = runs[-1] if runs else None
    totals = [
        ("records", f"{figures.records:,}", ""),
        ("answers", f"{figures.answers:,}", answered if figures.records else ""),
        ("first answer after", delay, "the median" if figures.typical_delay is not None else ""),
        ("near-duplicates", f"{figures.clustered:,}", f"in {_count(figures.clusters, 'cluster')}"),
        ("failing URLs", f"{sum(seen.count for seen in report.history.failing):,}", ""),
        ("runs", f"{len(runs):,}", f"the last: {_outcome(last)}" if last else ""),
    ]
    yield '<dl class="totals">'
    for name, value, more in totals:
        yield f"<div><dt>{name}</dt><dd>{value}{f'<small>{_text(more)}</small>' if more else ''}</dd></div>"
    yield "</dl></header>"


def _end() -> Iterator[str]:
    yield "<footer>Made by <code>qa-scraper report</code>. This page loads nothing and runs nothing.</footer>"


def _moment(stamp: str) -> str:
    """A stamp to the minute, for people."""
    return _text(stamp[:16].replace("T", " ") + " UTC")


def _days(days: int) -> str:
    return "0 days" if not days else _count(days, "day")


def _count(count: int, name: str) -> str:
    return f"{count:,} {name}{'' if count == 1 else 's'}"


def _outcome(run: RunLine) -> str:
    return f"{run.outcome}, {run.publication}" if run.publication else run.outcome


# The records


def _records_part(figures: Figures) -> Iterator[str]:
    yield '<h2>The records</h2><div class="cards">'
    undated = f"{_count(figures.undated, 'record')} without a date of the question." if figures.undated else ""
    yield from _columns_card("Questions by date asked", figures.asked, "date", undated)
    yield from _columns_card("Records by date first seen", figures.first_seen, "date")
    before = (
        f"{_count(figures.before, 'record')} answered before the question, by their dates." if figures.before else ""
    )
    yield from _columns_card("Days to the first answer", figures.delays, "days", before)
    yield from _people_card(figures)
    yield from _bars_card("Departments", "department", figures.departments, figures.records)
    yield from _fill_card(figures)
    yield "</div>"


def _columns_card(title: str, bars: Bars, what: str, more: str = "") -> Iterator[str]:
    yield f"<section><h3>{title}</h3>"
    if bars:
        yield columns(title, [name for name, _ in bars], {"records": [count for _, count in bars]})
        yield from _details(_table((what, "records"), ((_text(name), f"{count:,}") for name, count in bars)))
    else:
        yield '<p class="none">Nothing to show.</p>'
    yield f'<p class="more">{more}</p></section>' if more else "</section>"


def _people_card(figures: Figures) -> Iterator[str]:
    title = "Who asked: age and gender"
    yield f"<section><h3>{title}</h3>"
    if figures.people:
        bands = [band for band, _ in figures.people]
        series = {gender: [counts.get(gender, 0) for _, counts in figures.people] for gender in figures.genders}
        yield columns(title, bands, series)
        yield from _legend(figures.genders)
        rows = [
            (_text(band), *(f"{counts.get(gender, 0):,}" for gender in figures.genders))
            for band, counts in figures.people
        ]
        rows.append(("all", *(f"{sum(values):,}" for values in series.values())))
        yield from _details(_table(("age", *map(_text, figures.genders)), rows))
    else:
        yield '<p class="none">Nothing to show.</p>'
    yield "</section>"


def _fill_card(figures: Figures) -> Iterator[str]:
    yield "<section><h3>How many records fill each field</h3>"
    rows = ((_breakable(name), _share(share, 1.0), _bar(share)) for name, share in figures.fill)
    yield from _table(("field", "filled", ""), rows)
    yield "</section>"


def _breakable(field: str) -> str:
    return _text(field).replace(".", ".<wbr>").replace("_", "_<wbr>")


# The crawl


def _crawl_part(history: CrawlHistory) -> Iterator[str]:
    yield '<h2>The crawl</h2><div class="cards">'
    yield from _changes_card(history.runs[-_RUNS_SHOWN:])
    failing = tuple((seen.reason, seen.count) for seen in history.failing)
    samples = {seen.reason: seen.sample for seen in history.failing}
    yield from _bars_card("Failing URLs by reason", "reason", failing, None, kind="fails", samples=samples)
    yield from _bars_card("URLs by state", "state", history.states, sum(count for _, count in history.states))
    for title, pages, told in (
        ("Slowest pages", history.slowest, _wait),
        ("Largest pages", history.largest, _size),
    ):
        yield from _pages_card(title, pages, told)
    yield "</div>"
    if history.runs:
        yield from _runs_card(history.runs)


def _wait(seconds: float) -> str:
    return f"{seconds * 1000:,.0f} ms" if seconds < 1 else f"{seconds:,.1f} s"


def _size(size: float) -> str:
    return f"{size:,.0f} B" if size < 1024 else f"{size / 1024:,.0f} KiB"


def _changes_card(runs: Sequence[RunLine]) -> Iterator[str]:
    title = "What each run changed"
    yield f"<section><h3>{title}</h3>"
    if runs:
        series = {what: [getattr(run, what) or 0 for run in runs] for what in _CHANGES}
        yield columns(title, [str(run.run) for run in runs], series)
        yield from _legend(_CHANGES)
        yield '<p class="more">By the number of the run; the table of runs below has the figures.</p>'
    else:
        yield '<p class="none">No run yet.</p>'
    yield "</section>"


def _runs_card(runs: Sequence[RunLine]) -> Iterator[str]:
    shown = runs[-_RUNS_SHOWN:]
    yield '<section class="wide"><h3>Runs</h3><div class="table runs" tabindex="0">'
    head = ("run", "kind", "began", "took", "outcome", "pages", *_CHANGES)
    rows = (
        (
            str(run.run), run.kind, _moment(run.began_at), "-" if run.took is None else in_words(run.took),
            _text(_outcome(run)), f"{run.pages:,}",
            *("-" if (count := getattr(run, what)) is None else f"{count:,}" for what in _CHANGES),
        )
        for run in reversed(shown)
    )  # fmt: skip
    yield from _table(head, rows, texts=5)
    yield "</div>"
    if len(runs) > len(shown):
        yield f'<p class="more">The newest {len(shown)} of {len(runs):,} runs.</p>'
    yield "</section>"


def _pages_card(title: str, pages: Sequence[tuple[str, float]], told: Callable[[float], str]) -> Iterator[str]:
    yield f"<section><h3>{title}</h3>"
    if pages:
        most = max(value for _, value in pages) or 1.0
        rows = ((_name(address), told(value), _bar(value / most)) for address, value in pages)
        yield from _table(("page", "wait" if told is _wait else "size", ""), rows)
        yield '<p class="more">When each page was read last.</p>'
    else:
        yield '<p class="none">Not measured yet: the next run that reads pages does.</p>'
    yield "</section>"


# Their parts


def _bars_card(
    title: str, what: str, bars: Bars, whole: int | None, kind: str = "", samples: dict[str, str] | None = None
) -> Iterator[str]:
    """*whole*: what shares are of, None for none; *samples*: a page for each name."""
    yield f'<section class="{kind}"><h3>{title}</h3>' if kind else f"<section><h3>{title}</h3>"
    if bars:
        most = max(count for _, count in bars)
        shown, left = bars[:_BARS_SHOWN], bars[_BARS_SHOWN:]
        rows = (
            (
                _name(name) + (f'<div class="more">{_name(samples[name])}</div>' if samples else ""),
                f"{count:,}" + (f" ({_share(count, whole)})" if whole else ""),
                _bar(count / most),
            )
            for name, count in shown
        )
        yield from _table((what, "count", ""), rows)
        if left:
            yield f'<p class="more">{len(left):,} more come to {sum(count for _, count in left):,}.</p>'
    else:
        yield '<p class="none">Nothing to show.</p>'
    yield "</section>"


def _bar(share: float) -> str:
    """A bar in a cell. An attribute of SVG, as the policy of the page lets no style through that it does not know."""
    return f'<svg aria-hidden="true"><rect width="{share:.1%}" height="100%"/></svg>'


def _legend(names: Iterable[str]) -> Iterator[str]:
    yield '<ul class="legend">'
    for at, name in enumerate(names):
        yield f'<li class="color-{at}">{_text(name)}</li>'
    yield "</ul>"


def _details(table: Iterable[str]) -> Iterator[str]:
    yield "<details><summary>The figures</summary>"
    yield from table
    yield "</details>"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]], texts: int = 1) -> Iterator[str]:
    """A table of cells in HTML. The first *texts* columns are words, the others numbers; one without a head is bars."""
    yield "<table><thead><tr>"
    yield "".join(
        f'<th scope="col"{_class(at, texts)}>{name}</th>' if name else "<td></td>" for at, name in enumerate(head)
    )
    yield "</tr></thead><tbody>"
    for row in rows:
        first, *others = row
        cells = "".join(
            f"<td{_class(at, texts)}>{cell}</td>" if head[at] else f'<td class="share">{cell}</td>'
            for at, cell in enumerate(others, start=1)
        )
        yield f'<tr><th scope="row">{first}</th>{cells}</tr>'
    yield "</tbody></table>"


def _class(at: int, texts: int) -> str:
    return ' class="number"' if at >= texts else ""
