"""A refresh of the evolving demo site: what changed is found, for the price of what changed."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest
from qa_scraper.demo import DemoServer, Evolution, Validators, changes, demo_site, evolve
from qa_scraper.demo.truth import record_id

from tests.refresh.steps import a_day_passes, feed, fetched, run, snapshot, unlike_truth
from tests.support.commands import TIMEOUT, crawl_arguments, environment, qa_scraper

SITE = demo_site(questions=60)
NOISY = Evolution(noise=0.5, removed=0.02)


def test_steps_are_followed_exactly(tmp_path: Path) -> None:
    with DemoServer(SITE) as server:
        assert run(server, tmp_path, command="crawl").exit_code == 0
        snapshots = {1: snapshot(tmp_path)}
        gone: set[int] = set()
        for step in range(1, 5):
            before, after = server.site, evolve(SITE, 3, step, NOISY)
            server.show(after)
            fetched(server)
            done = run(server, tmp_path, "--all")
            assert done.exit_code == 0, done.errors
            number = step + 1
            snapshots[number] = snapshot(tmp_path)
            # What is missing now stays published until a check at least a day later misses it as well.
            truly = changes(before, after)
            by_number = before.by_number | after.by_number
            named = {op: {line["id"] for line in feed(tmp_path, number) if line["op"] == op} for op in
                     ("added", "changed", "removed")}  # fmt: skip
            ids = {n: record_id(question, server.url) for n, question in by_number.items()}
            assert named["removed"] == {
                ids.get(n, "") or record_id(evolve(SITE, 3, step - 2, NOISY).by_number[n], server.url) for n in gone
            } - {ids[n] for n in truly.added}
            back = {ids[n] for n in truly.added & gone}
            assert named["added"] == {ids[n] for n in truly.added} - back
            assert {ids[n] for n in truly.changed} <= named["changed"]
            gone = set(truly.removed)
            a_day_passes(tmp_path)
    for number, lines in snapshots.items():
        replayed = qa_scraper("replay", "demo", "--until", str(number), "--output", str(tmp_path))
        assert replayed.stdout.encode() == lines, number


@pytest.mark.parametrize("validators", list(Validators))
def test_an_unchanged_site_costs_no_reading_and_changes_no_byte(tmp_path: Path, validators: Validators) -> None:
    with DemoServer(SITE, validators=validators) as server:
        run(server, tmp_path, command="crawl")
        before = snapshot(tmp_path)
        pages = fetched(server)
        done = run(server, tmp_path, "--all")
        assert done.exit_code == 0
        assert done.counts() == (0, 0, 0)
        assert snapshot(tmp_path) == before
        assert feed(tmp_path, 2) == []
        again = fetched(server)
        whole = [path for path, status in pages if status == 200]
        assert done.said["unchanged"] == len(whole)
        if validators != Validators.NONE:
            assert [path for path, status in again if status == 200] == []
            assert sorted(path for path, status in again if status == 304) == sorted(whole)


def test_unchanged_pages_are_asked_for_as_fast_as_they_were_read(tmp_path: Path) -> None:
    """AutoThrottle begins with a second between two requests: a refresh gets below that by its 304s alone."""
    throttled = ("-s", "AUTOTHROTTLE_ENABLED=1", "-s", "AUTOTHROTTLE_START_DELAY=1")
    with DemoServer(SITE) as server:
        run(server, tmp_path, command="crawl")
        fetched(server)
        began = time.monotonic()
        assert run(server, tmp_path, "--all", *throttled).exit_code == 0
        elapsed, asked = time.monotonic() - began, len(fetched(server))
        assert asked > 60
        assert elapsed < 0.6 * asked


def test_a_refresh_finds_new_questions_by_what_lists_show(tmp_path: Path) -> None:
    with DemoServer(SITE) as server:
        run(server, tmp_path, command="crawl")
        server.show(evolve(SITE, 5, 1, Evolution(added=0.05, answered=0, edited=0, removed=0)))
        fetched(server)
        done = run(server, tmp_path)
        assert done.counts() == (3, 0, 0)
        assert len(fetched(server)) < 40
        assert unlike_truth(server, tmp_path) == []


def test_removals_take_two_checks_a_day_apart_and_can_be_taken_back(tmp_path: Path) -> None:
    with DemoServer(SITE) as server:
        run(server, tmp_path, command="crawl")
        server.show(evolve(SITE, 1, 1, Evolution(0, 0, 0, 0.02, 0)))
        (number,) = changes(SITE, server.site).removed
        name = record_id(SITE.by_number[number], server.url)
        for _ in range(2):
            assert run(server, tmp_path, "--all").counts() == (0, 0, 0)
        a_day_passes(tmp_path)
        done = run(server, tmp_path)
        assert done.counts() == (0, 0, 1)
        assert [(line["op"], line["id"], line["record"]) for line in feed(tmp_path, 4)] == [("removed", name, None)]
        assert unlike_truth(server, tmp_path) == []
        server.show(SITE)
        done = run(server, tmp_path, "--all")
        assert [(line["op"], line["id"]) for line in feed(tmp_path, 5)] == [("added", name)]
        assert unlike_truth(server, tmp_path) == []


def test_better_extraction_reaches_old_records(tmp_path: Path) -> None:
    import sqlite3

    with DemoServer(SITE) as server:
        run(server, tmp_path, command="crawl")
        before = snapshot(tmp_path)
        with sqlite3.connect(tmp_path / "demo" / "ledger.sqlite") as ledger:
            ledger.execute("UPDATE urls SET read_version='0'")
            ledger.execute("UPDATE records SET extractor_version='0', body=replace(body, '\"reader', '\"writer')")
        fetched(server)
        run(server, tmp_path, "--all")
        assert not [path for path, status in fetched(server) if status == 304]
        assert snapshot(tmp_path) == before


def test_the_budget_goes_where_most_is_expected(tmp_path: Path) -> None:
    with DemoServer(SITE) as server:
        run(server, tmp_path, command="crawl")
        a_day_passes(tmp_path, 30)
        fetched(server)
        done = run(server, tmp_path, "--limit", "20")
        assert done.exit_code == 3
        assert len(fetched(server)) <= 21


def test_replay_and_accept_say_what_is_wrong(tmp_path: Path) -> None:
    with DemoServer(SITE) as server:
        run(server, tmp_path, command="crawl")
    out = ("--output", str(tmp_path))
    assert "is before the first feed" in qa_scraper("replay", "demo", "--until", "0", *out).stderr
    assert "there is no run 9" in qa_scraper("publish", "demo", "--accept", "9", *out).stderr
    assert "was not rejected" in qa_scraper("publish", "demo", "--accept", "1", *out).stderr
    (tmp_path / "demo" / "changes" / "000001.jsonl").write_text("{}\n")
    broken = qa_scraper("replay", "demo", *out)
    assert broken.returncode == 2
    assert "000001.jsonl:1: no line of a change feed" in broken.stderr
    assert json.loads(qa_scraper("schema").stdout)


WATCHED = """
import sys
from qa_scraper.crawl import Crawl

