"""What the addresses of question pages have in common, as a regular expression for ``Site.question_url``. Pure."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from qa_scraper.site import Site

_LEAST_SHARE: Final = 0.9
"""Share of the questions that a pattern must match; the rest are taken for pages that show a question by the way."""
_MOST_OTHERS: Final = 0.02
"""Share of the other pages that it may match: lists without any question yet."""
_MOST_SHAPES: Final = 4
_SEPARATED: Final = "[-_.,]"
_EXTENSION: Final = re.compile(r"\.(?:html?|php|aspx?|jsp|cgi|do|pl)\Z", re.IGNORECASE)
_NUMBER_FIRST: Final = re.compile(r"(\d+)[-_.,].+")
_NUMBER_LAST: Final = re.compile(r".*[^\d][-_.,]?(\d+)")
_LETTERS_NUMBER: Final = re.compile(r"([A-Za-z]+)(\d+)")
_MADE_FOR_ONE: Final = re.compile(r"[\d%_-]")
_ID: Final = r"(?P<id>\d+)"


@dataclass(frozen=True, slots=True)
class LearnedPattern:
    """``regex``: for ``Site.question_url``; ``questions``, ``others``: how many of those that were seen it matches."""

    regex: str
    questions: int
    others: int


@dataclass(frozen=True, slots=True)
class _Parts:
    """A canonical URL in parts: folders of its path, the extension of the last one, names and values of its query."""

    folders: tuple[str, ...]
    extension: str
    query: tuple[tuple[str, str], ...]

    @property
    def shape(self) -> tuple[object, ...]:
        """What URLs must have in common to be put into one pattern."""
        return len(self.folders), self.extension, tuple(name for name, _ in self.query)


def learn_question_url(questions: Sequence[str], others: Sequence[str]) -> LearnedPattern | None:
    """The pattern that canonical URLs of question pages match, and *others*, of pages without a question, do not.

    Its group ``id`` is the number that tells the questions apart, where there is one. None where there is no such
    pattern: fewer than two questions, no likeness, or other pages at the same kind of address.
    """
    if len(questions) < 2:
        return None
    shapes: defaultdict[tuple[object, ...], list[_Parts]] = defaultdict(list)
    for url in questions:
        parts = _parts(url)
        shapes[parts.shape].append(parts)
    largest = sorted(shapes.values(), key=len, reverse=True)[:_MOST_SHAPES]
    for used in range(1, len(largest) + 1):
        found = _judged(largest[:used], questions, others)
        if found is not None:
            return found
    return None


def _judged(
    shapes: Sequence[Sequence[_Parts]], questions: Sequence[str], others: Sequence[str]
) -> LearnedPattern | None:
    patterns = list(dict.fromkeys(_pattern(shape, with_id=len(shapes) == 1) for shape in shapes))
    inner = patterns[0] if len(patterns) == 1 else f"(?:{'|'.join(patterns)})"
    regex = rf"://[^/]+{inner}$"
    site = Site(name="learned", title="", question_url=regex)
    matched, wrong = sum(map(site.may_be_question, questions)), sum(map(site.may_be_question, others))
    if matched < _LEAST_SHARE * len(questions) or wrong > _MOST_OTHERS * len(others):
        return None
    return LearnedPattern(regex, matched, wrong)


def _parts(url: str) -> _Parts:
    split = urlsplit(url)
    extension = _EXTENSION.search(split.path)
    path = split.path[: extension.start()] if extension else split.path
    query = tuple((name, value) for name, _, value in (pair.partition("=") for pair in split.query.split("&")) if name)
    return _Parts(tuple(path.strip("/").split("/")), extension[0] if extension else "", query)


def _pattern(shape: Sequence[_Parts], *, with_id: bool) -> str:
    """The regular expression of path and query that all of *shape* match."""
    columns = [[parts.folders[at] for parts in shape] for at in range(len(shape[0].folders))]
    values = [[parts.query[at][1] for parts in shape] for at in range(len(shape[0].query))]
    id_at = _id_column([*columns, *values]) if with_id else None
    path = "".join("/" + _column(column, is_id=id_at == at) for at, column in enumerate(columns))
    query = "&".join(
        f"{re.escape(name)}={_column(column, is_id=id_at == len(columns) + at, in_query=True)}"
        for at, ((name, _), column) in enumerate(zip(shape[0].query, values, strict=True))
    )
    return path + re.escape(shape[0].extension) + (rf"\?{query}" if query else "")


def _id_column(columns: Sequence[Sequence[str]]) -> int | None:
    """The column whose numbers alone tell the URLs apart."""
    for at, column in enumerate(columns):
        numbers = [_number_in(value) for value in column]
        if all(numbers) and len(set(numbers)) == len(numbers) > 1:
            return at
    return None


def _number_in(value: str) -> str:
    """The number that *value* is, begins with or ends in; empty where it does not."""
    if value.isascii() and value.isdecimal():
        return value
    found = _NUMBER_FIRST.fullmatch(value) or _NUMBER_LAST.fullmatch(value)
    return found[1] if found else ""


def _column(values: Sequence[str], *, is_id: bool, in_query: bool = False) -> str:
    """The expression of one folder or value, as narrow as *values* allow."""
    any_text = "[^&]+" if in_query else "[^/?]+"
    number = _ID if is_id else r"\d+"
    if len(set(values)) == 1 and not (len(values) > 1 and is_id):
        value = values[0]
        return re.escape(value) if len(values) > 1 or not _MADE_FOR_ONE.search(value) else any_text
    if all(value.isascii() and value.isdecimal() for value in values):
        return number
    letters = [_LETTERS_NUMBER.fullmatch(value) for value in values]
    if all(letters) and len({match[1] for match in letters if match}) == 1:
        return re.escape(letters[0][1] if letters[0] else "") + number
    if all(_NUMBER_FIRST.fullmatch(value) for value in values):
        return number + _SEPARATED + any_text
    if all(_NUMBER_LAST.fullmatch(value) for value in values):
        # The text may hold numbers of its own: it ends in what is no digit.
        return rf"(?:{any_text[:-1]}*[^\d{any_text[2:-2]}])" + number
    return any_text
