"""What is shown of a run while it goes on."""

from __future__ import annotations

import contextlib
import os
import pty
import re
import subprocess
import threading
from pathlib import Path

import pytest
from qa_scraper import progress, reading_progress
from qa_scraper.crawl_values import Progress, RunSummary

from tests.support.commands import BIN, environment


def test_the_first_line_tells_a_rate(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(progress, "_LINE_SECONDS", 0.1)
    asked = threading.Event()

    def counts() -> Progress:
        asked.set()
        return Progress(pages=7)

    with progress.TerminalDisplay("demo").showing(counts):
        assert asked.wait(30)
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


def test_a_bar_on_a_terminal_shows_how_much_is_read(tmp_path: Path) -> None:
    source = tmp_path / "some.jsonl"
    source.write_bytes((b"[" + b" " * 997 + b"]\n") * 600)
    ours, terminal = pty.openpty()
    command = [BIN / "qa-scraper", "validate", source, "--limit", "0"]
    with subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=terminal, env=environment() | {"TERM": "xterm"}
    ) as process:
        os.close(terminal)
        shown = b""
        with contextlib.suppress(OSError):  # how a terminal ends whose other side is closed
            while part := os.read(ours, 65536):
                shown += part
    os.close(ours)
    assert process.returncode == 3
    assert str(source).encode() in shown
    assert b"/600.0 kB" in shown


def test_a_plain_line_says_how_much_is_read(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(reading_progress, "_LINE_SECONDS", 0.0)
    with reading_progress.shown_reading("some.jsonl", 8_000_000) as seen:
        seen(2_000_000)
    assert capsys.readouterr().err == "some.jsonl: 2 MB of 8 MB (25%) read\n"
