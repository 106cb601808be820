"""Scrapy's own commands over the same spiders."""

from __future__ import annotations

import json
from pathlib import Path

from tests.crawl.test_faults import assert_truth, make_all_due
from tests.support.commands import scrapy
from tests.support.faulty_site import Faults, FaultySite

LOOSE = (
    "-s",
    "ALLOW_PRIVATE_ADDRESSES=1",
    "-s",
    "DOWNLOAD_DELAY=0",
    "-s",
    "AUTOTHROTTLE_ENABLED=0",
    "-s",
    "RETRY_BACKOFF=0.05",
)


def test_list() -> None:
    assert scrapy("list").stdout.split() == ["any", "demo", "edoctor", "tw-ehospital"]


def test_crawl_with_a_feed(tmp_path: Path) -> None:
    feed = tmp_path / "out.jsonl"
    (tmp_path / ".out.jsonl.4194305.tmp").write_text("of a process that was killed")
    with FaultySite(count=24, faults=Faults(server_error=0.1, cut=0.1)) as site:
        arguments = [
            "crawl",
            "edoctor",
            "-a",
            f"start_url={site.url}",
            "-O",
            str(feed),
            "-s",
            f"OUTPUT_DIR={tmp_path}",
            *LOOSE,
        ]
        done = scrapy(*arguments)
        assert done.returncode == 0, done.stderr
        assert_truth(site, tmp_path)
        lines = [json.loads(line) for line in feed.read_text("utf-8").splitlines()]
        assert len(lines) == len({line["question"]["title"] for line in lines}) == 24
        assert list(lines[0]) == list(
            json.loads((tmp_path / "edoctor" / "questions.jsonl").read_text().splitlines()[0])
        )
        before = feed.read_bytes()
        make_all_due(tmp_path)
        site.broken = True
        assert scrapy(*arguments, "-s", "RETRY_TIMES=0").returncode == 0
        assert feed.read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["edoctor", "out.jsonl"]


def test_two_sites_and_no_start_url(tmp_path: Path) -> None:
    done = scrapy("crawl", "edoctor", "-s", f"OUTPUT_DIR={tmp_path}")
    assert "no start URL" in done.stderr
    assert "Traceback" not in done.stderr
    done = scrapy("crawl", "edoctor", "-a", "start_url=foo", "-s", f"OUTPUT_DIR={tmp_path}")
    assert "'foo' leads to no web page" in done.stderr
    assert "Traceback" not in done.stderr


def test_shell() -> None:
    with FaultySite(count=4) as site:
        code = "print(response.status, response.css('h1::text').get())"
        done = scrapy("shell", site.url + "/qa/case-0001", "-c", code, *LOOSE)
    assert "200 Advice on complaint 1 - Dermatology / Allergy" in done.stdout


def test_parse(tmp_path: Path) -> None:
    with FaultySite(count=4) as site:
        done = scrapy("parse", "--spider=edoctor", "--nolinks", "--nocolour", *LOOSE, site.url + "/qa/case-0001",
                      "-s", f"OUTPUT_DIR={tmp_path}")  # fmt: skip
    assert not list(tmp_path.iterdir())  # no crawl, no ledger
    assert "'title': 'Advice on complaint 1'" in done.stdout


def test_check() -> None:
    done = scrapy("check")
    assert done.returncode == 0
    assert "OK" in done.stderr
