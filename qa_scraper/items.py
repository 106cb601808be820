"""The record: one question page as dataclass items, every field documented, and its JSON Schema.

Every key is always present with one fixed type; what a page does not show is ``null`` or ``[]``,
so that readers which infer a schema from the data do not break. What a field *means* is said here,
where it stands on a page is said in a layout of ``extraction/``, how it is cleaned in ``loaders.py``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import cache
from typing import TYPE_CHECKING, ClassVar, Final

import orjson

if TYPE_CHECKING:
    from pydantic import ConfigDict, JsonValue, TypeAdapter

SCHEMA_ID: Final = "https://json-schema.org/draft/2020-12/schema"

_DOCUMENTED: ConfigDict = {"use_attribute_docstrings": True, "extra": "forbid"}


@dataclass(slots=True)
class Author:
    """Who wrote an answer."""

    __pydantic_config__: ClassVar[ConfigDict] = _DOCUMENTED

    name: str | None = None
    """Name as shown, without its title: ``Zeng Guosen``."""
    title: str | None = None
    """Title in front of the name: ``Dr.``."""
    department: str | None = None
    """Department that the author replies for, never split: ``Dermatology / Allergy`` is one."""


@dataclass(slots=True)
class Question:
    """What was asked."""

    __pydantic_config__: ClassVar[ConfigDict] = _DOCUMENTED

    title: str | None = None
    """The question's own title (the page heading stands in ``title`` of the record)."""
    text: str | None = None
    """What the asker wrote: paragraphs parted by a blank line, a line break is a newline."""
    asked_on: str | None = None
    """Date of the question, ISO 8601 ``YYYY-MM-DD``."""
    votes: int | None = None
    """Score of the question, where the site has one."""


@dataclass(slots=True)
class Asker:
    """Who asked, as far as the page says."""

    __pydantic_config__: ClassVar[ConfigDict] = _DOCUMENTED

    name: str | None = None
    """Name or nickname as shown."""
    age_min: int | None = None
    """Lower end of the age band in years; equal to ``age_max`` where one age is given."""
    age_max: int | None = None
    """Upper end of the age band in years; null where the band is open (``80+``)."""
    gender: str | None = None
    """``female``, ``male`` or ``other``; null where the page does not say."""


@dataclass(slots=True)
class Answer:
    """One answer to the question. Comments are not answers."""

    __pydantic_config__: ClassVar[ConfigDict] = _DOCUMENTED

    author: Author = field(default_factory=Author)
    """Who answered."""
    text: str | None = None
    """The answer: paragraphs parted by a blank line, a line break is a newline."""
    answered_on: str | None = None
    """Date of the answer, ISO 8601 ``YYYY-MM-DD``."""
    accepted: bool | None = None
    """Whether the site marks it as the accepted answer; null where the site has no such mark."""
    votes: int | None = None
    """Score of the answer, where the site has one."""
    by_asker: bool = False
    """Whether the asker wrote it."""
    signed_by: str | None = None
    """The doctor who signs inside the text: ``Hematologist Dr. Lin Tsung-Che.`` gives ``Lin Tsung-Che``."""


@dataclass(slots=True)
class RelatedQuestion:
    """A teaser of another question ("Similar Q&A")."""

    __pydantic_config__: ClassVar[ConfigDict] = _DOCUMENTED

    title: str | None = None
    """Title of the other question."""
    url: str | None = None
    """Its canonical URL; relative where the page's own URL is not known."""
    question_excerpt: str | None = None
    """The beginning of the question, as the teaser shows it."""
    answer_author: Author = field(default_factory=Author)
    """Who answered it."""
    answer_excerpt: str | None = None
    """The beginning of the answer, as the teaser shows it."""


@dataclass(slots=True)
class RelatedTopic:
    """A link to a topic page ("Related FAQ")."""

    __pydantic_config__: ClassVar[ConfigDict] = _DOCUMENTED

    name: str | None = None
    """Name of the topic."""
    department: str | None = None
    """Department that the topic belongs to."""
    url: str | None = None
    """Its canonical URL; relative where the page's own URL is not known."""


