"""Whether a file or folder that the user names with ``--out`` may be replaced, before anything is written beside it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from qa_scraper.errors import InputError
from qa_scraper.ledger_format import LEDGER
from qa_scraper.privacy_key import PRIVACY_KEY
from qa_scraper.publish import SNAPSHOT
from qa_scraper.site_lock import LOCK

_OWN: Final = frozenset({LEDGER, f"{LEDGER}-wal", f"{LEDGER}-shm", SNAPSHOT, PRIVACY_KEY, LOCK})


def check_target(target: Path) -> None:
    """Raises InputError where *target* names nothing, is a device, or is what a crawl keeps of its site."""
    if not target.name:
        raise InputError(f"{target} names no file or folder of its own: name one in it with --out")
    folder = Path(os.path.realpath(target.parent))
    # Asked of the path as it is given as well: /dev/stdout may lead to a file, but the link is what would be replaced.
    if (target.exists() and not (target.is_file() or target.is_dir())) or (
        folder == Path("/dev") or folder.is_relative_to("/proc")
    ):
        raise InputError(f"{target} is a device or a pipe, and would be replaced by a file: name a file with --out")
    if target.name in _OWN and (folder / LEDGER).exists():
        raise InputError(f"{target} is what crawls keep of their site: name another file with --out")
