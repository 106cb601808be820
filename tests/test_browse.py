"""browse: the records of a site in a browser, searched in any language, read-only, and harmless whatever they hold."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import HTTPRedirectHandler, Request, build_opener

import orjson
import pytest
from lxml import etree
from qa_scraper.browsing.excerpt import excerpt
from qa_scraper.browsing.record_page import web_address
from qa_scraper.items import Answer, Asker, Author, Question, Record, RelatedQuestion, RelatedTopic

from tests.support.browser import CHROMIUM, look_at
from tests.support.commands import BIN, environment, qa_scraper
from tests.support.made_records import EVIL, hostile_record, made_record, published
from tests.support.routes import Answer as Served
from tests.support.routes import Routes

DEPARTMENTS = ("Neurology", "Eye Care", "Dermatology / Allergy")


def question(number: int, text: str, answer: str | None = None, **more: object) -> Record:
    department = DEPARTMENTS[number % 3]
    answers = [Answer(Author("Hsu", "Dr.", department), answer, "2011-05-04")] if answer else []
    fields: dict[str, object] = {
        "title": f"Case {number}",
        "categories": [department],
        "question": Question(f"What of {number}?", text, f"20{10 + number % 4}-05-02"),
        "asker": Asker("Marta", 20 + number % 2 * 10, 29 + number % 2 * 10, ("female", "male")[number % 2]),
        "answers": answers,
    }
    return made_record(number, **fields | more)


RELATED = [
    RelatedQuestion("The one that is here", "https://made.example/q/1", "It beg...", Author("Hsu"), "Dear..."),
    RelatedQuestion("The other at its other address", "https://made.example/old?id=2"),
    RelatedQuestion("One that was never crawled", "https://made.example/q/999"),
    RelatedQuestion("A trap", "javascript:alert(1)"),
]
RECORDS = [
    question(
        0, "My feet tingle & itch at night.\n\nWhat is <b>this</b>?", "Wear socks.\nTwo pairs.", tags=["feet"],
        more_info="Tingling feet are common.", related_questions=RELATED,
        related_topics=[RelatedTopic("Numbness", "Neurology", "https://made.example/faq/numb")],
    ),
    question(
        1, "最近常常頭痛,晚上睡不著,請問醫師應該看哪一科?", "多休息,胃食道逆流也會影響睡眠。X光", duplicate_cluster="c",
    ),
    question(2, "Is 100% of_it gone? CT or MRI?", "An MRI.", duplicate_cluster="c"),
    *(question(number, f"Number {number} waits.") for number in range(3, 30)),
]  # fmt: skip
RECORDS[2].source.other_urls = ["https://made.example/old?id=2"]


@dataclass
class Browsed:
    url: str
    process: subprocess.Popen[str]

    def get(self, path: str, **headers: str) -> tuple[int, str, dict[str, str]]:
        """Status, text and headers; redirects are not followed."""
        opener = build_opener(_Stay)
        try:
            with opener.open(Request(self.url + path, headers=headers), timeout=30) as answer:
                return answer.status, answer.read().decode(), {k.lower(): v for k, v in answer.headers.items()}
        except HTTPError as error:
            return error.code, error.read().decode(), {k.lower(): v for k, v in error.headers.items()}

    def page(self, path: str) -> etree._Element:
        status, text, _ = self.get(path)
        assert status == 200, text
        return etree.fromstring(text.encode(), etree.HTMLParser(encoding="utf-8"))

    def found(self, path: str) -> list[str]:
        """The titles in a list of questions."""
        return [words(node) for node in self.page(path).iterfind(".//ol/li/h2")]


class _Stay(HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        return None


def words(node: etree._Element) -> str:
    return " ".join("".join(map(str, node.itertext())).split())


@contextmanager
def browsing(output: Path, site: str = "made") -> Iterator[Browsed]:
    process = subprocess.Popen(
        [BIN / "qa-scraper", "browse", site, "--port", "0", "--output", str(output)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment(),
    )  # fmt: skip
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        (url,) = re.findall(r" at (http://127\.0\.0\.1:\d+)/ \(Ctrl-C ends it\)", line) or [None]
        assert url is not None, line + process.communicate(timeout=30)[1]
        yield Browsed(url, process)
    finally:
        process.send_signal(signal.SIGINT)
        out, errors = process.communicate(timeout=30)
    assert (process.returncode, out, errors) == (0, "Ended.\n", "")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browsed]:
    output = tmp_path_factory.mktemp("output")
    published(output, RECORDS)
    with browsing(output) as browsed:
        yield browsed


@pytest.mark.parametrize(
    ("wanted", "titles"),
    [
        ("tingle", ["Case 0"]),
        ("TINGL itch", ["Case 0"]),
        ("tingle nowhere", []),
        ("two pairs", ["Case 0"]),
        ("頭痛", ["Case 1"]),
        ("睡不著", ["Case 1"]),
        ("逆流 頭痛 影響睡眠", ["Case 1"]),
        ("x光", ["Case 1"]),  # the last word of its text
        ("光多", []),
        ("光 ct", []),
        ("ct", ["Case 2"]),
        ("0%", ["Case 2"]),
        ("f_", ["Case 2"]),
        ('"OR" x NEAR(', []),
        ("waits. 17", ["Case 17"]),
    ],
)
def test_search_finds_words_of_any_length_in_any_language(site: Browsed, wanted: str, titles: list[str]) -> None:
    assert site.found(f"/qa/questions?_q={quote(wanted)}") == titles


def test_an_excerpt_shows_what_was_found(site: Browsed) -> None:
    def shown(wanted: str) -> list[str]:
        (found,) = site.page(f"/qa/questions?_q={quote(wanted)}").iterfind(".//ol/li")
        return [words(mark) for mark in found.iter("mark")]

    assert shown("TINGL itch") == ["tingl", "itch"]
    assert shown("逆流 影響睡眠") == ["逆流", "影響睡眠"]  # in the answer
    assert shown("common") == ["common"]  # in what is said more


def test_excerpts_are_short_and_escaped() -> None:
    long = f"{'a ' * 200}<b>Feet</b> {'z ' * 200}"
    found = str(excerpt([None, "none of it", long], ["feet", "<b>f", "b>fe"]))
    assert found.startswith("… a a")
    assert found.endswith(" …")
    assert "<mark>&lt;b&gt;Feet</mark>&lt;/b&gt; z" in found
    assert len(found) < 320
    assert str(excerpt(["İİ & feet"], ["feet"])) == "İİ &amp; <mark>feet</mark>"
    assert str(excerpt([None, ""], ["feet"])) == ""
    assert str(excerpt(["<i>"], [])) == "&lt;i&gt;"


def test_the_list_is_in_pages_and_searched_within_facets(site: Browsed) -> None:
    assert site.get("/")[0] == 302
    page = site.page("/qa/questions")
    assert words(page.find(".//main/p")).startswith("30 questions")
    (following,) = (node.get("href") for node in page.iter("a") if node.text == "Next page")
    second = site.found(following.removeprefix(site.url))
    first = [words(node) for node in page.iterfind(".//ol/li/h2")]
    assert sorted(first + second) == sorted(str(record.title) for record in RECORDS)
    shown = {
        words(section.find("h3")): [words(item) for item in section.iter("li")]
        for section in page.find(".//aside").iter("section")
    }
    assert shown["Department"] == ["Dermatology / Allergy 10", "Eye Care 10", "Neurology 10"]
    assert shown["Gender"] == ["female 15", "male 15"]
    assert shown["Age"] == ["20-29 15", "30-39 15"]
    assert shown["Year asked"] == ["2010 8", "2011 8", "2012 7", "2013 7"]
    chosen = next(node.get("href", "") for node in page.iter("a") if words(node) == "Dermatology / Allergy")
    within = site.page(chosen.removeprefix(site.url) + "&_q=MRI")
    assert [words(node) for node in within.iterfind(".//ol/li/h2")] == ["Case 2"]
    assert "Department: Dermatology / Allergy" in words(within.find(".//main/p"))
    form = within.find(".//form")
    kept = {node.get("name"): node.get("value") for node in form.iter("input")}
    assert kept == {"_q": "MRI", "department": "Dermatology / Allergy"}


def test_a_record_can_be_read_and_followed(site: Browsed) -> None:
    page = site.page("/qa/records/1")
    text = words(page.find(".//article"))
    for part in ("Case 0", "My feet tingle & itch at night. What is <b>this</b>?", "Dr. Hsu Neurology", "More info"):
        assert part in text
    links = {words(node): node for node in page.find(".//article").iter("a")}
    assert links["The one that is here"].get("href") == "/qa/records/2"
    assert links["The other at its other address"].get("href") == "/qa/records/3"
    assert words(site.page("/qa/records/3").find(".//h1")) == "Case 2"
    outward = links["One that was never crawled"]
    assert (outward.get("href"), outward.get("rel")) == (
        "https://made.example/q/999",
        "noopener noreferrer nofollow external",
    )
    assert "A trap" in text
    assert "A trap" not in links
    assert links["Numbness"].get("href") == "https://made.example/faq/numb"
    duplicates = [words(node) for node in site.page("/qa/records/2").iter("a") if words(node) == "Case 2"]
    assert duplicates == ["Case 2"]


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here")
@pytest.mark.parametrize(("wanted", "title"), [("頭痛", "Case 1"), ("tingle", "Case 0")])
def test_a_browser_shows_what_was_found_and_follows_it(site: Browsed, tmp_path: Path, wanted: str, title: str) -> None:
    seen = look_at(f"{site.url}/qa/questions?_q={quote(wanted)}", tmp_path / "list")
    page = etree.fromstring(seen.dom.encode(), etree.HTMLParser(encoding="utf-8"))
    (link,) = page.iterfind(".//ol/li/h2/a")
    assert words(link) == title
    assert [words(node) for node in page.iterfind(".//aside/section/h3")] == [
        "Department",
        "Gender",
        "Age",
        "Year asked",
    ]
    record = look_at(site.url + link.get("href", ""), tmp_path / "record")
    assert f'<h1 dir="auto">{title}</h1>' in record.dom
    assert "Content Security Policy" not in seen.log + record.log


def test_a_record_keeps_the_address_of_its_id(site: Browsed) -> None:
    by_id = next(node.get("href", "") for node in site.page("/qa/records/3").iter("a") if node.text == "made:00002")
    status, _, headers = site.get(by_id)
    assert (status, headers["location"]) == (302, "/qa/records/3")
    assert site.get("/qa/records/made~3Anone")[0] == 404
    assert site.get("/qa/records/99999")[0] == 404


def test_queries_and_data_for_programs(site: Browsed) -> None:
    assert "Questions without an answer" in site.get("/qa")[1]
    query = site.page("/qa/unanswered")
    numbers = [node.get("href") for node in query.iter("a") if (node.text or "").isdigit()]
    assert len(numbers) == 27
    assert "/qa/records/30" in numbers
    rows = orjson.loads(site.get("/qa/questions.json?_q=MRI&_shape=array")[1])
    assert [(row["id"], row["gender"]) for row in rows] == [("made:00002", "female")]


def test_no_csv_is_served_whose_formulas_would_run(site: Browsed) -> None:
    for path in (
        "/qa/questions.csv?_q=MRI", "/qa/records.csv", "/qa/records/1.csv", "/qa/unanswered.csv",
        "/qa.csv?sql=SELECT+1", "/qa/questions%2Ecsv", "/qa/questions.CSV",
    ):  # fmt: skip
        status, text, _ = site.get(path)
        assert (status, "qa-scraper export SITE --to csv" in text) == (403, True), path
    assert site.get("/qa/questions?_format=csv")[2]["content-type"].startswith("text/html")
    for path in ("/qa/questions", "/qa/records", "/qa", "/qa/unanswered", "/qa?sql=SELECT+1"):
        assert "csv" not in site.get(path)[1].lower(), path


@pytest.mark.parametrize("path", [
    "/qa/questions?_sort=foo",
    "/qa/questions?_sort=id&_sort_desc=id",
    "/qa/questions?_next=zzz",
    "/qa/records?_sort=foo",
    "/qa/questions_and_answers?_next=zzz",
    "/qa/questions?_next=99999999999999999999",
    "/qa/questions.json?_next=zzz",
    "/qa/questions?_size=zzz",
])  # fmt: skip
def test_an_address_that_asks_for_what_is_not_there_is_told_in_the_page_only(site: Browsed, path: str) -> None:
    assert site.get(path)[0] == 400  # and nothing on the terminal, which the end of the fixture looks at


@pytest.mark.parametrize(("wanted", "count"), [("\0tingle", 1), ("tin\0gle", 1), ("\0t", 20), ("\0", 20)])
def test_a_nul_in_a_search_is_no_letter(site: Browsed, wanted: str, count: int) -> None:
    assert len(site.found(f"/qa/questions?_q={quote(wanted)}")) == count


def test_nothing_is_written_and_nobody_else_is_served(site: Browsed) -> None:
    for path in ("/qa/questions", "/qa/records/1", "/qa", "/nowhere", "/-/browse.css"):
        policy = site.get(path)[2]["content-security-policy"]
        assert policy.startswith("default-src 'none'; style-src 'self';")
        assert "unsafe" not in policy
        assert "script-src" not in policy
    assert site.get("/qa/questions", Host="127.0.0.1:1")[0] == 200
    for host in ("evil.example", "127.0.0.1.evil.example:80", ""):
        assert site.get("/qa/questions", Host=host)[0] in {400, 421}
    opener = build_opener(_Stay)
    for method in ("POST", "PUT", "DELETE", "OPTIONS"):
        with pytest.raises(HTTPError, match="405"):
            opener.open(Request(f"{site.url}/qa/questions", method=method, data=b"x"), timeout=30)
    status, text, _ = site.get(f"/qa?sql={quote('DELETE FROM records')}")
    assert (status, "Statement must be a SELECT" in text) == (400, True)


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_it_listens_on_this_machine_only(site: Browsed) -> None:
    port = f":{int(site.url.rpartition(':')[2]):04X}"
    listening = [
        fields[1]
        for table in ("tcp", "tcp6")
        for fields in map(str.split, Path(f"/proc/{site.process.pid}/net/{table}").read_text("ascii").splitlines()[1:])
        if fields[1].endswith(port) and fields[3] == "0A"
    ]
    assert listening == [f"0100007F{port}"]


def test_the_database_is_made_anew_with_the_snapshot_only(tmp_path: Path) -> None:
    snapshot = published(tmp_path, RECORDS[:3])
    database = snapshot.with_name("browse.sqlite")

    def titles() -> list[str]:
        with browsing(tmp_path) as browsed:
            return sorted(browsed.found("/qa/questions"))

    assert titles() == ["Case 0", "Case 1", "Case 2"]
    made = database.stat()
    assert titles() == ["Case 0", "Case 1", "Case 2"]
    assert database.stat().st_mtime_ns == made.st_mtime_ns
    published(tmp_path, RECORDS[1:3])
    os.utime(snapshot, ns=(1, 1))  # another one, if an older one
    assert titles() == ["Case 1", "Case 2"]
    whole = database.read_bytes()
    snapshot.write_bytes(snapshot.read_bytes() + b'{"id": "x"}\n')
    done = qa_scraper("browse", "made", "--port", "0", "--output", str(tmp_path))
    assert (done.returncode, done.stdout) == (2, "")
    assert "record 3 (x) is not valid" in done.stderr
    assert database.read_bytes() == whole
    assert sorted(path.name for path in snapshot.parent.iterdir()) == ["browse.sqlite", "questions.jsonl"]


def test_it_ends_at_once_whatever_it_is_asked(tmp_path: Path) -> None:
    published(tmp_path, RECORDS[:1])
    endless = "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT max(x) FROM c"
    with ThreadPoolExecutor() as pool:
        with browsing(tmp_path) as browsed:
            asked = pool.submit(browsed.get, f"/qa.json?sql={quote(endless)}")
            assert browsed.get("/qa/records/1")[0] == 200
            with pytest.raises(TimeoutError):
                asked.result(timeout=0.5)
            began = time.monotonic()
        assert time.monotonic() - began < 8  # the question is cut short after 10
        assert asked.result()[0] == 400


def test_what_cannot_be_browsed_is_told(site: Browsed, tmp_path: Path) -> None:
    published(tmp_path, RECORDS[:1])
    port = site.url.rpartition(":")[2]
    for arguments, message in (
        (("nowhere",), "nowhere has no published records in"),
        (("made", "--port", port), f"port {port} cannot be used"),
    ):
        done = qa_scraper("browse", *arguments, "--output", str(tmp_path))
        assert (done.returncode, done.stdout) == (2, "")
        assert message in done.stderr
    missing = tmp_path / "missing" / "datasette"
    missing.mkdir(parents=True)
    (missing / "__init__.py").write_text("raise ImportError\n", "utf-8")
    done = qa_scraper("browse", "made", "--output", str(tmp_path), PYTHONPATH=str(missing.parent))
    assert (done.returncode, done.stdout) == (2, "")
    assert "pip install 'qa-scraper[browse]'" in done.stderr


@pytest.mark.parametrize(
    ("url", "is_web"),
    [
        ("https://made.example/q/1", True),
        ("HTTP://made.example", True),
        ("javascript:alert(1)", False),
        ("data:text/html,x", False),
        ("//made.example/x", False),
        ("/q/1", False),
        ("https:made", False),
        ("https://[::1", False),
        ("", False),
        (None, False),
    ],
)
def test_links_lead_to_the_web_only(url: str | None, is_web: bool) -> None:
    assert (web_address(url) is not None) is is_web


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Browsed, Routes]]:
    """Hostile records that are browsed, and the site that they want to be loaded from."""
    output = tmp_path_factory.mktemp("hostile")
    with Routes(lambda _: Served(200, "")) as elsewhere:
        published(output, [hostile_record(number, elsewhere.url) for number in range(3)])
        with browsing(output) as browsed:
            yield browsed, elsewhere


PAGES = ("/qa/questions", f"/qa/questions?_q={quote(EVIL)}", "/qa/records/1", "/qa/answers", "/qa/doctors")


@pytest.mark.parametrize("path", PAGES, ids=("list", "search", "record", "table", "query"))
def test_nothing_of_a_record_is_anything_but_text(hostile: tuple[Browsed, Routes], path: str) -> None:
    page = hostile[0].page(path)
    tags = {str(node.tag) for node in page.iter("*")}
    assert not tags & {"script", "img", "iframe", "svg", "object", "embed", "base"}
    names = {name for node in page.iter("*") for name in node.attrib}
    assert not [name for name in names if name.startswith("on") or name in {"src", "srcdoc"}]
    assert not [node for node in page.iter("a") if not re.match("https?://|/|#|\\?", node.get("href", ""))]
    assert [node.get("href") for node in page.iter("link")][:2] == ["data:,", "/-/browse.css"]
    assert "pwned" in "".join(map(str, page.itertext()))


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here")
@pytest.mark.parametrize("path", PAGES[1:3], ids=("search", "record"))
def test_a_browser_loads_and_runs_nothing(hostile: tuple[Browsed, Routes], tmp_path: Path, path: str) -> None:
    browsed, elsewhere = hostile
    seen = look_at(browsed.url + path, tmp_path / "profile")
    assert "Tables and queries" in seen.dom
    assert re.findall("<title>(.*?)</title>", seen.dom, re.DOTALL)[0].strip() not in {"pwned", "1"}
    assert "Content Security Policy" not in seen.log
    assert elsewhere.requests == []


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here")
def test_a_phone_need_not_scroll_sideways(hostile: tuple[Browsed, Routes], tmp_path: Path) -> None:
    browsed = hostile[0]
    served = {f"/{at}": Served(200, browsed.get(path)[1]) for at, path in enumerate(PAGES)}
    served["/-/browse.css"] = Served(200, browsed.get("/-/browse.css")[1], {"Content-Type": "text/css"})
    frames = "".join(f'<iframe src="/{at}" width="390" height="800" style="border:0"></iframe>' for at in range(5))
    measure = (
        "<script>onload = () => { document.title = [...document.querySelectorAll('iframe')].map((frame) => {"
        "const page = frame.contentDocument.documentElement; return page.scrollWidth + ' of ' + page.clientWidth;"
        "}).join(', '); };</script>"
    )
    served["/"] = Served(200, frames + measure)
    with Routes(lambda asked: served.get(asked, Served(404))) as site:
        seen = look_at(f"{site.url}/", tmp_path / "profile")
    (title,) = re.findall("<title>(.*?)</title>", seen.dom)
    widths = [[int(width) for width in page.split(" of ")] for page in title.split(", ")]
    assert len(widths) == len(PAGES)
    assert all(wide <= shown <= 390 for wide, shown in widths)
