"""The values of one record beside what its reader found on the page, field by field."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from qa_scraper.extraction.sections import RawAnswer, RawAuthor, RawTeaser, RawTopic, Sections
from qa_scraper.items import Answer, Author, Record, RelatedQuestion, RelatedTopic


@dataclass(frozen=True, slots=True)
class FieldValue:
    """One field. ``name``: with the positions of list entries from 0 (``answers.2.author.name``).

    ``value``: as in the record; ``found``: what the reader found for it (a ``Found`` where it knows its element), empty
    where it is not found on the page at all. ``group``: what stands together on a page (``answers.2``).
    """

    name: str
    value: str | int | bool | None
    found: str
    group: str

    @property
    def kind(self) -> str:
        """The name without positions, as readers' rules are called: ``answers.author.name``."""
        return ".".join(part for part in self.name.split(".") if not part.isdecimal())


def record_values(sections: Sections, record: Record) -> Iterator[FieldValue]:
    """All fields of *record*, which was made of *sections*, in the order in which people read them."""
    question, asker = record.question, record.asker
    yield FieldValue("title", record.title, sections.title, "title")
    yield from _listed("categories", record.categories, sections.categories)
    yield from _listed("tags", record.tags, sections.tags)
    yield FieldValue("question.title", question.title, sections.question_title, "question")
    yield FieldValue("question.text", question.text, sections.question_text, "question")
    yield FieldValue("question.asked_on", question.asked_on, sections.asked_on, "question")
    yield FieldValue("question.votes", question.votes, sections.question_votes, "question")
    yield FieldValue("asker.name", asker.name, sections.asker_name, "question")
    yield FieldValue("asker.age_min", asker.age_min, sections.asker_age, "question")
    yield FieldValue("asker.age_max", asker.age_max, sections.asker_age, "question")
    yield FieldValue("asker.gender", asker.gender, sections.asker_gender, "question")
    for at, (found, answer) in enumerate(zip(sections.answers, record.answers, strict=False)):
        yield from answer_values(at, found, answer)
    yield FieldValue("answer_count_stated", record.answer_count_stated, sections.answer_count_stated, "count")
    yield FieldValue("more_info", record.more_info, sections.more_info, "more_info")
    for at, (teaser, related) in enumerate(zip(sections.related_questions, record.related_questions, strict=False)):
        yield from _related_question(at, teaser, related)
    for at, (named, topic) in enumerate(zip(sections.related_topics, record.related_topics, strict=False)):
        yield from _related_topic(at, named, topic)


def answer_values(at: int, found: RawAnswer, answer: Answer) -> Iterator[FieldValue]:
    """The fields of the answer at position *at*."""
    group = f"answers.{at}"
    yield from _author(f"{group}.author", found.author, answer.author, group)
    yield FieldValue(f"{group}.text", answer.text, found.text, group)
    yield FieldValue(f"{group}.answered_on", answer.answered_on, found.answered_on, group)
    yield FieldValue(f"{group}.accepted", answer.accepted, "", group)
    yield FieldValue(f"{group}.votes", answer.votes, found.votes, group)
    yield FieldValue(f"{group}.by_asker", answer.by_asker or None, "", group)
    yield FieldValue(f"{group}.signed_by", answer.signed_by, answer.signed_by or "", group)


def _listed(name: str, values: Sequence[str], found: Sequence[str]) -> Iterator[FieldValue]:
    for at, value in enumerate(values):
        yield FieldValue(f"{name}.{at}", value, found[at] if at < len(found) else "", "title")
    if not values:
        yield FieldValue(name, None, "", "title")


def _author(name: str, found: RawAuthor, author: Author, group: str) -> Iterator[FieldValue]:
    yield FieldValue(f"{name}.name", author.name, found.name, group)
    yield FieldValue(f"{name}.title", author.title, found.title, group)
    yield FieldValue(f"{name}.department", author.department, found.department, group)


def _related_question(at: int, found: RawTeaser, related: RelatedQuestion) -> Iterator[FieldValue]:
    group = f"related_questions.{at}"
    yield FieldValue(f"{group}.title", related.title, found.title, group)
    yield FieldValue(f"{group}.url", related.url, found.href or "", group)
    yield FieldValue(f"{group}.question_excerpt", related.question_excerpt, found.question_excerpt, group)
    yield from _author(f"{group}.answer_author", found.answer_author, related.answer_author, group)
    yield FieldValue(f"{group}.answer_excerpt", related.answer_excerpt, found.answer_excerpt, group)


def _related_topic(at: int, found: RawTopic, topic: RelatedTopic) -> Iterator[FieldValue]:
    group = f"related_topics.{at}"
    yield FieldValue(f"{group}.name", topic.name, found.name, group)
    yield FieldValue(f"{group}.department", topic.department, found.department, group)
    yield FieldValue(f"{group}.url", topic.url, found.href or "", group)
