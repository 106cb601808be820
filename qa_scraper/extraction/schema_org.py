"""Questions and answers that a page declares by schema.org: QAPage, FAQPage, Question, DiscussionForumPosting.

What it declares is looked for on the page itself: where the page shows it, its visible text is taken.
"""

from __future__ import annotations

import html
from collections.abc import Sequence
from functools import cached_property
from typing import Final

from lxml import etree

from qa_scraper.extraction.anchors import PageText, letters
from qa_scraper.extraction.blocks import element_text
from qa_scraper.extraction.found import Found
from qa_scraper.extraction.markup import Thing, everything, things
from qa_scraper.extraction.posts import heading_of
from qa_scraper.extraction.sections import FieldNote, NoQuestion, RawAnswer, RawAuthor, Reading, Sections
from qa_scraper.page import Page
from qa_scraper.text import clean_line

NAME: Final = "schema-org"
RULES: Final = {
    "question": "schema.org Question or DiscussionForumPosting",
    "title": "name or headline of the question",
    "categories": "BreadcrumbList",
    "tags": "keywords",
    "question.text": "text of the question, as the page shows it",
    "question.asked_on": "dateCreated or datePublished of the question",
    "asker": "author of the question",
    "answers": "acceptedAnswer, suggestedAnswer or comment",
    "answers.text": "text of the answer, as the page shows it",
    "answers.author": "author of the answer",
    "answers.answered_on": "dateCreated or datePublished of the answer",
}

_ANSWERS: Final = ("acceptedAnswer", "suggestedAnswer", "topAnswer", "answer", "innerAnswer")
_COMMENTS: Final = ("comment", "innerComment")
_TEXTS: Final = ("text", "articleBody", "description", "reviewBody")
_DATES: Final = ("dateCreated", "datePublished", "dateModified")
_NO_ANSWER: Final = "schema.org markup of questions without any answer: a listing"
_LEAST_SAME: Final = 8


def read(page: Page) -> Reading:
    """The questions that the markup of *page* declares."""
    if page.tree is None or not ("schema.org" in page.text or "ld+json" in page.text):
        return NoQuestion("no schema.org markup")
    found = list(everything(things(page)))
    reader = _Reader(page, found)
    questions = _unique([thing for thing in found if "Question" in thing.types])
    faq = [thing for thing in found if "FAQPage" in thing.types]
    is_thread = any("QAPage" in thing.types for thing in found)
    if faq and not is_thread:
        listed = _unique([inner for thing in faq for inner in everything([thing]) if "Question" in inner.types])
        answered = [question for question in listed or questions if reader.answers(question)]
        return tuple(reader.faq(question) for question in answered) or NoQuestion("a FAQPage without answers")
    postings = [thing for thing in found if "DiscussionForumPosting" in thing.types]
    if not questions:
        return reader.discussion(postings) if postings else NoQuestion("no schema.org question")
    if len(questions) == 1:
        _adopt(questions[0], found)
    answered = [question for question in questions if reader.answers(question)]
    if len(questions) == 1 or (is_thread and len(answered) <= 1):
        return (reader.thread((answered or questions)[0]),)
    if not answered:
        return NoQuestion(_NO_ANSWER)
    if len(answered) == 1:
        return (reader.thread(answered[0]),)
    return tuple(reader.faq(question) for question in answered)


def _adopt(question: Thing, found: Sequence[Thing]) -> None:
    """Gives *question*, the only one, the answers that stand outside of it: they belong to no other."""
    owned = {id(inner) for inner in everything([question])}
    orphans = [
        thing for thing in found if "Answer" in thing.types and id(thing) not in owned and thing.element is not None
    ]
    question.properties.setdefault("innerAnswer", []).extend(orphans)


def _unique(questions: Sequence[Thing]) -> list[Thing]:
    """*questions* without those that another kind of markup declares again; of two alike the one with more in it."""
    found: dict[str, Thing] = {}
    for question in questions:
        key = letters(question.text("name", "headline", *_TEXTS))[:80]
        same = found.get(key)
        if same is None or _size(question) > _size(same):
            found[key] = question
    return list(found.values())


def _size(question: Thing) -> int:
    return sum(len(question.things(name)) for name in _ANSWERS) * 2 + (question.element is not None)


