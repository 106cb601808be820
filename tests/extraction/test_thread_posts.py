"""No post of a thread is lost for the way in which its date is written."""

from __future__ import annotations

import pytest
from qa_scraper.items import Record
from qa_scraper.loaders import Provenance
from qa_scraper.reading import read_response

from tests.support.thread_page import thread_page

TEXTS = (
    "My knee hurts whenever I run downhill, does anybody know why that may be?",
    "Try shorter runs for two weeks and see whether that makes it any better.",
    "Mine went away by itself once I had new shoes, so have a look at yours.",
    "A physiotherapist showed me what to do, and I have had no pain since then.",
    "Thank you all, I am going to try that and shall tell you how it went.",
)


def read(*labels: str, fetched_at: str | None = "2026-01-31T08:00:00Z", between: str = "") -> Record:
    posts = [(f"user{at}", label, text) for at, (label, text) in enumerate(zip(labels, TEXTS, strict=True))]
    html = thread_page("Knee pain", posts, between)
    found = read_response(
        html.encode(),
        url="https://example.org/t/1",
        content_type="text/html; charset=utf-8",
        content_language=None,
        provenance=Provenance(fetched_at=fetched_at),
        layouts=(),
        may_be_question=True,
    )
    (record,) = found.records
    return record


@pytest.mark.parametrize(
    "labels",
    [
        ("over a year ago", "last month", "last week", "a day ago", "just now"),
        ("2y ago", "2mo ago", "3w ago", "2d ago", "5h ago"),
        ("3 May 2024", "4 May 2024", "some time in May", "6 May 2024", "7 May 2024"),
        ("once upon a time", "4 May 2024", "5 May 2024", "6 May 2024", "the other day"),
    ],
    ids=["words", "short units", "unknown inside", "unknown around"],
)
@pytest.mark.parametrize("fetched_at", ["2026-01-31T08:00:00Z", None], ids=["fetched", "a file"])
def test_every_post_is_read(labels: tuple[str, ...], fetched_at: str | None) -> None:
    record = read(*labels, fetched_at=fetched_at)
    assert (record.question.text, *(answer.text for answer in record.answers)) == TEXTS


def test_a_date_that_is_not_understood_is_none() -> None:
    record = read("3 May 2024", "4 May 2024", "some time in May", "6 May 2024", "7 May 2024")
    assert [answer.answered_on for answer in record.answers] == ["2024-05-04", None, "2024-05-06", "2024-05-07"]


def test_what_stands_between_the_posts_is_none() -> None:
    buttons = '<div class="post"><p class="buttons"><a href="#">Back to top of the page</a></p></div>'
    record = read("3 May 2024", "4 May 2024", "some time in May", "6 May 2024", "7 May 2024", between=buttons)
    assert (record.question.text, *(answer.text for answer in record.answers)) == TEXTS
