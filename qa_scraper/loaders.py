"""Item loaders: sections become items. How each field is cleaned is said here, by its input processor.

Loaders take ready values from the sections that extraction has found (``add_value``); they select nothing themselves.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeVar

from itemloaders import ItemLoader
from itemloaders.processors import Identity, MapCompose, TakeFirst

from qa_scraper.extraction import EXTRACTOR_VERSION, read_page
from qa_scraper.extraction.sections import NoQuestion, RawAnswer, RawAuthor, RawTeaser, RawTopic, Sections
from qa_scraper.items import (
    Answer,
    Asker,
    Author,
    FieldNote,
    Question,
    Record,
    RelatedQuestion,
    RelatedTopic,
    Source,
    content_hash,
)
from qa_scraper.page import Page
from qa_scraper.text import clean_line, clean_text, parse_age_band, parse_count, parse_date, parse_gender, signature
from qa_scraper.urls import canonical_url, page_address, text_hash, url_hash

LOCAL_SITE: Final = "local"
"""Site name of records that were read from files, outside of any crawl."""

_DOUBTFUL: Final = 0.5  # what is left of the confidence where the text may be mojibake
_LINE: Final = MapCompose(clean_line)
_TEXT: Final = MapCompose(clean_text)
_LIST: Final = Identity()
_Item = TypeVar("_Item")


class _Loader(ItemLoader):
    """One value a field; empty strings count as nothing."""

    default_output_processor = TakeFirst()


class AuthorLoader(_Loader):
    """Who wrote an answer."""

    default_item_class = Author
    default_input_processor = _LINE


class QuestionLoader(_Loader):
    """What was asked."""

    default_item_class = Question
    title_in = _LINE
    text_in = _TEXT
    asked_on_in = MapCompose(parse_date)
    votes_in = MapCompose(parse_count)


class AskerLoader(_Loader):
    """Who asked; ``age_min`` and ``age_max`` come from one age band."""

    default_item_class = Asker
    name_in = _LINE
    gender_in = MapCompose(parse_gender)


class AnswerLoader(_Loader):
    """One answer; ``signed_by`` is read from its text."""

    default_item_class = Answer
    text_in = _TEXT
    answered_on_in = MapCompose(parse_date)
    votes_in = MapCompose(parse_count)
    signed_by_in = MapCompose(signature)


class RelatedQuestionLoader(_Loader):
    """A teaser of another question."""

    default_item_class = RelatedQuestion
    title_in = question_excerpt_in = answer_excerpt_in = _LINE


class RelatedTopicLoader(_Loader):
    """A link to a topic page."""

    default_item_class = RelatedTopic
    name_in = department_in = _LINE


class SourceLoader(_Loader):
    """Where the record came from."""

    default_item_class = Source
    notes_out = _LIST


class RecordLoader(_Loader):
    """The record itself, made of the items above."""

    default_item_class = Record
    title_in = _LINE
    more_info_in = _TEXT
    categories_in = tags_in = _LINE
    answer_count_stated_in = MapCompose(parse_count)
    categories_out = tags_out = answers_out = related_questions_out = related_topics_out = _LIST


@dataclass(frozen=True, slots=True)
class Provenance:
    """What a record says of where it came from and the page cannot know.

    ``fetched_at``: UTC, ISO 8601, None where nothing was fetched; ``own_id``: the id that the site itself gives to
    the question, where its URL shows one.
    """

    site: str = LOCAL_SITE
    path: str | None = None
    fetched_at: str | None = None
    http_status: int | None = None
    own_id: str | None = None


def page_records(page: Page, provenance: Provenance, layouts: tuple[str, ...] = ()) -> list[Record] | NoQuestion:
    """The records of *page* (one for each question that it shows), or why it has none."""
    found = read_page(page, layouts)
    if isinstance(found, NoQuestion):
        return found
    records: dict[str, Record] = {}
    for sections in found:
        record = load_record(sections, page, provenance)
        same = records.get(record.id)
        if same is None:
            records[record.id] = record
        elif same.answers != record.answers:
            same.answers.extend(answer for answer in record.answers if answer not in same.answers)
            same.source.content_hash = content_hash(same)
    return list(records.values())


def load_record(sections: Sections, page: Page, provenance: Provenance) -> Record:
    """Makes the record of one question of *page*; those of a page with many differ by the hash of their title."""
    resolve = _resolver(page)
    loader = RecordLoader()
    loader.add_value("site", provenance.site)
    loader.add_value("url", canonical_url(page.url) if page.url else None)
    loader.add_value("language", page.language)
    loader.add_value("title", sections.title)
    loader.add_value("categories", sections.categories)
    loader.add_value("tags", sections.tags)
    loader.add_value("question", _question(sections))
    loader.add_value("asker", _asker(sections))
    loader.add_value("answers", [_answer(answer, sections.asker_name) for answer in sections.answers])
    loader.add_value("answer_count_stated", sections.answer_count_stated)
    loader.add_value("more_info", sections.more_info)
    loader.add_value("related_questions", [_related_question(teaser, resolve) for teaser in sections.related_questions])
    loader.add_value("related_topics", [_related_topic(topic, resolve) for topic in sections.related_topics])
    loader.add_value("source", _source(sections, page, provenance))
    record = _loaded(loader, Record)
    record.source.content_hash = content_hash(record)
    record.id = f"{provenance.site}:{_own_name(record, provenance)}"
    if sections.among_others:
        record.id += f"#{text_hash(record.question.title or record.question.text or '')}"
    return record


def _own_name(record: Record, provenance: Provenance) -> str:
    if provenance.own_id:
        return provenance.own_id
    return url_hash(record.url) if record.url else str(record.source.content_hash)[:16]


def _question(sections: Sections) -> Question:
    loader = QuestionLoader()
    loader.add_value("title", sections.question_title)
    loader.add_value("text", sections.question_text)
    loader.add_value("asked_on", sections.asked_on)
    loader.add_value("votes", sections.question_votes)
    return _loaded(loader, Question)


def _asker(sections: Sections) -> Asker:
    loader = AskerLoader()
    age_min, age_max = parse_age_band(sections.asker_age)
    loader.add_value("name", sections.asker_name)
    loader.add_value("age_min", age_min)
    loader.add_value("age_max", age_max)
    loader.add_value("gender", sections.asker_gender)
    return _loaded(loader, Asker)


def _author(raw: RawAuthor) -> Author:
    loader = AuthorLoader()
    loader.add_value("name", raw.name)
    loader.add_value("title", raw.title)
    loader.add_value("department", raw.department)
    return _loaded(loader, Author)


def _answer(raw: RawAnswer, asker_name: str) -> Answer:
    loader = AnswerLoader()
    loader.add_value("author", _author(raw.author))
    loader.add_value("text", raw.text)
    loader.add_value("answered_on", raw.answered_on)
    loader.add_value("accepted", raw.accepted)
    loader.add_value("votes", raw.votes)
    same_name = bool(asker_name) and not raw.author.title and raw.author.name == asker_name
    loader.add_value("by_asker", same_name if raw.by_asker is None else raw.by_asker)
    loader.add_value("signed_by", raw.text)
    return _loaded(loader, Answer)


def _related_question(raw: RawTeaser, resolve: Callable[[str | None], str | None]) -> RelatedQuestion:
    loader = RelatedQuestionLoader()
    loader.add_value("title", raw.title)
    loader.add_value("url", resolve(raw.href))
    loader.add_value("question_excerpt", raw.question_excerpt)
    loader.add_value("answer_author", _author(raw.answer_author))
    loader.add_value("answer_excerpt", raw.answer_excerpt)
    return _loaded(loader, RelatedQuestion)


def _related_topic(raw: RawTopic, resolve: Callable[[str | None], str | None]) -> RelatedTopic:
    loader = RelatedTopicLoader()
    loader.add_value("name", raw.name)
    loader.add_value("department", raw.department)
    loader.add_value("url", resolve(raw.href))
    return _loaded(loader, RelatedTopic)


def _source(sections: Sections, page: Page, provenance: Provenance) -> Source:
    loader = SourceLoader()
    loader.add_value("path", provenance.path)
    loader.add_value("fetched_at", provenance.fetched_at)
    loader.add_value("first_seen_at", provenance.fetched_at)
    loader.add_value("changed_at", provenance.fetched_at)
    loader.add_value("http_status", provenance.http_status)
    loader.add_value("layout", sections.layout)
    loader.add_value("confidence", round(sections.confidence * (_DOUBTFUL if page.encoding_doubt else 1), 2))
    loader.add_value("notes", [FieldNote(note.field, note.note) for note in sections.notes])
    loader.add_value("extractor_version", EXTRACTOR_VERSION)
    return _loaded(loader, Source)


def _loaded(loader: _Loader, of: type[_Item]) -> _Item:
    item = loader.load_item()
    if not isinstance(item, of):
        raise TypeError(
            f"{type(loader).__name__} makes {type(item).__name__}, not {of.__name__}: see its default_item_class"
        )
    return item


def _resolver(page: Page) -> Callable[[str | None], str | None]:
    """Links of *page* as canonical URLs; as written where neither page nor link says the host."""
    base = page.base_url

    def resolve(href: str | None) -> str | None:
        if href is None:
            return None
        address = page_address(base or "", href)
        return canonical_url(address) if address else (clean_line(href) or None if base is None else None)

    return resolve