@dataclass(slots=True)
class FieldNote:
    """What is to be known of one field of the record."""

    __pydantic_config__: ClassVar[ConfigDict] = _DOCUMENTED

    field: str
    """The field, with the position of a list's entry from 0: ``question.asked_on``, ``answers.2.author.name``."""
    note: str
    """In words: what two readers of the page disagree on and which of them was followed, or what a date hangs on."""


@dataclass(slots=True)
class Source:
    """Where the record came from, and when."""

    __pydantic_config__: ClassVar[ConfigDict] = _DOCUMENTED

    path: str | None = None
    """Path of the file that was read (``extract``); null for a crawled page."""
    other_urls: list[str] = field(default_factory=list)
    """Further canonical URLs that show the same question, sorted."""
    fetched_at: str | None = None
    """When the present version was fetched, UTC, ISO 8601 (``2026-01-31T08:00:00Z``)."""
    http_status: int | None = None
    """HTTP status of that fetch."""
    content_hash: str | None = None
    """SHA-256 (hex) over title, categories, tags, question and answers without votes, asker and more_info."""
    layout: str | None = None
    """Name of the layout module that read the page."""
    confidence: float | None = None
    """How sure the layout is, 0 to 1: the share of the layout's landmarks that were found in their place.

    Halved where the encoding of the page is in doubt: then its text may be mojibake."""
    notes: list[FieldNote] = field(default_factory=list)
    """What is to be known of single fields, above all where two readers of the page disagree."""
    extractor_version: str | None = None
    """Version of the extraction that made the record."""
    first_seen_at: str | None = None
    """When the question was first fetched, UTC, ISO 8601."""
    changed_at: str | None = None
    """When ``content_hash`` last changed, UTC, ISO 8601; equal to ``first_seen_at`` at first."""
    version: int = 1
    """Counts the contents seen so far, from 1."""


@dataclass(slots=True)
class Record:
    """One question with its answers: one line of ``questions.jsonl``."""

    __pydantic_config__: ClassVar[ConfigDict] = _DOCUMENTED

    id: str = ""
    """Stable over runs: ``<site>:<the site's own id>``, or of the canonical URL's hash where it shows none."""
    site: str = ""
    """Name of the site; ``local`` for a file read without one."""
    url: str | None = None
    """Canonical URL; null for a file read without one."""
    language: str | None = None
    """Language of the page, BCP 47, as the page declares it."""
    title: str | None = None
    """Page heading without the `` - Department`` suffix."""
    categories: list[str] = field(default_factory=list)
    """Department or breadcrumbs, widest first."""
    tags: list[str] = field(default_factory=list)
    """Tags of the question, where the site has them."""
    question: Question = field(default_factory=Question)
    """The question with its own title and date."""
    asker: Asker = field(default_factory=Asker)
    """Who asked."""
    answers: list[Answer] = field(default_factory=list)
    """The answers in page order."""
    answer_count_stated: int | None = None
    """How many answers the page claims to have."""
    more_info: str | None = None
    """The "More Info" section."""
    related_questions: list[RelatedQuestion] = field(default_factory=list)
    """The "Similar Q&A" section."""
    related_topics: list[RelatedTopic] = field(default_factory=list)
    """The "Related FAQ" section."""
    duplicate_cluster: str | None = None
    """Name of the cluster of near-duplicates that it is one of: the id of a record; null where there are none."""
    source: Source = field(default_factory=Source)
    """Where the record came from."""


def content_hash(record: Record) -> str:
    """SHA-256 (hex) over what makes a change of the record worth telling.

    Title, categories, tags, question and answers without votes, asker, ``more_info``; a changed advert, counter,
    vote or teaser is no change.
    """
    return _digest(
        [
            record.title,
            record.categories,
            record.tags,
            _without_votes(record.question),
            record.asker,
            [_without_votes(answer) for answer in record.answers],
            record.more_info,
        ]
    )


