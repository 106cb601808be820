"""From the ledger to the published files: snapshot and change feed, if the gate lets them through.

A publication is noted in the ledger before its files are renamed and after, so that one which a crash cut off is either
finished or forgotten by the next run: feeds and snapshot always agree.
"""

from __future__ import annotations

import hashlib
import shutil
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

import jsonlines
import orjson
from pydantic import TypeAdapter

from qa_scraper.change_feed import added_line, change_of, changed_pairs, feed_path, feeds, former_values, replay
from qa_scraper.flush import FlushThread
from qa_scraper.forgetting import finish_forgetting
from qa_scraper.gate import Breach, Measures, filled, judge, layout_of
from qa_scraper.ledger import Ledger
from qa_scraper.privacy import Privacy, PrivacyPolicy
from qa_scraper.privacy_key import PRIVACY_KEY, privacy_of
from qa_scraper.publish import SNAPSHOT, beside, put_in_place, snapshot_records
from qa_scraper.published_files import (
    REASONS,
    REJECTED,
    REJECTED_CHANGES,
    mend_snapshot,
    rewrite_history,
    rewrite_snapshot,
)
from qa_scraper.site import Bounds

if TYPE_CHECKING:
    from pydantic import JsonValue

_MEASURES: Final = TypeAdapter(Measures)


class _Rejected(Exception):
    """A run does not keep its bounds; raised and caught in ``publish``."""

    def __init__(self, measures: Measures, breaches: tuple[Breach, ...]) -> None:
        super().__init__(measures, breaches)
        self.measures, self.breaches = measures, breaches


@dataclass(frozen=True, slots=True)
class Publication:
    """What was published, or why not. ``rejected``: the folder with the files that were not published."""

    measures: Measures
    breaches: tuple[Breach, ...] = ()
    rejected: Path | None = None


def publish(
    ledger: Ledger,
    folder: Path,
    run: int,
    at: str,
    bounds: Bounds,
    *,
    accepted: bool = False,
    policy: PrivacyPolicy = "keep",
) -> Publication:
    """Publishes the records of *ledger* as those of *run*, unless they break *bounds* and are not *accepted*.

    What the records say of people is published by *policy*. Where it is another one than last time, so is all that was
    published before, and the feed tells of every record that looks different now.

    ``folder/questions.jsonl`` and ``folder/changes/RUN.jsonl`` are written beside, flushed and renamed; a reader sees
    the old or the new snapshot, whole. Where nothing changed no published byte does. What breaks a bound goes to
    ``folder/rejected/RUN/``. Raises OSError where the folder cannot be written, InputError where both the snapshot and
    the feeds are damaged; the old files are then untouched.
    """
    settle(ledger, folder)
    ledger.records.issue_ids()
    privacy = privacy_of(policy, folder / PRIVACY_KEY)
    is_new_policy = policy != ledger.runs.privacy() or ledger.runs.is_privacy_changing()
    if is_new_policy:
        with ledger.transaction():  # a crash from here on leaves files of two policies
            ledger.runs.note_privacy_changing(policy)
        mend_snapshot(folder)  # from what the feeds tell before they are rewritten, so that the new one tells of all
        if policy != "keep":
            rewrite_history(folder, privacy.applied)
    snapshot, feed = folder / SNAPSHOT, feed_path(folder, run)
    feed.parent.mkdir(mode=0o700, exist_ok=True)
    with beside(snapshot) as new_snapshot, beside(feed) as new_feed, FlushThread() as flush:
        try:
            with ledger.transaction():  # clusters of a run that is rejected are none
                ledger.near_duplicates.bring_up_to_date()
                measures = _write(
                    ledger, folder, new_snapshot, new_feed, at, privacy, flush, is_new_policy=is_new_policy
                )
                if not accepted:
                    _check(measures, ledger, bounds)
                with new_snapshot.open("rb") as file:
                    digest = hashlib.file_digest(file, "sha256").hexdigest()
                ledger.runs.note_publication(run, "publishing", digest)
                ledger.runs.note_measures(run, asdict(measures))
        except _Rejected as rejected:
            flush.wait()
            publication = _reject(ledger, folder, run, rejected, new_snapshot, new_feed)
        else:
            flush.wait()
            publication = Publication(measures)
            if measures.added or measures.changed or measures.removed:
                put_in_place(new_feed, feed)
            put_in_place(new_snapshot, snapshot)
            _note_published(ledger, run, accepted=accepted)
    if is_new_policy and publication.breaches:
        _tell_of_policy(folder, feed, at, privacy)
    if is_new_policy and not (publication.breaches and policy == "keep"):
        if publication.breaches:  # to hide does not wait for a run that is let through
            rewrite_snapshot(folder, privacy.applied)
        with ledger.transaction():
            ledger.runs.note_privacy(policy)
    return publication


