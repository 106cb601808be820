"""The record: its hashes, its schema, and that it survives the way through JSON Lines."""

from __future__ import annotations

import io
from dataclasses import replace

import jsonlines
import orjson
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from qa_scraper.items import (
    Answer,
    Asker,
    Author,
    Question,
    Record,
    content_hash,
    question_hash,
    record_schema,
    valid_record,
)

WORDS = st.none() | st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=20)
RECORDS = st.builds(
    Record,
    id=st.just("s:1"),
    site=st.just("s"),
    title=WORDS,
    categories=st.lists(st.text(max_size=5), max_size=2),
    question=st.builds(Question, title=WORDS, text=WORDS, votes=st.none() | st.integers(-9, 9)),
    asker=st.builds(Asker, name=WORDS, age_min=st.none() | st.integers(0, 99)),
    answers=st.lists(
        st.builds(Answer, author=st.builds(Author, name=WORDS), text=WORDS, accepted=st.none() | st.booleans()),
        max_size=2,
    ),
    more_info=WORDS,
)


@settings(deadline=None)  # the first record imports pydantic
@given(RECORDS)
def test_through_json_lines_and_back(record: Record) -> None:
    file = io.BytesIO()
    with jsonlines.Writer(file, dumps=orjson.dumps) as writer:
        writer.write(record)
    line = file.getvalue()
    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1
    (back,) = jsonlines.Reader(io.BytesIO(line), loads=orjson.loads)
    assert valid_record(line) == record
    assert orjson.dumps(valid_record(line)) + b"\n" == line
    assert list(Draft202012Validator(record_schema()).iter_errors(back)) == []


def test_schema_requires_every_key_and_no_other() -> None:
    schema = record_schema()
    empty = orjson.loads(orjson.dumps(Record(id="s:1", site="s")))
    validator = Draft202012Validator(schema)
    assert list(validator.iter_errors(empty)) == []
    for key in empty:
        assert list(validator.iter_errors({k: v for k, v in empty.items() if k != key}))
    assert list(validator.iter_errors({**empty, "extra": 1}))
    assert list(validator.iter_errors({**empty, "question": {**empty["question"], "asked_on": "20 Oct"}}))


def test_every_field_is_documented() -> None:
    schema = record_schema()
    for part in [schema, *schema["$defs"].values()]:
        assert all(described.get("description") for described in part["properties"].values())


def test_votes_and_teasers_are_no_change_but_words_are() -> None:
    record = Record(title="T", question=Question("Q", "text", "2003-10-20", 3), answers=[Answer(text="A", votes=1)])
    voted = replace(
        record, question=replace(record.question, votes=9), answers=[Answer(text="A", votes=7)], related_topics=[]
    )
    edited = replace(record, answers=[Answer(text="B")])
    assert content_hash(record) == content_hash(voted) != content_hash(edited)
    assert question_hash(record) == question_hash(edited)
    assert question_hash(record) != question_hash(replace(record, asker=Asker("somebody else")))