class _Reader:
    """Makes sections of things, with the page's text at hand."""

    def __init__(self, page: Page, found: Sequence[Thing]) -> None:
        self._page = page
        self._found = found

    @cached_property
    def _text(self) -> PageText:
        assert self._page.tree is not None
        body = self._page.tree.find("body")
        return PageText.of(body if body is not None else self._page.tree)

    def answers(self, question: Thing) -> list[tuple[Thing, bool]]:
        """The answers of *question* that have a text, in page order, and whether each is the accepted one."""
        accepted = {id(thing) for thing in question.things("acceptedAnswer")}
        named = {id(thing): thing for thing in question.things(*_ANSWERS)}
        if question.element is not None:
            order = {id(thing): at for at, thing in enumerate(everything([question]))}
            root = question.element.getroottree().getroot()
            places = {node: at for at, node in enumerate(root.iter("*"))}
            key = {i: places.get(t.element, order[i]) if t.element is not None else order[i] for i, t in named.items()}
            named = dict(sorted(named.items(), key=lambda item: key[item[0]]))
        # Pages repeat the accepted answer among the suggested ones, as a thing of its own.
        found: dict[tuple[object, ...], tuple[Thing, bool]] = {}
        for thing in named.values():
            texts = thing.texts(*_TEXTS)
            if texts:
                said = (*texts, self._author(thing).name, _date(thing))
                first, was_accepted = found.get(said, (thing, False))
                found[said] = first, was_accepted or id(thing) in accepted
        return list(found.values())

    def thread(self, question: Thing) -> Sections:
        """The one question that the page is about."""
        answers = self.answers(question)
        return self._sections(question, [thing for thing, _ in answers], [accepted for _, accepted in answers])

    def faq(self, question: Thing) -> Sections:
        """One question of many."""
        title = self._shown(question.text("name", "headline", *_TEXTS))
        (answer, _), *_ = self.answers(question)
        text = self._prose(answer)
        return Sections(
            layout=NAME,
            confidence=0.95 if text.element is not None else 0.8,
            title=title,
            question_title=title,
            answers=(RawAnswer(self._author(answer), text, _date(answer)),),
            among_others=True,
        )

    def discussion(self, postings: Sequence[Thing]) -> Reading:
        """A thread that is declared as a posting with comments, or as one posting after the other."""
        replies = {id(inner) for thing in postings for inner in thing.things(*_COMMENTS)}
        first = next((thing for thing in postings if thing.things(*_COMMENTS)), postings[0])
        comments = [thing for thing in first.things(*_COMMENTS) if thing.texts(*_TEXTS)]
        if not comments:
            others = [t for t in postings if t is not first and id(t) not in replies and t.texts(*_TEXTS)]
            linked = {t.text("url", "mainEntityOfPage") for t in others}
            if len(linked) > 1 and len(linked) == len(others) and not any(self._is_here(url) for url in linked):
                return NoQuestion("schema.org postings that lead to pages of their own: a listing")
            comments = others
        if not first.texts(*_TEXTS) and not comments:
            return NoQuestion("a schema.org posting without a text")
        return (self._sections(first, comments, [False] * len(comments)),)

    def _is_here(self, url: str) -> bool:
        own = (self._page.url or "").partition("#")[0].partition("?")[0].rstrip("/")
        return not own or url.partition("#")[0].startswith(own)

    def _sections(self, question: Thing, answers: Sequence[Thing], accepted: Sequence[bool]) -> Sections:
        title = self._title(question)
        text = self._prose(question)
        notes = []
        if letters(text) == letters(title):
            text = Found("")
        read = tuple(
            RawAnswer(
                author=self._author(answer),
                text=self._prose(answer),
                answered_on=_date(answer),
                accepted=is_accepted if any(accepted) else None,
                votes=answer.text("upvoteCount"),
            )
            for answer, is_accepted in zip(answers, accepted, strict=True)
        )
        hidden = sum(isinstance(answer.text, Found) and answer.text.element is None for answer in read)
        if hidden and any(answer.text for answer in read):
            notes.append(FieldNote("answers", f"{hidden} of {len(read)} stand in the markup alone, not on the page"))
        complete = [bool(title), bool(text), bool(_date(question)), *(bool(a.text and a.author.name) for a in read)]
        return Sections(
            layout=NAME,
            confidence=round(0.5 + 0.45 * sum(complete) / len(complete), 2),
            title=title,
            categories=self._breadcrumbs(title),
            question_title=title,
            question_text=text,
            asked_on=_date(question),
            asker_name=self._author(question).name,
            question_votes=question.text("upvoteCount"),
            answers=read,
            tags=_tags(question),
            answer_count_stated=question.text("answerCount", "commentCount"),
            notes=tuple(notes),
        )

    def _title(self, question: Thing) -> Found:
        said = question.text("name", "headline")
        shown = heading_of(self._page)
        if not said:
            return shown
        first, second = letters(_plain(said)), letters(shown)
        same = min(len(first), len(second))
        if same >= min(_LEAST_SAME, len(first)) and first[:same] == second[:same] and shown.element is not None:
            return shown
        return self._shown(said)

    def _shown(self, said: Found) -> Found:
        """A line as the page shows it, else as the markup says it."""
        if said.element is not None:
            return said
        line = _plain(said)
        element = self._text.element_of(line)
        return Found(line, element, said.rule)

    def _prose(self, thing: Thing) -> Found:
        """The text of *thing*: what the page shows of it."""
        values = thing.texts(*_TEXTS)
        inside = [
            value.element for value in values if value.element is not None and value.element.get("content") is None
        ]
        if inside:
            own = [e for e in inside if not any(outer in inside for outer in e.iterancestors())]
            parts = dict.fromkeys(element_text(element) for element in own)
            return Found("\n\n".join(filter(None, parts)), own[0], values[0].rule)
        longest = max(values, key=len, default=Found(""))
        text = _prose_of(longest)
        if not text:
            return Found("")
        element = self._text.element_of(text)
        if element is None:
            return Found(text, None, longest.rule)
        return Found(element_text(element), element, f"{longest.rule}, as the page shows it")

    def _author(self, thing: Thing) -> RawAuthor:
        person = next(iter(thing.things("author", "creator")), None)
        name = person.text("name", "alternateName") if person is not None else thing.text("author", "creator")
        if person is not None and not name and person.element is not None:
            name = Found(clean_line(" ".join(map(str, person.element.itertext())))[:100], person.element, "the author")
        return RawAuthor(name=Found(_plain(name), name.element, name.rule))

    def _breadcrumbs(self, title: str) -> tuple[str, ...]:
        for thing in self._found:
            if "BreadcrumbList" not in thing.types:
                continue
            entries = [
                (_number(entry.text("position")), _entry_name(entry)) for entry in thing.things("itemListElement")
            ]
            names = [name for _, name in sorted(entries, key=lambda entry: entry[0]) if name]
            return tuple(name for name in names if letters(name) != letters(title))
        return ()


