"""``make refresh-demo`` shows what it says."""

from __future__ import annotations

import re

import pytest

from tests.refresh_demo import main


def test_the_demonstration_of_a_refresh(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(1, questions=60) == 0
    shown = capsys.readouterr().out
    whole, whole_kb = found(r"crawl: exit code 0; (\d+) x 200.* (\d+) kB", shown)
    added, changed = found(r"Step 1: (\d+) questions added, (\d+) changed", shown)
    part, part_kb = found(r"refresh: exit code 0; (\d+) x 200.* (\d+) kB", shown)
    assert "000001.jsonl: 60 added\n" in shown
    assert f"000002.jsonl: {added} added, {changed} changed\n" in shown
    assert part < whole / 2
    assert part_kb < whole_kb / 2


def found(pattern: str, text: str) -> list[int]:
    match = re.search(f"^{pattern}", text, re.MULTILINE)
    assert match, text
    return [int(group) for group in match.groups()]
