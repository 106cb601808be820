"""The posts of a thread become its question and its answers: what all readers of visible pages share."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from lxml import etree

from qa_scraper.extraction.dates import DateOrder, DateSeen, find_dates, is_time_gone_by, machine_date, page_order
from qa_scraper.extraction.found import Found
from qa_scraper.extraction.sections import (
    TIME_AGO,
    FieldNote,
    NoQuestion,
    RawAnswer,
    RawAuthor,
    Reading,
    Sections,
)
from qa_scraper.page import Page
from qa_scraper.text import clean_line

NOTHING: Final = Found("")
_LONGEST_LABEL: Final = 300
_MACHINE_ATTRIBUTES: Final = ("datetime", "content", "data-time", "data-timestamp", "data-date", "data-utime", "ts")
_DATED: Final = etree.XPath(
    "descendant-or-self::*[@datetime or @title or @content or @data-time or @data-timestamp or @ts]"
)


@dataclass(frozen=True, slots=True)
class Post:
    """One post as a reader of visible pages finds it; ``dated``: the elements that may show its date, best first.

    ``is_question``: whether the page marks it as the question itself; ``number``: its place in the thread, from 1,
    where the page shows it.
    """

    body: Found
    author: Found = NOTHING
    dated: tuple[etree._Element | Found, ...] = ()
    accepted: bool | None = None
    votes: str = ""
    is_question: bool = False
    number: int | None = None
    title: str = ""


@dataclass(frozen=True, slots=True)
class Thread:
    """What a page says of its thread beside the posts. ``is_continued``: it begins on an earlier page."""

    title: Found = NOTHING
    categories: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    answer_count_stated: str = ""
    is_continued: bool = False


def thread_sections(layout: str, page: Page, thread: Thread, posts: Sequence[Post]) -> Reading:
    """The question and answers that *posts* (in page order, comments left out) are."""
    if not posts:
        return NoQuestion("no posts")
    dates = read_dates(page, [post.dated for post in posts])
    asked_at = None if thread.is_continued else question_at(posts, dates)
    question = posts[asked_at] if asked_at is not None else None
    answers = tuple(
        RawAnswer(RawAuthor(name=name_of(post)), text_of(post), _found(date), post.accepted, post.votes)
        for at, (post, date) in enumerate(zip(posts, dates, strict=True))
        if at != asked_at
    )
    asked = dates[asked_at] if asked_at is not None else None
    ago = {at for at, (post, date) in enumerate(zip(posts, dates, strict=True)) if _is_ago(post, date)}
    notes = [FieldNote("question.asked_on", TIME_AGO)] if asked_at in ago else []
    notes += [FieldNote("answers.answered_on", TIME_AGO)] if ago - {asked_at} else []
    title = thread.title or (question.title if question else "")
    complete = [bool(title), question is not None, bool(question and question.author), asked is not None]
    complete += [part for answer in answers for part in (bool(answer.author.name), bool(answer.answered_on))]
    return (
        Sections(
            layout=layout,
            confidence=round(0.4 + 0.55 * sum(complete) / len(complete), 2),
            title=title,
            categories=thread.categories,
            question_title=title,
            question_text=text_of(question) if question else "",
            asked_on=_found(asked),
            asker_name=name_of(question) if question else "",
            question_votes=question.votes if question else "",
            answers=answers,
            tags=thread.tags,
            answer_count_stated=thread.answer_count_stated,
            notes=tuple(notes),
        ),
    )


_SIGNATURE_LINE: Final = re.compile(r"^_{8,}+\s*$", re.MULTILINE)
_LONGEST_SIGNATURE: Final = 1_000
_BEHIND_NAME: Final = tuple(
    " " + words
    for words in (
        "is offline", "is online", "is online now", "is away", "ist offline", "ist online", "a écrit", "a dit",
        "ha scritto", "says", "said", "wrote", "writes", "sagt", "sagte", "schrieb", "schreibt", "meint", "écrit",
        "dit", "dijo", "dice", "escribió", "disse", "zegt", "schreef", "пишет", "написал",
    )
)  # fmt: skip
_BEFORE_NAME: Final = re.compile(
    r"(?:#\d{1,6}\s++)?(?:(?:(?:posted|asked|answered|written|started|created) )?by:?\s++|@"
    r"|(?:von|par|por|da|di|author|autor|auteur|user|name|posted by|from|от|автор)\s?[:：]\s*+)?",
    re.IGNORECASE,
)


def text_of(post: Post) -> Found:
    """The text of *post* without the signature that a drawn line parts from it."""
    lines = list(_SIGNATURE_LINE.finditer(post.body, max(0, len(post.body) - _LONGEST_SIGNATURE)))
    own = post.body[: lines[-1].start()].rstrip() if lines else ""
    return Found(own, post.body.element, post.body.rule) if own else post.body


def name_of(post: Post) -> Found:
    """The author of *post* without what boards write around names: ``by``, ``#3``, ``is offline``, ``says:``."""
    said = post.author[:_LONGEST_LABEL]
    before = _BEFORE_NAME.match(said)
    name = (said[before.end() :] if before else said).rstrip(":： ")
    behind = next((words for words in _BEHIND_NAME if name.lower().endswith(words)), "")
    name = name.removesuffix(name[-len(behind) :]) if behind else name
    return Found(name, post.author.element, post.author.rule) if name and name != said else post.author


