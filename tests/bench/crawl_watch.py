"""Watches a crawl from outside: memory, and processor time from page to page, without its start and its end."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.bench.nginx import Nginx
from tests.support.commands import BIN, environment

_LOOKS: Final = 0.1  # seconds between two looks
_WARM: Final = 0.2  # of the pages, before the time a page is taken
_TICK: Final = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Watched:
    """``cpu_us_a_page``: while pages were fetched; ``first_page_after``, ``end_took``: seconds to the first page, and
    from the last one to the end of the process (publishing is a part of it); ``peak_mib``: of the whole;
    ``peak_mib_fetching``: until the last page."""

    pages: int
    cpu_us_a_page: float
    pages_per_second: float
    first_page_after: float
    end_took: float
    peak_mib: float
    peak_mib_fetching: float


@dataclass(frozen=True, slots=True)
class _Look:
    at: float
    requests: int
    cpu: float
    peak_mib: float


def watched(arguments: list[str], nginx: Nginx, cpu: int | None, pages: int, *, to_the_end: bool) -> Watched:
    """Runs ``qa-scraper`` on the core *cpu*; it is to fetch *pages*, then ends by itself or is stopped by SIGINT.

    Raises RuntimeError where it ends in another way.
    """
    before = nginx.requests()
    began = time.monotonic()
    process = subprocess.Popen(
        [BIN / "qa-scraper", *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env=environment(),
        # Where it runs is said before it is a process of its own: its threads inherit it.
        preexec_fn=None if cpu is None else lambda: os.sched_setaffinity(0, {cpu}),  # noqa: PLW1509
    )
    looks = [_Look(began, 0, 0.0, 0.0)]
    while not _ended(process.pid):
        look = _look(process.pid, nginx.requests() - before)
        if look is not None:
            looks.append(look)
            if look.requests >= pages:
                break
        time.sleep(_LOOKS)
    if not to_the_end:
        os.kill(process.pid, signal.SIGINT)
    left_alone = time.monotonic()
    _, status, used = os.wait4(process.pid, 0)
    ended = time.monotonic()
    process.returncode = code = os.waitstatus_to_exitcode(status)
    peak = used.ru_maxrss / (1024 * 1024 if sys.platform == "darwin" else 1024)
    if looks[-1].requests < pages:  # a short crawl may have ended between two looks
        looks.append(_Look(left_alone, nginx.requests() - before, used.ru_utime + used.ru_stime, peak))
    if looks[-1].requests < pages or code != (0 if to_the_end else 3):  # 3: with gaps
        raise RuntimeError(f"exit code {code} after {looks[-1].requests} of {pages} pages: {_said(process)}")
    # On a busy machine no look may have come between the first pages and the last: then from the look ahead of it.
    first = next((look for look in looks[:-1] if look.requests >= pages * _WARM), looks[-2])
    last = looks[-1]
    fetched = last.requests - first.requests
    return Watched(
        pages=last.requests,
        cpu_us_a_page=(last.cpu - first.cpu) / fetched * 1e6,
        pages_per_second=fetched / (last.at - first.at),
        first_page_after=next(look.at for look in looks if look.requests) - began,
        end_took=ended - last.at,
        peak_mib=peak,
        peak_mib_fetching=last.peak_mib,
    )


def _ended(pid: int) -> bool:
    """Whether the process has ended. It is left to be waited for: what it used is said once, to who waits (Popen's own
    ``poll`` and ``send_signal`` would take it)."""
    return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def _look(pid: int, requests: int) -> _Look | None:
    """Processor seconds and peak memory of a running process, None where it has just ended."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
        peak = re.search(r"VmHWM:\s*+(\d+) kB", Path(f"/proc/{pid}/status").read_text("utf-8", "replace"))
    except OSError:
        return None
    if peak is None:
        return None
    return _Look(time.monotonic(), requests, (int(stat[11]) + int(stat[12])) / _TICK, int(peak[1]) / 1024)


def _said(process: subprocess.Popen[bytes]) -> str:
    return process.stderr.read().decode("utf-8", "replace")[-2000:] if process.stderr else ""
