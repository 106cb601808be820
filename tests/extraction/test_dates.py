"""Dates as pages show them, in many languages and forms."""

from __future__ import annotations

from datetime import date

import pytest
from babel.dates import format_date
from hypothesis import example, given
from hypothesis import strategies as st
from qa_scraper.extraction.date_words import month_of
from qa_scraper.extraction.dates import DateOrder, find_dates, is_time_gone_by, machine_date, page_order

SEEN_ON = date(2026, 1, 31)


def first(text: str, language: str | None = "en", order: DateOrder = DateOrder.DAY_FIRST) -> str:
    found = find_dates(text, language, order, SEEN_ON)
    return f"{found[0].day} {found[0].time}".strip() if found else ""


@pytest.mark.parametrize(("text", "language", "expected"), [
    ("12. März 2020, 14:05 Uhr", "de", "2020-03-12 14:05"), ("Lun 8 Jan 2018 15:33", "fr", "2018-01-08 15:33"),
    ("Mon Jan 08, 2018 11:59 am", "en", "2018-01-08 11:59"), ("Tue 16-Jun-20 09:01:23", "en", "2020-06-16 09:01"),
    ("Aug 24 '10 at 7:46", "en", "2010-08-24 07:46"), ("Tue, Jul 20 '10, 4:20 PM", "en", "2010-07-20 16:20"),
    ("7 de febrero de 2011", "es", "2011-02-07"), ("March 7th, 2020", "en", "2020-03-07"),
    ("7 марта 2020 г.", "ru", "2020-03-07"), ("1 mai 2019 à 14h05", "fr", "2019-05-01 14:05"),
    ("2010 Aug 24", "en", "2010-08-24"), ("2020.03.12 17:31", "en", "2020-03-12 17:31"),
    ("12/31/2019", "en", "2019-12-31"),
    ("16.04.2013, 08:12", "de", "2013-04-16 08:12"), ("10-04-2017, 02:05 PM", "en", "2017-04-10 14:05"),
    ("2020年3月7日 下午2:05", "zh", "2020-03-07 14:05"), ("民國92年10月20日", "zh", "2003-10-20"),
    ("民國92/10/20", "zh", "2003-10-20"), ("2020년 3월 7일", "ko", "2020-03-07"),
    ("vor 3 Tagen", "de", "2026-01-28"), ("3 days ago", "en", "2026-01-28"), ("il y a 2 heures", "fr", "2026-01-31"),
    ("hace 5 días", "es", "2026-01-26"), ("3天前", "zh", "2026-01-28"), ("gestern, 14:05", "de", "2026-01-30 14:05"),
    ("Yesterday at 9:15 am", "en", "2026-01-30 09:15"), ("Aug 24 at 7:46", "en", "2025-08-24 07:46"),
    ("on March 3 in Spain", "de", "2025-03-03"),
    ("a day ago", "en", "2026-01-30"), ("less than a minute ago", "en", "2026-01-31"), ("3d ago", "en", "2026-01-28"),
    ("just now", "en", "2026-01-31"), ("A moment ago", "en", "2026-01-31"), ("gerade eben", "de", "2026-01-31"),
    ("剛剛", "zh", "2026-01-31"), ("半小時前", "zh", "2026-01-31"), ("兩天前", "zh", "2026-01-29"),
    ("Tuesday at 5:05 PM", "en", "2026-01-27 17:05"), ("samstag, 17:05", "de", "2026-01-24 17:05"),  # of a Saturday
    ("3 มกราคม 2563", "th", "2020-01-03"), ("3/1/2563", "th", "2020-01-03"),
])  # fmt: skip
def test_forms(text: str, language: str, expected: str) -> None:
    assert first(text, language) == expected


