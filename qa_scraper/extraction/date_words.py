"""The words of dates: names of months in many languages (Unicode CLDR, by Babel), and of times gone by."""

from __future__ import annotations

from functools import cache
from typing import Final

from babel import Locale, UnknownLocaleError
from babel.dates import get_day_names, get_month_names

_LANGUAGES: Final = (
    "en", "de", "fr", "es", "it", "pt", "nl", "pl", "cs", "sk", "ru", "uk", "sv", "da", "nb", "fi", "hu", "tr", "ro",
    "el", "ca", "id", "vi", "bg", "hr", "sl", "sr", "lt", "lv", "et",
)  # fmt: skip
_SHORTEST: Final = 3
# Short forms that people write and CLDR does not list.
_ALSO: Final = {
    "sept": 9, "mrz": 3, "maerz": 3, "jänner": 1, "feber": 2, "fevr": 2, "aout": 8, "dec": 12, "avr": 4, "juil": 7,
    "okt": 10, "ag": 8,
    "dez": 12, "janv": 1, "févr": 2, "mär": 3, "set": 9, "setiembre": 9, "ene": 1, "abr": 4, "ago": 8, "dic": 12,
}  # fmt: skip

UNITS: Final[tuple[tuple[str, float], ...]] = tuple(
    (name, days)
    for names, days in (
        ("second sec sek seconde segundo secondi sekund секунд 秒 초 moment", 0),
        ("minute min minut минут 分 분", 0),
        ("hour hr stunde heure hora ora ore uur godzin час 小时 小時 時間 時 시간 h", 0),
        ("day tag jour día dia giorn dag dni dzień dzien ден дн 天 日 일", 1),
    )
    for name in names.split()
)
"""Beginnings of the words for a unit of time, and how many days one is (0: the day of the fetch)."""
LONG_UNITS: Final = tuple(
    "week wk woche semaine semana settiman tydzień tygodni недел 週 周 month monat mois mes mese maand miesi месяц 月"
    " 個月 个月 か月 ヶ月 개월"
    " year jahr ans année año anno anni ano jaar rok lat год лет 年 년".split()
)
"""Beginnings of the words for units that are too long to count a day by."""
SHORT_UNITS: Final[dict[str, float]] = {"s": 0, "m": 0, "h": 0, "d": 1}
"""Units of one letter, as ``3d ago`` has them, by days."""
LONG_SHORT_UNITS: Final = frozenset(("w", "mo", "mos", "y", "yr", "yrs"))
AGO: Final = frozenset(
    ["ago", "vor", "il y a", "y a", "a", "hace", "há", "ha", "fa", "geleden", "temu", "назад", "sedan", "siden",
     "sitten", "önce", "acum", "πριν", "trước", "lalu", "ennyi"]
)  # fmt: skip
"""What stands before or behind a time gone by."""
DAYS: Final = {
    "vorgestern": 2, "day before yesterday": 2, "avant-hier": 2, "anteayer": 2, "anteontem": 2, "eergisteren": 2,
    "позавчера": 2, "前天": 2, "一昨日": 2, "yesterday": 1, "gestern": 1, "hier": 1, "ayer": 1, "ieri": 1, "ontem": 1,
    "gisteren": 1, "wczoraj": 1, "вчера": 1, "igår": 1, "i går": 1, "eilen": 1, "dün": 1, "昨天": 1, "昨日": 1,
    "어제": 1,
    "today": 0, "heute": 0, "aujourd": 0, "hoy": 0, "oggi": 0, "hoje": 0, "vandaag": 0, "dzisiaj": 0, "dziś": 0,
    "сегодня": 0, "idag": 0, "i dag": 0, "tänään": 0, "bugün": 0, "今天": 0, "今日": 0, "오늘": 0,
    "just now": 0, "moments ago": 0, "gerade eben": 0, "soeben": 0, "à l'instant": 0, "à l’instant": 0,
    "ahora mismo": 0, "agora mesmo": 0, "proprio ora": 0, "zojuist": 0, "przed chwilą": 0, "только что": 0,
    "just nu": 0, "lige nu": 0, "juuri nyt": 0, "az önce": 0, "剛剛": 0, "刚刚": 0, "刚才": 0, "たった今": 0, "방금": 0,
}  # fmt: skip
"""Words for a day by how many days it is gone."""
LONG_AGO: Final = (
    "last week", "last month", "last year", "letzte woche", "letzten monat", "letztes jahr", "la semaine dernière",
    "le mois dernier", "l'année dernière", "la semana pasada", "el mes pasado", "el año pasado", "la settimana scorsa",
    "semana passada", "mês passado", "ano passado", "vorige week", "vorige maand", "vorig jaar", "на прошлой неделе",
    "в прошлом месяце", "в прошлом году", "上周", "上週", "上星期", "上个月", "上個月", "去年", "先週", "先月",
    "지난주", "지난달", "작년",
)  # fmt: skip
"""Times gone by that name no day."""


def month_of(word: str, language: str | None) -> int | None:
    """The number of the month that *word* names (whole or abbreviated): in *language*, in English, else in any other.

    None where it names none, or in different languages different ones.
    """
    name = word.lower().rstrip(".")
    own = _months((language or "en").partition("-")[0].lower())
    return own.get(name) or _months("en").get(name) or _ALSO.get(name) or _all_months().get(name)


def weekday_of(word: str, language: str | None) -> int | None:
    """The number of the weekday (Monday: 0) that *word* names in *language* or in English, whole; None: none."""
    name = word.lower()
    found = _weekdays((language or "en").partition("-")[0].lower()).get(name)
    return found if found is not None else _weekdays("en").get(name)


@cache
def _weekdays(language: str) -> dict[str, int]:
    locale = _locale(language)
    names = get_day_names("wide", "format", locale) if locale is not None else {}
    return {name.lower(): number for number, name in names.items()}


@cache
def _months(language: str) -> dict[str, int]:
    locale = _locale(language)
    if locale is None:
        return {}
    found: dict[str, int] = {}
    for context in ("format", "stand-alone"):
        for width in ("wide", "abbreviated"):
            for number, name in get_month_names(width, context, locale).items():
                short = name.lower().rstrip(".")
                if len(short) >= _SHORTEST and short.isalpha():
                    found.setdefault(short, number)
    return found


def _locale(language: str) -> Locale | None:
    """What Unicode CLDR knows of *language*; None: nothing."""
    try:
        return Locale.parse(language)
    except (UnknownLocaleError, ValueError):
        return None


@cache
def _all_months() -> dict[str, int]:
    found: dict[str, int] = {}
    for language in _LANGUAGES:
        for name, number in _months(language).items():
            found[name] = number if found.get(name, number) == number else 0
    return found
