"""The published files: a JSON Lines snapshot of the ledger's records; files are replaced whole, never edited."""

from __future__ import annotations

import contextlib
import filecmp
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final

import orjson

from qa_scraper.flush import flush_file, flush_folder
from qa_scraper.ledger import Ledger
from qa_scraper.ledger_file import LedgerError
from qa_scraper.ledger_format import LEDGER
from qa_scraper.ledger_values import PublishedRecord
from qa_scraper.thread_pages import join_pages

if TYPE_CHECKING:
    from scrapy import Spider

SNAPSHOT: Final = "questions.jsonl"
BROWSED: Final = "browse.sqlite"
REPORT: Final = "report.html"
DERIVED: Final = (BROWSED, REPORT)
"""Files in a site's folder that were made of its snapshot and ledger for people to look at, and can be made again."""


def holds_records(folder: Path) -> bool:
    """Whether a snapshot with records was published in *folder*."""
    snapshot = folder / SNAPSHOT
    return snapshot.exists() and snapshot.stat().st_size > 0


def without_ledger(folder: Path) -> tuple[str, str]:
    """What is wrong where the snapshot in *folder* holds records, but its ledger none, and what to do about it."""
    return (
        f"{folder / SNAPSHOT} holds records, but its ledger {LEDGER} is missing or empty",
        f"restore the ledger from a backup, or move {SNAPSHOT} away to begin anew",
    )


def check_begins_nothing_anew(ledger: Ledger, folder: Path) -> None:
    """Raises LedgerError for an empty ledger beside a snapshot with records: publishing would replace good data."""
    if ledger.is_new and holds_records(folder):
        ledger.path.unlink()  # nothing was in it; left there it would pass for the ledger of this snapshot
        raise LedgerError("{}: {}.".format(*without_ledger(folder)))


def snapshot_records(ledger: Ledger, *, with_new: bool = True) -> Iterator[dict[str, object]]:
    """The records of the snapshot that *ledger* holds, sorted by id, ready to be written.

    *with_new*: those too that were not published yet; their ids must have been issued.
    """
    return map(_complete, ledger.records.published(with_new=with_new))


def _complete(record: PublishedRecord) -> dict[str, object]:
    line: dict[str, object] = orjson.loads(record.body)
    source = line["source"]
    assert isinstance(source, dict)
    line["id"] = record.id
    line["duplicate_cluster"] = record.duplicate_cluster
    source["other_urls"] = sorted(record.other_urls)
    if record.further_pages:
        join_pages(line, list(map(orjson.loads, record.further_pages)))
    source["first_seen_at"] = record.first_seen_at
    source["changed_at"] = record.changed_at
    source["version"] = record.version
    return line


@contextlib.contextmanager
def beside(target: Path) -> Iterator[Path]:
    """A path beside *target* to write a file or a folder to; what still stands there at the end is removed."""
    _remove_left_over(target)
    path = _beside(target)
    try:
        yield path
    finally:
        _remove(path)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _beside(target: Path) -> Path:
    return target.with_name(f".{target.name}.{os.getpid()}.tmp")


def scratch_of(written: Path) -> Path:
    """A second path beside the target of *written*, from ``beside``: where a process was killed, both are removed."""
    name, _, process = written.name.removesuffix(".tmp").rpartition(".")
    return written.with_name(f"{name}.scratch.{process}.tmp")


def _remove_left_over(target: Path) -> None:
    """Removes what processes left beside *target* that were killed while they wrote; those that live keep theirs."""
    for left_over in target.parent.glob(f".{target.name}.*.tmp"):
        process = left_over.name.split(".")[-2]
        if process.isdigit() and process != str(os.getpid()):
            try:
                os.kill(int(process), 0)
            except (ProcessLookupError, OverflowError):
                _remove(left_over)
            except PermissionError:
                continue


def put_in_place(written: Path, target: Path) -> None:
    """Makes the file *written* the file *target* in one step that survives a power cut; same bytes change nothing.

    Raises OSError where that cannot be; *target* is then as it was.
    """
    flush_file(written)
    if target.exists() and filecmp.cmp(written, target, shallow=False):
        written.unlink()
        return
    written.replace(target)
    flush_folder(target.parent)


class AtomicFileStorage:
    """Scrapy's feed storage for local files (``-O``, ``-o``): written beside the target and renamed when complete.

    Stock ``-O`` empties the old file before the first record is there, so that a run against a site that is down
    leaves nothing of it.
    """

    def __init__(self, uri: str, *, feed_options: dict[str, object] | None = None) -> None:
        from w3lib.url import file_uri_to_path

        self.target = Path(file_uri_to_path(uri) if uri.startswith("file:") else uri)
        self.appends = not (feed_options or {}).get("overwrite", False)

    def open(self, spider: Spider) -> IO[bytes]:
        """The file to export to; it holds what is to be kept of the old one."""
        self.target.parent.mkdir(parents=True, exist_ok=True)
        _remove_left_over(self.target)
        file = _beside(self.target).open("wb")
        if self.appends and self.target.exists():
            file.write(self.target.read_bytes())
        return file

    def store(self, file: IO[bytes]) -> None:
        """Puts the finished file in the place of the old one."""
        file.close()
        put_in_place(_beside(self.target), self.target)