@dataclass(frozen=True, slots=True)
class DateFound:
    """The date of a post: what it is, the text or value that says so, and where that stands."""

    seen: DateSeen
    shown: Found

    @property
    def moment(self) -> tuple[str, str]:
        """For comparisons: the day and the time of day (``14:05``, empty where it is not known)."""
        return self.seen.day, self.seen.time


def read_dates(page: Page, dated: Sequence[Sequence[etree._Element | Found]]) -> list[DateFound | None]:
    """The date of each post from the elements that may show it. A machine-readable one goes before the visible text."""
    labels = [[_label(part) for part in parts] for parts in dated]
    order = page_order([label for parts in labels for label in parts if label], page.language)
    return [_date(page, parts, of, order) for parts, of in zip(dated, labels, strict=True)]


def _label(part: etree._Element | Found) -> str:
    return part if isinstance(part, Found) else clean_line(" ".join(map(str, part.itertext())))[:_LONGEST_LABEL]


def _date(
    page: Page, parts: Sequence[etree._Element | Found], labels: Sequence[str], order: DateOrder
) -> DateFound | None:
    for part, label in zip(parts, labels, strict=True):
        if not isinstance(part, Found):
            found = _machine_date(page, part, order)
            if found is not None:
                return found
        shown = find_dates(label, page.language, order, page.seen_on)
        if shown:
            element = part.element if isinstance(part, Found) else part
            return DateFound(shown[0], Found(label[shown[0].start : shown[0].end], element, "the date shown"))
    return None


def _machine_date(page: Page, part: etree._Element, order: DateOrder) -> DateFound | None:
    found = _DATED(part)
    for node in found if isinstance(found, list) else ():
        assert isinstance(node, etree._Element)
        for name in _MACHINE_ATTRIBUTES:
            value = node.get(name)
            seen = machine_date(value) if value else None
            if value and seen is not None:
                return DateFound(seen, Found(value, node, f"the date in {name}"))
        tooltip = node.get("title", "")[:_LONGEST_LABEL]
        shown = find_dates(tooltip, page.language, order, page.seen_on) if tooltip else []
        absolute = [date for date in shown if not date.relative]
        if absolute:
            return DateFound(absolute[0], Found(tooltip, node, "the date in the tooltip"))
    return None


def _is_ago(post: Post, date: DateFound | None) -> bool:
    """Whether *post* says only how long ago it was written; *date*: what was read of that."""
    return date.seen.relative if date is not None else any(is_time_gone_by(_label(part)) for part in post.dated)


def _found(date: DateFound | None) -> Found:
    return Found(date.seen.day, date.shown.element, date.shown.rule) if date else Found("")


def question_at(posts: Sequence[Post], dates: Sequence[DateFound | None]) -> int | None:
    """Which of *posts* is the question; None where it stands on an earlier page.

    The one that the page marks so, else number 1; else the first, but the last where the newest comes first.
    """
    marked = next((at for at, post in enumerate(posts) if post.is_question), None)
    if marked is not None:
        return marked
    numbers = [post.number for post in posts if post.number is not None]
    if len(numbers) == len(posts) and len(set(numbers)) == len(numbers):
        if min(numbers) > 1:
            return None
        return next(at for at, post in enumerate(posts) if post.number == min(numbers))
    moments = [date.moment for date in dates if date is not None]
    if len(moments) == len(posts) > 1 and moments[0] > moments[-1] and moments == sorted(moments, reverse=True):
        return len(posts) - 1
    return 0


