"""A person who is forgotten: no byte is left, nothing brings it back, whenever the command is killed."""

from __future__ import annotations

import json
import os
import re
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner
from qa_scraper.browsing.database import browsed_database
from qa_scraper.change_feed import feeds, replay
from qa_scraper.cli import app
from qa_scraper.doctor import examine
from qa_scraper.errors import InputError
from qa_scraper.exits import Exit
from qa_scraper.forgetting import finish_forgetting, forget, named
from qa_scraper.ledger import Ledger
from qa_scraper.privacy import Privacy
from qa_scraper.privacy_key import ready_key
from qa_scraper.publication import settle
from qa_scraper.record_source import find_records

from tests.crawl.test_faults import make_all_due
from tests.faults.campaign import spread
from tests.faults.crash_points import CRASHED, Point, shim_variables
from tests.support.commands import BIN, crawl_arguments, environment, qa_scraper, records
from tests.support.people_site import PeopleSite

SITE = "edoctor"
LILY = (0, 4, 8)  # the questions of Lily Chen
TRACES = (
    "Lily",
    "LILY",
    *(f"{word} {number}" for number in LILY for word in ("complaint", "Complaint")),
    *(f"For {number} days" for number in LILY),
    *(f"0912-345-{number:03d}" for number in LILY),
)
"""What stands in Lily's questions alone, and in part in teasers of them on other pages."""


def traces_in(folder: Path) -> list[str]:
    """What is left of Lily in the files of *folder*: their names, and what stands in them."""
    found = []
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            body = path.read_bytes()
            found += [f"{path.name}: {trace}" for trace in TRACES if re.search(rf"{trace}(?!\d)".encode(), body)]
    return found


@pytest.fixture(scope="module")
def site() -> Iterator[PeopleSite]:
    with PeopleSite(count=12) as made:
        yield made


