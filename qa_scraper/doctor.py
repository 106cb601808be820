"""Examines the output folder of a site without changing a byte, and says what to do about what it finds."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

import orjson
from pydantic import ValidationError

from qa_scraper.change_feed import CHANGES, feeds, replay
from qa_scraper.errors import InputError
from qa_scraper.items import valid_record
from qa_scraper.ledger import Ledger
from qa_scraper.ledger_file import LedgerError, NewerLedger
from qa_scraper.privacy import Privacy, PrivacyPolicy
from qa_scraper.privacy_key import PRIVACY_KEY, key_in
from qa_scraper.publish import SNAPSHOT, holds_records, snapshot_records, without_ledger
from qa_scraper.refresh import State

if TYPE_CHECKING:
    from pydantic import JsonValue

_NAMED: Final = 5
_RESTORE: Final = (
    "Nothing was changed. Keep a copy of the folder, then restore the ledger from a backup, or have SQLite save what it"
    f" can (sqlite3 ledger.sqlite .recover), or move it and {SNAPSHOT} away and crawl anew"
)
_CONTRADICTIONS: Final = {
    "records whose URL is unknown": "SELECT url_key FROM records WHERE url_key NOT IN (SELECT key FROM urls)",
    "URLs said to be stored without a record": (
        f"SELECT key FROM urls WHERE state='{State.STORED}' AND key NOT IN (SELECT url_key FROM records)"
    ),
    "URLs that ended without a reason": (
        f"SELECT key FROM urls WHERE reason='' AND state NOT IN ('{State.STORED}', '{State.NEW}')"
    ),
    "URLs in a state that is none": (
        f"SELECT key FROM urls WHERE state NOT IN ({', '.join(repr(str(state)) for state in State)})"
    ),
    "URLs that would never be fetched": (
        f"SELECT key FROM urls WHERE due_at IS NULL AND state IN ('{State.NEW}', '{State.RETRY}')"
        " AND (pattern IS NULL OR pattern NOT IN (SELECT number FROM patterns WHERE parked))"
    ),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as it should be, and what to do about it."""

    what: str
    advice: str


def examine(ledger_path: Path, policy: PrivacyPolicy = "keep") -> Iterator[Finding]:
    """What is wrong with the ledger at *ledger_path* and the snapshot beside it. The folder must be locked.

    *policy*: what the site's module says of its askers.

    Never raises for what stands in the files, nor where there is no ledger beside a snapshot.
    """
    if not (ledger_path.exists() and ledger_path.stat().st_size) and holds_records(ledger_path.parent):
        what, advice = without_ledger(ledger_path.parent)
        yield Finding(what, advice[0].upper() + advice[1:])
        return
    try:
        ledger = Ledger(ledger_path, read_only=True)
    except NewerLedger as error:
        yield Finding(error.what, "Nothing is wrong with it: upgrade qa-scraper")
        return
    except LedgerError as error:
        yield Finding(str(error).rstrip("."), _RESTORE)
        return
    try:
        damaged = False
        for what in ledger.damage():
            damaged = True
            yield Finding(f"the ledger is damaged: {what}", _RESTORE)
        if not damaged and ledger.forgotten.unfinished() is not None:
            yield Finding("a person was to be forgotten, and that was cut off", "The next run does the rest")
        elif not damaged:
            yield from _contradictions(ledger)
            yield from _snapshot(ledger, ledger_path.with_name(SNAPSHOT), policy)
            yield from _feeds(ledger, ledger_path.with_name(SNAPSHOT))
    except sqlite3.Error as error:
        yield Finding(f"the ledger cannot be read: {error}", _RESTORE)
    finally:
        ledger.close()
    for left_over in sorted(ledger_path.parent.glob(".*.tmp")):
        yield Finding(f"{left_over.name} was left by a process that was killed", "The next run removes it")


def _contradictions(ledger: Ledger) -> Iterator[Finding]:
    for what, query in _CONTRADICTIONS.items():
        keys = ledger.keys(query)
        if keys:
            named = ", ".join(keys[:_NAMED]) + (", …" if len(keys) > _NAMED else "")
            yield Finding(f"{what}: {len(keys)} ({named})", "This is an error of qa-scraper, please report it")


def _snapshot(ledger: Ledger, snapshot: Path, policy: PrivacyPolicy) -> Iterator[Finding]:
    publish = "Publish again: qa-scraper publish SITE"
    if not snapshot.exists():
        if ledger.records.count():
            yield Finding(f"{SNAPSHOT} is missing", publish)
        return
    key = snapshot.with_name(PRIVACY_KEY)
    if policy == "pseudonym" and not key.exists():
        yield Finding(
            f"{PRIVACY_KEY} is missing",
            "Restore it from a backup; without it, the next publication gives each asker another pseudonym",
        )
        return
    if policy != ledger.runs.privacy():
        yield Finding(f"{SNAPSHOT} was published with privacy {ledger.runs.privacy()}, not {policy}", publish)
        return
    try:
        privacy = Privacy(policy, key_in(key)) if policy == "pseudonym" else Privacy(policy)
    except InputError as error:
        yield Finding(str(error), "Nothing was changed")
        return
    last = ledger.runs.last_judged()
    is_rejected = last is not None and last.publication == "rejected"
    shown = snapshot_records(ledger, with_new=is_rejected)  # what a run that was cut off found is no difference
    records = (privacy.applied(cast("dict[str, JsonValue]", record)) for record in shown)
    differs = invalid = 0
    first_invalid = ""
    with snapshot.open("rb") as file:
        for number, (line, record) in enumerate(zip_longest(file, records), start=1):
            differs += record is None or line != orjson.dumps(record) + b"\n"
            if line is None:
                continue
            try:
                valid_record(line)
            except ValidationError as error:
                invalid += 1
                first_invalid = first_invalid or f"line {number}: {error.errors()[0]['msg']}"
    if invalid:
        yield Finding(f"{SNAPSHOT} has {invalid} lines that are no records ({first_invalid})", publish)
    elif differs and last is not None and is_rejected:
        yield Finding(
            f"run {last.run} was rejected, {SNAPSHOT} is older",
            f"See rejected/ in {snapshot.parent}; the next run undoes it, qa-scraper publish --accept publishes it",
        )
    elif differs:
        yield Finding(f"{SNAPSHOT} differs from the ledger in {differs} lines: it was not published since", publish)


def _feeds(ledger: Ledger, snapshot: Path) -> Iterator[Finding]:
    if not snapshot.exists() or ledger.runs.publishing() is not None:
        return  # told above, or the next run settles it
    restore = (
        f"Restore {CHANGES}/ from a backup; without one, whoever follows the feeds begins anew from {SNAPSHOT}, and"
        f" replay --until is right only for the runs before"
    )
    try:
        replayed = replay(feeds(snapshot.parent))
    except InputError as error:
        yield Finding(str(error), restore)
        return
    with snapshot.open("rb") as file:
        if any(line != now for line, now in zip_longest((line.removesuffix(b"\n") for line in file), replayed)):
            yield Finding(f"the feeds in {CHANGES}/ do not give {SNAPSHOT}: one is missing or was changed", restore)
