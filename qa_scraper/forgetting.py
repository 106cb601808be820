"""A person's records removed from all that a site keeps: ledger, snapshot, feeds, what was rejected, the log.

First the ledger, in one transaction, with tombstones and a note of what the files are to follow; then the files, each
written beside and renamed; last the ledger's file, written anew without what was deleted. After a crash at any point
the same command, or the next run, does the rest (``finish_forgetting``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, Final

import jsonlines
import orjson

from qa_scraper.asker_names import normal_name
from qa_scraper.change_feed import CHANGES, Change, feed_path
from qa_scraper.forgotten_store import Job
from qa_scraper.ledger import Ledger
from qa_scraper.ledger_file import purge
from qa_scraper.marks import is_pseudonym
from qa_scraper.privacy import Privacy
from qa_scraper.privacy_key import PRIVACY_KEY, key_in
from qa_scraper.publish import DERIVED, SNAPSHOT, beside, put_in_place
from qa_scraper.published_files import REASONS, REJECTED, mend_snapshot, rewrite_history, rewrite_snapshot
from qa_scraper.removal_store import Found, without_teasers

LOG: Final = "crawl.log"
_WITHHELD: Final = "withheld: it told of a page that was forgotten"


def named(asker: str, folder: Path) -> Callable[[str], bool]:
    """Tells whether a name is that of *asker*: without regard to case, width and white space; or its pseudonym.

    Raises InputError for a pseudonym where the key in *folder* is none, OSError where it cannot be read.
    """
    if is_pseudonym(asker):
        privacy = Privacy("pseudonym", key_in(folder / PRIVACY_KEY))
        return lambda name: privacy.pseudonym(name) == asker
    wanted = normal_name(asker)
    return lambda name: normal_name(name) == wanted


def forget(ledger: Ledger, folder: Path, found: Found, at: str, now: float) -> int:
    """Removes what was *found* from *ledger* and the files in *folder*. *at*, *now*: the time, as stamp and seconds.

    The folder must be locked and settled. Gives the number of the run that it counts as. Raises sqlite3.Error, OSError
    or LedgerError where something cannot be written; what is done by then stays done, and the rest is done later.
    """
    with ledger.transaction():
        run = ledger.runs.begin("forget", now, at)
        ledger.forgotten.add(found.records, found.askers, at)
        ledger.removals.remove(found)
        ledger.forgotten.begin(Job(run, at, found.ids, found.teased))
    finish_forgetting(ledger, folder)
    return run


def finish_forgetting(ledger: Ledger, folder: Path) -> None:
    """Lets the files follow what the ledger has forgotten, if something of it is still to be done."""
    job = ledger.forgotten.unfinished()
    if job is None:
        return
    _remove_left_over(folder)
    mend_snapshot(folder)  # before the feeds are rewritten: they tell what was published, and so who is to be told of
    shown = partial(_without_teasers, urls=frozenset(job.urls))
    rewrite_history(folder, shown, job.ids)
    _tell(folder, job)
    rewrite_snapshot(folder, shown, job.ids)
    _withhold_reasons(folder, job)
    (folder / LOG).unlink(missing_ok=True)  # it may quote what pages say
    purge(ledger.path)
    with ledger.transaction():
        ledger.forgotten.finish()
    ledger.finish_run(job.run, job.at, "complete", 0, ledger.records.count())


def _without_teasers(record: Mapping[str, Any], urls: frozenset[str]) -> dict[str, Any]:
    return without_teasers(dict(record), urls)


def _tell(folder: Path, job: Job) -> None:
    """Writes the feed that says to those who follow the feeds which records are removed: their ids, nothing else."""
    gone = _published_of(folder, set(job.ids))
    if not gone:
        return
    path = feed_path(folder, job.run)
    path.parent.mkdir(mode=0o700, exist_ok=True)
    with beside(path) as new:
        with new.open("wb") as file, jsonlines.Writer(file, dumps=orjson.dumps) as writer:
            for name in gone:
                writer.write(Change("removed", name, job.at, None, {}))
        put_in_place(new, path)


def _published_of(folder: Path, ids: set[str]) -> list[str]:
    if not (folder / SNAPSHOT).exists():
        return []
    with (folder / SNAPSHOT).open("rb") as file:
        return [name for line in file if (name := orjson.loads(line)["id"]) in ids]


def _withhold_reasons(folder: Path, job: Job) -> None:
    """A message of the publish gate may name a page, and what it shows."""
    for path in sorted((folder / REJECTED).glob(f"*/{REASONS}")):
        reasons = orjson.loads(path.read_bytes())
        kept = [
            {**reason, "message": _WITHHELD} if any(url in reason["message"] for url in job.urls) else reason
            for reason in reasons
        ]
        if kept != reasons:
            with beside(path) as new:
                new.write_bytes(orjson.dumps(kept, option=orjson.OPT_INDENT_2))
                put_in_place(new, path)


def _remove_left_over(folder: Path) -> None:
    """Removes what runs that were killed had begun to write; the site is locked, so nobody is at it now."""
    for name in (SNAPSHOT, *DERIVED):
        for path in folder.glob(f".{name}.*.tmp"):
            path.unlink(missing_ok=True)
    for below in (folder / CHANGES, folder / REJECTED):
        for path in below.rglob(".*.tmp"):
            path.unlink(missing_ok=True)
