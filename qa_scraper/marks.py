"""Marks: what stands in free text in the place of what is hidden, and how they get there. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
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
_ROUNDS: Final = 8
"""How often what is left beside marks is searched; honest texts need two. It keeps the time linear."""


def is_pseudonym(name: str) -> bool:
    """Whether *name* is written as a pseudonym is."""
    return _PSEUDONYM.fullmatch(name) is not None


def marked(text: str, search: Search) -> str:
    """*text* with what *search* finds replaced.

    What stands beside a mark, a new one or one that was there, is searched as a text of its own until nothing more is
    found. So a number beside another does not stay because of its neighbour, and doing it twice changes nothing.
    What still holds something after eight rounds, which takes malice, is hidden as a whole.
    """
    pieces = _SET_ALREADY.split(text)
    if len(pieces) == 1:
        return "".join(_marked(text, search, _ROUNDS))
    shown = [
        # A pseudonym may be a name that is to be dropped now.
        (part if part[0] == "[" else replaced(part, search(part)))
        if at % 2
        else "".join(_marked(part, search, _ROUNDS))
        for at, part in enumerate(pieces)
    ]
    return "".join(shown)


def _marked(piece: str, search: Search, rounds: int) -> Iterator[str]:
    spans = search(piece) if piece else []
    if not spans:
        yield piece
        return
    if not rounds:
        yield spans[0][2]
        return
    done = 0
    for begin, end, put in spans:
        yield from _marked(piece[done:begin], search, rounds - 1)
        yield put
        done = end
    yield from _marked(piece[done:], search, rounds - 1)


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