def _entry_name(entry: Thing) -> str:
    inner = entry.text("name") or next((thing.text("name") for thing in entry.things("item")), "")
    return _plain(inner)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0


def _tags(question: Thing) -> tuple[str, ...]:
    said = [tag for text in question.texts("keywords") for tag in text.split(",")]
    said += [thing.text("name") for thing in question.things("keywords")]
    return tuple(dict.fromkeys(filter(None, (clean_line(_plain(tag)) for tag in said))))


def _date(thing: Thing) -> Found:
    """The date of *thing* as written, without its time of day."""
    said = thing.text(*_DATES)
    return Found(said[:10] if said[10:11] in {"T", " "} else said, said.element, said.rule)


def _plain(text: str) -> str:
    """*text* without entities, also those that were encoded twice, and without tags."""
    for _ in range(2):
        text = html.unescape(text) if "&" in text else text
    if "<" in text and ">" in text:
        return clean_line(_prose_of(text))
    return clean_line(text)


def _prose_of(text: str) -> str:
    """The prose of a text that may hold HTML, plain or with its entities encoded."""
    for _ in range(2):
        if "<" in text and ">" in text:
            break
        text = html.unescape(text) if "&" in text else text
    if "<" not in text or ">" not in text:
        return text.strip()
    parser = etree.HTMLParser(encoding="utf-8", huge_tree=True)
    try:
        root = etree.fromstring(f"<div>{text}</div>".encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError:
        return text.strip()
    return element_text(root) if root is not None else text.strip()
