"""report: what it counts is what the records say, and the page is harmless, whole and readable everywhere."""

from __future__ import annotations

import contextlib
import json
import re
import sqlite3
import tracemalloc
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
from lxml import etree
from qa_scraper.items import Answer, Asker, Author, Question, Record
from qa_scraper.report_figures import MOST, Figures, figures

from tests.crawl.test_faults import make_all_due
from tests.support.browser import CHROMIUM, look_at
from tests.support.commands import crawl_arguments, qa_scraper
from tests.support.faulty_site import Faults, FaultySite
from tests.support.made_records import hostile_record, made_record, published
from tests.support.routes import Answer as Served
from tests.support.routes import Routes


def counted(*records: Record) -> Figures:
    return figures(map(plain, records))


def plain(record: Record) -> dict[str, Any]:
    found: dict[str, Any] = orjson.loads(orjson.dumps(record))
    return found


def asked(number: int, day: str | None, *answered: str | None, **more: Any) -> Record:
    answers = [Answer(Author("Hsu", "Dr.", "Eye Care"), "See me.", on) for on in answered]
    return made_record(number, question=Question("Why?", "It hurts.", day), answers=answers, **more)


def rows(page: bytes, title: str) -> list[list[str]]:
    """The cells of the table in the section called *title*."""
    for section in etree.fromstring(page, etree.HTMLParser(encoding="utf-8")).iter("section"):
        if "".join(section.find("h3").itertext()) == title:
            return [
                [" ".join("".join(cell.itertext()).split()) for cell in row if cell.get("class") != "share"]
                for row in section.findall(".//tbody/tr")
            ]
    raise AssertionError(title)


def test_dates_are_counted_by_day_month_or_year_without_gaps() -> None:
    found = counted(asked(0, "2026-01-30"), asked(1, "2026-02-02"), asked(2, "2026-02-02"), asked(3, None))
    assert found.asked == (("2026-01-30", 1), ("2026-01-31", 0), ("2026-02-01", 0), ("2026-02-02", 2))
    assert found.undated == 1
    assert found.first_seen == (("2026-01-31", 4),)
    months = counted(asked(0, "2025-11-30"), asked(1, "2026-02-02")).asked
    assert months == (("2025-11", 1), ("2025-12", 0), ("2026-01", 0), ("2026-02", 1))
    years = counted(asked(0, "0001-01-01"), asked(1, "1980-05-05"), asked(2, "2026-02-02")).asked
    assert (years[0], years[1], years[-1]) == (("until 1986", 2), ("1987", 0), ("2026", 1))
    assert len(years) == 41


def test_the_delay_is_that_of_the_first_answer_by_somebody_else() -> None:
    mine = Answer(Author("me"), "Nobody?", "2011-05-02", by_asker=True)
    told = [
        asked(0, "2011-05-02", "2011-05-09", "2011-05-04"),
        asked(1, "2011-05-02", "2011-05-02"),
        asked(2, "2011-05-02", "2013-05-02"),
        asked(3, "2011-05-02", "2011-05-01"),
        asked(4, "2011-05-02", None),
        asked(5, None, "2011-05-02"),
        made_record(6, question=Question("Why?", "It hurts.", "2011-05-02"), answers=[mine]),
    ]
    found = counted(*told)
    assert dict(found.delays) == {
        "0": 1, "1": 0, "2-3": 1, "4-7": 0, "8-30": 0, "31-90": 0, "91-365": 0, "366+": 1,
    }  # fmt: skip
    assert (found.before, found.typical_delay) == (1, 2)
    assert (found.answers, found.answered) == (7, 6)


def test_people_departments_and_clusters() -> None:
    found = counted(
        made_record(0, asker=Asker("a", 20, 29, "female"), categories=["Eye Care", "Lids"], duplicate_cluster="x"),
        made_record(1, asker=Asker("b", 34, 34, "male"), categories=["Eye Care"], duplicate_cluster="x"),
        made_record(2, asker=Asker("c", 80, None, None), answers=[Answer(), Answer(Author(department="Skin"))]),
        made_record(3, asker=Asker("d", None, 17, "other"), duplicate_cluster="y"),
        made_record(4),
    )
    assert [(band, dict(counts)) for band, counts in found.people] == [
        ("0-17", {"other": 1}),
        ("20-29", {"female": 1}),
        ("30-39", {"male": 1}),
        ("80+", {"not said": 1}),
        ("not said", {"not said": 1}),
    ]
    assert found.genders == ("female", "male", "other", "not said")
    assert found.departments == (("Eye Care", 2), ("Skin", 1), ("not said", 2))
    assert (found.clusters, found.clustered) == (2, 3)


