"""A site's privacy: snapshot, feeds of the past and of the present, rejected files and Scrapy's feeds."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from qa_scraper.change_feed import feeds, replay
from qa_scraper.items import content_hash_of

from tests.support.people_site import NAMES, PeopleProject, PeopleSite

HIDDEN = re.compile("|".join([*NAMES, "Lily", "Amy", "Robert", "0912"]))


@pytest.fixture
def project(tmp_path: Path) -> Iterator[PeopleProject]:
    with PeopleSite() as site:
        yield PeopleProject(site, tmp_path)


def published_text(project: PeopleProject) -> str:
    files = [path for path in project.published.rglob("*.json*") if path.is_file()]
    return "\n".join(path.read_text("utf-8") for path in files)


def assert_agree(project: PeopleProject) -> None:
    lines = (project.published / "questions.jsonl").read_bytes().splitlines()
    assert replay(feeds(project.published)) == lines
    done = project.run("doctor", "people", "--output", str(project.output))
    assert done.returncode == 0, done.stdout
    for record in project.snapshot():
        assert record["source"]["content_hash"] == content_hash_of(record)


def all_due(project: PeopleProject) -> None:
    with sqlite3.connect(project.published / "ledger.sqlite") as ledger:
        ledger.execute("UPDATE urls SET due_at=0 WHERE state='stored'")


def test_a_policy_reaches_all_that_was_ever_published(project: PeopleProject) -> None:
    """keep, then pseudonym, drop, keep: each time everything, with the feed telling of it, and no name left behind."""
    assert project.crawl().returncode == 0
    raw = project.snapshot()
    project.site.askers[3] = "Roberta Lindt"
    all_due(project)
    assert project.crawl().returncode == 0
    assert "Roberta Lindt" in published_text(project)
    assert "Robert Lin" in json.dumps(project.feed(2)[0]["before"])

    project.declare("pseudonym")
    done = project.run("publish", "people", "--output", str(project.output))
    assert done.returncode == 0, done.stderr
    assert not HIDDEN.search(published_text(project))
    assert_agree(project)
    names = [record["asker"]["name"] for record in project.snapshot()]
    assert (len(set(names)), len(names)) == (5, 12)
    told = project.feed(3)
    assert ([change["op"] for change in told], [change["before"] for change in told]) == (["changed"] * 12, [{}] * 12)
    was = project.feed(2)[0]["before"]["asker"]["name"]
    assert was in names
    assert (project.published / "privacy.key").stat().st_mode & 0o777 == 0o600
    key = (project.published / "privacy.key").read_text("ascii").strip()
    assert key not in published_text(project) + (project.published / "crawl.log").read_text("utf-8")

    before = (project.published / "questions.jsonl").stat().st_mtime_ns
    all_due(project)
    assert project.crawl().returncode == 0  # nothing changed: nothing is written
    assert (project.published / "questions.jsonl").stat().st_mtime_ns == before
    assert not (project.published / "changes" / "000004.jsonl").exists()

    project.declare("drop")
    all_due(project)
    assert project.crawl().returncode == 0
    assert not re.search(f"{HIDDEN.pattern}|asker-", published_text(project))
    assert {record["asker"]["name"] for record in project.snapshot()} == {None}
    assert "Dear [asker]: rest" in project.snapshot()[0]["answers"][0]["text"]
    assert_agree(project)

    project.declare("keep")
    assert project.run("publish", "people", "--output", str(project.output)).returncode == 0
    assert_agree(project)
    changed = [(old, new) for old, new in zip(raw, project.snapshot(), strict=True) if old != new]
    assert [new["asker"]["name"] for _, new in changed] == ["Roberta Lindt"]


def test_scrapys_feeds_hide_the_same(project: PeopleProject) -> None:
    project.declare("pseudonym")
    settings = [
        "ALLOW_PRIVATE_ADDRESSES=1",
        "DOWNLOAD_DELAY=0",
        "AUTOTHROTTLE_ENABLED=0",
        f"OUTPUT_DIR={project.output}",
    ]
    words = [word for setting in settings for word in ("-s", setting)]
    done = project.run_scrapy("crawl", "people", "-a", f"start_url={project.site.url}", "-O", "out.jsonl", *words)
    assert done.returncode == 0, done.stderr
    fed = [json.loads(line) for line in (project.folder / "out.jsonl").read_text("utf-8").splitlines()]
    assert not HIDDEN.search(json.dumps(fed, ensure_ascii=False))
    shown = [sorted(record["asker"]["name"] for record in records) for records in (fed, project.snapshot())]
    assert shown[0] == shown[1]
