"""Where a value stands on a page: in which of its lines, in which element, on which line of its source.

Readers give some values with their element (``Found``), others as plain strings: those are looked for by their text.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from lxml import etree

from qa_scraper.extraction.anchors import PageText, letters
from qa_scraper.extraction.blocks import MOST_BLOCKS, Block, Place, element_text, page_blocks
from qa_scraper.page import Page
from qa_scraper.text import clean_line

_AHEAD: Final = 20_000
"""Letters of a page that may stand between two of its lines without being a line (options of a list, say)."""
_LEAST_SHARE: Final = 0.15
_LONG_HIDDEN: Final = 200
_MOST_OF_IT: Final = 0.8
_FAR_AHEAD: Final = 200_000
_LONG: Final = 24
_GAP: Final = 300
"""Letters, as above, that may stand between two short lines."""
_BEGINNING: Final = 8
_MOST_PLACES: Final = 50
_MOST_LINES: Final = 2_000
_BEFORE: Final = 2_000
_CERTAIN: Final = 8
"""Letters of a value that is not found by accident where two lines meet."""
_FEW: Final = 3
_STEPS: Final = 3
_DEEPEST: Final = 12
_CLASSES: Final = 2
_ROOTS: Final = frozenset(("html", "body"))
_LONGEST_NAME: Final = 40


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a page as its readers see it. ``path``: a readable one of its element, empty in plain text.

    ``source_line``: where that begins in the source, from 1; None where it is not known.
    """

    text: str
    place: Place = "main"
    heading: int = 0
    paragraph: bool = True
    path: str = ""
    source_line: int | None = None


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a value stands: positions in ``PagePlaces.lines``, and element and source line as in ``Line``.

    ``by_text``: it was looked for by its text, for its reader names no element.
    """

    lines: tuple[int, ...] = ()
    path: str = ""
    source_line: int | None = None
    by_text: bool = False


class PagePlaces:
    """The lines of one page, and where values stand among them."""

    def __init__(self, page: Page) -> None:
        self._text = PageText.of(page.tree) if page.tree is not None else None
        self._place(list(islice(page_blocks(page), MOST_BLOCKS)))
        self._place([part for at, block in enumerate(self._blocks) for part in self._opened(at, block)])
        numbers = _line_numbers(page.text) if page.kind == "text" else iter(())
        self.lines = tuple(self._line(at, block, next(numbers, None)) for at, block in enumerate(self._blocks))
        self._linked: dict[str | None, list[int]] = defaultdict(list)
        for at, block in enumerate(self._blocks):
            for link in block.links:
                self._linked[link.href].append(at)
        self._main = _Letters(self._keys, [at for at, block in enumerate(self._blocks) if block.place == "main"])
        self._all = _Letters(self._keys, range(len(self._blocks)))

    def _place(self, blocks: Sequence[Block]) -> None:
        """Takes *blocks* for the lines of the page, and finds where each stands in its text."""
        self._blocks = blocks
        self._keys = [letters(block.text) for block in blocks]
        self._spans = _spans(self._keys, self._text.text) if self._text is not None else []
        self._spanned = [at for at, span in enumerate(self._spans) if span is not None]
        self._begun = [span[0] for span in self._spans if span is not None]

    def _opened(self, at: int, block: Block) -> Sequence[Block]:
        """The lines inside of a hidden one, which is one line to those who see the page, however long it is."""
        element = self._element_of(at) if block.hidden and len(self._keys[at]) > _LONG_HIDDEN else None
        if element is None:
            return [block]
        texts = [element_text(child) for child in element.iterchildren("*")]
        lines = [line for text in texts for line in text.split("\n")]
        if sum(map(len, map(letters, lines))) < _MOST_OF_IT * len(self._keys[at]):
            return [block]
        begins = [not before for before in ["", *lines]]
        return [
            Block(line, paragraph=begun, place="hidden") for line, begun in zip(lines, begins, strict=False) if line
        ]

    def of_element(self, element: etree._Element, value: str) -> Spot:
        """Where *value* stands, which its reader found in *element*."""
        return Spot(self._lines_in(element, value), element_path(element), _source_line(element))

    def of_prose(self, value: str) -> Spot | None:
        """Where a text of several lines stands; None where it does not."""
        key = letters(value)
        if not key:
            return None
        for pool in (self._main, self._all):
            whole = pool.find(key)
            if whole is not None:
                return self._spot(whole.lines)
        parts = [key for line in value.splitlines()[:_MOST_LINES] if (key := letters(line))]
        found = max((pool.each(parts) for pool in (self._main, self._all)), key=len)
        return self._spot(found) if found else None

    def of_short(self, value: str, beside: Collection[str], near: int, within: Collection[int] = ()) -> Spot | None:
        """Where a value stands that is part of a line.

        Of several such lines the one that consists most of it and of *beside*, then a heading, then the one that is
        nearest to line *near*. *within*: the only lines that are looked at, all where it is empty.
        """
        lengths = {clean_line(one): len(letters(one)) for one in (value, *beside)}

        def misfit(at: Sequence[int]) -> tuple[float, bool, int]:
            return -round(self._share(at, lengths), 1), not self._blocks[at[0]].heading, abs(at[0] - near)

        for pool in (self._main, self._all):
            found = [at for at in pool.places(clean_line(value), near, self._blocks) if not within or at[0] in within]
            if found:
                return self._spot(min(found, key=misfit))
        return None

    def of_count(self, value: str, near: int) -> Spot | None:
        """The nearest line to line *near* with a number; one in running text is not meant, unless it is very near."""
        lengths = {clean_line(value): len(letters(value))}
        for pool in (self._main, self._all):
            found = pool.places(clean_line(value), near, self._blocks)
            fitting = [at for at in found if abs(at[0] - near) <= _FEW or self._share(at, lengths) >= _LEAST_SHARE]
            if fitting:
                return self._spot(min(fitting, key=lambda at: abs(at[0] - near)))
        return None

    def of_link(self, href: str, near: int) -> Spot | None:
        """The line with a link to *href* that is nearest to line *near*."""
        found = self._linked.get(href)
        return self._spot((min(found, key=lambda at: abs(at - near)),)) if found else None

    def _share(self, at: Sequence[int], lengths: Mapping[str, int]) -> float:
        """What share of a line some values are, 0 to 1; they are given with their numbers of letters."""
        text = self._blocks[at[0]].text
        said = sum(length for value, length in lengths.items() if value in text)
        return min(1.0, said / max(1, sum(len(self._keys[line]) for line in at)))

    def _spot(self, at: Sequence[int]) -> Spot:
        first = self.lines[at[0]]
        return Spot(tuple(at), first.path, first.source_line, by_text=True)

    def _line(self, at: int, block: Block, number: int | None) -> Line:
        element = self._element_of(at)
        path = element_path(element) if element is not None else ""
        number = _source_line(element) if element is not None else number
        return Line(block.text, block.place, block.heading, block.paragraph, path, number)

    def _element_of(self, at: int) -> etree._Element | None:
        """The innermost element that holds all of a line."""
        span = self._spans[at] if self._spans else None
        if span is None or self._text is None or not self._text.nodes:
            return None
        node: etree._Element = self._text.nodes[max(0, bisect_right(self._text.starts, span[0]) - 1)]
        outer = node.getparent()
        while outer is not None and self._text.spans.get(node, (0, 0))[1] < span[1]:
            node, outer = outer, outer.getparent()
        return node

    def _lines_in(self, element: etree._Element, value: str) -> tuple[int, ...]:
        """The lines of *element* that show *value*; all of them, where there are few, if none does."""
        begun, ended = self._text.spans.get(element, (0, 0)) if self._text is not None else (0, 0)
        last = bisect_left(self._begun, ended)
        first = max(0, bisect_right(self._begun, begun, 0, last) - 1)
        held = [at for at in self._spanned[first:last] if (self._spans[at] or (0, 0))[1] > begun]
        inside = range(held[0], held[-1] + 1) if held else range(0)
        key, wanted = letters(value), clean_line(value)
        holding = next((at for at in inside if wanted and wanted in self._blocks[at].text), None)
        if holding is not None:
            return (holding,)
        showing = [at for at in inside if self._keys[at] and self._keys[at] in key]
        if showing:  # with the lines between them that hold no letter: a bracket, a rule
            return tuple(at for at in inside if self._keys[at] in key and showing[0] <= at <= showing[-1])
        return tuple(inside if len(inside) <= _FEW else ())


@dataclass(frozen=True, slots=True)
class _Hit:
    lines: tuple[int, ...]
    end: int


class _Letters:
    """The letters and digits of some lines, as one text that values are looked for in."""

    def __init__(self, keys: Sequence[str], chosen: Sequence[int]) -> None:
        self._chosen = chosen
        self._text = "".join([keys[at] for at in chosen])
        self._starts = [0]
        for at in chosen:
            self._starts.append(self._starts[-1] + len(keys[at]))

    def find(self, key: str, begin: int = 0, end: int | None = None) -> _Hit | None:
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

    def places(self, wanted: str, near: int, blocks: Sequence[Block]) -> Iterator[tuple[int, ...]]:
        """The first places of the line *wanted*, from some way before line *near* on, else from the beginning."""
        key = letters(wanted)
        if not key:
            return
        before = max(0, self._starts[bisect_left(self._chosen, near)] - _BEFORE)
        found = False
        for begin in dict.fromkeys((before, 0)):
            for lines in self._hits(key, begin) if not found else ():
                if _stands_in(wanted, blocks[lines[0]].text) if len(lines) == 1 else len(key) >= _CERTAIN:
                    found = True
                    yield lines

    def _hits(self, key: str, begin: int) -> Iterator[tuple[int, ...]]:
        for _ in range(_MOST_PLACES):
            start = self._text.find(key, begin)
            if start < 0:
                return
            yield self._hit(start, len(key)).lines
            begin = start + 1

    def _hit(self, start: int, length: int) -> _Hit:
        first = bisect_right(self._starts, start) - 1
        last = bisect_left(self._starts, start + length) - 1
        return _Hit(tuple(self._chosen[at] for at in range(first, last + 1)), start + length)


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


def _spans(keys: Sequence[str], text: str) -> list[tuple[int, int] | None]:
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


def _line_numbers(text: str) -> Iterator[int]:
    """The numbers, from 1, of the lines of plain *text* that are not empty: those that are blocks."""
    return (number for number, line in enumerate(text.splitlines(), start=1) if clean_line(line))


def _source_line(element: etree._Element) -> int | None:
    line = element.sourceline
    return line if isinstance(line, int) and line > 0 else None


def element_path(element: etree._Element) -> str:
    """A readable path of *element*, as a CSS selector: ``article#p12 > div.content``.

    It begins with the nearest element that has an id; what stands between that and the last two steps is left out.
    """
    chain = [element, *element.iterancestors()][:_DEEPEST]
    named = next((at for at, node in enumerate(chain) if node.get("id") and node.tag not in _ROOTS), None)
    within = next((at for at, node in enumerate(chain) if node.tag in _ROOTS), len(chain))
    last = chain[: max(1, min(_STEPS if named is None else _STEPS - 1, within if named is None else named + 1))]
    path = " > ".join(_step(node) for node in reversed(last))
    if named is None or named < len(last):
        return path
    return f"{_step(chain[named])}{' > ' if named == len(last) else ' '}{path}"


def _step(node: etree._Element) -> str:
    name, classes = clean_line(node.get("id", "")), node.get("class", "")[:_LONGEST_NAME].split()
    if name and len(name) <= _LONGEST_NAME:
        return f"{node.tag}#{name}"
    return ".".join([str(node.tag), *classes[:_CLASSES]])
