"""What a run leaves behind for the next one: pauses, held pages, start URLs that lead elsewhere."""

from __future__ import annotations

import json
import signal
import time
from pathlib import Path

from tests.crawl.test_faults import assert_truth
from tests.support.commands import crawl_arguments, qa_scraper, start
from tests.support.faulty_site import Faults, FaultySite
from tests.support.routes import Routes

QUESTION = FaultySite(count=1).question_html(0)


def test_after_a_robots_outage_the_next_run_goes_on(tmp_path: Path) -> None:
    with FaultySite(count=8, robots_status=503) as site:
        arguments = crawl_arguments("edoctor", site.url, tmp_path)
        done = qa_scraper(*arguments)
        assert done.returncode == 3
        assert "0 pages" not in done.stdout
        assert "held" in done.stdout
        site.robots_status = 200
        done = qa_scraper(*arguments)
        assert done.returncode == 0, done.stdout
        assert_truth(site, tmp_path)


def test_a_retry_after_is_kept_over_a_restart(tmp_path: Path) -> None:
    with FaultySite(count=12, faults=Faults(too_many=0.4, retry_after=4)) as site:
        process = start(*crawl_arguments("edoctor", site.url, tmp_path))
        with site.asked:
            assert site.asked.wait_for(lambda: any(status == 429 for _, _, status in site.log), timeout=30)
        wait_for_pause(tmp_path)
        process.send_signal(signal.SIGKILL)
        process.wait(20)
        site.keep_pauses_until(time.monotonic() + wait_for_pause(tmp_path) - time.time())
        done = qa_scraper(*crawl_arguments("edoctor", site.url, tmp_path))
        assert done.returncode == 0, done.stdout
        assert_truth(site, tmp_path)
        assert site.too_soon() == []


def wait_for_pause(output: Path) -> float:
    """Until when the host is to be left alone, as the ledger knows it (seconds since the epoch), once it does."""
    from qa_scraper.ledger import Ledger

    ledger = Ledger(output / "edoctor" / "ledger.sqlite")
    deadline = time.monotonic() + 20
    while not (pauses := ledger.pauses()):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    ledger.close()
    return max(pauses.values())


def test_the_summary_says_when_to_come_back(tmp_path: Path) -> None:
    with FaultySite(count=10, faults=Faults(too_many=0.3, retry_after=3600)) as site:
        done = qa_scraper(*crawl_arguments("edoctor", site.url, tmp_path, "-s", "RETRY_WAIT_MAX=0.5"))
        assert done.returncode == 3
        assert "on: the site asked for time" in done.stdout


def test_a_start_url_that_leads_to_nothing_is_a_gap(tmp_path: Path) -> None:
    with Routes({"/": (302, "/new"), "/new": (404, "gone")}) as site:
        done = qa_scraper(*crawl_arguments("edoctor", site.url, tmp_path))
    assert done.returncode == 3
    assert "HTTP 404" in done.stdout
    assert "With gaps: a start URL led to no page. What there is" in done.stdout


def test_a_start_url_that_leads_to_the_site_is_none(tmp_path: Path) -> None:
    with Routes({"/": (302, "/new"), "/new": (200, QUESTION)}) as site:
        done = qa_scraper(*crawl_arguments("edoctor", site.url, tmp_path, "--json"))
    assert json.loads(done.stdout)["records"] == 1


def test_a_redirect_loop_is_named(tmp_path: Path) -> None:
    loop = {"/": (302, "/a"), "/a": (302, "/b"), "/b": (301, "/c"), "/c": (302, "/a")}
    with Routes(loop) as site:
        done = qa_scraper(*crawl_arguments("edoctor", site.url, tmp_path, "--json"))
        assert done.returncode == 3
        said = json.loads(done.stdout)
        (gap,) = said["gaps"]
        assert (said["open"], said["given_up"], said["complete"]) == (0, 1, False)
        assert gap[1:] == ["failed", "a redirect loop: " + " -> ".join(site.url + p for p in ("/c", "/a", "/b", "/c"))]
        assert len(site.requests) == 5  # robots.txt and each page once


def test_passwords_in_links_are_neither_sent_nor_stored(tmp_path: Path) -> None:
    with Routes({"/": (200, '<a href="http://user:hunter2@HOST/q">q</a>'), "/q": (200, QUESTION)}) as site:
        done = qa_scraper(*crawl_arguments("edoctor", site.url, tmp_path, "--json"))
        assert json.loads(done.stdout)["records"] == 1
        assert not any("authorization" in names for names in site.headers)
    assert not [
        path for path in (tmp_path / "edoctor").rglob("*") if path.is_file() and b"hunter2" in path.read_bytes()
    ]
