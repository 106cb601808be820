"""The part of a record's texts that shows why a search found it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from markupsafe import Markup

_LONGEST: Final = 240
_BEFORE: Final = 60
"""Characters that are shown in front of the first word that was found."""


def excerpt(texts: Iterable[str | None], words: Sequence[str]) -> Markup:
    """A short piece of the first of *texts* that holds one of *words*, each marked; else the beginning of the first.

    All that stands in the texts is escaped.
    """
    beginning = ""
    for text in filter(None, texts):
        beginning = beginning or text
        places = list(_places(text, words))
        if places:
            begin = max(0, places[0][0] - _BEFORE)
            if begin:  # at the beginning of a word, where there are blanks
                begin = text.find(" ", begin, places[0][0]) + 1 or begin
            return _marked(text, begin, min(len(text), begin + _LONGEST), places)
    return _marked(beginning, 0, min(len(beginning), _LONGEST), [])


def _places(text: str, words: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Where the words stand, without regard to case, in order; those that overlap are one."""
    plain = text.lower()
    if len(plain) != len(text):  # a few letters are longer in lower case
        plain = text
    found = []
    for word in words:
        at = plain.find(word.lower())
        while at >= 0:
            found.append((at, at + len(word)))
            at = plain.find(word.lower(), at + len(word))
    end = -1
    begin = 0
    for first, last in sorted(found):
        if first > end:
            if end >= 0:
                yield begin, end
            begin = first
        end = max(end, last)
    if end >= 0:
        yield begin, end


def _marked(text: str, begin: int, end: int, places: Sequence[tuple[int, int]]) -> Markup:
    parts = [Markup("… ") if begin else Markup("")]
    at = begin
    for first, last in places:
        if first >= end:
            break
        parts += [Markup.escape(text[at:first]), Markup("<mark>"), Markup.escape(text[first:last]), Markup("</mark>")]
        at = last
    parts.append(Markup.escape(text[at : max(at, end)]))
    return Markup("").join(parts) + (Markup(" …") if max(at, end) < len(text) else Markup(""))