def test_the_fill_rate_of_a_list_is_that_of_any_entry() -> None:
    full = [Answer(Author(None)), Answer(Author("Hsu"), "See me.", votes=0)]
    fill = dict(counted(made_record(0, answers=full), made_record(1, tags=["a"], more_info="")).fill)
    assert {name: fill[name] for name in ("answers", "answers.author.name", "answers.text", "answers.votes")} == {
        "answers": 0.5, "answers.author.name": 0.5, "answers.text": 0.5, "answers.votes": 0.5,
    }  # fmt: skip
    assert (fill["tags"], fill["more_info"], fill["url"], fill["answers.signed_by"]) == (0.5, 0.0, 1.0, 0.0)
    assert not [name for name in fill if name.startswith("source") or name == "id"]


def many(count: int, text: str) -> Iterator[dict[str, Any]]:
    """So many records of as many days and departments, each with *text*."""
    known = plain(asked(0, "2011-05-02", "2011-05-04"))
    for number in range(count):
        day = (date(1, 1, 1) + timedelta(days=number)).isoformat()
        more = {"more_info": f"{number} {text}", "categories": [f"{number} {text}"]}
        yield known | more | {"question": known["question"] | {"asked_on": day}}


def test_names_of_a_kind_are_counted_apart_up_to_a_bound() -> None:
    found = figures(many(MOST + 1500, ""))
    assert (found.departments[-1], found.asked[-1]) == (("others", 1500), ("others", 1500))
    assert sum(count for _, count in found.asked) == found.records == MOST + 1500


