"""What is declared of a forum or Q&A platform, and the one way in which all of them are read.

A platform is recognised by its own marks, never by a host: thousands of sites run on each.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from cssselect import HTMLTranslator
from lxml import etree

from qa_scraper.extraction.blocks import element_text
from qa_scraper.extraction.found import Found
from qa_scraper.extraction.posts import Post, Thread, heading_of, is_continuation, thread_sections
from qa_scraper.extraction.sections import NoQuestion, Reading
from qa_scraper.extraction.thread_frames import dated_elements
from qa_scraper.page import Page
from qa_scraper.text import clean_line, parse_count

_MOST_POSTS: Final = 1_000
_LONGEST_NAME: Final = 100
_DRAWN: Final = "________"
_NUMBER_LENGTH: Final = 12
_TOO_MANY: Final = f"more than {_MOST_POSTS:,} posts"
Selectors = tuple[str, ...]
"""CSS selectors, best first: the first of them that finds something counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    """A platform by its CSS selectors.

    ``signs``: pieces of source text of which a page of the platform has at least one. ``post``: what holds one post,
    the question included; all others look inside of one, except ``title``, ``tags``, ``categories`` and ``count``.
    ``around``: bodies, where no element is known to hold a post: what holds one of them and no other is one.
    ``last_counts``: whether of several authors and dates in a post the last is its author's (the others edited it).
    ``question``: posts that are the question itself (else order and dates tell). ``not_posts``: posts of the system,
    deleted ones, repeated ones. ``leave_out``: parts of a body that its author did not write. ``has_accepted``: whether
    threads of the platform can have an accepted answer.
    """

    name: str
    signs: tuple[str, ...]
    post: Selectors
    around: Selectors = ()
    body: Selectors
    author: Selectors
    date: Selectors
    author_attribute: str = ""
    last_counts: bool = False
    question: str = ""
    number: str = ""
    votes: Selectors = ()
    accepted: str = ""
    has_accepted: str = ""
    not_posts: str = ""
    leave_out: str = ""
    title: Selectors = ()
    tags: str = ""
    categories: str = ""
    count: str = ""

    @property
    def NAME(self) -> str:
        """Stands in ``source.layout``."""
        return self.name

    @property
    def RULES(self) -> Mapping[str, str]:
        """By field: the selectors that it is found by."""
        return {
            "question": f"the first post: {' or '.join(self.post + self.around)}",
            "question.text": f"the body of the first post: {' or '.join(self.body)}",
            "title": " or ".join(self.title) or "the heading that the page's title names",
            "categories": self.categories or "the breadcrumbs",
            "asker": f"the author of the first post: {' or '.join(self.author)}",
            "question.asked_on": f"the date of the first post: {' or '.join(self.date)}",
            "answers": f"the further posts: {' or '.join(self.post)}",
            "answers.text": f"the body of a post: {' or '.join(self.body)}",
            "answers.author": f"the author of a post: {' or '.join(self.author)}",
            "answers.answered_on": f"the date of a post: {' or '.join(self.date)}",
        }

    def read(self, page: Page) -> Reading:
        """The thread that *page* shows."""
        if page.tree is None or not any(sign in page.text for sign in self.signs):
            return NoQuestion("")  # it is one of many that do not know the page
        posts = self._posts(page.tree)
        if not posts:
            return NoQuestion(f"by its marks a page of {self.name}, but without a post ({' or '.join(self.post)})")
        if len(posts) > _MOST_POSTS:
            return NoQuestion(_TOO_MANY)
        inside = {name: self._inside(page.tree, getattr(self, name), posts) for name in ("body", "author", "date")}
        left_out = frozenset(select(page.tree, self.leave_out))
        votes = self._inside(page.tree, self.votes, posts)
        numbers = self._inside(page.tree, (self.number,) if self.number else (), posts)
        questions = _holding(select(page.tree, self.question), posts)
        if len(questions) > 1 and 2 * len(questions) > len(posts):
            return NoQuestion(f"a list of questions of {self.name}")
        accepted = _holding(select(page.tree, self.accepted), posts)
        marks_accepted = bool(accepted) or bool(self.has_accepted and select(page.tree, self.has_accepted))
        bodies = {post: _body(inside["body"].get(post, ()), left_out, self.body) for post in posts}
        read = [
            Post(
                body=bodies[post],
                author=self._author(post, inside["author"].get(post, ())),
                dated=tuple(inside["date"].get(post, ()) or _dated(post, page, bodies[post])),
                accepted=(post in accepted) if marks_accepted else None,
                votes=next((text for node in votes.get(post, ()) if (text := line_of(node))), ""),
                is_question=post in questions,
                number=next((parse_count(line_of(node)[:_NUMBER_LENGTH]) for node in numbers.get(post, ())), None),
            )
            for post in posts
        ]
        kept = [post for post in read if post.body or post.is_question]
        return thread_sections(self.name, page, self._thread(page), kept)

    def _posts(self, tree: etree._Element) -> list[etree._Element]:
        left_out = frozenset(select(tree, self.not_posts))
        bodies = {outer for css in self.body for node in select(tree, css) for outer in _outward(node)}
        for selector in self.post:
            found = [node for node in select(tree, selector) if node not in left_out]
            if any(node in bodies for node in found):
                return found
        for selector in self.around:
            found = [node for node in select(tree, selector) if node not in left_out and _is_body(node)]
            if found:
                return self._around(found)
        return []

    def _around(self, bodies: Sequence[etree._Element]) -> list[etree._Element]:
        """The largest elements that hold one of *bodies* each; of a page's only one, the smallest with an author."""
        held = Counter(outer for body in bodies for outer in _outward(body))
        if len(bodies) == 1:
            authors = [node for css in self.author for node in select(bodies[0].getroottree().getroot(), css)]
            with_author = {outer for node in authors for outer in _outward(node)}
            return [next((outer for outer in bodies[0].iterancestors() if outer in with_author), bodies[0])]
        found = ([outer for outer in _outward(body) if held[outer] == 1] for body in bodies[: _MOST_POSTS + 1])
        return list(dict.fromkeys(outers[-1] for outers in found if outers))

    def _inside(
        self, tree: etree._Element, selectors: Selectors, posts: Sequence[etree._Element]
    ) -> dict[etree._Element, list[etree._Element]]:
        """What each selector finds, by the post that it stands in, the best selectors' first."""
        holders = frozenset(posts)
        found: dict[etree._Element, list[etree._Element]] = {}
        for selector in selectors:
            nodes = select(tree, selector)
            for node in reversed(nodes) if self.last_counts else nodes:
                post = next((outer for outer in _outward(node) if outer in holders), None)
                if post is not None:
                    found.setdefault(post, []).append(node)
        return found

    def _author(self, post: etree._Element, shown: Iterable[etree._Element]) -> Found:
        for node in shown:
            name = line_of(node)
            if name and len(name) <= _LONGEST_NAME:
                return Found(name, node, f"the author: {' or '.join(self.author)}")
        said = next((node.get(self.author_attribute) for node in _with_descendants(post, self.author_attribute)), None)
        return (
            Found(clean_line(said)[:_LONGEST_NAME], post, f"the author: @{self.author_attribute}")
            if said
            else Found("")
        )

    def _thread(self, page: Page) -> Thread:
        tree = page.tree
        assert tree is not None
        headings: list[etree._Element] = next((found for css in self.title if (found := select(tree, css))), [])
        counted = next(iter(select(tree, self.count)), None)
        return Thread(
            title=heading_of(page, headings),
            categories=tuple(dict.fromkeys(filter(None, map(line_of, select(tree, self.categories))))),
            tags=tuple(dict.fromkeys(filter(None, map(line_of, select(tree, self.tags))))),
            answer_count_stated=line_of(counted) if counted is not None else "",
            is_continued=is_continuation(page),
        )


