"""Published files rewritten, line by line: where people are to be hidden, or forgotten, in what was published before.

Each file is written beside and renamed; feeds and snapshot agree once all are done. Whoever calls this does so again
after a crash: the same rewriting twice changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any, Final

import orjson

from qa_scraper.change_feed import feeds, former_values, replay
from qa_scraper.errors import InputError
from qa_scraper.publish import DERIVED, SNAPSHOT, beside, put_in_place

REJECTED: Final = "rejected"
REJECTED_CHANGES: Final = "changes.jsonl"
REASONS: Final = "reasons.json"

_Record = dict[str, Any]
Shown = Callable[[Mapping[str, Any]], _Record]
"""What a record is to be from now on; of one that is so already, the same."""


def rewrite_history(folder: Path, shown: Shown, without: Collection[str] = ()) -> None:
    """Makes each record in all change feeds in *folder*, and in what was rejected, what *shown* says.

    Former values as well; what is told of the records *without* (ids) goes, but for the word that one was removed.
    Raises OSError where a file cannot be written, InputError for a line that is none of such a file.
    """
    for path in [*feeds(folder), *sorted((folder / REJECTED).glob(f"*/{REJECTED_CHANGES}"))]:
        _rewrite(path, lambda line: _change_line(line, shown, without))
    for path in sorted((folder / REJECTED).glob(f"*/{SNAPSHOT}")):
        _rewrite(path, lambda line: _record_line(line, shown, without))


def rewrite_snapshot(folder: Path, shown: Shown, without: Collection[str] = ()) -> None:
    """The same of the snapshot in *folder*, if there is one. What was made of it for people to look at is removed."""
    for name in DERIVED:
        (folder / name).unlink(missing_ok=True)
    if (folder / SNAPSHOT).exists():
        _rewrite(folder / SNAPSHOT, lambda line: _record_line(line, shown, without))


def mend_snapshot(folder: Path) -> None:
    """Writes the snapshot in *folder* anew from the feeds, where somebody damaged it: they say what was published.

    Raises OSError where it cannot be written, InputError where the feeds are damaged as well.
    """
    snapshot = folder / SNAPSHOT
    if not snapshot.exists() or not feeds(folder) or _is_readable(snapshot):
        return
    with beside(snapshot) as new:
        new.write_bytes(b"".join(line + b"\n" for line in replay(feeds(folder))))
        put_in_place(new, snapshot)


def _is_readable(snapshot: Path) -> bool:
    with snapshot.open("rb") as file:
        try:
            return all(isinstance(orjson.loads(line)["id"], str) for line in file)
        except (orjson.JSONDecodeError, KeyError, TypeError):
            return False


def _rewrite(path: Path, line_of: Callable[[_Record], _Record | None]) -> None:
    with beside(path) as new:
        with path.open("rb") as old, new.open("wb") as file:
            for number, line in enumerate(old, 1):
                try:
                    now = line_of(orjson.loads(line))
                except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError) as error:
                    raise InputError(
                        f"{path}:{number}: no line of a published file ({error}): restore the file from a backup"
                    ) from None
                if now is not None:
                    file.write(orjson.dumps(now, option=orjson.OPT_APPEND_NEWLINE))
        put_in_place(new, path)


def _record_line(record: _Record, shown: Shown, without: Collection[str]) -> _Record | None:
    return None if record["id"] in without else shown(record)


def _change_line(change: _Record, shown: Shown, without: Collection[str]) -> _Record | None:
    if change["id"] in without:
        return change if change["op"] == "removed" else None
    record, before = change["record"], change["before"]
    if not isinstance(record, dict) or not isinstance(before, dict):
        return change
    now = shown(record)
    if change["op"] == "changed":
        before = former_values(shown(_as_before(record, before)), now)
    return {**change, "record": now, "before": before}


def _as_before(record: _Record, before: _Record) -> _Record:
    """The record that has become *record*, by the former values *before* of what changed."""
    was = dict(record)
    for name, value in before.items():
        now = was.get(name)
        was[name] = _as_before(now, value) if isinstance(now, dict) and isinstance(value, dict) else value
    return was
