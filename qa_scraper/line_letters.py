"""Lines by their letters and digits alone, so that one rendering of a page is found in another."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from qa_scraper.extraction.anchors import letters

_AHEAD: Final = 20_000
"""Letters of a page that may stand between two lines of one text."""
_FAR_AHEAD: Final = 200_000
"""Letters that may stand between two long lines without being a line (options of a list, say)."""
_LONG: Final = 24
_GAP: Final = 300
"""The same between two short lines."""
_BEGINNING: Final = 8
_MOST_PLACES: Final = 50
_BEFORE: Final = 2_000
_CERTAIN: Final = 8
"""Letters of a value that is not found by accident where two lines meet."""


@dataclass(frozen=True, slots=True)
class Hit:
    """Where something was found: in which lines, and where it ends in the letters of all."""

    lines: tuple[int, ...]
    end: int


class LineLetters:
    """The letters and digits of some lines, as one text that values are looked for in."""

    def __init__(self, keys: Sequence[str], chosen: Sequence[int]) -> None:
        self._chosen = chosen
        self._text = "".join([keys[at] for at in chosen])
        self._starts = [0]
        for at in chosen:
            self._starts.append(self._starts[-1] + len(keys[at]))

    def find(self, key: str, begin: int = 0, end: int | None = None) -> Hit | None:
        """The lines that show *key*, which may begin and end inside of one."""
        start = self._text.find(key, begin, end)
        return self._hit(start, len(key)) if start >= 0 else None

    def each(self, keys: Sequence[str]) -> tuple[int, ...]:
        """The lines that show *keys*, one after the other; those that are not found are passed over."""
        found: dict[int, None] = {}
        end = 0
        for key in keys:
            hit = self.find(key, end, end + _AHEAD + len(key)) if found else self.find(key)
            if hit is not None:
                found.update(dict.fromkeys(hit.lines))
                end = hit.end
        return tuple(found)

    def places(self, wanted: str, near: int, texts: Sequence[str]) -> Iterator[tuple[int, ...]]:
        """The first places of the line *wanted*, from some way before line *near* on, else from the beginning."""
        key = letters(wanted)
        if not key:
            return
        before = max(0, self._starts[bisect_left(self._chosen, near)] - _BEFORE)
        found = False
        for begin in dict.fromkeys((before, 0)):
            for lines in self._hits(key, begin) if not found else ():
                if _stands_in(wanted, texts[lines[0]]) if len(lines) == 1 else len(key) >= _CERTAIN:
                    found = True
                    yield lines

    def _hits(self, key: str, begin: int) -> Iterator[tuple[int, ...]]:
        for _ in range(_MOST_PLACES):
            start = self._text.find(key, begin)
            if start < 0:
                return
            yield self._hit(start, len(key)).lines
            begin = start + 1

    def _hit(self, start: int, length: int) -> Hit:
        first = bisect_right(self._starts, start) - 1
        last = bisect_left(self._starts, start + length) - 1
        return Hit(tuple(self._chosen[at] for at in range(first, last + 1)), start + length)


def _stands_in(wanted: str, text: str) -> bool:
    """Whether *wanted* stands in *text* on its own: "Li" does not stand in "clinic"."""
    at = text.find(wanted)
    while at >= 0:
        end = at + len(wanted)
        if not (_goes_on(text[at - 1 : at], wanted[0]) or _goes_on(wanted[-1], text[end : end + 1])):
            return True
        at = text.find(wanted, at + 1)
    return False


def _goes_on(left: str, right: str) -> bool:
    """Whether two neighbours are letters of one word, or digits of one number; Chinese has no words in this sense."""
    if left.isdigit() and right.isdigit():
        return True
    return left.isalpha() and right.isalpha() and left.lower() != left.upper() and right.lower() != right.upper()


def line_spans(keys: Sequence[str], text: str) -> list[tuple[int, int] | None]:
    """For each line, given by its letters, its span in the letters of the page; None where it has none.

    Long lines first, for they are found in one place only; what is between two of them stands between their places.
    """
    spans: list[tuple[int, int] | None] = [None] * len(keys)
    reached = 0
    for at, key in enumerate(keys):
        start = text.find(key, reached, reached + len(key) + _FAR_AHEAD) if len(key) >= _LONG else -1
        if start >= 0:
            reached = start + len(key)
            spans[at] = start, reached
    ends = iter([span[0] for span in spans if span is not None] + [len(text)])
    reached, limit, passed_over = 0, next(ends), 0
    for at, key in enumerate(keys):
        span = spans[at]
        if span is None:
            # Something hidden inside of a line, which is no part of it, parts its letters: then its beginning will do.
            for part in dict.fromkeys((key, key[:_BEGINNING])):
                end = min(limit, reached + len(part) + _GAP + passed_over)
                start = text.find(part, reached, end) if part else -1
                if start >= 0:
                    span = spans[at] = start, start + len(part)
                    break
        else:
            limit = next(ends)
        passed_over = passed_over + 2 * len(key) if span is None else 2 * (len(key) - span[1] + span[0])
        reached = reached if span is None else span[1]
    return spans
