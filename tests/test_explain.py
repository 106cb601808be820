"""``explain``: what is said of a page is what extraction does with it, and the HTML of it is harmless."""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path

import pytest
from lxml import etree
from qa_scraper.explanation import Explanation, Field, explain
from qa_scraper.explanation_html import explanation_page
from qa_scraper.extraction.anchors import letters
from qa_scraper.extraction.platforms import PLATFORMS
from qa_scraper.extraction.sections import NoQuestion
from qa_scraper.loaders import Provenance, page_records
from qa_scraper.page import Page
from qa_scraper.site_draft import SEEN_ON

from tests.fixtures import FOLDER, URL
from tests.support.browser import CHROMIUM, look_at
from tests.support.commands import qa_scraper
from tests.support.routes import Answer, Routes

COMPLETE = str(FOLDER / "edoctor" / "complete.html")
LISTING = str(FOLDER / "schema-org" / "none-listing.html")
PAGES = [path for path in sorted(FOLDER.rglob("*")) if path.suffix in {".html", ".txt", ".input"}]
QUICK = ("-s", "DOWNLOAD_DELAY=0", "-s", "RETRY_BACKOFF=0.02")

DISAGREEING = """<html id="XF" data-app="public"><title>Cold feet</title><h1 class="p-title-value">Cold feet</h1>
<script type="application/ld+json">{"@context": "https://schema.org", "@type": "DiscussionForumPosting",
"headline": "Cold feet", "text": "My feet stay cold all night long.", "author": {"@type": "Person", "name": "mole"},
"datePublished": "2019-03-05", "comment": [{"@type": "Comment", "text": "Wear socks, two pairs of them.",
"author": {"@type": "Person", "name": "toad"}, "datePublished": "2019-03-07"}]}</script>
<article class="message message--post" id="js-post-1"><h4 class="message-name"><a class="username">mole</a></h4>
<time datetime="2019-03-04T10:00:00+00:00">Mar 4, 2019</time><div class="message-content"><div class="message-body">
<div class="bbWrapper">My feet stay cold all night long.</div></div></div></article>
<article class="message message--post" id="js-post-2"><h4 class="message-name"><a class="username">badger</a></h4>
<time datetime="2019-03-07T10:00:00+00:00">Mar 7, 2019</time><div class="message-content"><div class="message-body">
<div class="bbWrapper">Wear socks, two pairs of them.</div></div></div></article></html>"""

EVIL = '"><script>document.title="pwned"</script><img src=x onerror=alert(1)>'
HOSTILE = f"""<html lang="en"><title>{EVIL.replace("<", "&lt;")} - Neurology</title><body>
<h1>Numb &lt;/style&gt;&lt;/script&gt;{EVIL.replace("<", "&lt;")} - Neurology</h1>
<h2 class='x"&gt;&lt;b' id='y"onmouseover="alert(2)'>Why? {EVIL.replace("<", "&lt;")}</h2>
<p>&lt;iframe src="https://evil.example/"&gt; {EVIL.replace("<", "&lt;")} &amp;lt;b&amp;gt; javascript:alert(3)</p>
<script>document.title="pwned"</script><style>@import url(https://evil.example/x.css)</style>
<p>Marta, 40~49 year old female. Ask Date: 2011/05/02</p><img src="https://evil.example/x.png">
<p>Dr. Hsu reply Neurology</p><p>Hello &lt;svg onload=alert(4)&gt;</p><p>Reply Date: 2011/05/04</p>
<nav><a href="javascript:alert(5)">{EVIL.replace("<", "&lt;")}</a></nav></body></html>"""


def explained(html: str, url: str | None = URL) -> Explanation:
    page = Page.from_bytes(html.encode(), url=url, content_type="text/html; charset=utf-8", seen_on=SEEN_ON)
    return explain(page, Provenance(), "page.html")


def fields(explanation: Explanation, record: int = 0) -> dict[str, Field]:
    return {field.name: field for field in explanation.records[record].fields}


