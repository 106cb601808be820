"""A ledger that cannot be used any more while nothing is in hand ends the run; it does not wait for ever."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import time
from pathlib import Path

from tests.support.commands import BIN, crawl_arguments, environment
from tests.support.routes import Answer, Routes


def test_a_ledger_that_is_lost_in_a_pause(tmp_path: Path) -> None:
    with Routes({"/robots.txt": (404, ""), "/": Answer(429, "", {"Retry-After": "3"})}) as site:
        run = subprocess.Popen(
            [BIN / "qa-scraper", *crawl_arguments("edoctor", site.url, tmp_path)],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=environment(),
        )
        file = tmp_path / "edoctor" / "ledger.sqlite"
        until = time.monotonic() + 30
        while not (file.exists() and waits(file)) and run.poll() is None and time.monotonic() < until:
            os.sched_yield()
        with sqlite3.connect(file, timeout=30) as ledger:
            ledger.execute("DROP TABLE urls")
        said, _ = run.communicate(timeout=60)
    assert run.returncode == 1, said
    assert "no such table" in said


def waits(file: Path) -> bool:
    """Whether the one page is to be tried again."""
    try:
        with sqlite3.connect(file) as ledger:
            return bool(ledger.execute("SELECT 1 FROM urls WHERE state='retry'").fetchone())
    except sqlite3.Error:
        return False
