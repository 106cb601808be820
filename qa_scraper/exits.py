"""How a command ends: its exit code, and the one line on standard error that says why."""

from __future__ import annotations

import sys
from enum import IntEnum

from qa_scraper.text import printable


class Exit(IntEnum):
    """Exit codes of all commands, here and nowhere else.

    ``GAPS``: ran, but with gaps (``extract``, ``explain``: an input without a question; ``crawl``: pages given up,
    stopped by a signal or by ``--limit``; ``doctor``: something is wrong; ``status``: stale, or no good run yet;
    ``diff --exit-code``: not the same; ``validate``: a line that is no record).
    ``REJECTED``: the publish gate did not let through what a run found.
    """

    COMPLETE = 0
    ERROR = 1
    USAGE = 2
    GAPS = 3
    REJECTED = 4
    LOCKED = 5


def complain(message: str) -> None:
    """Prints *message* as one line on standard error."""
    print(f"qa-scraper: {printable(message)}", file=sys.stderr, flush=True)  # noqa: T201
