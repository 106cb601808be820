"""The lines of a page: where a link begins and ends, and which headers count."""

from __future__ import annotations

import pytest
from qa_scraper.extraction.blocks import Link, page_blocks
from qa_scraper.page import Page


def test_two_links_to_one_address_are_two() -> None:
    html = "<p>" + "".join(f'<a href="/q/{n % 3}">{n % 10}</a> ' for n in range(400))
    (line,) = page_blocks(Page(html, "html"))
    assert line.links == tuple(Link(f"/q/{n % 3}", 2 * n, 2 * n + 1) for n in range(400))


def test_a_link_over_several_elements_is_one() -> None:
    (line,) = page_blocks(Page('<p><a href="/q/1">one <b>and</b> <i>the same</i></a>', "html"))
    assert line.links == (Link("/q/1", 0, 16),)


@pytest.mark.parametrize(
    ("inner", "is_read"),
    [
        ("<h2>Case 7</h2>", True),
        ('<p role="HEADING" aria-level="2">Case 7</p>', True),
        ('<p role="banner" class="heading">Case 7</p>', False),
        ("<ul><li>Case 7</ul>", False),
    ],
)
def test_of_what_is_left_out_headers_with_a_heading_are_read(inner: str, is_read: bool) -> None:
    page = Page(f"<header>{inner}</header><p>text</p>", "html")
    lines = page_blocks(page, ("nav",), headings_of=("header",))
    assert [line.text for line in lines] == (["Case 7"] if is_read else []) + ["text"]


@pytest.mark.parametrize("tag", ["h2", "main", "nav"])
def test_an_element_that_a_style_sheet_hides_is_hidden_whatever_it_is(tag: str) -> None:
    html = f'<style>.off{{display:none}}</style><body><{tag}>shown</{tag}><{tag} class="off">not</{tag}>'
    shown, hidden = page_blocks(Page(html, "html"))
    assert hidden.hidden
    assert not shown.hidden


def test_headings_inside_a_link_keep_it() -> None:
    (line,) = page_blocks(Page('<a href="/q/1"><h3>Case 7</h3></a>', "html"))
    assert (line.heading, line.href, line.only_links) == (3, "/q/1", True)
