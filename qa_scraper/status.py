"""How a site stands, as values out of its ledger: its runs, and whether what is published is good and fresh.

Nothing is changed and nothing is locked, so that it can be asked at any time. Times are stamps (UTC, ISO 8601), lengths
of time are in seconds; ages are the difference of the real time and a run's stamp.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

from qa_scraper.clock import in_words, seconds_of, stamp_of
from qa_scraper.gate import Measures, Sighting
from qa_scraper.ledger_file import LedgerError
from qa_scraper.ledger_format import LEDGER
from qa_scraper.ledger_reader import LedgerReader, read_ledger
from qa_scraper.ledger_values import Publication, RunKind, RunOutcome
from qa_scraper.publication import breaches_of, measures_of
from qa_scraper.published_files import REJECTED
from qa_scraper.run_store import Run
from qa_scraper.site_lock import holder

Verdict = Literal["good", "stale", "never", "rejected", "unreadable"]
_EVERY: Final = -1


@dataclass(frozen=True, slots=True)
class RunLine:
    """One run. ``outcome``: ``running`` while it goes on, ``cut off`` where its process was killed.

    ``took``: seconds, None where it did not end; ``added``, ``changed``, ``removed``: records, None where the run did
    not come to compare them.
    """

    run: int
    kind: RunKind
    began_at: str
    ended_at: str | None
    took: float | None
    outcome: RunOutcome | Literal["running", "cut off"]
    publication: Publication | None
    pages: int
    records: int
    added: int | None
    changed: int | None
    removed: int | None


@dataclass(frozen=True, slots=True)
class SiteStatus:
    """How a site stands. ``why``: what is wrong, in one sentence, empty where the ``verdict`` is good.

    ``last_good``: the newest run that looked at the site and was published, ``age``: seconds since it ended;
    ``last_run``: the newest one; ``last_judged``: the newest one that was published or rejected.
    ``records``: published ones, ``fill``: share of them in which a field is filled. ``failing``: URLs whose last fetch
    failed. ``lost``: questions that wait for a second check, from ``lost_check_at`` on, before they are removed.
    ``due_now``: URLs that a run would fetch now, ``next_due_at``: when one more is due.
    ``rejected``: what the gate holds against the newest run, ``rejected_files``: where its files are.
    ``held_by``: who works on the site now.
    """

    site: str
    verdict: Verdict
    why: str = ""
    last_good: RunLine | None = None
    age: float | None = None
    last_run: RunLine | None = None
    last_judged: RunLine | None = None
    records: int = 0
    fill: Mapping[str, float] = field(default_factory=dict)
    failing: tuple[Sighting, ...] = ()
    lost: int = 0
    lost_check_at: str | None = None
    due_now: int = 0
    next_due_at: str | None = None
    rejected: tuple[str, ...] = ()
    rejected_files: str = ""
    held_by: str = ""


def crawled_sites(output: Path) -> list[str]:
    """The names of the sites with a ledger in *output*."""
    return sorted(path.parent.name for path in output.glob(f"*/{LEDGER}"))


def runs_of(folder: Path, limit: int) -> list[RunLine]:
    """The newest runs in the output *folder* of a site, newest first, at most *limit*; 0: all.

    Raises LedgerError where the ledger cannot be read.
    """
    held_by = holder(folder)
    found = read_ledger(folder / LEDGER, lambda ledger: ledger.runs.newest(limit or _EVERY)) or []
    return [_line(run, is_running=bool(held_by) and place == 0) for place, run in enumerate(found)]


def status_of(folder: Path, now: float, max_age: float | None = None) -> SiteStatus:
    """How the site of *folder* stands at *now*; stale where its last good run ended more than *max_age* seconds ago."""
    held_by = holder(folder)
    try:
        found = read_ledger(folder / LEDGER, lambda ledger: _look(ledger, folder, now, max_age, held_by))
    except LedgerError as error:
        return SiteStatus(folder.name, "unreadable", str(error).rstrip("."), held_by=held_by)
    return found or SiteStatus(
        folder.name,
        "never",
        f"it was never crawled into {folder.parent}",
        held_by=held_by,
    )


def _look(ledger: LedgerReader, folder: Path, now: float, max_age: float | None, held_by: str) -> SiteStatus:
    newest, judged, good_run = ledger.runs.last(), ledger.runs.last_judged(), ledger.last_good_run()
    good = ledger.runs.find(good_run) if good_run else None
    age = max(0.0, now - seconds_of(good.finished_at or good.started_at)) if good else None
    rejected_run = judged.run if judged and judged.publication in {"rejected", "undone"} else None
    rejected = _breaches(folder, rejected_run) if rejected_run else ()
    rejected_files = folder / REJECTED / f"{rejected_run or 0:06}"
    published = next(iter(ledger.runs.last_good(1)), None)
    measures = _measures(published) if published else None
    lost, lost_check = ledger.lost()
    due_now, next_due = ledger.due(now)
    is_stale = age is not None and max_age is not None and age > max_age
    complaints = []
    if rejected_run:
        more = f" (and {len(rejected) - 1} more)" if len(rejected) > 1 else ""
        complaints.append(": ".join((f"run {rejected_run} was rejected", *rejected[:1])) + more)
    if good is None:
        complaints.append("no run of it was good yet")
    elif age is not None and max_age is not None and is_stale:
        complaints.append(f"the last good run, {good.run}, ended {in_words(age)} ago, more than {in_words(max_age)}")
    return SiteStatus(
        site=folder.name,
        verdict="rejected" if rejected_run else "never" if good is None else "stale" if is_stale else "good",
        why="; ".join(complaints),
        last_good=_line(good) if good else None,
        age=age,
        last_run=_line(newest, is_running=bool(held_by)) if newest else None,
        last_judged=_line(judged) if judged else None,
        records=measures.records if measures else published.records if published else 0,
        fill=dict(measures.fill) if measures else {},
        failing=ledger.failing(),
        lost=lost,
        lost_check_at=_stamp(lost_check),
        due_now=due_now,
        next_due_at=_stamp(next_due),
        rejected=rejected,
        rejected_files=str(rejected_files) if rejected_files.exists() else "",
        held_by=held_by,
    )


def _line(run: Run, *, is_running: bool = False) -> RunLine:
    measures = _measures(run) if run.measures else None
    return RunLine(
        run=run.run,
        kind=run.kind,
        began_at=run.started_at,
        ended_at=run.finished_at,
        took=seconds_of(run.finished_at) - seconds_of(run.started_at) if run.finished_at else None,
        outcome=run.outcome or ("running" if is_running else "cut off"),
        publication=run.publication,
        pages=run.pages,
        records=run.records,
        added=measures.added if measures else None,
        changed=measures.changed if measures else None,
        removed=measures.removed if measures else None,
    )


def _measures(run: Run) -> Measures | None:
    return measures_of(run.measures) if run.measures else None


def _breaches(folder: Path, run: int) -> tuple[str, ...]:
    """Why *run* was rejected; empty where its files are gone, or are being replaced by those of another run."""
    try:
        return tuple(breaches_of(folder, run))
    except (OSError, ValueError):
        return ()


def _stamp(seconds: float | None) -> str | None:
    return None if seconds is None else stamp_of(seconds)
