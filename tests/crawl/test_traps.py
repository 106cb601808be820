"""Traps take a bounded number of requests, and no question is lost to the bound."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from pathlib import Path

from qa_scraper.urls import path_pattern

from tests.crawl.test_faults import assert_truth
from tests.support.commands import crawl_arguments, qa_scraper
from tests.support.faulty_site import FaultySite
from tests.support.trap_site import TrapSite


def test_traps_are_left_and_all_truth_is_found(tmp_path: Path) -> None:
    with TrapSite(count=60) as site:
        done = qa_scraper(*crawl_arguments("edoctor", site.url, tmp_path, "--json", "-s", "BARREN_BUDGET=20"))
        assert done.returncode == 0, done.stdout
        summary = json.loads(done.stdout)
        fetched = Counter(path_pattern(site.url + path).partition("?")[0] for path, _ in site.requests)
        again = qa_scraper(*crawl_arguments("edoctor", site.url, tmp_path, "--json", "-s", "BARREN_BUDGET=20"))
        assert json.loads(again.stdout)["pages"] <= 1
    assert fetched["calendar/*"] <= 40
    assert fetched["day"] <= 30
    assert fetched["help/*"] <= 40
    assert fetched["tree/a/**"] + fetched["tree/b/**"] <= 60
    assert fetched["qa/*"] <= 60 * 4 + 60
    assert summary["urls"]["barren"] > 0
    shown = {url for record in snapshot(tmp_path) for url in (record["url"], *record["source"]["other_urls"])}
    assert set(site.truth) <= shown
    with sqlite3.connect(tmp_path / "edoctor" / "ledger.sqlite") as ledger:
        reasons = ledger.execute("SELECT DISTINCT reason FROM urls WHERE state='barren'").fetchall()
    assert all("gave nothing new in" in reason for (reason,) in reasons)


def snapshot(output: Path) -> list[dict[str, dict[str, object]]]:
    return [json.loads(line) for line in (output / "edoctor" / "questions.jsonl").read_text("utf-8").splitlines()]


def test_many_real_questions_at_one_pattern_trip_nothing(tmp_path: Path) -> None:
    with FaultySite(count=400) as site:
        done = qa_scraper(*crawl_arguments("edoctor", site.url, tmp_path, "--json", "-s", "BARREN_BUDGET=3"))
        assert done.returncode == 0, done.stdout
        assert "barren" not in json.loads(done.stdout)["urls"]
        assert_truth(site, tmp_path)
