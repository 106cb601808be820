"""Marks: what stands in free text in the place of what is hidden, and how they get there. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final, Literal

Mark = Literal["[email]", "[phone]", "[id-number]", "[profile]"]
"""In the place of what reaches a person."""
ASKER_MARK: Final = "[asker]"
"""In the place of a dropped name."""
_PSEUDONYM: Final = re.compile(r"asker-[0-9a-f]{16}")  # in the place of a name under the policy of that name

Span = tuple[int, int, str]
"""Begin and end in a text, and what is to stand there."""
Search = Callable[[str], list[Span]]
"""What of a text is to be hidden: in order, none overlapping another."""

_SET_ALREADY: Final = re.compile(rf"(\[(?:email|phone|id-number|profile|asker)\]|{_PSEUDONYM.pattern})")
_SEARCHED_AT_MOST: Final = (8, 20_000)
"""How much of a text is searched, again and again: so many times its length, and so many characters. It keeps the time
linear; honest texts need two rounds, long lists in an odd form one a number."""


def is_pseudonym(name: str) -> bool:
    """Whether *name* is written as a pseudonym is."""
    return _PSEUDONYM.fullmatch(name) is not None


def marked(text: str, search: Search) -> str:
    """*text* with what *search* finds replaced.

    What stands beside a mark, a new one or one that was there, is searched as a text of its own until nothing more is
    found. So a number beside another does not stay because of its neighbour, and doing it twice changes nothing.
    Where that takes too long, which needs malice, the rest of each line that still holds something is hidden.
    """
    times, more = _SEARCHED_AT_MOST
    left = _Left(times * len(text) + more)
    pieces = _SET_ALREADY.split(text)
    pieces[::2] = ["".join(_marked(piece, search, left)) for piece in pieces[::2]]
    return "".join(pieces)


@dataclass(slots=True)
class _Left:
    """How many characters may still be searched."""

    characters: int


def _marked(piece: str, search: Search, left: _Left) -> Iterator[str]:
    while piece:
        left.characters -= len(piece)
        spans = search(piece)
        if not spans:
            yield piece
            return
        if left.characters < 0:
            yield from _hidden(piece, search)
            return
        done = 0
        for begin, end, put in spans:
            yield from _marked(piece[done:begin], search, left)
            yield put
            done = end
        piece = piece[done:]


def _hidden(piece: str, search: Search) -> Iterator[str]:
    for line in piece.splitlines(keepends=True):
        spans = search(line)
        if spans:
            begin, _, put = spans[0]
            yield line[:begin] + put + line[len(line.rstrip("\r\n")) :]
        else:
            yield line


def replaced(text: str, spans: Iterable[Span]) -> str:
    """*text* with what *spans* say in their places. *spans*: in order, none overlapping another."""
    pieces: list[str] = []
    done = 0
    for begin, end, put in spans:
        pieces += text[done:begin], put
        done = end
    return "".join([*pieces, text[done:]]) if pieces else text


def apart(found: list[Span]) -> list[Span]:
    """*found* in the order of the text; of those that overlap the one that begins first, then the longer one."""
    kept: list[Span] = []
    for span in sorted(found, key=lambda span: (span[0], -span[1])):
        if not kept or span[0] >= kept[-1][1]:
            kept.append(span)
    return kept
