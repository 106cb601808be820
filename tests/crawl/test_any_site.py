"""A site without a module: its address is enough, and requests go where questions are."""

from __future__ import annotations

import json
from pathlib import Path

from tests.support.commands import CLOCK, qa_scraper, records
from tests.support.forum_site import ForumSite

FAST = ("-s", "DOWNLOAD_DELAY=0", "-s", "AUTOTHROTTLE_ENABLED=0", "-s", f"FIXED_CLOCK={CLOCK}", "--allow-private")


def test_its_address_is_enough(tmp_path: Path) -> None:
    with ForumSite(articles=40) as site:
        done = qa_scraper("crawl", site.url + "/", "--output", str(tmp_path), "--json", *FAST)
        assert done.returncode == 0, done.stdout + done.stderr
        truth, name = site.truth, site.name
        found = records(tmp_path, name)
        status = qa_scraper("status", name, "--output", str(tmp_path))
        before = len(site.requests)
        again = qa_scraper("refresh", site.url, "--all", "--output", str(tmp_path), "--json", *FAST)
        assert json.loads(again.stdout)["changed"] == 0
        assert len(site.requests) > before
    assert {record["url"] for record in found} == set(truth)
    for record in found:
        posts = truth[str(record["url"])]
        question, answers = record["question"], record["answers"]
        assert isinstance(question, dict)
        assert isinstance(answers, list)
        shown = [(a["author"]["name"], a["answered_on"], a["text"]) for a in answers]
        assert [(record["asker"]["name"], question["asked_on"], question["text"]), *shown] == posts  # type: ignore[index]
        assert str(record["id"]).startswith(f"{name}:")
    assert status.returncode == 0, status.stderr


def test_a_limit_is_spent_on_questions_and_what_leads_to_them(tmp_path: Path) -> None:
    with ForumSite(threads=120, articles=400) as site:
        done = qa_scraper("crawl", site.url, "--output", str(tmp_path), "--json", "--limit", "100", *FAST)
        assert done.returncode == 3, done.stdout + done.stderr
        asked = site.kinds_asked()
        assert json.loads(done.stdout)["records"] == asked["talk"]
    assert asked["talk"] >= 65
    assert asked["stories"] <= 12


def test_a_refresh_goes_on_with_the_start_url_that_it_knows(tmp_path: Path) -> None:
    with ForumSite(threads=8, articles=0) as site:
        qa_scraper("crawl", site.url, "--output", str(tmp_path), *FAST)
        done = qa_scraper("refresh", site.name, "--output", str(tmp_path), "--json", *FAST)
        assert done.returncode == 0, done.stdout + done.stderr
        assert json.loads(done.stdout)["records"] == 8


def test_a_site_that_was_never_crawled_is_asked_for_its_address(tmp_path: Path) -> None:
    done = qa_scraper("refresh", "forum.example.org", "--output", str(tmp_path))
    assert done.returncode == 2
    assert "qa-scraper crawl https://forum.example.org/" in done.stderr


def test_an_address_that_cannot_be_one(tmp_path: Path) -> None:
    for address, hint in (("ftp://forum.example.org/", "begin it with https://"), ("https://", "names no host")):
        done = qa_scraper("crawl", address, "--output", str(tmp_path))
        assert done.returncode == 2
        assert hint in done.stderr, done.stderr
        assert done.stderr.count("\n") == 1
