"""Pure functions on text: white space, dates, age bands, genders, names, signatures.

None of them raises on any string, and every cleaning function is idempotent.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Final

# What a reader never sees: C0/C1 controls other than tab and newline, zero-width space, byte order mark, soft
# hyphen, bidirectional embedding. Zero-width joiners stay: emoji and several scripts need them.
_INVISIBLE: Final = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u200b\u2060\ufeff\u202a-\u202e\u2066-\u2069]+"
)
_ASCII_CONTROLS: Final = bytes((*range(0x20), 0x7F))
_LONG: Final = 100
"""Characters from which on it takes a third of the time to look for control characters in bytes."""
_SURROGATE: Final = re.compile(r"[\ud800-\udfff]")
_NEWLINES: Final = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_BLANK_LINES: Final = re.compile("\n{3,}")


def clean_line(text: str) -> str:
    """*text* as one line: white space folded and trimmed, invisible characters dropped, lone surrogates as U+FFFD."""
    if is_printable(text) and "  " not in text:  # the only white space that is printable is the blank
        return text.strip(" ")
    folded = " ".join(text.split())
    # split() takes these four for white space, but they are dropped; all else that is dropped is not printable.
    if is_printable(folded) and not ("\x1c" in text or "\x1d" in text or "\x1e" in text or "\x1f" in text):
        return folded
    return " ".join(_without_invisible(text).split())


def clean_text(text: str) -> str:
    """*text* with each line cleaned and at most one blank line between paragraphs, none at the ends."""
    lines = text.split("\n")
    if all(map(is_printable, lines)) and "  " not in text:  # nothing to fold or to drop inside of the lines
        lines = [line.strip(" ") for line in lines]
    else:
        lines = [" ".join(line.split()) for line in lines]
        # As in clean_line: what is dropped or ends a line beside the newline is not printable, or folded by split().
        ends = len(text.splitlines()) + text.endswith("\n")
        if ends > len(lines) or "\x1f" in text or not all(map(is_printable, lines)):
            text = _without_invisible(_NEWLINES.sub("\n", text))
            lines = [" ".join(line.split()) for line in text.split("\n")]
    joined = "\n".join(lines)
    return (_BLANK_LINES.sub("\n\n", joined) if "\n\n\n" in joined else joined).strip()


def is_printable(text: str) -> bool:
    """What ``text.isprintable()`` says."""
    if len(text) < _LONG or not text.isascii():
        return text.isprintable()
    return len(text.encode().translate(None, _ASCII_CONTROLS)) == len(text)


def printable(text: str) -> str:
    """*text* with a blank for each character that a terminal would not show but obey, or that breaks the line."""
    return text if text.isprintable() else "".join([c if c.isprintable() else " " for c in text])


def _without_invisible(text: str) -> str:
    return _SURROGATE.sub("\ufffd", _INVISIBLE.sub("", text))


_MONTHS: Final = {
    name: number
    for number, names in enumerate(
        "jan january|feb february|mar march|apr april|may|jun june|jul july|aug august|sep sept september"
        "|oct october|nov november|dec december".split("|"),
        start=1,
    )
    for name in names.split()
}
_MONTH: Final = "(?P<month_name>" + "|".join(sorted(_MONTHS, key=len, reverse=True)) + r")\.?"
_DATE_FORMATS: Final = tuple(
    re.compile(pattern, re.IGNORECASE | re.ASCII)
    for pattern in (
        r"(?P<year>\d{4})(?P<sep>\s?[/.\-]\s?)(?P<month>\d{1,2})(?P=sep)(?P<day>\d{1,2})",
        r"(?P<year>\d{4})\s?年\s?(?P<month>\d{1,2})\s?月\s?(?P<day>\d{1,2})\s?日",
        rf"(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s+{_MONTH},?\s+(?P<year>\d{{4}})",
        rf"{_MONTH}\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<year>\d{{4}})",
    )
)
_TIME_OF_DAY: Final = re.compile(
    r"[T\s,]*(?:\d{1,2}:\d{2}(?::\d{2})?(?:\.\d++)?\s?(?:[ap]\.?m\.?)?\s?(?:Z|UTC|GMT|[+-]\d{2}:?\d{2})?)?",
    re.IGNORECASE,
)


def parse_date(text: str) -> str | None:
    """The date that *text* consists of, as ISO 8601 ``YYYY-MM-DD``; None where it is anything else.

    Reads year first (``2003/10/20``, ``2003-10-20``, ``2003年10月20日``) and months by English name. All-number
    dates that end with the year are left alone: day and month cannot be told apart. A time of day may follow.
    """
    cleaned = clean_line(text).rstrip(".。")
    for pattern in _DATE_FORMATS:
        match = pattern.match(cleaned)
        if match is None or not _TIME_OF_DAY.fullmatch(cleaned, match.end()):
            continue
        parts = match.groupdict()
        named = parts.get("month_name")
        month = _MONTHS[named.lower()] if named else int(parts["month"])
        try:
            return date(int(parts["year"]), month, int(parts["day"])).isoformat()
        except ValueError:
            return None
    return None


_BAND: Final = re.compile(r"(\d{1,3})\s*(?:~|～|-|–|—|to)\s*(\d{1,3})", re.IGNORECASE | re.ASCII)
_OPEN_ABOVE: Final = re.compile(
    r"(?:over|above|at least)\s*(\d{1,3})|(\d{1,3})\s*(?:\+|and (?:above|over|older)|or (?:above|over|older))",
    re.IGNORECASE | re.ASCII,
)
_OPEN_BELOW: Final = re.compile(r"(?:under|below|less than|younger than|up to|<)\s*(\d{1,3})", re.IGNORECASE | re.ASCII)
_ONE_AGE: Final = re.compile(r"\d{1,3}", re.ASCII)


def parse_age_band(text: str) -> tuple[int | None, int | None]:
    """Lower and upper end in years of an age band: ``20~29`` = (20, 29), ``35歲`` = (35, 35), ``80+`` = (80, None).

    (None, None) where *text* is no age band.
    """
    cleaned = clean_line(text).rstrip("歲岁").rstrip()
    if match := _BAND.fullmatch(cleaned):
        low, high = sorted((int(match[1]), int(match[2])))
        return low, high
    if match := _OPEN_ABOVE.fullmatch(cleaned):
        return int(match[1] or match[2]), None
    if match := _OPEN_BELOW.fullmatch(cleaned):
        return None, int(match[1])
    if _ONE_AGE.fullmatch(cleaned):
        return int(cleaned), int(cleaned)
    return None, None


_COUNT: Final = re.compile(
    r"(?P<sign>[+\-−–]?+)\s?+(?=\d)(?:(?P<grouped>\d{1,3}(?:[,.\s'’]\d{3})++(?!\d))|(?P<plain>\d++(?:[.,]\d)?)"
    r"\s?(?P<unit>[kmKM万萬])?)(?![^\W\d_])",
    re.ASCII,
)
_COUNT_UNITS: Final = {"k": 1000, "m": 1_000_000, "万": 10_000, "萬": 10_000}
_COUNT_LENGTH: Final = 40


def parse_count(text: str) -> int | None:
    """The first number that *text* shows: ``1,234`` = 1234, ``1.2k`` = 1200, ``−3 votes`` = -3; None without one."""
    match = _COUNT.search(text[:_COUNT_LENGTH])
    if match is None:
        return None
    if match["grouped"]:
        amount = int("".join(filter(str.isdecimal, match["grouped"])))
    else:
        amount = round(float(match["plain"].replace(",", ".")) * _COUNT_UNITS.get((match["unit"] or "").lower(), 1))
    return -amount if match["sign"] in {"-", "−", "–"} else amount


_GENDERS: Final = {
    **dict.fromkeys(("female", "woman", "girl", "lady", "f", "女", "女性", "女士", "小姐"), "female"),
    **dict.fromkeys(("male", "man", "boy", "gentleman", "m", "男", "男性", "先生"), "male"),
    **dict.fromkeys(("other", "nonbinary", "non-binary"), "other"),
}


def parse_gender(text: str) -> str | None:
    """``female``, ``male`` or ``other``; None where *text* names none of them."""
    return _GENDERS.get(clean_line(text).lower())


_ACADEMIC: Final = r"(?:,?\s+(?:M\.?D|Ph\.?D|D\.?O|R\.?N|M\.?B\.?B\.?S|Jr|Sr)\.?)*"
# One word of a person's name: capitalised or of a script without case, inner apostrophes, hyphens, initials.
_NAME_WORD: Final = r"(?:[^\W\d_a-zß-ÿ][\w.'’·\-]*|(?:d|O|D|L|l)['’]\w[\w'’\-]*)"
_PARTICLE: Final = r"(?:de|del|der|den|di|da|dos|du|la|le|van|von|bin|binti|al|el|ibn|y|e|zu|ter|ten)"
_SIGNED: Final = re.compile(
    # A sentence of its own at the very end: only a role in front of the title, only a name behind it.
    r"(?:^|[.!?。！？…)\]~]\s*|\n\n|(?P<last_word>[^\s\n]*)\n"
    r"|\b(?:[Rr]egards|[Ss]incerely|[Yy]ours|[Tt]ruly|[Ww]ishes|[Tt]hanks|[Bb]est)\s*[,，.!]?\s*)"
    r"(?P<role>(?:[A-Z][\w/&\-]*,?\s+(?:(?:and|of|the|in|for|&|/)\s+)*){0,8})"
    r"(?P<title>Dr|Doctor|Prof|Professor)\b\.?\s*"
    rf"(?P<name>{_NAME_WORD}(?:\s+(?:{_PARTICLE}\s+)*{_NAME_WORD}){{0,4}})"
    rf"{_ACADEMIC}\s*[.。]?\s*$"
)
# In clean text: "Dr." at the end of a line.
_TITLE_BROKEN_OFF: Final = re.compile(r"\n(?:(?<=\bDr\.\n)|(?<=\bProf\.\n))\n?")
# A line that ends with one of these goes on in the next: its doctor is somebody spoken of.
_GOES_ON: Final = frozenset(
    "a an and are ask at by call colleague consult contact doctor doctors for from his her in is like my or our"
    " said saw says see than that the their to told via visit was with your".split()
)
# Words that open a sentence about another doctor, or a greeting, rather than a role.
_NO_ROLE: Final = frozenset(
    "ask call consult contact dear dr hello hi if message please request see tell thank thanks try visit with".split()
)
_SIGNATURE_REACH: Final = 200
_TITLES: Final = ("Dr", "Doctor", "Prof")  # one of them stands in every signature


def signature(text: str) -> str | None:
    """The doctor who signs at the end of an answer: ``… Hematologist Dr. Lin Tsung-Che.`` gives ``Lin Tsung-Che``.

    A signature is a sentence of its own that holds a role (or nothing), a doctor's title and a name; lines broken
    after ``Dr.`` are read as one. None where the text ends otherwise ("Please see Dr. Wang.").
    """
    tail = clean_text(text)[-_SIGNATURE_REACH:]
    if not any(title in tail for title in _TITLES):
        return None
    tail = _TITLE_BROKEN_OFF.sub(" ", tail)
    match = _SIGNED.search(tail)
    if match is None:
        return None
    first = match["role"].split(maxsplit=1)
    if first and first[0].strip(",").lower() in _NO_ROLE:
        return None
    if (match["last_word"] or "").lower() in _GOES_ON:
        return None
    return clean_line(match["name"]).rstrip(".,") or None
