"""One writer a site: the lock of its output folder, which says who holds it and ends with its process."""

from __future__ import annotations

import os
import socket
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout

from qa_scraper.exceptions import SiteBusy

_NAME: Final = "site.lock"


class SiteLock:
    """Holds ``folder/site.lock`` until ``release`` or the end of the process, whichever way it ends (flock)."""

    def __init__(self, folder: Path, since: str) -> None:
        """Takes the lock at once. *since*: the time that is told to others. Raises SiteBusy where another holds it."""
        path = folder / _NAME
        self._lock = FileLock(path, timeout=0, mode=0o600)
        try:
            self._lock.acquire()
        except Timeout:
            holder = path.read_text("utf-8", "replace").strip() or "another process"
            raise SiteBusy(
                f"{folder} is in use by {holder}. Wait for it to end, or choose another --output folder:"
                " two folders share nothing."
            ) from None
        path.write_text(f"process {os.getpid()} on {socket.gethostname()} since {since}\n", "utf-8")

    def release(self) -> None:
        """Lets others in. Harmless when released already."""
        self._lock.release()