def test_memory_holds_counts_not_records() -> None:
    tracemalloc.start()
    found = figures(many(1500, "x" * 40_000))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(found.departments) == 1500
    assert peak < 5e6  # the texts come to 120 MB


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two runs over a site of which some pages are broken; the second found two questions more."""
    output = tmp_path_factory.mktemp("output")
    with FaultySite(count=12, faults=Faults(server_error=0.2, times=99)) as site:
        arguments = crawl_arguments("edoctor", site.url, output, "-s", "RETRY_TIMES=0")
        assert qa_scraper(*arguments).returncode == 3
        site.count = 14
        sizes = {f"{site.url}/qa/{site.slug(number)}": len(site.question_html(number).encode()) for number in range(12)}
        make_all_due(output)
        assert qa_scraper(*arguments).returncode == 3
    with contextlib.closing(sqlite3.connect(output / "edoctor" / "ledger.sqlite")) as ledger:
        kept = ledger.execute(
            "SELECT key, size, took FROM urls WHERE size IS NOT NULL AND key LIKE '%/qa/%'"
        ).fetchall()
    assert len(kept) >= 8
    assert all(0 < took < 60 for _, _, took in kept)
    assert [size for key, size, _ in kept if key in sizes] == [sizes[key] for key, _, _ in kept if key in sizes]
    return output


@pytest.fixture(scope="module")
def page(crawled: Path) -> bytes:
    target = crawled / "edoctor" / "report.html"
    target.write_text("older", "utf-8")
    done = qa_scraper("report", "edoctor", "--output", str(crawled))
    assert (done.returncode, done.stdout, done.stderr) == (0, f"Written to {target}\n", "")
    assert [path.name for path in target.parent.iterdir() if "report" in path.name] == ["report.html"]
    return target.read_bytes()


def test_the_crawl_is_told_as_status_and_runs_tell_it(crawled: Path, page: bytes) -> None:
    status = json.loads(qa_scraper("status", "edoctor", "--json", "--output", str(crawled)).stdout)["sites"][0]
    failing = [[f"{seen['reason']}{seen['sample']}", str(seen["count"])] for seen in status["failing"]]
    assert failing
    assert rows(page, "Failing URLs by reason") == failing
    runs = json.loads(qa_scraper("runs", "edoctor", "--json", "--output", str(crawled)).stdout)["runs"]
    told = [[row[0], row[1], *row[-4:]] for row in rows(page, "Runs")]
    assert told == [
        [str(run["run"]), run["kind"], *(str(run[name]) for name in ("pages", "added", "changed", "removed"))]
        for run in runs
    ]
    assert int(told[0][3]) >= 1
    states = {name: int(count.split()[0]) for name, count in rows(page, "URLs by state")}
    with contextlib.closing(sqlite3.connect(crawled / "edoctor" / "ledger.sqlite")) as ledger:
        assert states == dict(ledger.execute("SELECT state, count(*) FROM urls GROUP BY state"))


def test_pages_are_named_by_what_they_cost(crawled: Path, page: bytes) -> None:
    with contextlib.closing(sqlite3.connect(crawled / "edoctor" / "ledger.sqlite")) as ledger:
        sizes = ledger.execute("SELECT key, size FROM urls WHERE size IS NOT NULL ORDER BY size DESC, key").fetchall()
    assert rows(page, "Largest pages") == [
        [key, f"{size:,} B" if size < 1024 else f"{size / 1024:,.0f} KiB"] for key, size in sizes[:10]
    ]
    waits = [row[1] for row in rows(page, "Slowest pages")]
    assert len(waits) == 10
    assert all(re.fullmatch(r"[\d,.]+ (ms|s)", wait) for wait in waits)


def test_each_chart_has_its_figures_in_a_table_beside_it(page: bytes) -> None:
    records = rows(page, "Questions by date asked")
    assert sum(int(count) for _, count in records) == int(_total(page, "records"))
    tree = etree.fromstring(page, etree.HTMLParser(encoding="utf-8"))
    images = [node for node in tree.iter("svg") if node.get("role") == "img"]
    assert [image.get("aria-label") for image in images] == [
        "Questions by date asked", "Records by date first seen", "Days to the first answer",
        "Who asked: age and gender", "What each run changed",
    ]  # fmt: skip
    titles = ["".join(node.itertext()) for node in images[0].iter("title")]
    assert titles == [f"{name}: {count}" for name, count in records]


def _total(page: bytes, name: str) -> str:
    tree = etree.fromstring(page, etree.HTMLParser(encoding="utf-8"))
    found = {"".join(node.find("dt").itertext()): node.find("dd").text for node in tree.iterfind(".//dl/div")}
    return str(found[name])


def test_another_file_and_what_cannot_be_told(crawled: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.html"
    assert qa_scraper("report", "edoctor", "--output", str(crawled), "--out", str(other)).returncode == 0
    assert other.read_bytes().startswith(b"<!DOCTYPE html>")
    for arguments, message in (
        (("nowhere",), "nowhere was never crawled into"),
        (("edoctor", "--out", str(tmp_path / "none" / "x.html")), "Name a file in a folder that exists"),
    ):
        done = qa_scraper("report", *arguments, "--output", str(crawled))
        assert (done.returncode, done.stdout) == (2, "")
        assert message in done.stderr
    snapshot = published(tmp_path, [made_record(0), made_record(1)])
    whole = snapshot.read_bytes()
    for broken, message in ((whole + b"{", ":3: not JSON"), (whole + b'{"id": "x"}', "validate")):
        snapshot.write_bytes(broken)
        done = qa_scraper("report", "made", "--output", str(tmp_path))
        assert (done.returncode, done.stdout) == (2, "")
        assert message in done.stderr
    assert sorted(path.name for path in snapshot.parent.iterdir()) == ["questions.jsonl"]


def test_a_site_without_records_has_a_report(tmp_path: Path) -> None:
    published(tmp_path, [])
    done = qa_scraper("report", "made", "--output", str(tmp_path))
    assert (done.returncode, done.stderr) == (0, "")
    assert "Nothing to show." in (tmp_path / "made" / "report.html").read_text("utf-8")


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Routes, Path]]:
    """A report of hostile records, served beside a page that measures it; all requests are noted."""
    folder = tmp_path_factory.mktemp("hostile")
    target = folder / "made" / "report.html"
    frame = (
        '<iframe src="/report" width="390" height="800" style="border:0"></iframe><script>onload = () => {'
        "const page = document.querySelector('iframe').contentDocument.documentElement;"
        "document.title = page.scrollWidth + ' of ' + page.clientWidth; };</script>"
    )

    def answer(path: str) -> Served:
        if path == "/narrow":
            return Served(200, frame)
        return Served(200, target.read_bytes()) if path == "/report" else Served(404)

    with Routes(answer) as site:
        published(folder, [hostile_record(number, site.url) for number in range(30)])
        assert qa_scraper("report", "made", "--output", str(folder)).returncode == 0
        yield site, target


def test_nothing_of_a_record_is_anything_but_text(hostile: tuple[Routes, Path]) -> None:
    page = hostile[1].read_bytes()
    tree = etree.fromstring(page, etree.HTMLParser(encoding="utf-8"))
    assert "pwned" in "".join(map(str, tree.itertext()))
    assert not {str(node.tag) for node in tree.iter("*")} & {"script", "img", "link", "iframe", "a", "object", "form"}
    names = {name for node in tree.iter("*") for name in node.attrib}
    assert not [name for name in names if name.startswith("on") or name in {"src", "href", "style", "srcdoc"}]
    policy = next(node.get("content", "") for node in tree.iter("meta") if node.get("http-equiv"))
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy
    assert not re.search("[\u202a-\u202e\u2066-\u2069\x00]", page.decode())


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here")
def test_a_browser_loads_and_runs_nothing(hostile: tuple[Routes, Path], tmp_path: Path) -> None:
    site, _ = hostile
    site.requests.clear()
    seen = look_at(f"{site.url}/report", tmp_path / "profile")
    assert "<title>Report: made</title>" in seen.dom
    assert "Departments" in seen.dom
    assert "Content Security Policy" not in seen.log  # nothing even tried
    assert set(site.requests) <= {"/report", "/favicon.ico"}


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here")
def test_a_phone_need_not_scroll_sideways(hostile: tuple[Routes, Path], tmp_path: Path) -> None:
    seen = look_at(f"{hostile[0].url}/narrow", tmp_path / "profile")
    (found,) = re.findall("<title>(\\d+) of (\\d+)</title>", seen.dom)
    assert int(found[0]) <= int(found[1]) <= 390
