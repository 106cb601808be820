"""Real pages are split right, and docs/accuracy.md says how right."""

from __future__ import annotations

import pytest

from tests.accuracy import DOCUMENT, REAL_PAGES, score, table


@pytest.mark.skipif(not REAL_PAGES.exists(), reason="the real pages stand beside the project, not in it")
def test_real_pages() -> None:
    scores = score()
    assert scores.mean >= 0.97
    clean, _, all_of_them = scores.negatives.partition("/")
    assert clean == all_of_them
    assert table(scores) in DOCUMENT.read_text("utf-8"), "run python -m tests.accuracy"
