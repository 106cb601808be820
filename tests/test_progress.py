"""What is shown of a run while it goes on."""

from __future__ import annotations

import re
import threading

import pytest
from qa_scraper import progress
from qa_scraper.crawl_values import Progress


def test_the_first_line_tells_a_rate(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(progress, "_LINE_SECONDS", 0.1)
    with progress.TerminalDisplay("demo").showing(lambda: Progress(pages=7)):
        threading.Event().wait(0.15)
    first = capsys.readouterr().err.splitlines()[0]
    assert float(re.findall(r"([\d,.]+) pages/s", first)[0]) > 1
