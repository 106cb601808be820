"""Patterns of question pages, learned from addresses as sites have them."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from qa_scraper.url_patterns import learn_question_url

LISTS = ("https://h.example/", "https://h.example/board/garden", "https://h.example/board/garden?page=2")


def addresses(template: str, count: int = 8) -> list[str]:
    words = ("my-hedge-creaks", "oven-2-smells", "a-lathe", "suitcase", "how-to-sharpen-3-spades", "kettle-leaks")
    boards = ("garden", "kitchen", "workshop")
    return [
        f"https://h.example/{template.format(n=1000 + 7 * n, words=words[n % 6], board=boards[n % 3])}"
        for n in range(count)
    ]


@pytest.mark.parametrize(
    ("template", "has_id"),
    [
        ("talk/{n}-{words}", True),
        ("questions/{n}/{words}", True),
        ("t/{words}/{n}", True),
        ("threads/{words}.{n}", True),
        ("viewtopic.php?f=3&t={n}", True),
        ("showthread.php?t={n}", True),
        ("doctor/All/ShowDetail.php?q_no={n}", True),
        ("{board}/{n}.html", True),
        ("{board}-{n}.html", True),
        ("forum/topic{n}.html", True),
        ("q{n}", True),
        ("board/{board}/{words}-{n}.htm", True),
        ("ask/{words}", False),
    ],
)
def test_questions_match_and_lists_do_not(template: str, has_id: bool) -> None:
    seen, unseen = addresses(template, 30)[:15], addresses(template, 30)[15:]
    if not has_id:
        seen = unseen = addresses(template, 6)
    learned = learn_question_url(seen, LISTS)
    assert learned is not None
    assert (learned.questions, learned.others) == (len(seen), 0)
    for url in unseen:
        match = re.search(learned.regex, url)
        assert match is not None, learned.regex
        if has_id:
            assert match["id"] in url
            assert int(match["id"]) >= 1000
    assert not any(re.search(learned.regex, url) for url in LISTS)


def test_a_few_questions_elsewhere_do_not_spoil_it() -> None:
    learned = learn_question_url([*addresses("talk/{n}-{words}", 20), "https://h.example/help"], LISTS)
    assert learned is not None
    assert learned.questions == 20


def test_two_kinds_of_addresses() -> None:
    learned = learn_question_url([*addresses("talk/{n}", 9), *addresses("old/view.php?no={n}", 6)], LISTS)
    assert learned is not None
    assert (learned.questions, "P<id>" in learned.regex) == (15, False)


@pytest.mark.parametrize(
    ("questions", "others"),
    [
        ([], []),
        (["https://h.example/a"], []),
        (addresses("{words}", 6), ["https://h.example/about-us", "https://h.example/all-stories"]),
    ],
)
def test_no_pattern_where_there_is_none(questions: list[str], others: list[str]) -> None:
    assert learn_question_url(questions, others) is None


@given(
    st.lists(st.from_regex(r"https://h\.example(/[a-z0-9%.-]{1,8}){1,4}(\?[a-z]{1,3}=[a-z0-9]{0,5})?\Z"), max_size=12)
)
def test_what_is_learned_matches_what_it_says(urls: list[str]) -> None:
    learned = learn_question_url(urls, LISTS)
    if learned is not None:
        assert learned.questions == sum(re.search(learned.regex, url) is not None for url in urls)
