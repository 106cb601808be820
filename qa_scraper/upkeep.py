"""What is done to the output folder of a site without fetching anything: publish, accept, examine, replay, forget."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from qa_scraper.errors import InputError
from qa_scraper.run import find_site

if TYPE_CHECKING:
    from qa_scraper.doctor import Finding
    from qa_scraper.ledger import Ledger
    from qa_scraper.publication import Publication
    from qa_scraper.removal_store import Found
    from qa_scraper.site import Site


def publish_site(name: str, output: Path, accept: int | None = None) -> Publication:
    """Publishes what the ledger of a site holds; *accept*: the number of the rejected run that is to be published.

    Raises InputError where the site was never crawled or the run cannot be accepted, SiteBusy where a run holds it,
    LedgerError or OSError where ledger or folder cannot be used.
    """
    from qa_scraper.clock import Clock
    from qa_scraper.ledger import Ledger
    from qa_scraper.publication import publish
    from qa_scraper.publish import check_begins_nothing_anew

    with _held(name, output) as (site, path):
        ledger = Ledger(path)
        try:
            check_begins_nothing_anew(ledger, path.parent)
            clock = Clock()
            if accept is None:
                last = ledger.runs.last_judged()
                if last is not None and last.publication == "rejected":
                    raise InputError(
                        f"run {last.run} was rejected: see {path.parent / 'rejected'}; if it is right all the same,"
                        f" qa-scraper publish {name} --accept {last.run}"
                    )
                with ledger.transaction():
                    run = ledger.runs.begin("publish", clock.seconds(), clock.stamp())
            else:
                run = _rejected(ledger, path.parent, name, accept)
            published = publish(
                ledger,
                path.parent,
                run,
                clock.stamp(),
                site.bounds,
                accepted=accept is not None,
                policy=site.privacy,
            )
            if accept is None:
                ledger.finish_run(run, clock.stamp(), "complete", 0, published.measures.records)
            return published
        finally:
            ledger.close()


def _rejected(ledger: Ledger, folder: Path, name: str, run: int) -> int:
    """*run*, if it was rejected and nothing was crawled nor told to those who follow the feeds since.

    Raises InputError.
    """
    from qa_scraper.change_feed import feeds

    found, last = ledger.runs.find(run), ledger.runs.last()
    if found is None:
        raise InputError(f"there is no run {run} of {name}; see qa-scraper runs {name}")
    if found.publication == "undone":
        raise InputError(
            f"run {run} was rejected and undone by a later run; refresh, and accept that run if it is right"
        )
    if found.publication != "rejected":
        raise InputError(
            f"run {run} was not rejected ({found.publication or 'it was cut off'}); see qa-scraper runs {name}"
        )
    assert last is not None
    told = [int(path.stem) for path in feeds(folder) if int(path.stem) >= run]
    if told:
        raise InputError(
            f"run {run} cannot be accepted: the feed of run {told[-1]} came after it (somebody was forgotten, or"
            f" privacy changed), and who follows the feeds would miss this one; qa-scraper refresh {name},"
            " and accept that run if it is rejected and right"
        )
    return run


def examine_site(name: str, output: Path) -> list[Finding]:
    """What is wrong with the output folder of a site; nothing is changed.

    Raises InputError where the site was never crawled (no ledger, no records), SiteBusy where a run holds it.
    """
    from qa_scraper.doctor import examine

    with _held(name, output) as (site, path):
        return list(examine(path, site.privacy))


def replay_site(name: str, output: Path, until: int | None) -> list[bytes]:
    """The lines of the snapshot that the feeds of a site come to, as of run *until* (the last one, where None).

    Raises InputError where there are no feeds, or none so early.
    """
    from qa_scraper.change_feed import CHANGES, feeds, replay

    folder = output / find_site(name).name
    if not feeds(folder):
        raise InputError(
            f"there is no change feed in {folder / CHANGES}: crawl the site first (qa-scraper crawl {name})"
        )
    found = feeds(folder, until)
    if not found:
        raise InputError(f"run {until} is before the first feed, {feeds(folder)[0].name}")
    return replay(found)


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What was removed, in which run; ``run`` is None where nothing was: not found, or not confirmed.

    ``before``: whether it was forgotten already.
    """

    found: Found
    run: int | None
    before: bool = False


def forget_site(
    name: str, output: Path, *, asker: str | None, record_id: str | None, confirm: Callable[[Found], bool]
) -> Forgotten:
    """Removes a person's records, or one by its id, from all that a site keeps, if *confirm* says so.

    Raises InputError where the site was never crawled, SiteBusy where a run holds it, LedgerError, sqlite3.Error or
    OSError where ledger or folder cannot be written.
    """
    from qa_scraper.clock import Clock
    from qa_scraper.forgetting import forget, named
    from qa_scraper.ledger import Ledger
    from qa_scraper.publication import settle
    from qa_scraper.publish import check_begins_nothing_anew

    with _held(name, output) as (_, path):
        folder, clock = path.parent, Clock()
        ledger = Ledger(path)
        try:
            check_begins_nothing_anew(ledger, folder)
            was_cut_off = ledger.forgotten.unfinished() is not None
            settle(ledger, folder)
            ledger.records.issue_ids()  # after a run that was killed, two records may share the site's own
            if asker is not None:
                found = ledger.removals.of_asker(named(asker, folder))
                before = ledger.forgotten.knows_asker(asker)
            else:
                found = ledger.removals.of_id(record_id or "")
                before = ledger.forgotten.knows_id(record_id or "")
            if not found.records or not confirm(found):
                return Forgotten(found, None, before or (was_cut_off and not found.records))
            return Forgotten(found, forget(ledger, folder, found, clock.stamp(), clock.seconds()), before)
        finally:
            ledger.close()


@contextmanager
def _held(name: str, output: Path) -> Iterator[tuple[Site, Path]]:
    """The site and the path of its ledger, held against runs until the block ends.

    Raises InputError where the site was never crawled. The ledger may be missing beside a snapshot with records.
    """
    from qa_scraper.clock import Clock
    from qa_scraper.ledger_format import LEDGER
    from qa_scraper.publish import holds_records
    from qa_scraper.site_lock import SiteLock

    site = find_site(name)
    path = output / site.name / LEDGER
    # A snapshot that lost its ledger is for the block to tell of: a crawl would refuse to begin anew beside it.
    if not path.exists() and not holds_records(path.parent):
        raise InputError(f"there is no ledger in {path.parent}: crawl the site first (qa-scraper crawl {name})")
    lock = SiteLock(path.parent, Clock().stamp())
    try:
        yield site, path
    finally:
        lock.release()
