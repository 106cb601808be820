"""Dates as pages show them, in the page's language: in labels, in attributes, and relative to the day of the fetch."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum
from functools import lru_cache
from itertools import pairwise
from typing import Final

from qa_scraper.extraction.date_words import (
    AGO,
    DAYS,
    LONG_AGO,
    LONG_SHORT_UNITS,
    LONG_UNITS,
    SHORT_UNITS,
    UNITS,
    month_of,
    weekday_of,
)


class DateOrder(StrEnum):
    """Which part of an all-number date comes first."""

    DAY_FIRST = "day first"
    MONTH_FIRST = "month first"
    YEAR_FIRST = "year first"


@dataclass(frozen=True, slots=True)
class DateSeen:
    """A date in a text: ``day`` as ``YYYY-MM-DD``, ``time`` of day as ``14:05`` (empty: none shown), and its span.

    ``ambiguous``: day and month could be the other way round; ``relative``: counted from the day of the fetch.
    """

    day: str
    time: str
    start: int
    end: int
    relative: bool = False
    ambiguous: bool = False


_LONGEST: Final = 300  # characters of a label that are looked at
_REMEMBERED: Final = 2048  # labels: those of menus and lists stand on every page
_YEARS: Final = range(1970, 2100)
_TWO_DIGITS: Final = 70  # '70 to '99 are of the last century
_NOON: Final = 12
_MONTHS: Final = 12

_HINT: Final = re.compile(r"\d")
_TIME: Final = re.compile(
    r"[\s,;·•|\-–(]*(?:(?:at|um|à|às|alle|om|kl|klo|в|a las|o godz|@|T)\b\.?)?\s*"
    r"(?P<hour>[01]?\d|2[0-3])(?P<mark>[:h時时点點])\s?(?P<minute>[0-5]\d)(?::[0-5]\d)?(?!\d)(?:\s?(?P<half>[apAP])\.?[mM]\b)?",
)
_CHINESE_HALF: Final = re.compile(r"\s*(?P<half>上午|下午|午前|午後|오전|오후)")
_YEAR_FIRST: Final = re.compile(r"(?<!\d)(?<!\d[.,/-])(\d{4})\s?([-/.])\s?(\d{1,2})\s?\2\s?(\d{1,2})(?![\d]|[.,/-]\d)")
_CJK: Final = re.compile(r"(民國|民国)?\s?(\d{1,4})\s?[年년]\s?(\d{1,2})\s?[月월]\s?(\d{1,2})\s?[日号號일]?")
_REPUBLIC: Final = re.compile(r"(?:民國|民国)\s?(\d{1,3})([-/.])(\d{1,2})\2(\d{1,2})(?!\d)")
_REPUBLIC_BEGAN: Final = 1911
_BUDDHIST_BEGAN: Final = 543
_NUMBERS: Final = re.compile(
    r"(?<![\d.,/:$€£-])(\d{1,2})\s?([-/.])\s?(\d{1,2})\s?\2\s?(\d{4}|\d{2})(?!\d|[.,/-]\d|[%€$£])"
)
_WORD: Final = r"([^\W\d_]{3,12}|[Aa]g(?=\.))\.?"  # "ag." is Catalan's August, and no other month has two letters
_OF: Final = r"(?:(?:de|del|of|da|di|do)\s+|d['’])"
_ORDINAL: Final = r"(?:st|nd|rd|th|er|º|ª|\.)?"
_DAY_WORD_YEAR: Final = re.compile(
    rf"(?<![\d:.,/])(\d{{1,2}}){_ORDINAL}[\s/-]{{0,3}}{_OF}?{_WORD}[\s,/-]{{0,3}}{_OF}?['’]?(\d{{4}}|\d{{2}})(?![\d:])"
)
_WORD_DAY_YEAR: Final = re.compile(
    rf"(?<![^\W\d_]){_WORD}\s?(\d{{1,2}}){_ORDINAL}(?:,\s?|\s){{1,2}}['’]?(\d{{4}}|\d{{2}}(?![:\d]))(?![\d:])"
)
_YEAR_WORD_DAY: Final = re.compile(rf"(?<!\d)(\d{{4}})[\s.,-]{{1,2}}{_WORD}[\s.-]{{1,2}}(\d{{1,2}})(?!\d)")
_WORD_DAY: Final = re.compile(rf"(?<![^\W\d_]){_WORD}\s(\d{{1,2}}){_ORDINAL}(?![\d:.,/]?\d)")
_DAY_WORD: Final = re.compile(rf"(?<![\d:.,/])(\d{{1,2}}){_ORDINAL}\s{_OF}?{_WORD}(?![\s,/-]{{0,3}}['’]?\d{{4}})")
_RELATIVE: Final = re.compile(
    r"(?P<before>[^\W\d_]{1,6}(?:\s[^\W\d_]{1,2}){0,2})?\s?(?P<number>\d{1,3}|(?<![一二三四五六七八九十百千〇零兩两])[半一二兩两三]"
    r"|(?<![^\W\d_])(?:an?|one|eine[mnr]?|une?|una|uno|um|uma|een)(?![^\W\d_]))"
    r"\s?(?P<unit>[^\W\d_]{1,12})\.?(?:\s?(?P<after>[^\W\d_]{1,8}))?",
    re.IGNORECASE,
)
# "1 year, 3 days ago" was no three days ago.
_UNIT_AHEAD: Final = re.compile(
    r"(?:\d|\ban?)\s?[^\W\d_]{1,12}\.?(?:,\s?|\s)(?:(?:and|und|et|y|e)\s)?\Z", re.IGNORECASE
)
_GONE_BY: Final = (*LONG_AGO, *DAYS)
_NUMBER_WORDS: Final = {"半": 0, "二": 2, "兩": 2, "两": 2, "三": 3}  # all others are one
_WEEKDAY: Final = re.compile(r"(?<![^\W\d_])[^\W\d_]{3,14}(?=[\s,])")
_ISO: Final = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[T\s](\d{2}):(\d{2}))?")
_COMPACT: Final = re.compile(r"(\d{4})(\d{2})(\d{2})(?:T(\d{2})(\d{2}))?")
_STAMP: Final = re.compile(r"\d{10}(?:\d{3})?(?:\.\d+)?")


def find_dates(text: str, language: str | None, order: DateOrder, seen_on: date | None) -> list[DateSeen]:
    """The dates in *text* (a label; of longer text the first 300 characters), in their order.

    Month names are looked up in *language* (BCP 47), then English, then all others. Where *seen_on* is known, dates
    without a year and relative ones count from it: days, weekdays, hours and less. "2 weeks ago" or "1 year ago" names
    no day.
    """
    return list(_dates_in(text[:_LONGEST], language, order, seen_on))


@lru_cache(maxsize=_REMEMBERED)
def _dates_in(text: str, language: str | None, order: DateOrder, seen_on: date | None) -> tuple[DateSeen, ...]:
    found: list[DateSeen] = []
    if _HINT.search(text):
        for seen in _absolute(text, language, order, seen_on):
            if all(seen.end <= other.start or seen.start >= other.end for other in found):
                found.append(seen)
    if seen_on is not None and not found:
        found.extend(_relative(text, language, seen_on))
    return tuple(sorted(found, key=lambda seen: seen.start))


def _absolute(text: str, language: str | None, order: DateOrder, seen_on: date | None) -> Iterator[DateSeen]:
    for match in _REPUBLIC.finditer(text):
        yield from _seen(text, match, int(match[1]) + _REPUBLIC_BEGAN, int(match[3]), int(match[4]))
    for match in _CJK.finditer(text):
        year = int(match[2]) + (_REPUBLIC_BEGAN if match[1] else 0)
        yield from _seen(text, match, year, int(match[3]), int(match[4]))
    for match in _YEAR_FIRST.finditer(text):
        yield from _seen(text, match, int(match[1]), int(match[3]), int(match[4]))
    for match in _DAY_WORD_YEAR.finditer(text):
        yield from _named(text, match, language, match[3], match[2], match[1])
    for match in _WORD_DAY_YEAR.finditer(text):
        yield from _named(text, match, language, match[3], match[1], match[2])
    for match in _YEAR_WORD_DAY.finditer(text):
        yield from _named(text, match, language, match[1], match[2], match[3])
    for match in _NUMBERS.finditer(text):
        yield from _numbers(text, match, order)
    if seen_on is not None:
        for match in _WORD_DAY.finditer(text):
            yield from _without_year(text, match, month_of(match[1], language), int(match[2]), seen_on)
        for match in _DAY_WORD.finditer(text):
            yield from _without_year(text, match, month_of(match[2], language), int(match[1]), seen_on)


def _named(
    text: str, match: re.Match[str], language: str | None, year: str, month: str, day: str
) -> Iterator[DateSeen]:
    number = month_of(month, language)
    if number is not None:
        yield from _seen(text, match, _full_year(year), number, int(day))


def _numbers(text: str, match: re.Match[str], order: DateOrder) -> Iterator[DateSeen]:
    first, second, year = int(match[1]), int(match[3]), _full_year(match[4])
    if order is DateOrder.YEAR_FIRST and len(match[4]) < len("2020"):
        yield from _seen(text, match, _full_year(match[1]), second, int(match[4]))
        return
    is_ambiguous = first <= _MONTHS and second <= _MONTHS and first != second
    by_order = order is DateOrder.MONTH_FIRST and match[2] != "."  # nobody writes months first with full stops
    month_first = second > _MONTHS or (by_order and first <= _MONTHS)
    day, month = (second, first) if month_first else (first, second)
    yield from _seen(text, match, year, month, day, ambiguous=is_ambiguous)


def _without_year(text: str, match: re.Match[str], month: int | None, day: int, seen_on: date) -> Iterator[DateSeen]:
    """The last such day that is not after the fetch."""
    if month is None:
        return
    for year in (seen_on.year, seen_on.year - 1):
        with suppress(ValueError):
            if date(year, month, day) <= seen_on:
                yield from _seen(text, match, year, month, day)
                return


def _full_year(digits: str) -> int:
    year = int(digits)
    return year if len(digits) > 2 else year + (1900 if year >= _TWO_DIGITS else 2000)


def _seen(
    text: str, match: re.Match[str], year: int, month: int, day: int, *, ambiguous: bool = False
) -> Iterator[DateSeen]:
    if year - _BUDDHIST_BEGAN in _YEARS:  # Thai dates; no other date of a page is of such a year
        year -= _BUDDHIST_BEGAN
    if year not in _YEARS:
        return
    try:
        found = date(year, month, day)
    except ValueError:
        return
    time, end = _time_behind(text, match.end())
    yield DateSeen(found.isoformat(), time, match.start(), end, ambiguous=ambiguous)


def _time_behind(text: str, at: int) -> tuple[str, int]:
    """The time of day that begins at *at*, and where it ends; an empty string and *at* where there is none."""
    half = _CHINESE_HALF.match(text, at)
    match = _TIME.match(text, half.end() if half else at)
    if match is None:
        return "", at
    hour = int(match["hour"])
    is_afternoon = (match["half"] or "").lower() == "p" or (
        half is not None and half["half"] in {"下午", "午後", "오후"}
    )
    if match["half"] or half:
        hour = hour % _NOON + (_NOON if is_afternoon else 0)
    return f"{hour:02}:{match['minute']}", match.end()


def _relative(text: str, language: str | None, seen_on: date) -> Iterator[DateSeen]:
    lowered = text.lower()
    for word in [word for word in DAYS if word in lowered]:
        at = _place_of(lowered, word)
        if at is not None:
            time, end = _time_behind(text, at + len(word))
            yield DateSeen((seen_on - timedelta(days=DAYS[word])).isoformat(), time, at, end, relative=True)
            return
    for match in _times_gone_by(text):
        unit = _days_of(match["unit"].lower())
        if unit is not None and not _UNIT_AHEAD.search(text, 0, match.start("number")):
            said = match["number"]
            number = int(said) if said.isdecimal() else _NUMBER_WORDS.get(said, 1)
            day = (seen_on - timedelta(days=unit * number)).isoformat()
            yield DateSeen(day, "", match.start(), match.end(), relative=True)
            return
    # "Tuesday at 17:05", as forums write of the week gone by: with a time, for a weekday alone is none.
    for match in _WEEKDAY.finditer(text):
        weekday = weekday_of(match[0], language)
        time, end = _time_behind(text, match.end()) if weekday is not None else ("", 0)
        if weekday is not None and time:
            day = (seen_on - timedelta(days=(seen_on.weekday() - weekday - 1) % 7 + 1)).isoformat()
            yield DateSeen(day, time, match.start(), end, relative=True)
            return


def _times_gone_by(text: str) -> Iterator[re.Match[str]]:
    """What is written as a number of units gone by: ``2 days ago``, ``vor einer Stunde``, ``3 weeks ago``."""
    for match in _RELATIVE.finditer(text):
        around = [(match[part] or "").lower() for part in ("before", "after", "unit")]
        if any(mark in AGO or mark.endswith(("前", "전")) for mark in around):
            yield match


def _days_of(unit: str) -> float | None:
    """How many days the unit of time is that is called so; None for one that no day can be counted by."""
    if unit in SHORT_UNITS:
        return SHORT_UNITS[unit]
    return next((days for name, days in UNITS if unit.startswith(name)), None)


def is_time_gone_by(text: str) -> bool:
    """Whether *text* (a label) is a time gone by: it stands where a date would.

    Also if it names no day (``2 weeks ago``) or the day of the fetch is not known (``yesterday``).
    """
    return _says_time_gone_by(text[:_LONGEST])


@lru_cache(maxsize=_REMEMBERED)
def _says_time_gone_by(text: str) -> bool:
    for match in _times_gone_by(text):
        unit = match["unit"].lower()
        if _days_of(unit) is not None or unit in LONG_SHORT_UNITS or unit.startswith(LONG_UNITS):
            return True
    lowered = text.lower()
    # Most labels hold none of the words: that is asked first, and in one line, for all of them.
    return any(_place_of(lowered, words) is not None for words in [words for words in _GONE_BY if words in lowered])


def _place_of(text: str, word: str) -> int | None:
    """Where *word* first stands in *text*; None if not, or not as a word of its own. Some scripts part no words."""
    at = text.find(word)
    goes_on = word.isascii() and text[at + len(word) : at + len(word) + 1].isalpha()
    return at if at >= 0 and not text[max(at - 1, 0) : at].isalpha() and not goes_on else None


_DAY_FIRST_ENGLISH: Final = frozenset(("GB", "AU", "NZ", "IE", "IN", "ZA", "SG", "HK", "MY"))
_YEAR_FIRST_LANGUAGES: Final = frozenset(("zh", "ja", "ko", "hu", "lt"))


def page_order(texts: Sequence[str], language: str | None) -> DateOrder:
    """The order of the all-number dates of a page that shows *texts* (in page order).

    By a part that can only be a day; else by which order lets successive dates ascend; else by *language* and region.
    """
    pairs = [(int(m[1]), int(m[3]), m[4]) for text in texts for m in [_NUMBERS.search(text[:_LONGEST])] if m]
    if any(first > _MONTHS for first, _, _ in pairs):
        return DateOrder.DAY_FIRST
    if any(second > _MONTHS for _, second, _ in pairs):
        return DateOrder.MONTH_FIRST
    by_language = _order_of(language)
    if len(pairs) > 1:
        day_first = [(_full_year(year), second, first) for first, second, year in pairs]
        month_first = [(_full_year(year), first, second) for first, second, year in pairs]
        ascends = [all(a <= b for a, b in pairwise(dates)) for dates in (day_first, month_first)]
        if ascends[0] != ascends[1]:
            return DateOrder.DAY_FIRST if ascends[0] else DateOrder.MONTH_FIRST
    return by_language


def _order_of(language: str | None) -> DateOrder:
    tongue, _, region = (language or "en").partition("-")
    if tongue.lower() == "en":
        return DateOrder.DAY_FIRST if region.upper() in _DAY_FIRST_ENGLISH else DateOrder.MONTH_FIRST
    return DateOrder.YEAR_FIRST if tongue.lower() in _YEAR_FIRST_LANGUAGES else DateOrder.DAY_FIRST


def machine_date(value: str) -> DateSeen | None:
    """The date that an attribute's *value* is, as written there: ISO 8601, RFC 2822, Unix seconds or milliseconds."""
    value = value.strip()[:_LONGEST]
    match = _ISO.match(value) or (_COMPACT.fullmatch(value) if len(value) <= len("20200307T1405") else None)
    if match is not None:
        with suppress(ValueError):
            day = date(int(match[1]), int(match[2]), int(match[3]))
            time = f"{match[4]}:{match[5]}" if match[4] else ""
            return DateSeen(day.isoformat(), time, 0, len(value)) if day.year in _YEARS else None
    if _STAMP.fullmatch(value):
        moment = datetime.fromtimestamp(int(value[:10]), UTC)
        return DateSeen(moment.date().isoformat(), moment.strftime("%H:%M"), 0, len(value))
    if "," in value:
        with suppress(ValueError, TypeError, IndexError):
            moment = parsedate_to_datetime(value)
            return DateSeen(moment.date().isoformat(), moment.strftime("%H:%M"), 0, len(value))
    return None
