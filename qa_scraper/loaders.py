"""Item loaders: sections become items. How each field is cleaned is said here, by its input processor.

Loaders take ready values from the sections that extraction has found (``load``); they select nothing themselves.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, ClassVar, Final, Generic, TypeVar, cast, get_args, get_origin

from itemloaders import ItemLoader
from itemloaders.processors import Identity, MapCompose, TakeFirst

from qa_scraper.extraction import EXTRACTOR_VERSION, read_page
from qa_scraper.extraction.sections import NoQuestion, RawAnswer, RawAuthor, RawTeaser, RawTopic, Sections
from qa_scraper.field_values import Processing, field_values
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


def _of_one_value(processor: Callable[..., Any]) -> Callable[[object], object] | None:
    """The function by which *processor* changes one value; None where it leaves it as it is.

    Raises TypeError for one that needs more than the value: ours take no loader context, which costs more than what
    they do.
    """
    if type(processor) is Identity:
        return None
    if type(processor) is not MapCompose or len(processor.functions) != 1:
        raise TypeError(f"{processor!r} is no input processor of ours: make it Identity() or MapCompose(one_function)")
    (function,) = processor.functions
    return cast(Callable[[object], object], function)


def _takes_all(processor: Callable[..., Any]) -> bool:
    """Whether an output *processor* gives all values, not the first. Raises TypeError for one that does neither."""
    if type(processor) not in {Identity, TakeFirst}:
        raise TypeError(f"{processor!r} is no output processor of ours: make it Identity() or TakeFirst()")
    return type(processor) is Identity


class _Loader(ItemLoader, Generic[_Item]):
    """One value a field; empty strings count as nothing. ``_Loader[Question]`` makes ``Question``.

    ``load`` takes ready values only: no selectors, no context, no processors by field metadata. So the processors of a
    class are looked up once, and an item needs no loader of its own, which is most of what an ItemLoader costs.
    """

    default_output_processor = TakeFirst()
    _fields: ClassVar[dict[str, Processing]]

    def __init_subclass__(cls, **kwargs: object) -> None:
        super().__init_subclass__(**kwargs)
        for base in cls.__dict__.get("__orig_bases__", ()):
            if get_origin(base) is _Loader:
                cls.default_item_class = get_args(base)[0]
        if not is_dataclass(cls.default_item_class):
            raise TypeError(f"{cls.__name__} names no item: class {cls.__name__}(_Loader[Question])")
        cls._fields = {
            field.name: (
                _of_one_value(getattr(cls, f"{field.name}_in", cls.default_input_processor)),
                _takes_all(getattr(cls, f"{field.name}_out", cls.default_output_processor)),
            )
            for field in fields(cls.default_item_class)
        }

    @classmethod
    def load(cls, **values: object) -> _Item:
        """The item, each field filled with a ready value, or with several (a list or tuple).

        What an ItemLoader's ``add_value`` and ``load_item`` would make of them, for values like these. Raises KeyError
        for a field that the item has not got.
        """
        item: _Item = cls.default_item_class(**field_values(cls._fields, values))
        return item


class AuthorLoader(_Loader[Author]):
    """Who wrote an answer."""

    default_input_processor = _LINE


class QuestionLoader(_Loader[Question]):
    """What was asked."""

    title_in = _LINE
    text_in = _TEXT
    asked_on_in = MapCompose(parse_date)
    votes_in = MapCompose(parse_count)


class AskerLoader(_Loader[Asker]):
    """Who asked; ``age_min`` and ``age_max`` come from one age band."""

    name_in = _LINE
    gender_in = MapCompose(parse_gender)


class AnswerLoader(_Loader[Answer]):
    """One answer; ``signed_by`` is read from its text."""

    text_in = _TEXT
    answered_on_in = MapCompose(parse_date)
    votes_in = MapCompose(parse_count)
    signed_by_in = MapCompose(signature)


class RelatedQuestionLoader(_Loader[RelatedQuestion]):
    """A teaser of another question."""

    title_in = question_excerpt_in = answer_excerpt_in = _LINE


class RelatedTopicLoader(_Loader[RelatedTopic]):
    """A link to a topic page."""

    name_in = department_in = _LINE


class SourceLoader(_Loader[Source]):
    """Where the record came from."""

    notes_out = _LIST


class RecordLoader(_Loader[Record]):
    """The record itself, made of the items above."""

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
    record = RecordLoader.load(
        site=provenance.site,
        url=canonical_url(page.url) if page.url else None,
        language=page.language,
        title=sections.title,
        categories=sections.categories,
        tags=sections.tags,
        question=_question(sections),
        asker=_asker(sections),
        answers=[_answer(answer, sections.asker_name) for answer in sections.answers],
        answer_count_stated=sections.answer_count_stated,
        more_info=sections.more_info,
        related_questions=[_related_question(teaser, resolve) for teaser in sections.related_questions],
        related_topics=[_related_topic(topic, resolve) for topic in sections.related_topics],
        source=_source(sections, page, provenance),
    )
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
    return QuestionLoader.load(
        title=sections.question_title,
        text=sections.question_text,
        asked_on=sections.asked_on,
        votes=sections.question_votes,
    )


def _asker(sections: Sections) -> Asker:
    age_min, age_max = parse_age_band(sections.asker_age)
    return AskerLoader.load(
        name=sections.asker_name,
        age_min=age_min,
        age_max=age_max,
        gender=sections.asker_gender,
    )


def _author(raw: RawAuthor) -> Author:
    return AuthorLoader.load(
        name=raw.name,
        title=raw.title,
        department=raw.department,
    )


def _answer(raw: RawAnswer, asker_name: str) -> Answer:
    same_name = bool(asker_name) and not raw.author.title and raw.author.name == asker_name
    return AnswerLoader.load(
        author=_author(raw.author),
        text=raw.text,
        answered_on=raw.answered_on,
        accepted=raw.accepted,
        votes=raw.votes,
        by_asker=same_name if raw.by_asker is None else raw.by_asker,
        signed_by=raw.text,
    )


def _related_question(raw: RawTeaser, resolve: Callable[[str | None], str | None]) -> RelatedQuestion:
    return RelatedQuestionLoader.load(
        title=raw.title,
        url=resolve(raw.href),
        question_excerpt=raw.question_excerpt,
        answer_author=_author(raw.answer_author),
        answer_excerpt=raw.answer_excerpt,
    )


def _related_topic(raw: RawTopic, resolve: Callable[[str | None], str | None]) -> RelatedTopic:
    return RelatedTopicLoader.load(
        name=raw.name,
        department=raw.department,
        url=resolve(raw.href),
    )


def _source(sections: Sections, page: Page, provenance: Provenance) -> Source:
    return SourceLoader.load(
        path=provenance.path,
        fetched_at=provenance.fetched_at,
        first_seen_at=provenance.fetched_at,
        changed_at=provenance.fetched_at,
        http_status=provenance.http_status,
        layout=sections.layout,
        confidence=round(sections.confidence * (_DOUBTFUL if page.encoding_doubt else 1), 2),
        notes=[FieldNote(note.field, note.note) for note in sections.notes],
        extractor_version=EXTRACTOR_VERSION,
    )


def _resolver(page: Page) -> Callable[[str | None], str | None]:
    """Links of *page* as canonical URLs; as written where neither page nor link says the host."""
    base = page.base_url

    def resolve(href: str | None) -> str | None:
        if href is None:
            return None
        address = page_address(base or "", href)
        return canonical_url(address) if address else (clean_line(href) or None if base is None else None)

    return resolve