@pytest.fixture(scope="module")
def crawled(site: PeopleSite, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two runs: in the second, question 4 (Lily's) and 5 have changed; log and left-overs tell of Lily."""
    output = tmp_path_factory.mktemp("crawled")
    site.askers[4] = "Lily Chen-Wang"
    assert crawl(site, output, "-s", "LOG_LEVEL=DEBUG").returncode == 0
    site.askers.clear()
    site.askers[5] = "Amy Wu-Lin"
    make_all_due(output)
    assert crawl(site, output, "-s", "LOG_LEVEL=DEBUG").returncode == 0
    made = browsed_database(find_records(SITE, output), lambda _: None)
    (output / SITE / "report.html").write_text("Lily Chen asks", "utf-8")
    made.with_name(f".{made.name}.4194305.tmp").write_bytes(made.read_bytes())
    for left_over in (".questions.jsonl.1.tmp", "changes/.000009.jsonl.4194305.tmp"):  # the process 1 is always there
        shutil.copy(output / SITE / "questions.jsonl", output / SITE / left_over)
    with closing(sqlite3.connect(output / SITE / "ledger.sqlite", isolation_level=None)) as ledger:
        ledger.execute("PRAGMA secure_delete=OFF")  # what was overwritten once is in the file still
        ledger.execute("INSERT INTO meta VALUES ('a', ?)", ("Lily Chen, 0912-345-000. " * 900,))
        ledger.execute("DELETE FROM meta WHERE name='a'")
    assert {line.split(":")[0] for line in traces_in(output)} - {"ledger.sqlite-wal"} == {
        ".browse.sqlite.4194305.tmp", ".questions.jsonl.1.tmp", ".000009.jsonl.4194305.tmp", "000001.jsonl",
        "000002.jsonl", "browse.sqlite", "crawl.log", "ledger.sqlite", "questions.jsonl", "report.html",
    }  # fmt: skip
    return output


@pytest.fixture
def output(crawled: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(crawled, tmp_path / "output"))


def crawl(site: PeopleSite, output: Path, *more: str, command: str = "crawl", **variables: str):
    return qa_scraper(command, *crawl_arguments(SITE, site.url, output, *more)[1:], **variables)


def forget_lily(output: Path, *more: str, **variables: str):
    return qa_scraper("forget", SITE, "--asker", "lily  CHEN", "--output", str(output), "--yes", *more, **variables)


def assert_gone(output: Path, left: int = 9) -> None:
    assert traces_in(output) == []
    folder = output / SITE
    assert list(examine(folder / "ledger.sqlite")) == []
    lines = (folder / "questions.jsonl").read_bytes().splitlines()
    assert replay(feeds(folder)) == lines
    assert len(lines) == left
    found = [json.loads(line) for line in lines]
    urls = {url for record in found for url in (record["url"], *record["source"]["other_urls"])}
    assert {teaser["url"] for record in found for teaser in record["related_questions"]} <= urls


def test_an_asker_is_forgotten_and_does_not_come_back(site: PeopleSite, output: Path) -> None:
    before = {record["id"]: record for record in records(output, SITE)}
    done = forget_lily(output, "--json")
    assert (done.returncode, done.stderr) == (0, "")
    said = json.loads(done.stdout)
    assert (said["run"], len(said["ids"]), said["versions"], said["forgotten"]) == (3, 3, 1, True)
    assert_gone(output)
    told = [json.loads(line) for line in (output / SITE / "changes" / "000003.jsonl").read_bytes().splitlines()]
    assert [(change["op"], change["id"], change["record"], change["before"]) for change in told] == [
        ("removed", name, None, {}) for name in said["ids"]
    ]
    for record in records(output, SITE):
        was = before[record["id"]]
        assert record == was | {"related_questions": record["related_questions"]}
    done = qa_scraper("diff", f"{SITE}@1", f"{SITE}@3", "--output", str(output))
    assert (done.returncode, "Lily" in done.stdout, done.stderr) == (0, False, "")

    snapshot = (output / SITE / "questions.jsonl").read_bytes()
    site.log.clear()
    assert crawl(site, output, "--all", command="refresh").returncode == 0
    assert not {path for path, _ in site.requests} & {f"/qa/case-{number:04d}" for number in LILY}
    make_all_due(output)
    assert crawl(site, output, "-s", "LOG_LEVEL=DEBUG").returncode == 0
    assert (output / SITE / "questions.jsonl").read_bytes() == snapshot
    (output / SITE / "crawl.log").unlink()  # it says which links the pages have
    assert_gone(output)

    again = forget_lily(output)
    assert (again.returncode, "was forgotten before" in again.stdout) == (0, True)


def test_the_same_question_at_a_new_url_or_of_the_same_asker_stays_away(site: PeopleSite, output: Path) -> None:
    assert forget_lily(output).returncode == 0
    with PeopleSite(count=12) as moved:  # another host: every URL is another one
        moved.askers[11] = "ＬＩＬＹ chen"
        assert crawl(moved, output).returncode == 0
    found = records(output, SITE)
    assert "lily" not in json.dumps(found, ensure_ascii=False).lower()
    reasons = sqlite3.connect(output / SITE / "ledger.sqlite").execute(
        "SELECT count(*) FROM urls WHERE state='no-question' AND reason='forgotten on request'"
    )
    assert reasons.fetchone()[0] >= 4


def test_one_record_is_forgotten_others_of_that_name_stay(site: PeopleSite, output: Path) -> None:
    (chosen,) = [record for record in records(output, SITE) if record["url"] == f"{site.url}/qa/case-0008"]
    name = str(chosen["id"])
    done = qa_scraper("forget", SITE, "--id", name, "--output", str(output), "--yes")
    assert done.returncode == 0, done.stderr
    assert f"{name}  {site.url}/qa/case-0008" in done.stdout
    assert crawl(site, output, "--all", command="refresh").returncode == 0
    urls = [record["url"] for record in records(output, SITE)]
    assert (len(urls), f"{site.url}/qa/case-0004" in urls) == (11, True)
    assert not any("For 8 days" in path.read_text("utf-8") for path in (output / SITE).rglob("*.jsonl"))


def test_nothing_is_removed_without_a_word(output: Path) -> None:
    before = {path: path.read_bytes() for path in output.rglob("*.jsonl")}
    for arguments, code, message in (
        ([SITE, "--asker", "Lily Chen"], 2, "nothing was removed: add --yes"),
        ([SITE, "--asker", "Lily Chen", "--json"], 2, "nothing was removed: add --yes"),
        ([SITE, "--asker", "Nobody", "--yes"], 3, "there is no record of edoctor with the asker 'Nobody'"),
        ([SITE, "--id", "edoctor:none", "--yes"], 3, "there is no record of edoctor with the id 'edoctor:none'"),
        ([SITE, "--asker", " ", "--yes"], 2, "--asker is empty"),
        ([SITE, "--yes"], 2, "either --asker NAME or --id ID"),
        ([SITE, "--asker", "a", "--id", "b"], 2, "either --asker NAME or --id ID"),
        (["demo", "--asker", "Lily", "--yes"], 2, "crawl the site first"),
    ):
        done = CliRunner().invoke(app, ["forget", *arguments, "--output", str(output)])
        said = str(done.exception) if isinstance(done.exception, InputError) else done.stderr
        ended = Exit.USAGE if isinstance(done.exception, InputError) else done.exit_code
        assert (ended, message in said) == (code, True), said
    assert {path: path.read_bytes() for path in output.rglob("*.jsonl")} == before


def test_a_person_who_is_asked_may_say_no(output: Path) -> None:
    """On a terminal the command shows what it would remove, and waits."""
    before = {path: path.read_bytes() for path in output.rglob("*.jsonl")}
    words = [BIN / "qa-scraper", "forget", SITE, "--asker", "Lily Chen", "--output", output]
    for answer, code in ((b"n\n", 3), (b"y\n", 0)):
        assert {path: path.read_bytes() for path in output.rglob("*.jsonl")} == before
        ours, theirs = os.openpty()
        os.write(ours, answer)
        done = subprocess.run(
            words, stdin=theirs, capture_output=True, env=environment(), check=False, timeout=60, text=True
        )
        os.close(ours)
        os.close(theirs)
        assert done.returncode == code, done.stderr
        assert "To be removed from edoctor: 3 records at 4 URLs, 1 former versions" in done.stdout
        assert "Lily" not in done.stdout
    assert_gone(output)


def test_a_pseudonym_names_its_asker(output: Path, tmp_path: Path) -> None:
    key = ready_key(output / SITE / "privacy.key")
    with_name = named(Privacy("pseudonym", key).pseudonym("Lily Chen"), output / SITE)
    ledger = Ledger(output / SITE / "ledger.sqlite")
    assert [len(ledger.removals.of_asker(with_name).records), with_name("Amy Wu")] == [4, False]
    ledger.close()


def test_what_was_rejected_is_forgotten_too(site: PeopleSite, output: Path) -> None:
    site.broken = True
    make_all_due(output)
    try:
        assert crawl(site, output, "-s", "RETRY_TIMES=0").returncode == 4
    finally:
        site.broken = False
    assert (output / SITE / "rejected" / "000003" / "questions.jsonl").exists()
    assert forget_lily(output).returncode == 0
    assert traces_in(output) == []
    assert replay(feeds(output / SITE)) == (output / SITE / "questions.jsonl").read_bytes().splitlines()
    assert crawl(site, output, command="refresh").returncode == 0
    (output / SITE / "crawl.log").unlink()
    assert_gone(output)


@pytest.mark.parametrize("mode", ["before", "half"])
def test_a_kill_at_any_point_is_recovered(output: Path, tmp_path: Path, library: Path, mode: str) -> None:
    """By the same command, or by what a run does first."""
    log = tmp_path / "calls"
    kept = shutil.copytree(output, tmp_path / "kept")
    assert forget_lily(output, **shim_variables(library, output, Point("count", 0), log)).returncode == 0
    calls = log.read_text("utf-8").splitlines()
    assert len(calls) > 50
    for turn, number in enumerate(spread(len(calls), 4)):
        shutil.rmtree(output)
        shutil.copytree(kept, output)
        killed = forget_lily(output, **shim_variables(library, output, Point(mode, number)))
        assert killed.returncode == CRASHED, calls[number - 1]
        if turn % 2:
            again = forget_lily(output)
            assert again.returncode == 0, again.stderr + calls[number - 1]
        else:
            as_a_run_begins(output)
        assert_gone(output)


def as_a_run_begins(output: Path) -> None:
    ledger = Ledger(output / SITE / "ledger.sqlite")
    settle(ledger, output / SITE)
    found = ledger.removals.of_asker(named("Lily Chen", output / SITE))
    if found.records:  # killed before anything was done: the run finds all as it was
        forget(ledger, output / SITE, found, "2026-01-31T09:00:00Z", 0.0)
    finish_forgetting(ledger, output / SITE)
    ledger.close()
