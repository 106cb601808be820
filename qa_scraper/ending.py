"""How a run ends: what it found is published or rejected, and its summary is made."""

from __future__ import annotations

import logging
import sqlite3
from typing import Final

from qa_scraper.clock import stamp_of
from qa_scraper.crawl import Crawl
from qa_scraper.crawl_values import RunSummary
from qa_scraper.gate import Measures
from qa_scraper.ledger_file import LedgerError
from qa_scraper.ledger_values import RunOutcome
from qa_scraper.publication import Publication, publish
from qa_scraper.publish import SNAPSHOT
from qa_scraper.refresh import State

logger = logging.getLogger(__name__)

_GAPS_NAMED: Final = 20


def close(crawl: Crawl, reason: str) -> RunSummary:
    """Publishes what the ledger holds, notes the end of the run and closes the ledger."""
    crawl.sleep_no_more()
    try:
        return _finish(crawl, reason)
    except (sqlite3.Error, OSError, LedgerError) as error:
        crawl.error = (
            crawl.error
            or f"cannot publish to {crawl.folder}: {error}. {SNAPSHOT} is the old or the new one, whole; mend the"
            " disk and run again."
        )
        logger.error(crawl.error)
        return _summary(crawl, reason, None, [], {}, 0)
    finally:
        crawl.let_go()


def _finish(crawl: Crawl, reason: str) -> RunSummary:
    crawl.unchanged.write()
    crawl.group.close()
    hosts = sorted(crawl.hosts)
    if not crawl.is_ending() and crawl.next_chance() is None:
        crawl.ledger.leave_parked()
    gaps = crawl.ledger.gaps(hosts, _GAPS_NAMED)
    left = crawl.ledger.open_count(hosts, crawl.started)
    counts = crawl.ledger.counts()
    published = None
    if crawl.progress.pages or not crawl.error:  # a run that came to nothing makes no files
        published = publish(
            crawl.ledger,
            crawl.folder,
            crawl.run,
            crawl.clock.stamp(),
            crawl.site.bounds,
            policy=crawl.site.privacy,
        )
    records = published.measures.records if published else 0
    summary = _summary(crawl, reason, published, gaps, counts, left)
    outcome: RunOutcome = "error" if crawl.error else "complete" if summary.complete else "gaps"
    crawl.ledger.finish_run(crawl.run, crawl.clock.stamp(), outcome, crawl.progress.pages, records)
    return summary


def _summary(
    crawl: Crawl,
    reason: str,
    published: Publication | None,
    gaps: list[tuple[str, State, str]],
    counts: dict[State, int],
    left: int,
) -> RunSummary:
    measures = published.measures if published else Measures()
    for breach in published.breaches if published else ():
        logger.error("not published: %s", breach.message)
    return RunSummary(
        site=crawl.site.name,
        run=crawl.run,
        complete=not gaps and not left and not crawl.error,
        stopped=_stopped_by(crawl, reason, left),
        pages=crawl.progress.pages,
        added=measures.added,
        changed=measures.changed,
        removed=measures.removed,
        unchanged=crawl.progress.unchanged,
        records=measures.published if published and published.breaches else measures.records,
        urls={str(state): count for state, count in sorted(counts.items())},
        open=left,
        gaps=[(key, str(state), why) for key, state, why in gaps],
        snapshot=str(crawl.folder / SNAPSHOT),
        given_up=crawl.progress.given_up,
        error=crawl.error,
        next_due_at=_next_due_at(crawl, counts) if left else "",
        kind=crawl.kind,
        rejected=tuple(breach.message for breach in published.breaches) if published else (),
        rejected_files=str(published.rejected) if published and published.rejected else "",
    )


def _next_due_at(crawl: Crawl, counts: dict[State, int]) -> str:
    anything_at_once = counts.get(State.FAILED) or counts.get(State.HELD)
    due_at = 0.0 if anything_at_once else crawl.next_chance() or 0.0
    chance = max(due_at, min((crawl.gates.of(host).opens_at() for host in crawl.hosts), default=0.0))
    return stamp_of(chance) if chance > crawl.clock.seconds() + 1 else ""


def _stopped_by(crawl: Crawl, reason: str, left: int) -> str:
    if crawl.limit_reached() and left:
        return f"--limit {crawl.page_limit}"
    if crawl.stopped_by:
        return crawl.stopped_by
    return "" if reason == "finished" else "a signal" if reason == "shutdown" else reason