_CONTINUED: Final = re.compile(
    r"[?&](?:page|p|pagenumber|pg|paged)=(?!0*1?(?:&|\Z))\d|[?&](?:start|st|offset)=(?!0+(?:&|\Z))\d"
    r"|[/_-](?:page|seite|p)[/_-]?(?!0*1(?:\D|\Z))\d{1,4}(?:\.html?|/)?(?:\?|\Z)|/index(?!1\b)\d{1,4}\.html?\Z"
)
_PAGE_PART: Final = re.compile(r"(?:[?&](?:page|p|pagenumber|pg|start|st)=\d++|[/_-](?:page|seite)[/_-]?\d++/?)")
_CANONICAL: Final = etree.XPath("string(//link[@rel='canonical']/@href)", smart_strings=False)
_PREVIOUS: Final = etree.XPath("string(//link[@rel='prev' or @rel='previous']/@href)", smart_strings=False)


def is_continuation(page: Page) -> bool:
    """Whether *page* is a further page of a thread, by its address or by what it names as the page before."""
    address = page.url or str(_CANONICAL(page.tree) if page.tree is not None else "")
    if _CONTINUED.search(address[:2000]):
        return True
    previous = str(_PREVIOUS(page.tree) if page.tree is not None else "")[:2000]
    if not previous or not address:
        return False
    first = _PAGE_PART.sub("", previous).rstrip("/").rpartition("//")[2]
    return (
        _PAGE_PART.sub("", address[:2000]).rstrip("/").rpartition("//")[2].endswith(first[-80:]) and previous != address
    )


_SITE_PARTS: Final = re.compile(r"\s+[|\-–—·:»›•]\s+|\s*[|»›•]\s*")
_HEADINGS: Final = etree.XPath("//h1 | //h2 | //h3 | //h4 | //*[@role='heading']")
_OG_TITLE: Final = etree.XPath("string(//meta[@property='og:title']/@content)", smart_strings=False)
_SAME_LENGTH: Final = 3


def heading_of(page: Page, candidates: Iterable[etree._Element] = ()) -> Found:
    """The heading of *page*: the first of *candidates* (else the longest of its headings) that ``<title>`` names.

    Where no heading agrees with ``<title>``, the first ``h1``, else ``<title>`` without the name of the site.
    """
    if page.tree is None:
        return Found("")
    named = [clean_line(text)[:_LONGEST_LABEL] for text in (str(_OG_TITLE(page.tree)), page.title)]
    given = list(candidates)
    headings = given or _HEADINGS(page.tree)
    assert isinstance(headings, list)
    first: Found | None = None
    best: tuple[int, Found] | None = None
    for node in headings:
        assert isinstance(node, etree._Element)
        text = clean_line(" ".join(map(str, node.itertext())))
        if not text or len(text) > 2 * _LONGEST_LABEL:
            continue
        if first is None and node.tag == "h1":
            first = Found(text, node, "the first heading")
        agrees = any(_contains(name, text) for name in named if name)
        if agrees and len(text) >= _SAME_LENGTH and (best is None or (not given and len(text) > best[0])):
            best = len(text), Found(text, node, "the heading that the page's title names")
    if best is not None:
        return best[1]
    if first is not None:
        return first
    labelled = _labelled_title(page.tree)
    if labelled:
        return labelled
    parts = _SITE_PARTS.split(named[1]) if named[1] else []
    return Found(max(parts[:2], key=len), None, "the page's title") if parts else Found(named[0])


_TITLE_LABEL: Final = re.compile(
    r"(?:topic|thread|subject|thema|betreff|sujet|asunto|tema|主题|主題|件名|question|frage)\s?[:：]?", re.IGNORECASE
)


def _labelled_title(tree: etree._Element) -> Found:
    """The text behind a label such as ``Topic``, where the page has no heading at all."""
    for node in tree.iter("b", "strong", "th", "label", "span", "dt"):
        label = clean_line(node.text or "")
        if label and len(label) < _LONGEST_LABEL and _TITLE_LABEL.fullmatch(label):
            text = clean_line(node.tail or "").lstrip(":：» ")
            if text and len(text) < _LONGEST_LABEL:
                return Found(text, node.getparent(), f"the text behind {label}")
    return NOTHING


def _contains(name: str, text: str) -> bool:
    return text.lower() in name.lower()
