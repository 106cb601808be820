"""``--where``: what a condition holds for, and how one that means nothing is told."""

from __future__ import annotations

import contextlib
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from qa_scraper.record_filter import FilterError, compiled

from tests.support.thorny_records import as_json, thorny_records

RECORDS = [as_json(record) for record in thorny_records()]


def ids(expression: str) -> list[str]:
    holds = compiled(expression)
    return [str(record["id"])[2:] for record in RECORDS if holds(record)]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ('id = "t:01"', "01"),
        ('id != "t:01"', "02 03 04"),
        ("title = null", "03 04"),
        ("title != null", "01 02"),
        ('categories has "Cardiology"', "01"),
        ('categories has "Cardio"', ""),
        ('categories contains "cardio"', "01"),
        ("categories = null", "02 03 04"),
        ("answers = null", "04"),
        ("answers != null", "01 02 03"),
        ("not answers != null", "04"),
        ('tags has "睡眠"', "01"),
        ('question.text contains "頭痛"', "01"),
        ('answers.author.name has "Lin Tsung-Che"', "01"),
        ('answers.author.name = "=1+1"', "02"),
        ('answers.author.name != "=1+1"', "01 03 04"),
        ("answers.accepted = true", "01"),
        ("answers.by_asker = false", "01 02"),
        ("answers.votes >= 4", "01"),
        ("question.votes < -2.5", "01"),
        ("asker.age_min = 34", "02"),
        ("asker.age_min >= 30 and asker.age_max != null", "02"),
        ('question.asked_on > "2003-10-19"', "01"),
        ('question.asked_on > "2003-10-20"', ""),
        ('source.changed_at >= "2026-02-01"', "01"),
        ('source.changed_at = "2026-02-03"', "01"),
        ('source.changed_at <= "2026-02-03" and source.changed_at > "2026-02-02"', "01"),
        ('source.changed_at > "2026-02-03"', ""),
        ('source.changed_at != null and source.changed_at != "2026-02-03"', "02"),
        ('source.changed_at < "2026-01-01T00:00:01Z"', "02"),
        ('source.notes.field has "asker.name"', "01"),
        ("source.confidence = 0.5", "01 02"),
        ('asker.gender = "female" or asker.age_min = 80', "01 03"),
        ('id = "t:01" or id = "t:02" and id = "t:03"', "01"),
        ('(id = "t:01" or id = "t:02") and not id = "t:01"', "02"),
        ('not (id = "t:01" or id = "t:02") AND NOT id = "t:03"', "04"),
        ("title='失眠，\"怎麼辦\"?'", "01"),
        (r'title = "失眠，\"怎麼辦\"?"', "01"),
        ('not not id="t:01"', "01"),
    ],
)
def test_holds_for(expression: str, expected: str) -> None:
    assert ids(expression) == expected.split()


@pytest.mark.parametrize(
    ("expression", "column", "message"),
    [
        ('categorys has "x"', 0, "there is no field 'categorys', did you mean categories?"),
        ('asked_on = "2020-01-01"', 0, "did you mean question.asked_on?"),
        ('id = "a" and nothing = 1', 13, "there is no field 'nothing'"),
        ("id = 3", 5, 'id is compared to a text in quotes: "…"'),
        ('asker.age_min > "3"', 16, "asker.age_min is compared to a number"),
        ("asker.age_min > true", 16, "is compared to a number"),
        ('answers.accepted = "yes"', 19, "is compared to true or false"),
        ('question.asked_on > "2020"', 20, 'is compared to a date: "2026-01-31"'),
        ('question.asked_on >= "2020-13-45"', 21, "is compared to a date"),
        ('source.changed_at > "2026-02-30T08:00:00Z"', 20, "is compared to a date or a time"),
        ('source.changed_at > "2026-02-30"', 20, "is compared to a date or a time"),
        (f"answers.votes > {'9' * 5000}", 16, "a number of 5,000 digits is too long"),
        ("title > null", 8, "null goes with = and != only"),
        ("asker = null", 0, "asker is never null: name a field in it, as in asker.name"),
        ('answers has "x"', 0, "answers holds fields: name one of them, as in answers.author.name"),
        ('title has "x"', 6, "has goes with lists, title is none"),
        ('question.asked_on contains "2020-01-01"', 18, "contains goes with text"),
        ('title = "a', 8, "this quote is not closed"),
        ('title = "a" ; id = "b"', 12, "';' means nothing here"),
        ('title = "a" id = "b"', 12, "'id' does not fit here: and, or, a closing parenthesis or the end is expected"),
        ('title "a"', 6, "one of = != < <= > >= has contains is expected"),
        ("title = id", 8, 'a value is expected: "text", a number, true, false or null'),
        ('(title = "a"', 12, "it ends too early: and, or, a closing parenthesis"),
        (f"{'not ' * 3000}id = null", 0, "too many conditions"),
        ("", 0, "it ends too early: a field is expected"),
    ],
)
def test_what_means_nothing_is_told_with_its_column(expression: str, column: int, message: str) -> None:
    with pytest.raises(FilterError, match=re.escape(f"--where, column {column + 1}: ")) as raised:
        compiled(expression)
    assert (raised.value.expression, raised.value.column) == (expression, column)
    assert message in str(raised.value)


@settings(max_examples=200, deadline=None)
@given(st.text(st.sampled_from("()\"'\\=!<>ahnidotr .#1-失\n")) | st.text())
def test_any_text_is_a_condition_or_told(expression: str) -> None:
    with contextlib.suppress(FilterError):
        holds = compiled(expression)
        assert {holds(record) for record in RECORDS} <= {True, False}  # type: ignore[arg-type]


@given(st.text(), st.sampled_from("\"'"))
def test_any_text_can_be_quoted(text: str, quote: str) -> None:
    quoted = quote + text.replace("\\", "\\\\").replace(quote, f"\\{quote}") + quote
    holds = compiled(f"title = {quoted}")
    assert holds({"title": text})
    assert not holds({"title": f"{text}x"})
