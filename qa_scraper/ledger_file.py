"""The file of a ledger: opened, brought up to date, written all or nothing, purged of what was deleted."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from qa_scraper.ledger_format import SCHEMA_VERSION, upgrade_statements

_CACHE_KIB: Final = 8192
"""Of the file in memory: with SQLite's own 2 MB what a group of pages changes is written twice, and read again."""
_LOG_PAGES: Final = 4000
"""Pages of 4 KiB after which the write-ahead log goes into the file: what changes often goes there once for many.

Until the run ends the log takes these 16 MiB on the disk, or what the largest group of pages needs.
"""
FLUSH_AT_ONCE: Final = "PRAGMA synchronous=FULL"
"""Commits are on the disk when they return."""
FLUSH_LATER: Final = "PRAGMA synchronous=NORMAL"
"""Commits return before they are on the disk, in whole or not at all: who commits flushes the log. Only with a log."""
_WHOLE: Final = ("BEGIN IMMEDIATE", ("ROLLBACK",), "COMMIT")
_PART: Final = ("SAVEPOINT part", ("ROLLBACK TO part", "RELEASE part"), "RELEASE part")


class LedgerError(Exception):
    """The ledger cannot be opened or written; the message says what to do."""


class NewerLedger(LedgerError):
    """The ledger was written by a newer qa-scraper; ``what`` says so, without what to do."""

    def __init__(self, path: Path, version: int) -> None:
        self.what = (
            f"the ledger {path} was written by a newer qa-scraper (format {version}, this one knows {SCHEMA_VERSION})"
        )
        super().__init__(f"{self.what}: upgrade qa-scraper, or use another --output folder.")


def opened(path: Path, *, read_only: bool) -> tuple[sqlite3.Connection, int]:
    """The ledger at *path*, made where there is none, and the format that it had (0: there was none, or an empty file).

    Unless *read_only* it has today's format then. Raises NewerLedger for one from the future, sqlite3.Error and OSError
    where it cannot be opened.
    """
    if read_only:
        db = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None)
    else:
        path.parent.mkdir(parents=True, exist_ok=True)
        db = sqlite3.connect(path, isolation_level=None)
        os.chmod(path, 0o600)
    db.execute("PRAGMA busy_timeout=5000")
    db.execute("PRAGMA temp_store=MEMORY")
    version = int(db.execute("PRAGMA user_version").fetchone()[0])
    if version > SCHEMA_VERSION:
        raise NewerLedger(path, version)
    if not read_only:
        db.execute("PRAGMA journal_mode=WAL")
        db.execute(FLUSH_AT_ONCE)
        db.execute(f"PRAGMA cache_size=-{_CACHE_KIB}")
        db.execute(f"PRAGMA wal_autocheckpoint={_LOG_PAGES}")
        if version < SCHEMA_VERSION:
            with transaction(db):
                for statement in upgrade_statements(version):
                    db.execute(statement)
    return db, version


def log_of(db: sqlite3.Connection, path: Path) -> Path | None:
    """The write-ahead log of the ledger at *path*, which has to be on the disk for a commit to be there.

    None on a file system that allows no log.
    """
    has_log = db.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
    file = path.resolve()  # SQLite puts it beside the file that a link leads to
    return file.with_name(f"{file.name}-wal") if has_log else None


@contextmanager
def transaction(db: sqlite3.Connection) -> Iterator[None]:
    """All or nothing of what is done to *db* inside. Raises sqlite3.Error where the file cannot be written.

    Inside another one it is a part of that: undone alone, on the disk with it.
    """
    begin, undo, end = _PART if db.in_transaction else _WHOLE
    db.execute(begin)
    try:
        yield
    except BaseException:
        if db.in_transaction:  # SQLite itself has undone all of it where the disk is full
            for statement in undo:
                db.execute(statement)
        raise
    db.execute(end)


def purge(path: Path) -> None:
    """Leaves no trace in the file of what was deleted: it is written anew, and its log emptied.

    Needs as much free space as the file takes. Raises LedgerError where another process is reading in it, sqlite3.Error
    where it cannot be written.
    """
    # A connection of its own: a ledger's temporary tables are in memory, and so would be the copy of the file.
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("PRAGMA busy_timeout=5000")
        db.execute(FLUSH_AT_ONCE)
        db.execute("PRAGMA secure_delete=ON")
        db.execute("VACUUM")
        if db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]:
            raise LedgerError(f"the ledger {path} is being read by another process: run again once it ends.")
