"""What is shown of a run while it goes on."""

from __future__ import annotations

import re
import threading

import pytest
from qa_scraper import progress
from qa_scraper.crawl_values import Progress, RunSummary


def test_the_first_line_tells_a_rate(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(progress, "_LINE_SECONDS", 0.1)
    with progress.TerminalDisplay("demo").showing(lambda: Progress(pages=7)):
        threading.Event().wait(0.15)
    first = capsys.readouterr().err.splitlines()[0]
    assert float(re.findall(r"([\d,.]+) pages/s", first)[0]) > 1


@pytest.mark.parametrize(
    ("left", "given_up", "gaps", "then"),
    [
        (1200, 0, "1,200 URLs are still to be fetched", "to go on"),
        (2, 1, "2 URLs are still to be fetched, 1 URL is given up", "to go on"),
        (0, 3, "3 URLs are given up", "to try these once more"),
    ],
)
def test_what_is_given_up_is_not_still_to_be_fetched(left: int, given_up: int, gaps: str, then: str) -> None:
    summary = RunSummary(
        "s", 1, complete=False, stopped="", pages=9, added=0, changed=0, removed=0, unchanged=0, records=0, urls={},
        open=left, gaps=[], snapshot="q.jsonl", given_up=given_up,
    )  # fmt: skip
    assert progress.next_steps(summary) == [
        f"With gaps: {gaps}. What there is stands in q.jsonl",
        f"Run the same command again {then}.",
    ]
