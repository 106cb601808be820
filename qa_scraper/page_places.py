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
from qa_scraper.extraction.blocks import MOST_BLOCKS, element_text, page_blocks
from qa_scraper.extraction.lines import Block, Place
from qa_scraper.line_letters import LineLetters, line_spans
from qa_scraper.page import Page
from qa_scraper.text import clean_line

_LEAST_SHARE: Final = 0.15
"""Of a line, that values are if they are more than words in running text."""
_ALL: Final = 0.9
_LABEL: Final = 30
"""Letters of a line that says what a number counts."""
_LONG_HIDDEN: Final = 200
_MOST_OF_IT: Final = 0.8
_MOST_LINES: Final = 2_000
_FEW: Final = 3
"""Lines that are close to each other."""
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
        self._main = LineLetters(self._keys, [at for at, block in enumerate(self._blocks) if block.place == "main"])
        self._all = LineLetters(self._keys, range(len(self._blocks)))

    def _place(self, blocks: Sequence[Block]) -> None:
        """Takes *blocks* for the lines of the page, and finds where each stands in its text."""
        self._blocks = blocks
        self._texts = [block.text for block in blocks]
        self._keys = [letters(text) for text in self._texts]
        self._spans = line_spans(self._keys, self._text.text) if self._text is not None else []
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
        lines = self._lines_in(element, value)
        if 0 < sum(len(self._keys[at]) for at in lines) < len(letters(value)):  # it goes on behind that element
            spread = self.of_prose(value)
            lines = spread.lines if spread is not None and set(spread.lines) > set(lines) else lines
        return Spot(lines, element_path(element), _source_line(element))

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

    def of_line(
        self, value: str, beside: Collection[str], near: int, avoid: Collection[int], *, anywhere: bool = False
    ) -> Spot | None:
        """Where a value stands that has a line of its own, or one for it and the others of its list, *beside*.

        Best outside of the lines *avoid*. *anywhere*: navigation and the like counts as much as the text of the page.
        """
        lengths = {clean_line(one): len(letters(one)) for one in (value, *beside)}

        def misfit(at: Sequence[int]) -> tuple[bool, int, int, bool, int]:
            held, likeness = self._likeness(at, lengths)
            return at[0] in avoid, -held, -likeness, not self._blocks[at[0]].heading, abs(at[0] - near)

        for pool in (self._all,) if anywhere else (self._main, self._all):
            found = list(pool.places(clean_line(value), near, self._texts))
            if found:
                return self._spot(min(found, key=misfit))
        return None

    def of_short(self, value: str, beside: Collection[str], near: int, avoid: Collection[int]) -> Spot | None:
        """Where a value stands that is part of a line close to line *near*, if not in the lines *avoid*.

        Of several such lines the one that holds most of *beside* as well, then one of few other words.
        """
        lengths = {clean_line(one): len(letters(one)) for one in (value, *beside)}

        def misfit(at: Sequence[int]) -> tuple[bool, bool, int, int, int]:
            distance = abs(at[0] - near)
            held, likeness = self._likeness(at, lengths)
            return at[0] in avoid, distance > _FEW, -held, -likeness, distance

        for pool in (self._main, self._all):
            found = list(pool.places(clean_line(value), near, self._texts))
            if found:
                return self._spot(min(found, key=misfit))
        return None

    def of_last(self, value: str, within: Sequence[int]) -> Spot | None:
        """The last of the lines *within* that holds a value."""
        wanted = clean_line(value)
        found = next((at for at in reversed(within) if wanted in self._blocks[at].text), None)
        return None if found is None else self._spot((found,))

    def of_count(self, value: str, near: int) -> Spot | None:
        """The nearest line to line *near* that shows a number and little else."""
        lengths = {clean_line(value): len(letters(value))}
        for pool in (self._main, self._all):
            found = pool.places(clean_line(value), near, self._texts)
            fitting = [at for at in found if self._likeness(at, lengths)[1] or self._is_label(at, near)]
            if fitting:
                return self._spot(min(fitting, key=lambda at: abs(at[0] - near)))
        return None

    def _is_label(self, at: Sequence[int], near: int) -> bool:
        return abs(at[0] - near) <= _FEW and sum(len(self._keys[line]) for line in at) <= _LABEL

    def of_link(self, href: str, near: int) -> Spot | None:
        """The line with a link to *href* that is nearest to line *near*."""
        found = self._linked.get(href)
        return self._spot((min(found, key=lambda at: abs(at - near)),)) if found else None

    def _likeness(self, at: Sequence[int], lengths: Mapping[str, int]) -> tuple[int, int]:
        """How many of some values, given with their numbers of letters, a line holds, and what they are in it.

        0: words in running text (then none counts), 1: a good part of it, 2: all of it.
        """
        text = self._texts[at[0]]
        held = [length for value, length in lengths.items() if value in text]
        share = sum(held) / max(1, sum(len(self._keys[line]) for line in at))
        likeness = (share >= _ALL) + (share >= _LEAST_SHARE)
        return len(held) if likeness else 0, likeness

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
