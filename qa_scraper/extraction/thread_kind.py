"""What tells a thread from the other pages that are made of dated parts: listings, and articles with comments."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final

from lxml import etree

from qa_scraper.extraction.found import Found
from qa_scraper.extraction.thread_frames import Frame, holds, text_length
from qa_scraper.extraction.thread_words import (
    called,
    calls_author,
    is_blog,
    is_other_kind,
    is_profile,
    lists_reviews,
    says_posts_only,
    says_thread,
    tells_thread,
    without_blog_words,
)
from qa_scraper.page import Page
from qa_scraper.text import clean_line

_LEAST_SHARE: Final = 0.6
_LEAST_TITLE: Final = 15  # characters
_LEAST_NAME: Final = 4  # characters of a title that is a heading, or the beginning of a text
_HEADINGS: Final = frozenset(("h1", "h2", "h3", "h4", "h5"))
_SHORT: Final = 80  # characters that a row of a list has beside its title
_ARTICLE: Final = 1_200  # characters of paragraphs ahead of the first post
_MOST_LINKS: Final = 100  # of one post
_LONGEST_ADDRESS: Final = 300
_LONGEST_DATE: Final = 40  # characters of a link that is a date
# On addresses in small letters: without IGNORECASE the search skips what cannot begin a match.
_LEADS_TO_THREAD: Final = re.compile(
    r"showthread|viewtopic|showtopic|\b(?:threads?|topics?|questions?|discussions?)/|-t\d{1,9}\.html"
)
_TITLES: Final = frozenset(("h2", "h3"))
_DATE_IN_LINK: Final = re.compile(r"\d{1,2}:\d\d|\b(?:19|20)\d\d\b")


def lists_pages(
    page: Page, framed: Sequence[Frame], texts: Sequence[Found], names: Sequence[Found], heading: Found
) -> bool:
    """Whether most of the parts have a title that leads to a page of its own: teasers, rows of a list."""
    host = (page.url or "").partition("//")[2].partition("/")[0] or None
    titles = [
        {(_target(link), _line(link)) for link in _title_links(frame, text, name, heading, host)}
        for frame, text, name in zip(framed, texts, names, strict=True)
    ]
    targets = Counter(target for found in titles for target in {target for target, _ in found})
    said = Counter(title for found in titles for title in {title for _, title in found})
    leading = sum(  # what others say or lead to as well are buttons
        any(targets[target] == 1 and said[title] == 1 for target, title in found) for found in titles
    )
    return leading >= _LEAST_SHARE * len(framed)


def _title_links(frame: Frame, text: Found, name: Found, heading: Found, host: str | None) -> Iterator[etree._Element]:
    """The links of *frame* that can be its title: beside its text, at its beginning, or most of it."""
    inside = text.element if text.element not in frame.parts else None
    for link in islice((link for part in frame.parts for link in part.iter("a")), _MOST_LINKS):
        if not _leads_on(link, heading, host):
            continue
        is_name = name.element is not None and (holds(name.element, link) or holds(link, name.element))
        is_name = is_name and not _is_title(link)
        if is_name and not _LEADS_TO_THREAD.search(link.get("href", "")[:_LONGEST_ADDRESS].lower()):
            continue
        if inside is None or not holds(inside, link):
            if is_name or text_length(link) >= _LEAST_TITLE or _is_heading(link):
                yield link
        elif text.startswith(_line(link)) or len(text) - text_length(link) < _SHORT:
            yield link


def _is_title(link: etree._Element) -> bool:
    """Whether *link* is a heading as titles are, and not called an author."""
    around = [link, *islice(link.iterancestors(), 2)]
    return any(node.tag in _TITLES for node in around) and not any(calls_author(called(node)) for node in around)


def _is_heading(link: etree._Element) -> bool:
    return any(outer.tag in _HEADINGS for outer in islice(link.iterancestors(), 2))


def _target(link: etree._Element) -> str:
    return link.get("href", "").partition("#")[0]


def _line(node: etree._Element) -> str:
    return clean_line(" ".join(map(str, node.itertext())))


def _leads_on(link: etree._Element, heading: Found, host: str | None) -> bool:
    """Whether *link* can be the title of another page of the site: no profile, nor the title of this one."""
    href = link.get("href", "#")[:_LONGEST_ADDRESS]
    if href.startswith(("#", "javascript:", "mailto:")) or text_length(link) < _LEAST_NAME or is_profile(link):
        return False
    if host is not None and href.startswith(("http:", "https:", "//")) and f"//{host}" not in href:
        return False
    title = _line(link).casefold()
    if len(title) <= _LONGEST_DATE and _DATE_IN_LINK.search(title):
        return False
    return not heading or heading.casefold()[:_LEAST_TITLE] not in title


def is_thread(page: Page, framed: Sequence[Frame]) -> bool:
    """Whether more says that the posts are a thread than that they are something else.

    For it speak the page (its address, title or body's names) and the names around the posts; against it, that the
    page is an article, a product or a post of a blog, and that the parts are called comments or reviews.
    """
    assert page.tree is not None
    body = page.tree.find("body")
    body_names = called(body) if body is not None else ""
    outer = framed[-1].parts[0]
    own = " ".join(called(node) for node in (outer, *outer.iterancestors()) if node.tag not in {"body", "html"})
    told = tells_thread(page.url or "", page.title[:300], body_names) + tells_thread(page.url or "", "", "")
    against = (is_other_kind(page.text, body_names) or is_blog(f"{body_names} {own}")) + lists_reviews(own)
    against += not told and _prose_before(page.tree, framed[0].parts[0]) >= _ARTICLE
    names = without_blog_words(own)
    says = says_thread(names) and bool(told or not says_posts_only(names))
    return told + says > against


def _prose_before(tree: etree._Element, first: etree._Element) -> int:
    """Characters of the paragraphs ahead of *first*: those of an article, of which the posts are comments."""
    length = 0
    for node in tree.iter("p", str(first.tag)):
        if node is first:
            break
        if node.tag == "p":
            length += text_length(node)
    return length
