"""The table in docs/reliability.md is what the kept results say."""

from __future__ import annotations

from tests.faults.report import BEGIN, DOCUMENT, END, HOSTILE, NOT_YET, results, table

COUNTS = dict.fromkeys(("tried", "survived", "kills", "lost", "doubled", "wrong", "torn", "polls", "unexplained"), 1000)


def test_the_document_shows_the_kept_results() -> None:
    shown = DOCUMENT.read_text("utf-8").partition(BEGIN + "\n")[2].partition(END)[0]
    assert shown == table(results())


def test_sections_are_independent() -> None:
    only_kills = table({"kills": COUNTS})
    assert "| SIGKILL, 1 to 5 a trial | 1,000 / 1,000 | 1,000 | 1,000 |" in only_kills
    assert NOT_YET in only_kills
    with_others = table({"kills": COUNTS, HOSTILE: {"longest_stall_seconds": 0.4, "peak_memory_mib": 120}})
    assert "| 0.4 s |" in with_others
    assert "| 120 MiB |" in with_others
    assert NOT_YET not in with_others
