"""Threads of sites without known marks: the repeated posts of a page, and what makes them a question with answers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

from lxml import etree

from qa_scraper.extraction.found import Found
from qa_scraper.extraction.posts import Post, Thread, heading_of, is_continuation, read_dates, thread_sections
from qa_scraper.extraction.sections import NoQuestion, Reading
from qa_scraper.extraction.thread_fields import authors, bodies
from qa_scraper.extraction.thread_frames import Frame, apart_from, dated_elements, frames, holds, precedes, text_length
from qa_scraper.extraction.thread_kind import is_thread, lists_pages
from qa_scraper.extraction.thread_words import (
    calls_answer,
    calls_answers,
    calls_question,
    joined_on,
)
from qa_scraper.page import Page

NAME: Final = "thread"
RULES: Final = {
    "question": "parts built alike that show a date each: the posts; the first of them, or the oldest",
    "title": "the heading that the page's title names",
    "asker": "the author of the question",
    "question.asked_on": "the date of the question",
    "answers": "the further posts, built alike, with a date each",
    "answers.text": "the longest part that each post has",
    "answers.author": "the name that each post has at the same place",
    "answers.answered_on": "the date of the post",
}

_HEADINGS: Final = frozenset(("h1", "h2", "h3", "h4", "h5"))
_LISTING: Final = "dated parts that lead to pages of their own: a listing"
_LEAST_SHARE: Final = 0.6
_LEAST_QUESTION: Final = 40  # characters
_LEAST_TITLE: Final = 15  # characters
_MOST_NAMED: Final = 200  # parts called question or answer that are looked at
_ENOUGH: Final = 500  # characters of a post that are looked at for letters


def read(page: Page) -> Reading:
    """The thread that *page* shows, read by its repeated posts alone."""
    if page.tree is None:
        return NoQuestion("no HTML")
    dated = list(dated_elements(page.tree, page))
    reasons: list[str] = []
    listings: list[etree._Element] = []
    for framed in _best_dated(page, frames(dated)):
        first = framed[0].parts[0]
        if any(precedes(listing, first) for listing in listings):
            continue  # what stands under a list of pages and is smaller is another list beside it
        heading = _heading(page, first)
        found = _thread(page, heading, _with_question(heading, framed, dated))
        if not isinstance(found, NoQuestion):
            return found
        if found.reason == _LISTING:
            listings.append(first)
        reasons.append(found.reason)
    found = _thread(page, heading_of(page), _by_name(page.tree, dated))
    if not isinstance(found, NoQuestion):
        return found
    return NoQuestion(reasons[0] if reasons else "no parts built alike that show a date each")


def _heading(page: Page, first: etree._Element) -> Found:
    """The thread's heading: the last one before the posts, or in the first of them, that the page's title names."""
    found = []
    assert page.tree is not None
    begun = False
    for node in page.tree.iter("h1", "h2", "h3", "h4", "h5", str(first.tag)):
        begun = begun or node is first
        if begun and not holds(first, node):
            break
        if node.tag in _HEADINGS:
            found.append(node)
    return heading_of(page, reversed(found)) if found else heading_of(page)


def _best_dated(page: Page, candidates: Sequence[Sequence[Frame]]) -> list[Sequence[Frame]]:
    """Of candidates with the same posts the one with the dates of the posts, not of when their authors joined."""
    best: dict[tuple[etree._Element, ...], tuple[float, Sequence[Frame]]] = {}
    for framed in candidates:
        key = tuple(frame.parts[0] for frame in framed)
        score = _date_score(page, framed)
        if key not in best or score > best[key][0]:
            best[key] = score, framed
    return [framed for _, framed in best.values()]


def _date_score(page: Page, framed: Sequence[Frame]) -> float:
    nodes = [frame.dated for frame in framed if frame.dated is not None]
    moments = [date.moment for date in read_dates(page, [(node,) for node in nodes]) if date is not None]
    if len(moments) < 2:
        return len(moments)
    ascending = sum(first <= second for first, second in pairwise(moments)) / (len(moments) - 1)
    timed = sum(bool(time) for _, time in moments) / len(moments)
    joined = sum(joined_on(_around(node)) for node in nodes) / len(framed)
    return 2 * max(ascending, 0.9 - ascending) + timed + len(moments) / len(framed) - 2 * joined


def _around(node: etree._Element) -> str:
    """The label of *node* and what stands right before it."""
    before = node.getprevious()
    texts = [*(before.itertext() if before is not None and isinstance(before.tag, str) else ()), *node.itertext()]
    outer = node.getparent()
    return " ".join([(outer.text or "") if outer is not None else "", *map(str, texts)])[:200]


def _with_question(heading: Found, framed: Sequence[Frame], dated: Sequence[etree._Element]) -> Sequence[Frame]:
    """*framed*, and in front of it the question where that is built otherwise: the parts are answers by their names."""
    first = framed[0].parts[0]
    head = heading.element
    if head is None or not calls_answers(first) or holds(first, head):
        return framed
    parts = [part for frame in framed for part in frame.parts]
    best: tuple[int, Frame] | None = None
    seen_heading = False
    for node in first.getroottree().getroot().iter("*"):
        seen_heading = seen_heading or node is head
        if node is first:
            break
        if not seen_heading or node not in dated:
            continue
        part = apart_from(node, parts)
        length = text_length(part) - text_length(head) * holds(part, head) if part is not None else 0
        if part is not None and length >= _LEAST_QUESTION and (best is None or length > best[0]):
            best = length, Frame((part,), node)
    question = best[1] if best else _between(head, first, parts, dated)
    return [question, *framed] if question else framed


def _between(
    head: etree._Element, first: etree._Element, parts: Sequence[etree._Element], dated: Sequence[etree._Element]
) -> Frame | None:
    """What stands between the heading and the first answer, as a question; its date is the last one there, if any."""
    begin = apart_from(head, parts)
    if begin is None:
        return None
    between = [begin]
    for node in begin.itersiblings():
        if holds(node, first):
            break
        if isinstance(node.tag, str):
            between.append(node)
    length = sum(map(text_length, between)) - text_length(head)
    inside = frozenset(between)
    date = next(
        (node for node in reversed(dated) if node in inside or not inside.isdisjoint(node.iterancestors())), None
    )
    return Frame(tuple(between), date) if length >= _LEAST_QUESTION else None


def _by_name(tree: etree._Element, dated: Sequence[etree._Element]) -> list[Frame]:
    """Parts that are called question or answer, where no dates show which parts are posts."""
    questions, answers = [], []
    walk = etree.iterwalk(tree, events=("start",))
    for _, node in walk:
        if not isinstance(node.tag, str) or node.tag in {"body", "html", "main"}:
            continue
        is_question, is_answer = calls_question(node), calls_answer(node)
        if not (is_question or is_answer) or text_length(node) < _LEAST_TITLE:
            continue
        if is_question and not is_answer and not any(calls_answer(inner) for inner in node.iterdescendants("*")):
            questions.append(node)
            walk.skip_subtree()
        elif is_answer and sum(map(calls_answer, node.iterchildren("*"))) < 2:
            answers.append(node)
            walk.skip_subtree()
        if len(questions) + len(answers) > _MOST_NAMED:
            return []
    if len(questions) != 1 or not answers:
        return []
    inside = [(node, next((d for d in dated if holds(node, d)), None)) for node in (*questions, *answers)]
    return [Frame((node,), date) for node, date in inside]


def _thread(page: Page, heading: Found, framed: Sequence[Frame]) -> Reading:
    if len(framed) < 2:
        return NoQuestion("one dated part only: no thread")
    if not is_thread(page, framed):
        return NoQuestion("nothing on the page says that its posts are a thread")
    head = [heading.element] if heading.element is not None else []
    apart = [frozenset((*head, *_own_titles(frame, heading))) for frame in framed]
    texts = bodies(framed, apart)
    names = authors(framed, [text.element for text in texts])
    with_names = [
        left_out | {name.element} if name.element is not None else left_out
        for left_out, name in zip(apart, names, strict=True)
    ]
    texts = bodies(framed, with_names)
    if lists_pages(page, framed, texts, names, heading):
        return NoQuestion(_LISTING)
    if not any(sum(map(str.isalpha, text[:_ENOUGH])) >= _LEAST_QUESTION for text in texts):
        return NoQuestion("parts built alike without prose")
    whole = sum(bool(text and name) for text, name in zip(texts, names, strict=True))
    if whole < _LEAST_SHARE * len(framed):
        return NoQuestion(f"{len(framed)} parts built alike, but only {whole} with an author and a text")
    posts = [
        Post(body=text, author=name, dated=(frame.dated,) if frame.dated is not None else ())
        for frame, text, name in zip(framed, texts, names, strict=True)
        if text
    ]
    return thread_sections(NAME, page, Thread(title=heading, is_continued=is_continuation(page)), posts)


def _own_titles(frame: Frame, heading: Found) -> Iterator[etree._Element]:
    """Headings of a post that only repeat the thread's title (``Re: …``)."""
    title = heading.casefold()
    for part in frame.parts:
        for node in part.iter("h1", "h2", "h3", "h4", "h5"):
            if title and title in " ".join(map(str, node.itertext())).casefold():
                yield node
