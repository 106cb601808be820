"""status and runs: what a monitor and its operator are told of a site, and that asking leaves no trace."""

from __future__ import annotations

import contextlib
import json
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from qa_scraper.clock import in_words, parse_duration

from tests.crawl.test_faults import make_all_due
from tests.support.commands import CLOCK, crawl_arguments, qa_scraper, start
from tests.support.faulty_site import FaultySite

NOW = ("-s", "FIXED_CLOCK=")
LONG = "36500d"


@pytest.fixture
def site() -> Iterator[FaultySite]:
    with FaultySite(count=12) as site:
        yield site


def crawl(site: FaultySite, output: Path, *more: str) -> int:
    return qa_scraper(*crawl_arguments("edoctor", site.url, output, "-s", "RETRY_TIMES=1", *more)).returncode


def status(output: Path, *more: str) -> tuple[int, dict[str, object], str]:
    """Exit code, the one site, standard error."""
    done = qa_scraper("status", "edoctor", "--json", "--output", str(output), *more)
    (one,) = json.loads(done.stdout)["sites"]
    return done.returncode, one, done.stderr


def traces(output: Path) -> dict[Path, bytes | None]:
    return {path: path.read_bytes() if path.is_file() else None for path in output.rglob("*")}


def test_a_good_site_is_fresh_or_stale_and_asking_leaves_no_trace(site: FaultySite, tmp_path: Path) -> None:
    assert crawl(site, tmp_path) == 0
    before = traces(tmp_path)
    code, one, errors = status(tmp_path, "--max-age", LONG)
    assert (code, errors, one["verdict"], one["records"]) == (0, "", "good", 12)
    assert (one["lost"], one["failing"], one["due_now"], one["held_by"]) == (0, [], 0, "")
    assert one["last_good"] == one["last_run"] == one["last_judged"]
    assert one["last_run"] == {
        "run": 1, "kind": "crawl", "began_at": CLOCK, "ended_at": CLOCK, "took": 0.0, "outcome": "complete",
        "publication": "published", "pages": one["last_run"]["pages"], "records": 12,
        "added": 12, "changed": 0, "removed": 0,
    }  # fmt: skip
    assert one["fill"]["title"] == 1.0
    code, one, errors = status(tmp_path, "--max-age", "26h")
    assert (code, one["verdict"]) == (3, "stale")
    assert len(errors.splitlines()) == 1
    assert "the last good run, 1, ended " in errors
    assert "more than 1d 2h. To look again: qa-scraper refresh edoctor" in errors
    assert qa_scraper("status", "edoctor", "--output", str(tmp_path)).returncode == 0
    assert qa_scraper("runs", "edoctor", "--output", str(tmp_path)).returncode == 0
    assert traces(tmp_path) == before
    assert crawl(site, tmp_path, *NOW) == 0
    code, one, _ = status(tmp_path, "--max-age", "26h")
    assert (code, one["last_good"]["run"], one["age"] < 600) == (0, 2, True)


@pytest.mark.parametrize("failure", ["robots", "pages"])
def test_a_site_that_was_down_is_not_good_for_having_been_asked(site: FaultySite, tmp_path: Path, failure: str) -> None:
    """No known question was due, so that the gate has nothing to reject."""
    assert crawl(site, tmp_path) == 0
    if failure == "robots":
        site.robots_status = 503
    else:
        site.broken = True
    refreshed = qa_scraper("refresh", *crawl_arguments("edoctor", site.url, tmp_path, "-s", "RETRY_WAIT_MAX=1")[1:])
    assert refreshed.returncode == 3
    code, one, _ = status(tmp_path, "--max-age", LONG)
    assert (code, one["last_good"]["run"], one["last_run"]["run"]) == (0, 1, 2)
    assert status(tmp_path, "--max-age", "26h")[0] == 3


def test_a_site_that_never_answered_was_never_good(site: FaultySite, tmp_path: Path) -> None:
    site.robots_status = 503
    assert crawl(site, tmp_path) == 3
    code, one, _ = status(tmp_path)
    assert (code, one["verdict"]) == (3, "never")


def test_an_outage_is_rejected_and_said_with_its_reasons(site: FaultySite, tmp_path: Path) -> None:
    assert crawl(site, tmp_path, *NOW) == 0
    shutil.copytree(tmp_path / "edoctor", tmp_path / "elsewhere")
    make_all_due(tmp_path)
    site.broken = True
    assert crawl(site, tmp_path, *NOW) == 4
    code, one, errors = status(tmp_path, "--max-age", "26h")
    assert (code, one["verdict"], one["last_good"]["run"], one["last_run"]["run"]) == (4, "rejected", 1, 2)
    (reason,) = one["rejected"]
    assert reason.startswith("the site is down")
    assert reason in errors
    assert "qa-scraper publish edoctor" in errors
    assert Path(one["rejected_files"]).is_dir()
    (failing,) = one["failing"]
    assert failing["reason"] == "given up after 2 tries: HTTP 503"
    assert failing["count"] == one["due_now"] > 12
    both = qa_scraper("status", "--output", str(tmp_path))
    assert both.returncode == 4
    assert [name in both.stdout for name in ("edoctor: rejected", "elsewhere: good")] == [True, True]
    assert len(both.stderr.splitlines()) == 1
    table = qa_scraper("runs", "edoctor", "--output", str(tmp_path), COLUMNS="120").stdout.splitlines()
    assert [line.split()[:2] for line in table] == [["run", "kind"], ["2", "crawl"], ["1", "crawl"]]
    narrow = qa_scraper("runs", "edoctor", "--limit", "1", "--output", str(tmp_path), COLUMNS="80").stdout.splitlines()
    assert [len(line) < 80 for line in narrow] == [True, True]
    assert "gaps, rejected" in narrow[0]
    site.broken = False
    process = start(*crawl_arguments("edoctor", site.url, tmp_path, "-s", "DOWNLOAD_DELAY=1", *NOW))
    site.wait_for_requests(2)
    process.kill()
    process.wait(20)
    code, one, errors = status(tmp_path)
    assert (code, one["verdict"], one["last_judged"]["publication"]) == (4, "rejected", "undone")
    assert "qa-scraper refresh edoctor" in errors
    assert crawl(site, tmp_path, *NOW) == 0
    assert status(tmp_path)[0] == 0


