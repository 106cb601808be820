"""A sample of the crashes and disk errors that ``make torture`` makes one by one."""

from __future__ import annotations

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
    small_arena,
)

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


def test_what_is_published_is_on_the_disk_in_the_ledger_and_in_its_file(arena: Arena, library: Path) -> None:
    try:
        calls = count_calls(arena, library)
    except NotPossible as why:
        pytest.skip(str(why))
    before = calls[: calls.index("rename edoctor/questions.jsonl")]
    for file in ("edoctor/ledger.sqlite-wal", "edoctor/.questions.jsonl.tmp", "edoctor/changes/.000001.jsonl.tmp"):
        of_file = [call.split()[0] for call in before if call.endswith(f" {file}")]
        assert len(of_file) > 1, file
        assert of_file[-1] in {"fdatasync", "fsync"}, file


@pytest.mark.parametrize("mode", ["ENOSPC", "EIO"])
def test_disk_errors_are_told_and_recovered(arena: Arena, library: Path, mode: str) -> None:
    done = disk_error_trial(arena, library, Point(mode, 150), f"{mode} from call 150")
    assert done.verdict.findings == []
