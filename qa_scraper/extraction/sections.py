"""What a layout finds on a page: the raw text of each section, before any cleaning. Loaders make the items of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class RawAuthor:
    """Who wrote an answer, as the page shows it; empty strings where it does not."""

    title: str = ""
    name: str = ""
    department: str = ""


@dataclass(frozen=True, slots=True)
class RawAnswer:
    """One answer: its author, its text (lines parted by newlines), its date and votes as the page shows them.

    ``accepted``: None where the site marks no answer so. ``by_asker``: None where only the names tell it.
    """

    author: RawAuthor
    text: str
    answered_on: str = ""
    accepted: bool | None = None
    votes: str = ""
    by_asker: bool | None = None


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


TIME_AGO: Final = "the page says only how long ago: counted from the day of the fetch, where it names a day"
"""What is noted of a date that the page shows as a time gone by."""


@dataclass(frozen=True, slots=True)
class FieldNote:
    """What is to be known of a field (``answers.2.answered_on``): above all, where two readers of the page disagree."""

    field: str
    note: str


@dataclass(frozen=True, slots=True)
class Sections:
    """One question of a page, split into its parts. Empty strings and tuples stand for what the page does not show.

    ``confidence``: how sure the reader is, 0 to 1. ``among_others``: the page is one that holds many questions (FAQ),
    even if it shows only one now, so that its address alone names none of them.
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
    question_votes: str = ""
    tags: tuple[str, ...] = ()
    answer_count_stated: str = ""
    among_others: bool = False
    notes: tuple[FieldNote, ...] = ()


@dataclass(frozen=True, slots=True)
class NoQuestion:
    """Why a page gives no record, in words for a person."""

    reason: str


Reading = tuple[Sections, ...] | NoQuestion
"""What a reader makes of a page: one or more questions, or why there is none."""
