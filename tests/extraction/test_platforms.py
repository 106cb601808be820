"""One thread as each platform shows it: read the same from all of them, whatever the host."""

from __future__ import annotations

import re

import pytest
from qa_scraper.extraction import READERS
from qa_scraper.extraction.platforms import PLATFORMS
from qa_scraper.extraction.platforms.platform import select
from qa_scraper.items import Record
from qa_scraper.loaders import Provenance, page_records
from qa_scraper.page import Page

from tests.fixtures import FOLDER, fixtures

PAGES = fixtures("platforms")
TITLE = "Knee clicks when I climb stairs"
QUESTION = "My left knee clicks on every step.\n\nIt does not hurt. Should I worry?"
ANSWERS = [
    ("Dr Marlow", "2019-03-05", "Painless clicking is common and harmless.\n\nTrain the thigh muscles."),
    ("tin_whistle", "2019-03-09", "Mine clicked for years, squats helped."),
]


def record_of(source: str, layouts: tuple[str, ...] = ()) -> Record:
    page = Page.from_bytes(source.encode(), url="https://forum.example/x/1", content_type="text/html")
    found = page_records(page, Provenance(), layouts)
    assert isinstance(found, list), found
    (record,) = found
    return record


def assert_is_the_thread(record: Record) -> None:
    assert (record.title, record.question.title, record.question.text) == (TITLE, TITLE, QUESTION)
    assert (record.asker.name, record.question.asked_on) == ("hollow_reed", "2019-03-04")
    assert [(answer.author.name, answer.answered_on, answer.text) for answer in record.answers] == ANSWERS


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_thread_on_each_platform(page: object) -> None:
    source = page.page.read_text("utf-8")  # type: ignore[attr-defined]
    record = record_of(source)
    assert_is_the_thread(record)
    assert record.source.layout in {platform.name for platform in PLATFORMS}


def test_each_platform_has_a_page() -> None:
    read = {record_of(page.page.read_text("utf-8")).source.layout for page in PAGES}
    assert read == {platform.name for platform in PLATFORMS}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_general_reader_knows_no_platform_and_gets_near(page: object) -> None:
    """All class names and ids gone, most platforms' threads are still read whole; none is read wrong."""
    name = page.name  # type: ignore[attr-defined]
    source = re.sub(r'\s(?:class|id|component|itemprop|itemtype)="[^"]*"', "", page.page.read_text("utf-8"))  # type: ignore[attr-defined]
    source = source.replace("<body", '<body class="forum"', 1)
    found = page_records(
        Page.from_bytes(source.encode(), url="https://forum.example/thread/1", content_type="text/html"),
        Provenance(),
        ("thread",),
    )
    if not isinstance(found, list):
        assert name in UNREAD, found.reason
        return
    (record,) = found
    assert record.title == TITLE
    assert [answer.author.name for answer in record.answers][-1:] == ["tin_whistle"], name


UNREAD = {"stack-exchange"}  # edits show their date and author just like the post


def test_all_selectors_are_valid() -> None:
    page = Page.from_bytes(b"<p>x", content_type="text/html")
    assert page.tree is not None
    for platform in PLATFORMS:
        rules = " ".join(READERS[platform.name].RULES.values())
        assert platform.post[0] in rules
        for name in ("post", "body", "author", "date", "votes", "title"):
            for selector in getattr(platform, name):
                assert select(page.tree, selector) == []
        for name in ("question", "number", "accepted", "has_accepted", "not_posts", "leave_out", "tags", "categories"):
            assert select(page.tree, getattr(platform, name)) == []


def test_marks_and_scores_where_the_platform_has_them() -> None:
    record = record_of((FOLDER / "platforms" / "stack-exchange.html").read_text("utf-8"))
    assert [(answer.accepted, answer.votes) for answer in record.answers] == [(True, 7), (False, 1)]
    assert (record.question.votes, record.tags, record.answer_count_stated) == (3, ["knee", "joints"], 2)
    record = record_of((FOLDER / "platforms" / "vbulletin-4.html").read_text("utf-8"))
    assert [answer.accepted for answer in record.answers] == [None, None]
    assert record.categories == ["Forum", "Joints"]


def test_a_further_page_of_a_thread_has_answers_only() -> None:
    source = (FOLDER / "platforms" / "xenforo-2.html").read_text("utf-8")
    source = source.replace("#1<", "#21<").replace("#2<", "#22<").replace("#3<", "#23<")
    record = record_of(source)
    assert (record.title, record.question.text, record.asker.name) == (TITLE, None, None)
    assert [answer.author.name for answer in record.answers] == ["hollow_reed", "Dr Marlow", "tin_whistle"]


def test_newest_first() -> None:
    posts = [
        ("Ana", "2021-05-03", "And now it is gone, thank you."),
        ("Bo", "2021-05-02", "Sleep more, that helped me with the very same thing."),
        ("Ana", "2021-05-01", "My eye twitches since Monday, what can I do about it?"),
    ]
    rows = "".join(
        f'<div class="post"><b class="author">{a}</b> <time>{d}</time><div class="text">{t}</div></div>'
        for a, d, t in posts
    )
    record = record_of(f"<title>Eye</title><body class=forum><h1>Eye</h1><div class=thread>{rows}</div>")
    assert (record.question.text, record.asker.name) == (posts[2][2], "Ana")
    assert [answer.by_asker for answer in record.answers] == [True, False]