def _write(
    ledger: Ledger,
    folder: Path,
    new_snapshot: Path,
    new_feed: Path,
    at: str,
    privacy: Privacy,
    flush: FlushThread,
    *,
    is_new_policy: bool,
) -> Measures:
    fill, layout = _write_snapshot(ledger, new_snapshot, privacy)
    flush.begin(new_snapshot)
    told = privacy if is_new_policy else None
    try:
        counts = _write_feed(_told(folder, told), new_snapshot, new_feed, at, told)
    except (orjson.JSONDecodeError, KeyError, TypeError):
        # Somebody damaged the published file: the feeds say what was published.
        counts = _write_feed(iter(replay(feeds(folder))), new_snapshot, new_feed, at, told)
    flush.begin(new_feed)
    return replace(
        ledger.evidence.measures(),
        published=counts["published"],
        records=counts["published"] + counts["added"] - counts["removed"],
        added=counts["added"],
        changed=counts["changed"],
        removed=counts["removed"],
        fill=fill,
        layout=layout,
    )


def _tell_of_policy(folder: Path, feed: Path, at: str, privacy: Privacy) -> None:
    """Writes the *feed* of a run that is not let through: what *privacy*, a new policy, makes of the snapshot."""
    with beside(folder / SNAPSHOT) as shown, beside(feed) as new:
        with shown.open("wb") as file:
            for line in _published(folder, folder / SNAPSHOT):
                file.write(orjson.dumps(_shown(privacy, orjson.loads(line)), option=orjson.OPT_APPEND_NEWLINE))
        _write_feed(_told(folder, privacy), shown, new, at, privacy)
        if new.stat().st_size:
            put_in_place(new, feed)


def _told(folder: Path, privacy: Privacy | None) -> Iterator[bytes]:
    """What the next feed is to begin with, the published lines. *privacy*: the policy, where it is a new one.

    The feeds of the past follow a new one that hides, and the next one says so of the lines in the snapshot. Under
    "keep" they may hide what the snapshot shows, if another policy came to them and no further.
    """
    if privacy is not None and privacy.policy == "keep":
        return iter(replay(feeds(folder)))
    return _published(folder, folder / SNAPSHOT)


def _check(measures: Measures, ledger: Ledger, bounds: Bounds) -> None:
    last = next((run for run in ledger.runs.last_good(1) if run.measures), None)
    if breaches := judge(measures, measures_of(last.measures) if last else None, bounds):
        raise _Rejected(measures, tuple(breaches))


def settle(ledger: Ledger, folder: Path) -> None:
    """Finishes what was cut off: a publication, a forgetting."""
    _settle_publication(ledger, folder)
    finish_forgetting(ledger, folder)


def _settle_publication(ledger: Ledger, folder: Path) -> None:
    """Finishes or forgets a publication that was cut off: its snapshot is in place, or its feed goes as well."""
    cut_off = ledger.runs.publishing()
    if cut_off is None:
        return
    run, digest = cut_off
    snapshot = folder / SNAPSHOT
    if snapshot.exists():
        with snapshot.open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() == digest:
                _note_published(ledger, run, accepted=False)
                return
    feed_path(folder, run).unlink(missing_ok=True)
    with ledger.transaction():
        ledger.runs.forget_publication(run)


