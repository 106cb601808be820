"""Two readings of one page become one: what its markup says, and what it shows.

Field by field the visible text wins, except for dates, where a machine-readable one does. What only one of them has is
taken from it; where they differ in what matters, a note says so.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from qa_scraper.extraction.sections import TIME_AGO, FieldNote, NoQuestion, RawAnswer, RawAuthor, Reading, Sections
from qa_scraper.text import clean_line, parse_count, parse_date

_WORDS: Final = re.compile(r"\w+")
_COMPARED: Final = 60
"""Letters and digits by which two texts are taken for the same: one of them may be cut short."""


def merged(markup: Reading, shown: Reading, *, is_platform: bool) -> Reading:
    """One reading of *markup* and *shown*; *is_platform*: whether the reader of *shown* knows the page's platform."""
    if isinstance(markup, NoQuestion) or isinstance(shown, NoQuestion):
        if isinstance(markup, NoQuestion) and isinstance(shown, NoQuestion):
            return NoQuestion(f"{markup.reason}; {shown.reason}")
        return shown if isinstance(markup, NoQuestion) else markup
    if len(markup) != 1 or markup[0].among_others:
        return shown if is_platform and not shown[0].among_others else markup
    if len(shown) != 1 or shown[0].among_others:
        return markup
    said, seen = markup[0], shown[0]
    if is_platform or _tells_more(seen, said):
        return (_merged(seen, said),)
    return (_filled(said, seen),)


def _tells_more(seen: Sections, said: Sections) -> bool:
    """Whether what the page shows is the same thread as its markup's, with answers that the markup leaves out."""
    if len(seen.answers) <= len(said.answers):
        return False
    if said.answers and parse_count(said.answer_count_stated) == len(said.answers):
        return False
    shown = [_key(seen.question_text), *(_key(answer.text) for answer in seen.answers)]
    wanted = [_key(said.question_text), *(_key(answer.text) for answer in said.answers)]
    return all(any(_is_same(key, other) for other in shown) for key in wanted if key)


def _merged(seen: Sections, said: Sections) -> Sections:
    """*seen* with what only *said* knows, and with its dates."""
    notes = [note for note in seen.notes if note.note != TIME_AGO]
    answers = []
    used: set[int] = set()
    shows_times = False  # whether the page alone tells when an answer was written
    for at, answer in enumerate(seen.answers):
        twin = _twin(answer, said.answers, used)
        shows_times |= twin is None or not _is_date(said.answers[twin].answered_on)
        if twin is None:
            answers.append(answer)
            continue
        used.add(twin)
        other = said.answers[twin]
        _note(notes, f"answers.{at}.answered_on", answer.answered_on, other.answered_on, is_date=True)
        _note(notes, f"answers.{at}.author.name", answer.author.name, other.author.name)
        answers.append(
            replace(
                answer,
                author=answer.author if answer.author.name else other.author,
                answered_on=other.answered_on if _is_date(other.answered_on) else answer.answered_on,
                accepted=other.accepted if answer.accepted is None else answer.accepted,
                votes=answer.votes or other.votes,
                by_asker=other.by_asker if answer.by_asker is None else answer.by_asker,
            )
        )
    _note(notes, "question.asked_on", seen.asked_on, said.asked_on, is_date=True)
    _note(notes, "asker.name", seen.asker_name, said.asker_name)
    notes += _times_ago(seen, asked=not _is_date(said.asked_on), answered=shows_times)
    missing = len(said.answers) - len(used)
    if missing > 0:
        notes.append(FieldNote("answers", f"the markup has {missing} more that the page does not show as posts"))
    return replace(
        _common(seen, said),
        asked_on=said.asked_on if _is_date(said.asked_on) else seen.asked_on,
        answers=tuple(answers),
        notes=tuple(notes),
    )


def _filled(said: Sections, seen: Sections) -> Sections:
    """*said* with what only *seen* knows."""
    notes = list(said.notes)
    answers = []
    used: set[int] = set()
    shows_times = False
    for at, answer in enumerate(said.answers):
        twin = _twin(answer, seen.answers, used)
        other = seen.answers[twin] if twin is not None else RawAnswer(RawAuthor(), "")
        used.update(() if twin is None else (twin,))
        shows_times |= not answer.answered_on
        _note(notes, f"answers.{at}.author.name", other.author.name, answer.author.name)
        answers.append(
            replace(
                answer,
                author=answer.author if answer.author.name else other.author,
                answered_on=answer.answered_on or other.answered_on,
                votes=answer.votes or other.votes,
            )
        )
    notes += _times_ago(seen, asked=not said.asked_on, answered=shows_times)
    return replace(_common(said, seen), answers=tuple(answers), notes=tuple(notes))


def _times_ago(seen: Sections, *, asked: bool, answered: bool) -> list[FieldNote]:
    """What *seen* notes of times gone by, if the date of the question, or of any answer, is taken from it."""
    fields = {"question.asked_on"} if asked else set()
    fields |= {"answers.answered_on"} if answered else set()
    return [note for note in seen.notes if note.note == TIME_AGO and note.field in fields]


def _common(first: Sections, second: Sections) -> Sections:
    """*first*, its empty fields filled from *second*."""
    return replace(
        first,
        title=first.title or second.title,
        categories=first.categories or second.categories,
        question_title=first.question_title or second.question_title,
        question_text=first.question_text or second.question_text,
        asked_on=first.asked_on or second.asked_on,
        asker_name=first.asker_name or second.asker_name,
        question_votes=first.question_votes or second.question_votes,
        tags=first.tags or second.tags,
        answer_count_stated=first.answer_count_stated or second.answer_count_stated,
        confidence=round(min(1.0, max(first.confidence, second.confidence) + 0.02), 2),
    )


def _twin(answer: RawAnswer, others: Sequence[RawAnswer], used: set[int]) -> int | None:
    """Which of *others* is the same answer."""
    key = _key(answer.text)
    free = [at for at in range(len(others)) if at not in used]
    same_text = [at for at in free if _is_same(key, _key(others[at].text))]
    by_author = [at for at in same_text if others[at].author.name == answer.author.name]
    return next(iter(by_author or same_text), None)


def _key(text: str) -> str:
    return "".join(_WORDS.findall(text[: 4 * _COMPARED])).lower()[:_COMPARED]


def _is_same(first: str, second: str) -> bool:
    shorter = min(len(first), len(second))
    return shorter > 0 and (first == second if shorter < _COMPARED // 2 else first[:shorter] == second[:shorter])


def _is_date(text: str) -> bool:
    return parse_date(text) is not None


def _note(notes: list[FieldNote], field: str, shown: str, said: str, *, is_date: bool = False) -> None:
    """Notes that the page shows *shown* and its markup says *said*, where both say something else."""
    first, second = (parse_date(shown), parse_date(said)) if is_date else (clean_line(shown), clean_line(said))
    if first and second and first.casefold() != second.casefold():
        followed = second if is_date else first
        notes.append(FieldNote(field, f"the page shows {first}, its markup says {second}; {followed} is taken"))
