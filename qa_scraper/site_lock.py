"""One writer a site: the lock of its output folder, which says who holds it and ends with its process."""

from __future__ import annotations

import os
import socket
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout

from qa_scraper.errors import SiteBusy

LOCK: Final = "site.lock"
_PATIENCE: Final = 0.2  # seconds: ``holder`` takes a look at the lock, which takes microseconds


class SiteLock:
    """Holds ``folder/site.lock`` until ``release`` or the end of the process, whichever way it ends (flock)."""

    def __init__(self, folder: Path, since: str) -> None:
        """Takes the lock. *since*: the time that is told to others. Raises SiteBusy where another holds it."""
        path = folder / LOCK
        self._lock = FileLock(path, timeout=_PATIENCE, mode=0o600)
        try:
            self._lock.acquire()
        except Timeout:
            who = _written_in(path) or "another process"
            raise SiteBusy(
                f"{folder} is in use by {who}. Wait for it to end, or choose another --output folder:"
                " two folders share nothing."
            ) from None
        path.write_text(f"process {os.getpid()} on {socket.gethostname()} since {since}\n", "utf-8")

    def release(self) -> None:
        """Lets others in. Harmless when released already."""
        self._lock.release()


def holder(folder: Path) -> str:
    """Who holds the site of *folder* now (``process 12 on host since TIME``), empty where nobody does.

    Nothing is written; two that look at once do not disturb each other.
    """
    import fcntl

    path = folder / LOCK
    try:
        file = os.open(path, os.O_RDONLY)
    except OSError:
        return ""
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return _written_in(path) or "another process"
    finally:
        os.close(file)
    return ""


def _written_in(path: Path) -> str:
    return path.read_text("utf-8", "replace").strip()
