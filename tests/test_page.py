"""Bytes to text: the charset decision; what is a page and what is not."""

from __future__ import annotations

import re
import time

import pytest
from lxml import etree
from qa_scraper.page import Links, Page

CHINESE = (
    "<html><head>{}</head><p>再生不良性貧血是一種罕見的疾病，骨髓無法製造足夠的血球。醫師回覆您的問題。</p></html>"
)


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (CHINESE.format("").encode(), "text/html; charset=utf-8"),
        (CHINESE.format("").encode(), None),
        (CHINESE.format("").encode("utf-8-sig"), "text/html; charset=big5"),
        (CHINESE.format("").encode("utf-16"), None),
        (CHINESE.format("").encode("big5"), "text/html; charset=Big5"),
        (CHINESE.format('<meta charset="big5">').encode("big5"), "text/html"),
        (CHINESE.format('<meta charset="utf-8">').encode("big5"), "text/html; charset=big5"),
        (CHINESE.format('<meta charset="utf-8">').encode("big5"), "text/html; charset=utf-8"),
    ],
)
def test_decodes(body: bytes, content_type: str | None) -> None:
    assert "骨髓無法製造足夠的血球" in Page.from_bytes(body, content_type=content_type).text


def test_a_few_broken_bytes_spoil_only_themselves() -> None:
    page = Page.from_bytes(b"<p>" + "é".encode() * 500 + b"\xff</p>", content_type="text/html; charset=utf-8")
    assert page.text == "<p>" + "é" * 500 + "\ufffd</p>"


def test_surrogates_written_as_utf8() -> None:
    assert Page.from_bytes(b"\xed\xa0\xbd\xed\xb8\x80 \xed\xa0\x80").text == "😀 \ufffd"
    body = b"<p>caf\xc3\xa9 \xed\xa0\xbd\xed\xb8\x80</p><a href='/?\xed\xa0\xbd\xed\xb8\x80'>x</a>"
    page = Page.from_bytes(body, url="http://x/", content_type="text/html; charset=utf-8")
    assert page.flat_text == "café 😀x"
    assert page.links().pages == ["http://x/?%F0%9F%98%80"]


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("odd", ["\ufffd", "\x00", "😀"])
def test_the_tree_is_the_text(mark: bytes, odd: str) -> None:
    body = f"<p>café{odd}</p><!-- {'x' * 100} -->".encode()
    page = Page.from_bytes(mark + body, content_type="text/html; charset=utf-8")
    assert page.flat_text == "café" + odd.replace("\x00", "")


@pytest.mark.parametrize(
    ("body", "letters"),
    [
        ("<title>It</title><p>Read&nbsp;<b>Mo</b>re, é 3 Re&shy;ad MORE!", b"itreadmorereadmore"),
        ("plain text: Read\u3000More \ud800", b"plaintextreadmore"),
        ("<p>骨髓 12", b""),
    ],
)
def test_the_letters_of_a_page(body: str, letters: bytes) -> None:
    page = Page.from_bytes(body.encode("utf-8", "surrogatepass"), content_type="text/plain" * ("<" not in body))
    assert page.letters == letters


def test_a_form_feed_behind_the_head() -> None:
    assert Page.from_bytes(b"<title>T</title><main>a</main>\x0ctext").flat_text == "Ta text"


@pytest.mark.parametrize(
    ("body", "content_type", "kind"),
    [
        (b"%PDF-1.7", None, "binary"),
        (b"\x89PNG\r\n", "text/html", "binary"),
        (b"x", "image/png", "binary"),
        (bytes(range(8)) * 40, None, "binary"),
        (b"plain words", None, "text"),
        (b"<p>x</p>", None, "html"),
        (b"a < b and <b>bold</b>", "text/plain", "text"),
        (b"", "text/html", "html"),
    ],
)
def test_kinds(body: bytes, content_type: str | None, kind: str) -> None:
    assert Page.from_bytes(body, content_type=content_type).kind == kind


def test_too_deep_is_said() -> None:
    deep = Page.from_bytes(b"<div>" * 3000 + b"text", content_type="text/html")
    assert "nested deeper" in str(deep.unreadable)
    assert Page.from_bytes(b"<div>" * 1900 + b"text", content_type="text/html").unreadable is None


@pytest.mark.parametrize(
    ("html", "body"),
    [
        ("<title>t</title><main><p>a</main>", "<main><p>a</p></main>"),
        ("<title>t</title><!-- c --><header>a</header>b<p>c", "<header>a</header>b<p>c</p>"),
        ("<head><x-y>a</x-y></head><body class=c>b<p>c", "<x-y>a</x-y>b<p>c</p>"),
        ("<head><title>t</title><noscript><img></noscript><link></head><body>b", "b"),
        ("<main>a</main>", "<main>a</main>"),
        ("<html><!-- c --><head><title>t</title><main><p>a", "<main><p>a</p></main>"),
        ("<html><head><x-y>a</x-y></head><!-- c --><body><p>b", "<x-y>a</x-y><p>b</p>"),
    ],
)
def test_a_body_without_its_tag_begins_where_the_head_cannot_go_on(html: str, body: str) -> None:
    tree = Page(html, "html").tree
    assert tree is not None
    assert re.sub(r"</?body[^>]*>", "", etree.tostring(tree.find("body"), encoding="unicode")) == body


def test_links_and_base() -> None:
    links = b'<a href="a">1</a><a href="a#b">2</a><a href="#c">3</a><a href="mailto:x">4</a><area href="/m">'
    html = b'<base href="/x/">' + links
    page = Page.from_bytes(html, url="https://example.org/d", content_type="text/html")
    assert page.links() == Links(["https://example.org/x/a", "https://example.org/m"], not_pages=1)


def test_sitemap() -> None:
    namespace = b"http://www.sitemaps.org/schemas/sitemap/0.9"
    xml = b'<?xml version="1.0"?><urlset xmlns="' + namespace + b'"><url><loc> https://e.org/q </loc>'
    page = Page.from_bytes(xml, url="https://e.org/sitemap.xml", content_type="text/xml")
    assert page.sitemap_links() == {"https://e.org/q": None}
    assert Page.from_bytes(b"<p>urlset</p>", url="https://e.org/").sitemap_links() is None


def test_comments_ahead_of_no_sitemap_cost_nothing() -> None:
    # The pattern once tried every way to part a row of comments: 25 of them took 4 seconds, 30 two minutes.
    page = Page.from_bytes(b"<!---->" * 500 + b"x", url="https://e.org/", content_type="text/xml")
    began = time.process_time()
    assert page.sitemap_links() is None
    assert time.process_time() - began < 0.1
    commented = b"<!-- a --> <!-- b --><urlset><url><loc>https://e.org/q</loc></url></urlset>"
    assert Page.from_bytes(commented, url="https://e.org/", content_type="text/xml").sitemap_links()


@pytest.mark.parametrize(
    ("attribute", "language"), [('lang="zh_TW"', "zh-TW"), ('lang=""', None), ('lang="<x>"', None)]
)
def test_language(attribute: str, language: str | None) -> None:
    page = Page.from_bytes(f"<html {attribute}><body>x</body></html>".encode(), content_type="text/html")
    assert page.language == language