def measures_of(kept: Mapping[str, object]) -> Measures:
    """The measures that the ledger keeps of a run."""
    return _MEASURES.validate_python(kept)


def breaches_of(folder: Path, run: int) -> list[str]:
    """Why *run* was rejected, as its folder says; empty where there is none."""
    reasons = folder / REJECTED / f"{run:06}" / REASONS
    return [breach["message"] for breach in orjson.loads(reasons.read_bytes())] if reasons.exists() else []


def _note_published(ledger: Ledger, run: int, *, accepted: bool) -> None:
    with ledger.transaction():
        ledger.runs.note_publication(run, "accepted" if accepted else "published")
        ledger.records.forget_undo()


def _write_snapshot(ledger: Ledger, path: Path, privacy: Privacy) -> tuple[dict[str, float], str]:
    """Writes all records, sorted by id. Gives the share that fills each field, and the layout that most have.

    That is of what was read: what *privacy* leaves out is not missing.
    """
    filled_in: Counter[str] = Counter()
    layouts: Counter[str] = Counter()
    records = 0
    with path.open("wb") as file, jsonlines.Writer(file, dumps=orjson.dumps) as writer:
        for record in snapshot_records(ledger):
            writer.write(_shown(privacy, record))
            filled_in.update(filled(record))
            layouts[layout_of(record)] += 1
            records += 1
    fill = {name: round(count / records, 4) for name, count in sorted(filled_in.items())}
    return fill, max(sorted(layouts), key=layouts.__getitem__, default="")


def _shown(privacy: Privacy, record: dict[str, object]) -> Mapping[str, object]:
    return privacy.applied(cast("dict[str, JsonValue]", record))


def _published(folder: Path, snapshot: Path) -> Iterator[bytes]:
    """The lines of the snapshot as the feeds know it: none before the first feed."""
    known = feeds(folder)
    if known and not snapshot.exists():
        yield from replay(known)
    elif known:
        with snapshot.open("rb") as file:
            yield from map(_without_end, file)


def _write_feed(old: Iterator[bytes], new_snapshot: Path, path: Path, at: str, privacy: Privacy | None) -> Counter[str]:
    """Writes what happened from *old* to *new_snapshot* and counts it.

    *privacy*: what is new since *old*, if it is; then the former values are told as they would have been by it.
    """
    counts = Counter[str]()
    published = 0

    def counted() -> Iterator[bytes]:
        nonlocal published
        for line in old:
            published += 1
            yield line

    with (
        new_snapshot.open("rb") as new,
        path.open("wb") as file,
        jsonlines.Writer(file, dumps=orjson.dumps) as writer,
    ):
        for was, now in changed_pairs(counted(), map(_without_end, new)):
            if was is None and now is not None:
                counts["added"] += 1
                writer.write(added_line(now, at))
                continue
            change = change_of(was, now, at)
            if privacy is not None and was is not None and change.record is not None:
                change = replace(change, before=former_values(_shown(privacy, orjson.loads(was)), change.record))
            counts[change.op] += 1
            writer.write(change)
    counts["published"] = published
    return counts


def _without_end(line: bytes) -> bytes:
    return line.removesuffix(b"\n")


def _reject(
    ledger: Ledger,
    folder: Path,
    run: int,
    rejected: _Rejected,
    new_snapshot: Path,
    new_feed: Path,
) -> Publication:
    measures, breaches = rejected.measures, rejected.breaches
    kept = folder / REJECTED / f"{run:06}"
    shutil.rmtree(kept.parent, ignore_errors=True)  # one rejected run is kept: what came before is undone
    kept.mkdir(mode=0o700, parents=True)
    put_in_place(new_snapshot, kept / SNAPSHOT)
    put_in_place(new_feed, kept / REJECTED_CHANGES)
    (kept / REASONS).write_bytes(orjson.dumps([asdict(breach) for breach in breaches], option=orjson.OPT_INDENT_2))
    with ledger.transaction():
        ledger.runs.note_publication(run, "rejected")
        ledger.runs.note_measures(run, asdict(measures))
    return Publication(measures, breaches, kept)