next_request = Crawl.next_request


def watched(crawl, spider):
    request = next_request(crawl, spider)
    if request is not None:
        print("to go", crawl.progress.open, "in hand", len(crawl.leases), file=sys.stderr)
    return request


Crawl.next_request = watched
from qa_scraper.cli import main

main()
"""


def test_the_display_counts_all_that_is_left(tmp_path: Path) -> None:
    """Also before start URLs are taken, and what a sitemap makes due in the midst of the run."""
    with DemoServer(SITE) as server:
        left = int(str(run(server, tmp_path, "--limit", "40", command="crawl").said["open"]))
        for step in (1, 2):
            arguments = crawl_arguments("demo", server.url + "/", tmp_path)[1:]
            done = subprocess.run(
                [sys.executable, "-c", WATCHED, "refresh", *arguments],
                capture_output=True, text=True, env=environment(), timeout=TIMEOUT, check=False,
            )  # fmt: skip
            assert done.returncode == 0, done.stderr
            seen = [(int(a), int(b)) for a, b in re.findall(r"^to go (\d+) in hand (\d+)$", done.stderr, re.MULTILINE)]
            assert seen
            assert [(to_go, in_hand) for to_go, in_hand in seen if to_go < in_hand] == []
            assert step > 1 or seen[0][0] >= left
            a_day_passes(tmp_path)
            server.show(evolve(SITE, 1, step))