def test_beside_a_run_and_after_it_was_killed(site: FaultySite, tmp_path: Path) -> None:
    process = start(*crawl_arguments("edoctor", site.url, tmp_path, "-s", "DOWNLOAD_DELAY=1"))
    site.wait_for_requests(3)
    code, one, errors = status(tmp_path)
    assert (code, one["verdict"], one["last_run"]["outcome"]) == (3, "never", "running")
    assert one["held_by"].startswith(f"process {process.pid} on ")
    assert "no run of it was good yet" in errors
    done = qa_scraper("runs", "edoctor", "--json", "--output", str(tmp_path))
    assert [run["outcome"] for run in json.loads(done.stdout)["runs"]] == ["running"]
    assert process.poll() is None
    process.kill()
    process.wait(20)
    _, one, _ = status(tmp_path)
    assert (one["last_run"]["outcome"], one["held_by"]) == ("cut off", "")
    assert "cut off" in qa_scraper("runs", "edoctor", "--output", str(tmp_path)).stdout


def test_a_lost_question_waits_for_its_second_check(site: FaultySite, tmp_path: Path) -> None:
    assert crawl(site, tmp_path, *NOW) == 0
    site.count = 11
    make_all_due(tmp_path)
    assert crawl(site, tmp_path, *NOW) == 0
    code, one, _ = status(tmp_path)
    assert (code, one["lost"], one["due_now"]) == (0, 1, 0)
    assert one["next_due_at"] <= one["lost_check_at"]
    assert "1 question: a second check" in qa_scraper("status", "--output", str(tmp_path)).stdout


def test_a_ledger_of_another_format_is_left_as_it_is(site: FaultySite, tmp_path: Path) -> None:
    assert crawl(site, tmp_path) == 0
    shutil.copytree(tmp_path / "edoctor", tmp_path / "sound")
    ledger = tmp_path / "edoctor" / "ledger.sqlite"
    for version, advice in ((2, "qa-scraper publish edoctor --output"), (99, "upgrade qa-scraper")):
        with contextlib.closing(sqlite3.connect(ledger)) as db:
            db.execute(f"PRAGMA user_version={version}")
        before = traces(tmp_path)
        code, one, errors = status(tmp_path)
        assert (code, one["verdict"]) == (1, "unreadable")
        assert advice in errors
        done = qa_scraper("runs", "edoctor", "--output", str(tmp_path))
        assert (done.returncode, done.stdout) == (1, "")
        assert advice in done.stderr
        assert traces(tmp_path) == before
    ledger.write_bytes(b"no database " * 500)
    every = qa_scraper("status", "--json", "--output", str(tmp_path))
    assert every.returncode == 1
    assert [one["verdict"] for one in json.loads(every.stdout)["sites"]] == ["unreadable", "good"]
    assert "qa-scraper doctor edoctor" in every.stderr


def test_what_was_never_crawled(tmp_path: Path) -> None:
    for arguments, code, message in (
        (["status"], 3, "no site was crawled into"),
        (["status", "demo", "--json"], 3, "demo: never: it was never crawled into"),
        (["status", "edoktor"], 2, "Did you mean 'edoctor'?"),
        (["runs", "edoktor"], 2, "Did you mean 'edoctor'?"),
        (["status", "--output", str(tmp_path / "none")], 2, "there is no folder"),
        (["status", "--max-age", "soon"], 2, "write it like 26h"),
        (["status", "--max-age", "-1h"], 2, "write it like 26h"),
    ):
        done = qa_scraper(arguments[0], "--output", str(tmp_path), *arguments[1:])
        assert done.returncode == code, done.stderr
        (line,) = done.stderr.splitlines()
        assert message in line
    assert "no run of demo" in qa_scraper("runs", "demo", "--output", str(tmp_path)).stdout
    assert list(tmp_path.iterdir()) == []


def test_lengths_of_time() -> None:
    given = {"26h": 93600, "90m": 5400, "2d": 172800, "45s": 45, "45": 45, "1.5h": 5400, " 1H ": 3600}
    assert {text: parse_duration(text) for text in given} == given
    for text in ("", "h", "1w", "-3", "nan", "inf", "1h30"):
        with pytest.raises(ValueError, match=r".*"):
            parse_duration(text)
    said = {0: "0s", 59: "59s", 60: "1m", 3661: "1h 1m", 86400: "1d", 93600: "1d 2h", 86460: "1d", -5: "0s"}
    assert {seconds: in_words(seconds) for seconds in said} == said