def _is_body(node: etree._Element) -> bool:
    """Whether *node* has a text that is no signature (which begins with a drawn line)."""
    begin = next((text for text in map(str, node.itertext()) if text.strip()), "").strip()
    return bool(begin) and not begin.startswith(_DRAWN)


def _with_descendants(post: etree._Element, attribute: str) -> list[etree._Element]:
    if not attribute:
        return []
    return [post] if post.get(attribute) else select(post, f"[{attribute}]")[:1]


def _body(nodes: Sequence[etree._Element], left_out: frozenset[etree._Element], selectors: Selectors) -> Found:
    for node in nodes:
        text = element_text(node, left_out)
        if text:
            return Found(text, node, f"the body: {' or '.join(selectors)}")
    return Found("")


def _dated(post: etree._Element, page: Page, body: Found) -> list[etree._Element]:
    """What shows a date in *post* beside its body, else in the row ahead of it: themes of a platform differ."""
    found = list(dated_elements(post, page, body.element))
    ahead = post.getprevious()
    return found or (list(dated_elements(ahead, page)) if ahead is not None and isinstance(ahead.tag, str) else [])


def _holding(nodes: Iterable[etree._Element], posts: Sequence[etree._Element]) -> frozenset[etree._Element]:
    """The posts that are or hold one of *nodes*."""
    holders = frozenset(posts)
    found = (next((outer for outer in _outward(node) if outer in holders), None) for node in nodes)
    return frozenset(post for post in found if post is not None)


def _outward(node: etree._Element) -> Iterable[etree._Element]:
    yield node
    yield from node.iterancestors()


def select(tree: etree._Element, css: str) -> list[etree._Element]:
    """The elements that *css* selects in *tree*, itself included, in page order; none for an empty selector."""
    if not css:
        return []
    found = _compiled(css)(tree)
    assert isinstance(found, list)
    return [node for node in found if isinstance(node, etree._Element)]


@cache
def _compiled(css: str) -> etree.XPath:
    return etree.XPath(HTMLTranslator().css_to_xpath(css, prefix="descendant-or-self::"))


def line_of(node: etree._Element) -> str:
    """The text of *node* as one line."""
    return clean_line(" ".join(map(str, node.itertext())))
