"""The short version of ``make bench-refresh``: what is read and sent, which no busy machine changes."""

from __future__ import annotations

from pathlib import Path

import pytest
from qa_scraper.demo import Validators, demo_site

from tests.bench.refresh import refreshes, steps_with_kills


@pytest.mark.parametrize("validators", [Validators.BOTH, Validators.NONE])
def test_a_refresh_reads_what_changed(tmp_path: Path, validators: Validators) -> None:
    site = demo_site(questions=120, page_bytes=35_000)
    figures = refreshes(site, validators, tmp_path, say=False)
    assert figures["missed_or_false"] == 0
    assert figures["refresh_unchanged"] > 0.75 * figures["refresh_requests"]
    if validators == Validators.BOTH:
        assert figures["refresh_bytes"] < 0.12  # of so small a site the lists are a large part


def test_refreshes_that_are_killed_come_out_right(tmp_path: Path) -> None:
    figures = steps_with_kills(demo_site(questions=60), 2, tmp_path)
    assert (figures["wrong"], figures["replay_differs"]) == (0, 0)
