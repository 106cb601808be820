"""Dates that a page says as times gone by ("2 days ago"), kept as they were read first.

Counted anew at each fetch, they would wander by a day with the hour of the fetch, and vanish once the page says "2
weeks ago": each refresh would find all of a site's questions changed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date

from qa_scraper.extraction.sections import TIME_AGO
from qa_scraper.items import Record, content_hash


def counted_fields(record: Record) -> set[str]:
    """The dates of *record* that hang on the day of the fetch: ``question.asked_on``, ``answers.answered_on``."""
    return {note.field for note in record.source.notes if note.note == TIME_AGO}


def keep_dates(record: Record, known: Mapping[str, object]) -> None:
    """Gives *record* the dates that it had when it was read before (*known*, as JSON).

    A question is known by its title or its text, an answer by its author and its text; what is another keeps its own.
    """
    fields = counted_fields(record)
    question, before = record.question, _mapping(known.get("question"))
    is_same = any(value is not None and before.get(name) == value for name, value in
                  (("title", question.title), ("text", question.text)))  # fmt: skip
    if "question.asked_on" in fields and is_same:
        question.asked_on = _kept(_date(before.get("asked_on")), question.asked_on)
    if "answers.answered_on" in fields:
        dates = _dates(known.get("answers"))
        for answer in record.answers:
            same = dates[answer.author.name, answer.text]
            answer.answered_on = _kept(same.pop(0) if same else None, answer.answered_on)
    record.source.content_hash = content_hash(record)


def _kept(known: str | None, counted: str | None) -> str | None:
    """The date *known*, unless the one that was *counted* now is another by more than an hour of the fetch can do."""
    if known is None or counted is None:
        return known or counted
    return known if abs(date.fromisoformat(known) - date.fromisoformat(counted)).days <= 1 else counted


def _dates(answers: object) -> defaultdict[tuple[object, object], list[str | None]]:
    """The dates of answers (as JSON), by author and text; of those that say the same in their order."""
    found: defaultdict[tuple[object, object], list[str | None]] = defaultdict(list)
    for answer in map(_mapping, answers if isinstance(answers, list) else ()):
        found[_mapping(answer.get("author")).get("name"), answer.get("text")].append(_date(answer.get("answered_on")))
    return found


def _date(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}
