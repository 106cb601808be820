"""Pipelines of a user's own beside ours."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest
from qa_scraper.exits import Exit
from qa_scraper.settings import ITEM_PIPELINES

from tests.support.commands import crawl_arguments, qa_scraper, records
from tests.support.faulty_site import FaultySite

BREAKS = """
class Breaks:
    def process_item(self, item):
        if item.url.endswith({endings}):
            item.question.votes = "123456"
        return item
"""
TAKES_AWAY = """
class TakesAway:
    def process_item(self, item):
        item.question = None
        return item
"""


COPIES = ("/old?id=3", "/qa/case-0003")


@pytest.mark.parametrize(
    ("order", "broken"),
    [(299, COPIES), (150, COPIES), (150, COPIES[:1]), (150, COPIES[1:])],
    ids=["right before it is stored", "before it is compared", "one address", "the other address"],
)
def test_what_fits_no_schema_is_not_stored_whoever_made_it_so(
    tmp_path: Path, order: int, broken: tuple[str, ...]
) -> None:
    """Each question stands at two addresses: where the record of one is broken, that of the other is published.

    Right before it is stored only that is broken which no copy on its way has kept from getting there: one or both.
    """
    (tmp_path / "own_pipeline.py").write_text(BREAKS.format(endings=broken))
    pipelines = json.dumps({"own_pipeline.Breaks": order, **ITEM_PIPELINES})
    with FaultySite(count=6) as site:
        arguments = crawl_arguments("edoctor", site.url, tmp_path, "-s", f"ITEM_PIPELINES={pipelines}")
        done = qa_scraper(*arguments, PYTHONPATH=str(tmp_path))
    assert done.returncode == Exit.GAPS, done.stderr
    with sqlite3.connect(tmp_path / "edoctor" / "ledger.sqlite") as ledger:
        failures = ledger.execute("SELECT key, reason FROM urls WHERE state='failed' ORDER BY key").fetchall()
    failed = tuple(key.removeprefix(site.url) for key, _ in failures)
    if order < ITEM_PIPELINES["qa_scraper.pipelines.DedupePipeline"]:
        assert failed == broken
    else:
        assert failed
        assert set(failed) <= set(broken)
    assert all(reason.startswith("a pipeline failed on its record: ValidationError: ") for _, reason in failures)
    published = records(tmp_path, "edoctor")
    kept = [number for number in range(6) if number != 3 or failed != COPIES]
    assert sorted(str(record["title"]) for record in published) == [f"Advice on complaint {number}" for number in kept]
    assert '"123456"' not in json.dumps(published)


def test_why_a_record_fits_no_schema_is_told_wherever_that_shows(tmp_path: Path) -> None:
    (tmp_path / "own_pipeline.py").write_text(TAKES_AWAY)
    pipelines = json.dumps({"own_pipeline.TakesAway": 150, **ITEM_PIPELINES})
    with FaultySite(count=1) as site:
        arguments = crawl_arguments("edoctor", site.url, tmp_path, "-s", f"ITEM_PIPELINES={pipelines}")
        done = qa_scraper(*arguments, PYTHONPATH=str(tmp_path))
    assert done.returncode == Exit.GAPS, done.stderr
    with sqlite3.connect(tmp_path / "edoctor" / "ledger.sqlite") as ledger:
        failures = ledger.execute("SELECT reason FROM urls WHERE state='failed' AND reason LIKE 'a pipeline failed%'")
        reasons = [reason for (reason,) in failures]
    assert reasons
    assert all("ValidationError" in reason and "question" in reason for reason in reasons), reasons