def content_hash_of(record: Mapping[str, JsonValue]) -> str:
    """The same of a record as JSON; keys that are missing count as null or empty."""
    answers = record.get("answers")
    return _digest(
        [
            record.get("title"),
            record.get("categories") or [],
            record.get("tags") or [],
            _values_without_votes(Question, record.get("question")),
            _values(Asker, record.get("asker")),
            [_answer_values(answer) for answer in answers] if isinstance(answers, list) else [],
            record.get("more_info"),
        ]
    )


def _answer_values(answer: JsonValue) -> list[object]:
    config, author, *values = _values_without_votes(Answer, answer)
    return [config, _values(Author, author), *values]


def _values_without_votes(of: type[Question | Answer], part: object) -> list[object]:
    # The configuration is a field to ``_without_votes``, and so it has been in every hash from the first one on.
    return [_DOCUMENTED, *(value for name, value in _values(of, part).items() if name != "votes")]


def _values(of: type[Question | Asker | Answer | Author], part: object) -> dict[str, object]:
    """The values of *part*, an object of the record or none, in the order of the fields of its class."""
    given = part if isinstance(part, dict) else {}
    return {named.name: given.get(named.name) for named in fields(of)}


def question_hash(record: Record, *, with_date: bool = True) -> str:
    """SHA-256 (hex) over what makes two records the same question: its title, text, asker and date.

    Answers are left out: they may have grown between two copies of the page. But a title alone ("Chest pain", "Do I
    need a referral?") is no question of its own: then the first answer tells which one it is.
    """
    question = record.question
    asked: list[object] = [question.title, question.text, question.asked_on if with_date else None, record.asker]
    if question.text is None and question.asked_on is None:
        asked += [answer.text for answer in record.answers[:1]]
    return _digest(asked)


def _without_votes(part: Question | Answer) -> list[object]:
    return [getattr(part, name) for name in part.__dataclass_fields__ if name != "votes"]


def _digest(parts: list[object]) -> str:
    return hashlib.sha256(orjson.dumps(parts)).hexdigest()


@cache
def record_type() -> TypeAdapter[Record]:
    """The validator of records (pydantic is imported on first use: it is slow to start)."""
    from pydantic import TypeAdapter

    return TypeAdapter(Record)


def valid_record(body: bytes) -> Record:
    """The record that stands in *body* as JSON. Raises pydantic.ValidationError where it does not fit the schema."""
    return record_type().validate_json(body, strict=True)


_DATE: Final[dict[str, JsonValue]] = {"type": "string", "format": "date", "pattern": r"^\d{4}-\d{2}-\d{2}$"}
_TIME: Final[dict[str, JsonValue]] = {"type": "string", "format": "date-time"}
_AGE: Final[dict[str, JsonValue]] = {"type": "integer", "minimum": 0}
# What the types cannot say, by the name of the field.
_NARROWER: Final[dict[str, dict[str, JsonValue]]] = {
    **dict.fromkeys(("asked_on", "answered_on"), _DATE),
    **dict.fromkeys(("fetched_at", "first_seen_at", "changed_at"), _TIME),
    **dict.fromkeys(("age_min", "age_max"), _AGE),
    "gender": {"type": "string", "enum": ["female", "male", "other"]},
    "url": {"type": "string", "format": "uri-reference"},
    "confidence": {"type": "number", "minimum": 0, "maximum": 1},
}


def record_schema() -> dict[str, JsonValue]:
    """The JSON Schema (draft 2020-12) of one line of ``questions.jsonl``: every key required, no others."""
    schema: dict[str, JsonValue] = record_type().json_schema(mode="serialization")
    definitions = schema.get("$defs")
    for part in [schema, *(definitions.values() if isinstance(definitions, dict) else ())]:
        if isinstance(part, dict):
            _tighten(part)
    return {"$schema": SCHEMA_ID, **schema}


def _tighten(part: dict[str, JsonValue]) -> None:
    properties = part["properties"]
    assert isinstance(properties, dict)
    part["required"] = list(properties)
    for name, described in properties.items():
        assert isinstance(described, dict)
        described.pop("default", None)
        described.pop("title", None)
        if name in _NARROWER and "anyOf" in described:
            described["anyOf"] = [_NARROWER[name], {"type": "null"}]
        if name in {"id", "site"}:
            described["minLength"] = 1
