"""What a layout finds on a page: the raw text of each section, before any cleaning. Loaders make the items of it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RawAuthor:
    """Who wrote an answer, as the page shows it; empty strings where it does not."""

    title: str = ""
    name: str = ""
    department: str = ""


@dataclass(frozen=True, slots=True)
class RawAnswer:
    """One answer: its author, its text (lines parted by newlines) and its date as the page shows it."""

    author: RawAuthor
    text: str
    answered_on: str = ""


@dataclass(frozen=True, slots=True)
class RawTeaser:
    """A teaser of another question, ``href`` as written on the page."""

    title: str
    href: str | None = None
    question_excerpt: str = ""
    answer_author: RawAuthor = RawAuthor()
    answer_excerpt: str = ""


@dataclass(frozen=True, slots=True)
class RawTopic:
    """A link to a topic page, ``href`` as written on the page."""

    name: str
    department: str = ""
    href: str | None = None


@dataclass(frozen=True, slots=True)
class Sections:
    """One question of a page, split into its parts. Empty strings and tuples stand for what the page does not show.

    ``confidence``: share of the layout's landmarks that were found in their place, 0 to 1.
    """

    layout: str
    confidence: float
    title: str = ""
    categories: tuple[str, ...] = ()
    question_title: str = ""
    question_text: str = ""
    asked_on: str = ""
    asker_name: str = ""
    asker_age: str = ""
    asker_gender: str = ""
    answers: tuple[RawAnswer, ...] = ()
    more_info: str = ""
    related_questions: tuple[RawTeaser, ...] = ()
    related_topics: tuple[RawTopic, ...] = ()


@dataclass(frozen=True, slots=True)
class NoQuestion:
    """Why a page gives no record, in words for a person."""

    reason: str
