"""The table in docs/reliability.md is what the kept results say."""

from __future__ import annotations

from tests.faults.report import BEGIN, DOCUMENT, END, FUZZING, HOSTILE, NOT_YET, results, table

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
