"""The change feed: what a run added, changed and removed, one JSON object a line; all replayed give the snapshot.

Lines are ``{"op", "id", "at", "record", "before"}``: ``op`` is ``added``, ``changed`` or ``removed``; ``record`` the
whole record as published (null where removed); ``before`` the former values of what changed, nested as in the record.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import orjson

from qa_scraper.errors import InputError

CHANGES: Final = "changes"
Op = Literal["added", "changed", "removed"]


@dataclass(frozen=True, slots=True)
class Change:
    """One line of a feed."""

    op: Op
    id: str
    at: str
    record: dict[str, object] | None
    before: dict[str, object]


def feed_path(folder: Path, run: int) -> Path:
    """Where the feed of *run* stands in the output *folder* of a site."""
    return folder / CHANGES / f"{run:06}.jsonl"


def feeds(folder: Path, until: int | None = None) -> list[Path]:
    """The feeds of the runs up to and with *until* (all, where None), oldest first."""
    found = [path for path in (folder / CHANGES).glob("*.jsonl") if path.stem.isdigit()]
    return sorted((path for path in found if until is None or int(path.stem) <= until), key=lambda path: int(path.stem))


def changed_pairs(
    old: Iterable[bytes], new: Iterable[bytes]
) -> Iterator[tuple[dict[str, object] | None, dict[str, object] | None]]:
    """The records whose lines in *old* and *new* differ, before and after; None where there was or is none."""
    olds, news = iter(old), iter(new)
    before, after = next(olds, None), next(news, None)
    while before is not None or after is not None:
        if before == after:
            before, after = next(olds, None), next(news, None)
            continue
        was: dict[str, object] | None = orjson.loads(before) if before is not None else None
        now: dict[str, object] | None = orjson.loads(after) if after is not None else None
        if was is None or (now is not None and str(now["id"]) < str(was["id"])):
            yield None, now
            after = next(news, None)
        elif now is None or str(was["id"]) < str(now["id"]):
            yield was, None
            before = next(olds, None)
        else:
            yield was, now
            before, after = next(olds, None), next(news, None)


def change_of(was: dict[str, object] | None, now: dict[str, object] | None, at: str) -> Change:
    """What happened to a record that was so and is so now; one of the two may be None, not both."""
    if now is None:
        assert was is not None
        return Change("removed", str(was["id"]), at, None, {})
    if was is None:
        return Change("added", str(now["id"]), at, now, {})
    return Change("changed", str(now["id"]), at, now, former_values(was, now))


def former_values(was: Mapping[str, object], now: Mapping[str, object]) -> dict[str, object]:
    """The values of *was* that are different in *now*; objects are looked into, lists are taken whole.

    A key that is missing is as good as null.
    """
    found: dict[str, object] = {}
    for name in {**was, **now}:
        old, new = was.get(name), now.get(name)
        if isinstance(old, dict) and isinstance(new, dict):
            if within := former_values(old, new):
                found[name] = within
        elif old != new:
            found[name] = old
    return found


def replay(paths: Iterable[Path]) -> list[bytes]:
    """The lines of the snapshot that the feeds at *paths*, oldest first, come to.

    Raises InputError for a line that is no change, naming file and line.
    """
    records: dict[str, bytes] = {}
    for path in paths:
        for number, line in enumerate(path.read_bytes().splitlines(), 1):
            try:
                change = orjson.loads(line)
                if change["op"] == "removed":
                    records.pop(change["id"], None)
                else:
                    records[change["id"]] = orjson.dumps(change["record"])
            except (orjson.JSONDecodeError, KeyError, TypeError) as error:
                raise InputError(
                    f"{path}:{number}: no line of a change feed ({error}): restore the file from a backup"
                ) from None
    return [records[name] for name in sorted(records)]
