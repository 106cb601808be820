"""Pages that are hostile by size: stored or refused by name, in bounded memory, beside questions that are all read."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from qa_scraper.extraction.sections import NoQuestion
from qa_scraper.loaders import Provenance, page_records
from qa_scraper.page import LARGEST_PAGE, Page

from tests.faults.hostile import (
    BOUNDS,
    crawl_hostile,
    crowded_pages,
    filled,
    numbered,
    question,
    some_pages,
    unexpected,
)
from tests.support.commands import qa_scraper
from tests.support.machine import slowness


def test_hostile_pages_are_stored_or_refused_by_name(tmp_path: Path) -> None:
    pages = some_pages()
    outcome = crawl_hostile(tmp_path, pages)
    assert unexpected(pages, outcome) == [], outcome.printed
    assert outcome.unlike_truth == []
    assert outcome.exit_code == 3  # pages were given up
    assert outcome.figures["peak_memory"] <= BOUNDS["peak_memory"]
    assert outcome.figures["longest_block_cpu"] <= BOUNDS["longest_block"] * slowness()
    assert outcome.figures["longest_stall"] <= BOUNDS["longest_stall"]
    log = (tmp_path / "edoctor" / "crawl.log").read_text("utf-8")
    assert "links left out: more than a page may have" in log
    assert "links/left_out" in log


@pytest.mark.parametrize("name", crowded_pages())
def test_a_page_costs_a_bounded_time(name: str) -> None:
    hostile = crowded_pages(0.3)[name]
    body = hostile.body()
    began = time.process_time()
    page = Page.from_bytes(body, url="https://example.org/q", content_type=hostile.kind)
    if page.sitemap_links() is None:
        found = page_records(page, Provenance())
        assert isinstance(found, NoQuestion) == (hostile.state != "stored")
        page.links()
    assert time.process_time() - began < 6  # on any machine; a tenth of it on a fast one


def test_links_past_the_bound_are_counted() -> None:
    html = numbered(b'<a href="/%d">x</a>', 10_050) + b'<a href="/0">again</a><a href="%s">' % (b"y" * 20_000)
    links = Page.from_bytes(html, url="https://example.org/", content_type="text/html").links()
    assert len(links.pages) == 10_000
    assert links.left_out == 51


@pytest.mark.parametrize(
    ("html", "not_pages"),
    [
        ('<head><meta http-equiv="refresh" content="0;url=mailto:a"></head><body>' + 3 * '<a href="mailto:a">a</a>', 4),
        ('<frameset><frame src="mailto:a"><frame src="mailto:a"></frameset>', 2),
        ('<head><meta http-equiv="refresh" content="0;url=#t"></head><body>' + 5 * '<a href="#t">a</a>', 1),
    ],
)
def test_what_leads_to_no_page_is_counted_wherever_it_stands(html: str, not_pages: int) -> None:
    assert Page(html, "html", "https://example.org/d.json").links().not_pages == not_pages


def test_attributes_past_the_bound_are_left_out_and_nothing_else() -> None:
    crowd = b"<p %s title='<p>'>" % numbered(b"a%d='>' ", 20_000)
    page = Page.from_bytes(
        question(1, crowd + b"<b id=b>after</b>"), url="https://example.org/q", content_type="text/html"
    )
    assert page.tree is not None
    assert len(page.tree.xpath("//p[@a1]/@*")) == 1_000
    assert page.tree.xpath("string(//b[@id='b'])") == "after"
    plain = question(1, filled(b"<p class=\"a>b\" title='c'>it's 1 < 2 and <b c>d</b></p>", 100_000))
    page = Page.from_bytes(plain, url="https://example.org/q", content_type="text/html")
    assert page.tree is not None
    assert len(page.tree.xpath("//p[@class='a>b' and @title='c']")) == len(page.tree.xpath("//b[@c]")) > 1_000


def test_pages_of_two_megabytes_are_read_whole() -> None:
    paragraph = b"<p class='t'>" + b"Words of an answer that goes on. " * 6 + b"<a href='/x'>and a link</a></p>"
    body = question(1, filled(paragraph, 2_000_000))
    page = Page.from_bytes(body, url="https://example.org/q", content_type="text/html")
    found = page_records(page, Provenance())
    assert not isinstance(found, NoQuestion)
    assert found[0].answers[0].text.count("Words of an answer") == 6 * (2_000_000 // len(paragraph))


def test_extract_refuses_what_is_too_large_in_one_line(tmp_path: Path) -> None:
    large = tmp_path / "large.html"
    with large.open("wb") as file:
        file.truncate(50_000_000)
    for done in (qa_scraper("extract", str(large)), qa_scraper("extract", "-", stdin=bytes(LARGEST_PAGE + 1))):
        assert done.returncode == 2
        assert done.stderr.endswith("cannot be read: larger than 4 MiB, more than any page for readers\n")
        assert done.stderr.count("\n") == 1