@pytest.mark.parametrize("text", [
    "version 12.5.3", "192.168.1.10", "1.2.3.4", "32/13/2020", "Joined Mar 2015", "1 year ago", "2 weeks ago",
    "over a year ago", "2mo ago", "last week", "Tuesday", "a pain that I had a day", "on 3 Foo 2563 or so",
    "5 comments", "$12-10-20", "31 February 2020", "2020-13-01", "call 01-02-03-04", "1850-01-01", "12:30", "",
])  # fmt: skip
def test_no_dates(text: str) -> None:
    assert first(text) == ""


@pytest.mark.parametrize("text", [
    "2 weeks ago", "over a year ago", "2mo ago", "last month", "letzte Woche", "上個月", "yesterday", "just now",
    "vor einer Stunde", "3 days ago",
])  # fmt: skip
def test_times_gone_by_stand_where_a_date_would(text: str) -> None:
    assert is_time_gone_by(text)


@pytest.mark.parametrize("text", ["a day", "the last weekend", "2 weeks", "hierarchy", "Tuesday", "ago", ""])
def test_no_times_gone_by(text: str) -> None:
    assert not is_time_gone_by(text)


def test_nothing_is_relative_without_the_day_of_the_fetch() -> None:
    assert find_dates("3 days ago", "en", DateOrder.DAY_FIRST, None) == []
    assert find_dates("Aug 24 at 7:46", "en", DateOrder.DAY_FIRST, None) == []


def test_order_of_day_and_month() -> None:
    assert first("03/04/2019", order=DateOrder.DAY_FIRST) == "2019-04-03"
    assert first("03/04/2019", order=DateOrder.MONTH_FIRST) == "2019-03-04"
    assert first("19/03/04", "ja", DateOrder.YEAR_FIRST) == "2019-03-04"
    assert page_order(["03/04/2019", "13/04/2019"], "en-US") is DateOrder.DAY_FIRST
    assert page_order(["03/04/2019", "04/13/2019"], "de") is DateOrder.MONTH_FIRST
    assert page_order(["05/01/2019", "04/02/2019"], "en-US") is DateOrder.DAY_FIRST  # only so do they ascend
    assert page_order(["03/04/2019"], "en-GB") is DateOrder.DAY_FIRST
    assert page_order(["03/04/2019"], "en") is DateOrder.MONTH_FIRST
    assert page_order([], "hu") is DateOrder.YEAR_FIRST


def test_values_for_machines() -> None:
    values = {
        "2020-03-07T14:05:00+01:00": "2020-03-07 14:05", "2010-08-24 07:46:23Z": "2010-08-24 07:46",
        "2020-03-07": "2020-03-07 ",
        "Sat, 07 Mar 2020 14:05:00 +0000": "2020-03-07 14:05", "1583589900": "2020-03-07 14:05",
        "1583589900000": "2020-03-07 14:05", "20200307T1405": "2020-03-07 14:05",
    }  # fmt: skip
    for value, expected in values.items():
        seen = machine_date(value)
        assert seen is not None
        assert f"{seen.day} {seen.time}" == expected
    assert [machine_date(value) for value in ("", "soon", "12345", "2020-13-07", "x, y")] == [None] * 5


@example(date(2000, 8, 1), "ca", "medium")
@given(
    st.dates(date(1971, 1, 1), date(2069, 12, 31)),
    st.sampled_from("en de fr es it pt nl pl cs sk ru uk sv da nb fi tr ro el ca id zh ja ko".split()),
    st.sampled_from(["long", "medium", "full"]),
)
def test_what_babel_writes_is_read(day: date, language: str, form: str) -> None:
    text = format_date(day, form, locale=language)
    order = page_order([text], language)
    found = find_dates(text, language, order, None)
    assert [seen.day for seen in found] == [day.isoformat()], text


@given(st.text(max_size=400))
def test_no_text_raises(text: str) -> None:
    for seen in find_dates(text, "de", DateOrder.DAY_FIRST, SEEN_ON):
        assert 0 <= seen.start <= seen.end <= len(text)
    machine_date(text)
    month_of(text, text[:5])