def lines_of(explanation: Explanation, name: str) -> list[str]:
    spot = fields(explanation)[name].spot
    return [explanation.lines[at].text for at in spot.lines] if spot else []


@pytest.mark.parametrize("path", PAGES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_what_is_explained_is_what_is_extracted(path: Path) -> None:
    content_type = "text/plain" if path.suffix == ".txt" else "text/html"
    page = Page.from_bytes(path.read_bytes(), url=URL, content_type=content_type, seen_on=SEEN_ON)
    explanation = explain(page, Provenance(), path.name)
    found = page_records(page, Provenance())
    if isinstance(found, NoQuestion):
        assert (explanation.reason, explanation.records) == (found.reason, ())
        return
    assert [record.id for record in explanation.records] == [record.id for record in found]
    for told, record in zip(explanation.records, found, strict=True):
        by_name = {field.name: field for field in told.fields}
        assert [by_name[f"answers.{at}.text"].value for at in range(len(record.answers))] == [
            answer.text for answer in record.answers
        ]
        for field in told.fields:
            assert_shown(explanation, field)


def assert_shown(explanation: Explanation, field: Field) -> None:
    """The lines that a field is said to stand in show its value."""
    if field.spot is None or not field.spot.lines or field.name.endswith(("_on", ".url")):
        return  # dates and addresses are written in many ways
    shown = letters("".join(explanation.lines[at].text for at in field.spot.lines))
    assert letters(field.written or field.value) in shown, field


def test_the_terminal_shows_readers_fields_reasons_and_places() -> None:
    done = qa_scraper("explain", COMPLETE)
    assert (done.returncode, done.stderr) == (0, "")
    flat = " ".join(done.stdout.split())
    assert "edoctor taken 1 question, 1 answer" in flat
    assert "schema-org no no schema.org markup" in flat
    assert f"{len(PLATFORMS)} platforms no none of their marks on the page" in flat
    assert "layout edoctor, confidence 1.0" in flat
    assert "author.name Hsu Kai-Wen the reply line (Dr. NAME reply DEPARTMENT); ~ article > h3, line 10" in flat
    assert "age_min 40 (on the page: 40~49)" in flat
    assert "Not found: tags, question.votes, answers.votes, answer_count_stated" in flat


def test_long_values_are_cut_on_the_terminal_only(tmp_path: Path) -> None:
    page = tmp_path / "long.html"
    page.write_text(HOSTILE.replace("Hello", "word " * 200), "utf-8")
    done = qa_scraper("explain", str(page), "--html", str(tmp_path / "out.html"), COLUMNS="80")
    assert "… (1,0" in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 80 or str(tmp_path) in done.stdout
    assert "word " * 199 in (tmp_path / "out.html").read_text("utf-8")


def test_a_page_without_a_question_says_why_by_reader(tmp_path: Path) -> None:
    done = qa_scraper("explain", LISTING, "--html", str(tmp_path / "out.html"))
    assert done.returncode == 3
    assert "schema-org    no  schema.org markup of questions without any answer: a listing" in done.stdout
    assert "no question: edoctor:" in done.stderr
    assert "schema.org markup of questions without any answer" in (tmp_path / "out.html").read_text("utf-8")


def test_what_cannot_be_read_is_told(tmp_path: Path) -> None:
    picture = tmp_path / "x.png"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n")
    for path, reason in (
        (str(picture), "a binary file"),
        ("missing.html", "No such file"),
        (str(tmp_path), "director"),
    ):
        done = qa_scraper("explain", path)
        assert done.returncode == 2
        assert done.stdout == ""
        assert f"{path}: cannot be read: " in done.stderr
        assert reason in done.stderr
    done = qa_scraper("explain", COMPLETE, "--html", str(tmp_path / "none" / "out.html"))
    assert done.returncode == 2
    assert "Name a file in a folder that exists" in done.stderr
    done = qa_scraper("explain", "https://example.org/", "--url", "https://example.org/")
    assert (done.returncode, done.stdout) == (2, "")


def test_standard_input_with_its_content_type() -> None:
    text = (FOLDER / "edoctor" / "plain.txt").read_bytes()
    arguments = ("-", "--content-type", "text/plain", "--url", "https://e.example/qa/x")
    done = qa_scraper("explain", *arguments, stdin=text)
    assert done.returncode == 0
    flat = " ".join(done.stdout.split())
    assert flat.startswith("https://e.example/qa/x plain text in utf-8")
    assert "asked_on 2011-05-02 Ask Date: in the asker line; ~ line 12" in flat


def test_doubt_about_the_encoding_is_told(tmp_path: Path) -> None:
    page = tmp_path / "doubt.html"
    page.write_bytes(Path(COMPLETE).read_bytes().replace(b"Marta,", b"M\xe9\x8fta,"))
    done = qa_scraper("explain", str(page), "--html", str(tmp_path / "out.html"))
    assert "Encoding in doubt, so that confidence is halved" in " ".join(done.stdout.split())
    assert "Encoding in doubt" in (tmp_path / "out.html").read_text("utf-8")


def test_places_are_elements_lines_and_source_lines() -> None:
    found = fields(explained(DISAGREEING))
    author, asked = found["answers.0.author.name"], found["question.text"]
    assert author.spot is not None
    assert (author.spot.path, author.spot.source_line) == ("article#js-post-2 > h4.message-name > a.username", 9)
    assert not author.spot.by_text
    assert asked.where == "article#js-post-1 div.message-body > div.bbWrapper, line 8"
    assert lines_of(explained(DISAGREEING), "answers.0.text") == ["Wear socks, two pairs of them."]


def test_what_another_reader_says_stands_beside_the_field() -> None:
    explanation = explained(DISAGREEING)
    found = fields(explanation)
    assert [verdict.reader for verdict in explanation.verdicts if verdict.is_taken] == ["xenforo"]
    assert "schema-org" in [verdict.reader for verdict in explanation.verdicts if verdict.questions]
    assert (
        found["question.asked_on"].note == "the page shows 2019-03-04, its markup says 2019-03-05; 2019-03-05 is taken"
    )
    assert "the page shows badger, its markup says toad" in found["answers.0.author.name"].note
    assert found["question.asked_on"].rule == "JSON-LD: datePublished"
    assert "readers disagree: the page shows badger" in explanation_page(explanation)


def test_of_two_like_values_the_one_in_its_own_place_is_meant() -> None:
    reply = "<p>Dr. Hsu reply Neurology</p><p>{}</p><p>Reply Date: 2011/05/04</p>"
    html = (
        "<h1>Numb - Neurology</h1><p>By Hsu, 2011/05/04.</p><p>It is.</p><p>Is it?</p>"
        "<p>Marta, 40~49 year old female. Ask Date: 2011/05/04</p>"
        + reply.format("The first one.")
        + reply.format("Another one, by Hsu, on 2011/05/04.")
    )
    explanation = explained(html)
    places = {name: field.spot.lines for name, field in fields(explanation).items() if field.spot}
    assert (places["question.asked_on"], places["asker.age_max"]) == ((4,), (4,))
    assert (places["answers.0.author.name"], places["answers.0.answered_on"]) == ((5,), (7,))
    assert (places["answers.1.author.department"], places["answers.1.text"]) == ((8,), (9,))
    assert places["answers.1.answered_on"] == (10,)


def test_what_is_hidden_inside_of_a_line_and_in_noscript_is_found() -> None:
    inside = DISAGREEING.replace("two pairs", "two <span hidden>red</span> pairs")
    assert lines_of(explained(inside), "answers.0.text") == ["Wear socks, two pairs of them."]
    explanation = explained((FOLDER / "platforms" / "discourse-noscript.html").read_text("utf-8"))
    assert len(lines_of(explanation, "question.text")) >= 1
    assert {explanation.lines[at].place for at in fields(explanation)["question.text"].spot.lines} == {"hidden"}
    assert len(explanation.lines) > 1


def test_pages_are_fetched() -> None:
    page = Path(COMPLETE).read_text("utf-8")
    with Routes({"/a": (302, "/q"), "/q": (200, page), "/pdf": Answer(200, "%PDF-1.7")}) as site:
        done = qa_scraper("explain", site.url + "/a", "--allow-private", *QUICK)
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout.startswith(site.url + "/q\n")
        assert f"{site.url}/qa/tingling-feet" in done.stdout.replace("\n", "")
        for path, reason in (("/none", "HTTP 404"), ("/pdf", "not text")):
            done = qa_scraper("explain", site.url + path, "--allow-private", *QUICK)
            assert (done.returncode, done.stdout) == (2, "")
            assert f"{site.url}{path}: cannot be read: {reason}" in done.stderr
        done = qa_scraper("explain", site.url + "/q", *QUICK)
        assert (done.returncode, done.stdout) == (2, "")
        assert "--allow-private" in done.stderr


def test_nothing_of_the_page_is_anything_but_text() -> None:
    explanation = explained(HOSTILE)
    html = explanation_page(explanation)
    tree = etree.fromstring(html.encode(), etree.HTMLParser(encoding="utf-8"))
    assert EVIL in "".join(map(str, tree.itertext()))
    tags = {str(node.tag) for node in tree.iter("*")}
    assert not tags & {"img", "iframe", "svg", 'b"', "link", "object", "embed", "base", "form"}
    (script,) = tree.iter("script")
    (style,) = tree.iter("style")
    names = {name for node in tree.iter("*") for name in node.attrib}
    assert not [name for name in names if name.startswith("on") or name in {"src", "style", "srcdoc"}]
    assert all(node.get("href", "").startswith("#") for node in tree.iter("a"))
    policy = next(node.get("content", "") for node in tree.iter("meta") if node.get("http-equiv"))
    assert policy.startswith("default-src 'none';")
    for inline in (script, style):
        digest = base64.b64encode(hashlib.sha256((inline.text or "").encode()).digest()).decode()
        assert f"'sha256-{digest}'" in policy
    assert "pwned" not in (script.text or "") + (style.text or "")
    assert "unsafe" not in policy


def test_the_html_shows_lines_with_their_fields_and_folds_the_rest(tmp_path: Path) -> None:
    target = tmp_path / "out.html"
    target.write_text("older", "utf-8")
    page = tmp_path / "page.html"
    page.write_text(HOSTILE, "utf-8")
    done = qa_scraper("explain", str(page), "--html", str(target))
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith(f"Written to {target}\n")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out.html", "page.html"]
    tree = etree.fromstring(target.read_bytes(), etree.HTMLParser(encoding="utf-8"))
    by_id = {node.get("id"): node for node in tree.iter("*") if node.get("id")}
    (asked,) = [node for node in by_id.values() if "Ask Date" in "".join(node.itertext()) and node.get("data-fields")]
    labels = [chip.text for chip in asked.iter("a")]
    assert labels == ["question.asked_on", "asker.name", "asker.age_min", "asker.age_max", "asker.gender"]
    for chip in asked.iter("a"):
        field = by_id[chip.get("href", "")[1:]]
        assert asked.get("id") in [f"line-{at}" for at in field.get("data-lines", "").split()]
    (outside,) = [node for node in tree.iter("details") if node.get("class") == "outside"]
    assert "navigation, 1 line" in "".join(outside.itertext())
    assert outside.get("open") is None


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here")
def test_a_browser_runs_our_script_and_nothing_else(tmp_path: Path) -> None:
    page = tmp_path / "out.html"
    page.write_text(explanation_page(explained(HOSTILE)), "utf-8")
    seen = look_at(page.as_uri(), tmp_path / "profile")
    assert re.search(r'<body class="live">', seen.dom), seen.log
    assert "<title>Explained: page.html</title>" in seen.dom
    assert "Content Security Policy" not in seen.log
