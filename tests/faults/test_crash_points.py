"""A sample of the crashes and disk errors that ``make torture`` makes one by one."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.arena import Arena
from tests.faults.campaign import spread
from tests.faults.crash_points import (
    NotPossible,
    Point,
    count_calls,
    crash_trial,
    disk_error_trial,
    shim_variables,
    small_arena,
)
from tests.support.commands import ROOT, environment

pytestmark = pytest.mark.xdist_group("crash points")
A_SERIES = 3


@pytest.fixture(scope="module")
def arena() -> Iterator[Arena]:
    with small_arena() as made:
        yield made


@pytest.mark.parametrize("grown", [False, True], ids=["new", "grown"])
def test_crashes_are_recovered(arena: Arena, library: Path, *, grown: bool) -> None:
    try:
        calls = count_calls(arena, library, grown=grown)
    except NotPossible as why:
        pytest.skip(str(why))
    assert len(calls) > 50
    for mode in ("before", "half"):
        for number in spread(len(calls), A_SERIES):
            done = crash_trial(arena, library, Point(mode, number, grown), f"{mode} {number} {calls[number - 1]}")
            assert done.verdict.findings == [], done.name


def test_what_is_published_is_flushed_ahead_of_its_rename(arena: Arena, library: Path) -> None:
    try:
        calls = count_calls(arena, library)
    except NotPossible as why:
        pytest.skip(str(why))
    before = calls[: calls.index("rename edoctor/questions.jsonl")]
    for file in ("edoctor/ledger.sqlite-wal", "edoctor/.questions.jsonl.tmp", "edoctor/changes/.000001.jsonl.tmp"):
        of_file = [call.split()[0] for call in before if call.endswith(f" {file}")]
        assert len(of_file) > 1, file
        assert of_file[-1] in {"fdatasync", "fsync"}, file


_A_GROUP = """
import asyncio, os, sys
from pathlib import Path
from qa_scraper.commit_group import CommitGroup
from qa_scraper.ledger import Ledger
from qa_scraper.ledger_values import FoundUrl, PageOutcome
from qa_scraper.refresh import State

async def crawl():
    ledger = Ledger(Path(sys.argv[1]) / "ledger.sqlite")
    ledger.add_urls([FoundUrl("http://h/1", "http://h/1", "h")], 0.0, "")
    group = CommitGroup(ledger, print)
    group.commit_page(PageOutcome("http://h/1", State.NO_QUESTION, ""), 0.0)
    group.end()
    os._exit(0)

asyncio.run(crawl())
"""


def test_a_group_that_has_ended_is_on_the_disk(library: Path, tmp_path: Path) -> None:
    log = tmp_path / "calls"
    folder = tmp_path / "output"
    folder.mkdir()
    variables = shim_variables(library, folder, Point("count", 0), log)
    subprocess.run([sys.executable, "-c", _A_GROUP, folder], env=environment() | variables, cwd=ROOT, check=True)
    calls = [line.split()[1:] for line in log.read_text("utf-8").splitlines()]
    in_log = [name for name, path in calls if path == "ledger.sqlite-wal"]
    assert in_log[-2:] == ["pwrite64", "fdatasync"]


@pytest.mark.parametrize("mode", ["ENOSPC", "EIO"])
def test_disk_errors_are_told_and_recovered(arena: Arena, library: Path, mode: str) -> None:
    done = disk_error_trial(arena, library, Point(mode, 150), f"{mode} from call 150")
    assert done.verdict.findings == []
