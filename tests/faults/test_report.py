"""The table in docs/reliability.md is what the kept results say."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.faults import report
from tests.faults.report import BEGIN, DOCUMENT, END, FUZZING, HOSTILE, NOT_YET, RESULTS, keep, results, table

COUNTS = dict.fromkeys(("tried", "survived", "kills", "lost", "doubled", "wrong", "torn", "polls", "unexplained"), 1000)


def test_the_document_shows_the_kept_results() -> None:
    shown = DOCUMENT.read_text("utf-8").partition(BEGIN + "\n")[2].partition(END)[0]
    assert shown == table(results())


def test_sections_are_independent() -> None:
    only_kills = table({"kills": COUNTS})
    assert "| SIGKILL, 1 to 5 a trial | 1,000 / 1,000 | 1,000 | 1,000 |" in only_kills
    assert NOT_YET in only_kills
    hostile = {"unexpected": 0.0, "pages": 29.0, "longest_stall": 0.41, "longest_block": 0.2}
    hostile |= {"longest_block_cpu": 0.1, "peak_memory": 120_000_000.0}
    with_others = table({"kills": COUNTS, HOSTILE: hostile, FUZZING: {"findings": 0, "inputs": 1_000_000}})
    assert "| 0 / 29 |" in with_others
    assert "| 0.41 s |" in with_others
    assert "| 120 MB |" in with_others
    assert "| 0 / 1,000,000 |" in with_others
    assert NOT_YET not in with_others


def test_figures_of_fewer_trials_replace_none_of_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report, "RESULTS", Path(shutil.copy(RESULTS, tmp_path)))
    monkeypatch.setattr(report, "DOCUMENT", document := Path(shutil.copy(DOCUMENT, tmp_path)))
    before = document.read_bytes(), results()
    for section, few in (("kills", COUNTS | {"tried": 6}), (HOSTILE, {"pages": 1.0}), (FUZZING, {"inputs": 10})):
        assert f"{section}: not recorded" in keep(section, few)
    assert (document.read_bytes(), results()) == before
    more = COUNTS | {"tried": before[1]["kills"]["tried"]}
    assert f"the figures are in {document}" in keep("kills", more)
    assert results()["kills"] == more
    few = COUNTS | {"tried": 6}
    assert f"the figures are in {document}" in keep("kills", few, record=True)
    assert results() == before[1] | {"kills": few}
    assert "| SIGKILL, 1 to 5 a trial | 1,000 / 6 |" in document.read_text("utf-8")
