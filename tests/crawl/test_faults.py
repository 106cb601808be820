"""A site at other URLs that answers with 503, 429, cut bodies and resets: every question once, every field right."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
from itertools import pairwise
from pathlib import Path
from statistics import median

import pytest

from tests.support.commands import crawl_arguments, qa_scraper, records, start
from tests.support.faulty_site import Faults, FaultySite

FAULTS = Faults(server_error=0.06, too_many=0.03, cut=0.06, reset=0.06)


def assert_truth(site: FaultySite, output: Path) -> None:
    found = records(output, "edoctor")
    shown: dict[str, dict[str, object]] = {}
    for record in found:
        source = record["source"]
        assert isinstance(source, dict)
        for url in [record["url"], *source["other_urls"]]:
            assert url not in shown
            shown[str(url)] = record
    assert len(found) == site.count
    for url, fields in site.truth.items():
        assert {name: shown[url][name] for name in fields} == fields


def test_transient_faults_are_recovered(tmp_path: Path) -> None:
    with FaultySite(count=80, faults=FAULTS) as site:
        done = qa_scraper(*crawl_arguments("edoctor", site.url, tmp_path))
        assert done.returncode == 0, done.stderr + done.stdout
        assert_truth(site, tmp_path)
        statuses = {status for _, status in site.requests}
        assert {200, 404, 429, 503, -1} <= statuses
        assert not [path for path, _ in site.requests if path.startswith("/secret")]


def test_retry_after_is_kept(tmp_path: Path) -> None:
    with FaultySite(count=12, faults=Faults(too_many=0.3, retry_after=2)) as site:
        done = qa_scraper(*crawl_arguments("edoctor", site.url, tmp_path))
        assert done.returncode == 0, done.stderr
        assert_truth(site, tmp_path)
        assert site.too_soon() == []


def test_pages_that_stay_broken_are_gaps(tmp_path: Path) -> None:
    with FaultySite(count=20, faults=Faults(server_error=0.2, times=99)) as site:
        done = qa_scraper(*crawl_arguments("edoctor", site.url, tmp_path, "--json", "-s", "RETRY_TIMES=3"))
        assert done.returncode == 3
        summary = json.loads(done.stdout)
        assert summary["urls"]["failed"] > 0
        assert all("given up after 4 tries: HTTP 503" in why for _, state, why in summary["gaps"] if state == "failed")
        broken = [path for path, count in site.seen.items() if site.fault(path)]
        assert all(site.seen[path] == 5 for path in broken)  # 4 fetches and the look above


def test_a_site_that_is_down_harms_nothing(tmp_path: Path) -> None:
    with FaultySite(count=20) as site:
        arguments = crawl_arguments("edoctor", site.url, tmp_path, "-s", "RETRY_TIMES=1")
        assert qa_scraper(*arguments).returncode == 0
        before = (tmp_path / "edoctor" / "questions.jsonl").read_bytes()
        make_all_due(tmp_path)
        site.broken = True
        done = qa_scraper(*arguments)
        assert done.returncode == 4, done.stdout
        assert (tmp_path / "edoctor" / "questions.jsonl").read_bytes() == before
        assert "the site is down" in done.stdout


def test_robots_that_cannot_be_read_forbids_all(tmp_path: Path) -> None:
    with FaultySite(count=8, robots_status=503) as site:
        done = qa_scraper(*crawl_arguments("edoctor", site.url, tmp_path))
        assert done.returncode == 3
        assert "robots.txt cannot be read" in done.stdout
        assert {path for path, _ in site.requests} == {"/robots.txt"}


def test_no_robots_allows_all(tmp_path: Path) -> None:
    with FaultySite(count=8, robots_status=404) as site:
        assert qa_scraper(*crawl_arguments("edoctor", site.url, tmp_path)).returncode == 0
        assert [path for path, _ in site.requests if path.startswith("/secret")]


def test_crawl_delay_is_kept(tmp_path: Path) -> None:
    with FaultySite(count=4, robots="User-agent: *\nCrawl-delay: 0.2\n") as site:
        assert qa_scraper(*crawl_arguments("edoctor", site.url, tmp_path)).returncode == 0
        assert_truth(site, tmp_path)
        rules_sent = next(at for at, path, _ in site.log if path == "/robots.txt")
        pages = [at for at, path, _ in site.log if path != "/robots.txt"]
        # The site may note a request late, never early; so not each pause need be seen whole, but most.
        assert all(at - rules_sent > 0.2 * number - 0.01 for number, at in enumerate(pages))
        assert median(later - earlier for earlier, later in pairwise(pages)) > 0.19


@pytest.mark.parametrize("stop_signal", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_a_stopped_crawl_goes_on_to_the_same_bytes(tmp_path: Path, stop_signal: signal.Signals) -> None:
    with FaultySite(count=90, faults=FAULTS) as site:
        undisturbed, stopped = tmp_path / "undisturbed", tmp_path / "stopped"
        assert qa_scraper(*crawl_arguments("edoctor", site.url, undisturbed)).returncode == 0
        site.forget()
        for pages in (15, 50):
            process = start(*crawl_arguments("edoctor", site.url, stopped))
            site.wait_for_requests(pages)
            os.kill(process.pid, stop_signal)
            code = process.wait(30)
            assert code == (-signal.SIGKILL if stop_signal == signal.SIGKILL else 3)
            if stop_signal != signal.SIGKILL:
                assert records(stopped, "edoctor")  # what there is is published
        assert qa_scraper(*crawl_arguments("edoctor", site.url, stopped)).returncode == 0
        assert_truth(site, stopped)
        if stop_signal == signal.SIGKILL:
            assert snapshot(stopped) == snapshot(undisturbed)


def test_limit_stops_and_goes_on(tmp_path: Path) -> None:
    with FaultySite(count=30) as site:
        done = qa_scraper(*crawl_arguments("edoctor", site.url, tmp_path, "--limit", "10", "--json"))
        assert done.returncode == 3
        assert json.loads(done.stdout)["pages"] == 10
        assert json.loads(done.stdout)["stopped"] == "--limit 10"
        assert qa_scraper(*crawl_arguments("edoctor", site.url, tmp_path)).returncode == 0
        assert_truth(site, tmp_path)


def test_waits_no_longer_than_allowed(tmp_path: Path) -> None:
    with FaultySite(count=10, faults=Faults(too_many=0.3, retry_after=3600)) as site:
        done = qa_scraper(*crawl_arguments("edoctor", site.url, tmp_path, "-s", "RETRY_WAIT_MAX=1"))
        assert done.returncode == 3
        assert "still to be fetched" in done.stdout


def snapshot(output: Path) -> bytes:
    return (output / "edoctor" / "questions.jsonl").read_bytes()


def make_all_due(output: Path) -> None:
    with sqlite3.connect(output / "edoctor" / "ledger.sqlite") as ledger:
        ledger.execute("UPDATE urls SET due_at=0 WHERE state<>'off-host'")
