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
_ID_AHEAD: Final = b'{"id":"'
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


def changed_pairs(old: Iterable[bytes], new: Iterable[bytes]) -> Iterator[tuple[bytes | None, bytes | None]]:
    """The lines of records that differ in *old* and *new*, before and after; None where there was or is none.

    Raises what ``id_of`` raises.
    """
    olds, news = iter(old), iter(new)
    before, after = next(olds, None), next(news, None)
    while before is not None or after is not None:
        if before == after:
            before, after = next(olds, None), next(news, None)
            continue
        is_added, is_removed = before is None, after is None
        if before is not None and after is not None:
            was, now = id_of(before), id_of(after)
            is_added, is_removed = now < was, was < now
        yield None if is_added else before, None if is_removed else after
        if not is_added:
            before = next(olds, None)
        if not is_removed:
            after = next(news, None)


def id_of(line: bytes) -> str:
    """The id of the record that *line* holds as JSON. It stands first, so most lines need not be read for it.

    Raises orjson.JSONDecodeError, KeyError or TypeError for a line without one, if that shows ahead of its end.
    """
    end = line.find(b'"', len(_ID_AHEAD)) if line.startswith(_ID_AHEAD) else -1
    name = line[len(_ID_AHEAD) : end] if end >= 0 else b"\\"
    return name.decode() if name.isascii() and b"\\" not in name else str(orjson.loads(line)["id"])


def change_of(was: bytes | None, now: bytes | None, at: str) -> Change:
    """What happened to a record whose line was so and is so now; one of the two may be None, not both.

    Raises orjson.JSONDecodeError, KeyError or TypeError for a line that holds no record.
    """
    old: dict[str, object] | None = orjson.loads(was) if was is not None else None
    new: dict[str, object] | None = orjson.loads(now) if now is not None else None
    if new is None:
        assert old is not None
        return Change("removed", str(old["id"]), at, None, {})
    if old is None:
        return Change("added", str(new["id"]), at, new, {})
    return Change("changed", str(new["id"]), at, new, former_values(old, new))


def added_line(line: bytes, at: str) -> Mapping[str, object]:
    """What ``change_of`` says of a record that was added, ready to be written: its *line* as it is, not read again."""
    return {"op": "added", "id": id_of(line), "at": at, "record": orjson.Fragment(line), "before": {}}


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
