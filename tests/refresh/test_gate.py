"""A bad run never replaces good data: redesigns, outages and block pages stop at the publish gate."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from qa_scraper.demo import DemoServer, Evolution, Fault, demo_site, evolve
from qa_scraper.extraction import rule_of
from qa_scraper.gate import Measures, Sighting, judge
from qa_scraper.site import Bounds

from tests.refresh.steps import a_day_passes, run, snapshot, unlike_truth
from tests.support.commands import qa_scraper

SITE = demo_site(questions=60)
SAID = {
    Fault.REDESIGN: "layout drift",
    Fault.REDESIGN_ANSWERS: "layout drift: answers.text is gone from",
    Fault.REDESIGN_MORE_INFO: "layout drift: more_info is gone from",
    Fault.PAGES_DOWN: "the site is down or turns us away",
    Fault.OUTAGE: "the site is down or turns us away",
    Fault.DROPPED: "the site is down or turns us away",
    Fault.BLOCK_PAGE: "a block page",
}


@pytest.mark.parametrize("fault", SAID, ids=str)
def test_no_fault_reaches_the_published_file(tmp_path: Path, fault: Fault) -> None:
    once = ("-s", "RETRY_TIMES=1")
    with DemoServer(SITE) as server:
        run(server, tmp_path, command="crawl")
        good = snapshot(tmp_path)
        after = evolve(SITE, 2, 1, Evolution(removed=0))
        server.show(replace(after, fault=fault))
        for turn in (2, 3):  # a second bad run, a day later, gets no further
            done = run(server, tmp_path, "--all", *once)
            assert done.exit_code == 4, done.said
            assert any(SAID[fault] in why for why in done.said["rejected"]), done.said["rejected"]  # type: ignore[attr-defined]
            assert "http://127.0.0.1" in str(done.said["rejected"])
            assert ".post" not in str(done.said["rejected"])  # no rule of a layout that the site does not have
            assert snapshot(tmp_path) == good
            assert not (tmp_path / "demo" / "changes" / f"{turn:06}.jsonl").exists()
            reasons = json.loads((tmp_path / "demo" / "rejected" / f"{turn:06}" / "reasons.json").read_text())
            assert [breach["message"] for breach in reasons] == done.said["rejected"]
            a_day_passes(tmp_path)
        server.show(after)
        done = run(server, tmp_path, "--all")
        assert done.exit_code == 0, done.said
        assert unlike_truth(server, tmp_path) == []
        # What changed and changed back while the runs were rejected has left no trace.
        versions = {record["source"]["version"] for record in map(json.loads, snapshot(tmp_path).splitlines())}
        assert versions <= {1, 2}


def test_what_is_right_all_the_same_can_be_accepted(tmp_path: Path) -> None:
    with DemoServer(SITE) as server:
        run(server, tmp_path, command="crawl")
        good = snapshot(tmp_path)
        server.show(replace(SITE, fault=Fault.REDESIGN_MORE_INFO))
        assert run(server, tmp_path, "--all").exit_code == 4
        out = ("--output", str(tmp_path))
        held = qa_scraper("publish", "demo", *out)
        assert held.returncode == 2
        assert "--accept 2" in held.stderr
        assert "was rejected" in qa_scraper("doctor", "demo", *out).stdout
        accepted = qa_scraper("publish", "demo", "--accept", "2", *out)
        assert accepted.returncode == 0, accepted.stderr
        assert b'"more_info":"' not in snapshot(tmp_path)
        assert snapshot(tmp_path) != good
        assert qa_scraper("replay", "demo", *out).stdout.encode() == snapshot(tmp_path)
        assert run(server, tmp_path, "--all").exit_code == 0
        assert "was not rejected" in qa_scraper("publish", "demo", "--accept", "2", *out).stderr


def test_too_many_removals_are_a_fault(tmp_path: Path) -> None:
    with DemoServer(SITE) as server:
        run(server, tmp_path, command="crawl")
        good = snapshot(tmp_path)
        server.show(evolve(SITE, 1, 1, Evolution(0, 0, 0, 0.2, 0)))
        for _ in range(2):
            done = run(server, tmp_path, "--all")
            assert done.exit_code == 4
            assert "the bound is 5.0%" in str(done.said["rejected"])
            assert snapshot(tmp_path) == good
            a_day_passes(tmp_path)


def test_a_site_that_loses_a_little_each_day_is_never_held(tmp_path: Path) -> None:
    little = Evolution(0, 0, 0, 1.5 / len(SITE.questions), 0)
    with DemoServer(SITE) as server:
        run(server, tmp_path, command="crawl")
        for step in range(1, 6):
            server.show(evolve(SITE, 1, step, little))
            for _ in range(2):  # a question that is missing is looked for once more, a day later
                a_day_passes(tmp_path)
                done = run(server, tmp_path, "--all")
                assert done.exit_code == 0, (step, done.said)
        assert len(server.site.gone) > 0.05 * len(SITE.questions)
        assert unlike_truth(server, tmp_path) == []


def bounds_broken(measures: Measures, bounds: Bounds | None = None, last: Measures | None = None) -> list[str]:
    return [breach.bound for breach in judge(measures, last, bounds or Bounds())]


def test_bounds_of_the_site() -> None:
    good = Measures(records=100, published=100, rechecked=100, fill={"answers.text": 0.9})
    assert bounds_broken(good) == []
    assert bounds_broken(good, Bounds(records=101)) == ["records"]
    assert bounds_broken(replace(good, records=90), Bounds(drop=0.05)) == ["drop"]
    assert bounds_broken(good, Bounds(fill={"answers.text": 0.95})) == ["fill answers.text"]
    failing = replace(good, failed=(Sighting(10, "HTTP 503", "u"),))
    assert bounds_broken(failing) == []
    assert bounds_broken(failing, Bounds(failed=0.05)) == ["failed"]
    assert bounds_broken(replace(good, removed=5)) == []
    assert bounds_broken(replace(good, removed=6)) == ["removals"]
    assert bounds_broken(replace(good, removed=6), Bounds(removals=0.1)) == []
    assert bounds_broken(Measures(records=3, published=3, removed=1)) == []


def test_bounds_that_are_learned() -> None:
    last = Measures(records=100, fill={"more_info": 0.8}, rechecked=100, failed=(Sighting(30, "HTTP 500", "u"),))
    now = Measures(records=101, published=100, rechecked=100, fill={"more_info": 0.75})
    assert bounds_broken(now, last=last) == []
    assert bounds_broken(replace(now, fill={"more_info": 0.6}), last=last) == ["fill more_info"]
    assert bounds_broken(replace(now, failed=(Sighting(45, "HTTP 500", "u"),)), last=last) == []
    assert bounds_broken(replace(now, failed=(Sighting(55, "HTTP 500", "u"),)), last=last) == ["failed"]
    few = replace(now, lost_fields={"more_info": Sighting(2, "edoctor", "u")})
    assert bounds_broken(few, last=last) == []
    many = replace(now, lost_fields={"more_info": Sighting(40, "edoctor", "u")})
    assert bounds_broken(many, last=last) == ["more_info"]


def test_the_rule_that_is_named_is_that_of_the_records_layout() -> None:
    last = Measures(records=100, fill={"answers.text": 0.8}, rechecked=100)
    filled = replace(last, fill={"answers.text": 0.5}, published=100, layout="discourse")
    (breach,) = judge(filled, last, Bounds())
    assert breach.message.endswith(f"in the last good run it was 80.0%: {rule_of('discourse', 'answers.text')}")
    pages = (Sighting(25, "no posts", "u"), Sighting(25, "no title", "u"))
    (breach,) = judge(replace(last, published=100, layout="faq", missing=pages), last, Bounds())
    assert breach.message.startswith(f"layout drift: {rule_of('faq', 'question')} gone: 50 of 100 known question pages")
