"""Every fixture page against its expected record: one test a (page, field), and no other fields."""

from __future__ import annotations

import pytest

from tests.fixtures import Fixture, differences, fixtures

PAGES = fixtures("edoctor")
FIELDS = (
    "url", "language", "title", "categories", "tags", "question/title", "question/text", "question/asked_on",
    "question/votes", "asker/name", "asker/age_min", "asker/age_max", "asker/gender", "answers",
    "answer_count_stated", "more_info", "related_questions", "related_topics",
)  # fmt: skip


def value(record: dict[str, object], field: str) -> object:
    found: object = record
    for key in field.split("/"):
        assert isinstance(found, dict)
        found = found[key]
    return found


def with_records() -> list[Fixture]:
    return [page for page in PAGES if page.expected["records"]]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_expectation_exists(page: Fixture) -> None:
    assert page.expectation.exists(), "run python -m tests.fixtures --write and review the difference"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_number_of_records(page: Fixture) -> None:
    assert len(page.extracted()["records"]) == len(page.expected["records"])


@pytest.mark.parametrize("page", with_records(), ids=lambda page: page.name)
@pytest.mark.parametrize("field", FIELDS)
def test_field(page: Fixture, field: str) -> None:
    (got,), (expected,) = page.extracted()["records"], page.expected["records"]
    assert value(got, field) == value(expected, field)


@pytest.mark.parametrize("page", with_records(), ids=lambda page: page.name)
def test_no_other_fields(page: Fixture) -> None:
    assert differences(page.extracted(), page.expected) == []
