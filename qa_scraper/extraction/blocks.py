"""HTML or plain text becomes one ordered list of text blocks: what a reader of the page sees, line by line.

A block is one visual line: a line break, a list item, a table cell or any block-level element ends it. Markup decides
only where lines end, which paragraphs stand apart, and which places are no part of the page's own text (hidden,
navigation, page header and footer, asides); class names and tag paths decide nothing.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from functools import lru_cache
from itertools import count, islice
from typing import Final, Literal, NamedTuple

from lxml import etree

from qa_scraper.extraction.style_sheets import NO_STYLES, UNNAMED, Styled, hides, makes_block, page_styles
from qa_scraper.page import Page
from qa_scraper.text import clean_line

_WORD: Final = re.compile(r"\w")
MOST_BLOCKS: Final = 20_000
"""Lines of the longest page that is read; ``page_blocks`` gives one more where there are more, and stops."""
LONGEST_LINE: Final = 200_000
"""Characters of the longest line that is read; a line that has more is given with its first 200,001, as they are."""

Place = Literal["main", "hidden", "nav", "header", "footer", "aside"]
NEVER_READ: Final[tuple[Place, ...]] = ("hidden", "nav", "footer")
"""Places that no layout reads: nothing of a question ever stands there."""


class Link(NamedTuple):
    """A link or button inside a block: ``href`` as written (None for a button), its span in the block's text."""

    href: str | None
    start: int
    end: int


class Block(NamedTuple):
    """One visual line of a page.

    ``paragraph``: it begins a paragraph (else it is a further line of the one before). ``heading``: 1 to 6, 0 for none.
    ``shared``: how many block-level elements hold both this block and the one before it; a section that begins at
    block *i* has been left at the first later block whose ``shared`` is smaller than that of block *i* + 1.
    """

    text: str
    links: tuple[Link, ...] = ()
    heading: int = 0
    paragraph: bool = True
    place: Place = "main"
    shared: int = 0

    @property
    def hidden(self) -> bool:
        """Whether a reader of the page never sees it."""
        return self.place == "hidden"

    @property
    def only_links(self) -> bool:
        """Whether nothing but links and buttons (and marks between them) stands in the line."""
        if not self.links:
            return False
        rest, at = [], 0
        for link in self.links:
            rest.append(self.text[at : link.start])
            at = max(at, link.end)
        return not _WORD.search("".join([*rest, self.text[at:]]))

    @property
    def href(self) -> str | None:
        """Address of the line's first link, as written."""
        return next((link.href for link in self.links if link.href), None)


def page_blocks(page: Page, left_out: Collection[Place] = (), headings_of: Collection[Place] = ()) -> list[Block]:
    """All blocks of *page* in reading order, those outside its own text included and marked with their place.

    *left_out*: places of which nothing is to be known; what stands there costs nothing. *headings_of*: places that are
    left out as well, where they hold no heading.
    """
    if page.kind == "text":
        return list(islice(_text_blocks(page.text), MOST_BLOCKS + 1))
    if page.tree is None:
        return []
    return _Walk(page_styles(page.tree), left_out=left_out, headings_of=headings_of).run(page.tree)


def element_text(
    element: etree._Element, leave_out: Collection[etree._Element] = (), *, with_hidden: bool = False
) -> str:
    """The prose of *element*: paragraphs parted by a blank line, ``<br>`` = newline.

    Of what it holds, *leave_out*, hidden parts (unless *with_hidden*), navigation and buttons are not in it.
    """
    walk = _Walk(NO_STYLES, frozenset(leave_out), ("hidden", "nav"), shows_hidden=with_hidden)
    return "".join([("\n\n" if line.paragraph else "\n") + line.text for line in walk.run(element)]).strip()


def visible(blocks: list[Block], places: tuple[Place, ...] = ("main",)) -> list[Block]:
    """The blocks that stand in *places*, with ``shared`` adjusted for those that are left out between them."""
    if {block.place for block in blocks}.issubset(places):
        return list(blocks)
    kept: list[Block] = []
    shared: int | None = None
    for block in blocks:
        shared = block.shared if shared is None else min(shared, block.shared)
        if block.place in places:
            kept.append(block if shared == block.shared else block._replace(shared=shared))
            shared = None
    return kept


def _text_blocks(text: str) -> Iterator[Block]:
    paragraph = True
    for line in text.splitlines():
        cleaned = _cleaned(line)
        if cleaned:
            yield Block(cleaned, paragraph=paragraph)
        paragraph = not cleaned


def _cleaned(line: str) -> str:
    return clean_line(line) if len(line) <= LONGEST_LINE else line[: LONGEST_LINE + 1]


_GAPS: Final = {
    **dict.fromkeys(
        "address article aside blockquote body caption center details dialog div dl fieldset figcaption figure"
        " footer form h1 h2 h3 h4 h5 h6 header hgroup hr html legend main menu nav noscript ol p pre search section"
        " summary table tbody tfoot thead ul".split(),
        2,
    ),
    **dict.fromkeys("dd dt li td th tr".split(), 1),
}
_NO_TEXT: Final = frozenset(
    "audio canvas datalist embed head iframe link map math meta object optgroup option param rp rt script select style"
    " svg textarea title track video".split()
)
_PLACE_OF_TAG: Final[dict[str, Place]] = {
    "nav": "nav",
    "menu": "nav",
    "search": "nav",
    "aside": "aside",
    "header": "header",
    "footer": "footer",
    "noscript": "hidden",
    "template": "hidden",
}
_PLACE_OF_ROLE: Final[dict[str, Place]] = {
    "navigation": "nav",
    "menu": "nav",
    "menubar": "nav",
    "search": "nav",
    "complementary": "aside",
    "banner": "header",
    "contentinfo": "footer",
    "dialog": "aside",
    "alertdialog": "aside",
}
_HEADINGS: Final = {f"h{level}": level for level in range(1, 7)}
_ROLES: Final = etree.XPath("descendant-or-self::*/@role", smart_strings=False)
# Inside these a header or footer belongs to the text (HTML Living Standard §4.3.8, §4.3.9).
_SECTIONING: Final = frozenset(("main", "article", "section"))
# Elements whose tag says all that there is to know of them if no attribute does.
_SAYS_ALL: Final = frozenset((*_PLACE_OF_TAG, *_HEADINGS, *_SECTIONING, "pre"))
# Elements that mean something without any attribute.
_SPECIAL: Final = _SAYS_ALL | {"dialog", "button"}
_TELLING: Final = frozenset(("role", "style", "hidden", "aria-hidden"))
"""Attributes that may say what an element means for the text inside it."""
_KEEPS_LINES: Final = re.compile(r"white-space\s*+:\s*+(?:pre|break-spaces)")
_REMEMBERED_PLACES: Final = 1024


class _Inside(NamedTuple):
    """What the open elements mean for the text inside them. ``link``: its number on the page, and its address."""

    place: Place = "main"
    heading: int = 0
    keeps_lines: bool = False
    sectioned: bool = False
    link: tuple[int, str | None] | None = None


class _Walk:
    """Walks a tree once, without recursion, and ends a block wherever a visual line ends."""

    def __init__(
        self,
        styled: Styled,
        skipped: frozenset[etree._Element] | None = None,
        left_out: Collection[Place] = (),
        headings_of: Collection[Place] = (),
        *,
        shows_hidden: bool = False,
    ) -> None:
        """*skipped*: None for a page; else parts of an element that are left out. *left_out*: places not looked at."""
        self.styled = styled
        self.skipped = skipped
        self.shows_hidden = shows_hidden
        self.left_out = frozenset(left_out)
        self.headings_of = frozenset(headings_of)
        self.blocks: list[Block] = []

    def run(self, root: etree._Element) -> list[Block]:  # noqa: PLR0912, PLR0915 - a call each would cost as much
        blocks, skipped, left_out, headings_of = self.blocks, self.skipped, self.left_out, self.headings_of
        styled, shows_hidden, numbers = self.styled, self.shows_hidden, count()
        names_count = styled.any
        opened: list[tuple[int, _Inside]] = []
        inside = _Inside()
        line: list[tuple[str, _Inside]] = []
        line_paragraph, line_shared = True, 0
        pending = 2  # between the line so far and the next text: 0 none, 1 new line, 2 new paragraph
        depth = lowest = 0  # lowest: smallest depth since the line so far began
        walk = etree.iterwalk(root, events=("start", "end", "comment", "pi"))
        for event, node in walk:
            if event == "start":
                if len(blocks) > MOST_BLOCKS:
                    return blocks
                tag = node.tag
                if tag in _NO_TEXT or (skipped is not None and (tag == "button" or node in skipped)):
                    walk.skip_subtree()
                    opened.append((0, inside))
                    continue
                outer = inside
                gap = _GAPS.get(tag, 0)
                attributes = dict(node.items())
                if attributes or tag in _SPECIAL:
                    tells = not _TELLING.isdisjoint(attributes)
                    named = styled.of(attributes) if names_count else UNNAMED
                    if tag in _SAYS_ALL and outer.link is None and not (tells or named.hides):
                        inside = _inside_plain(tag, outer, shows_hidden)
                    elif tells or named.hides or tag in _SPECIAL:
                        inside = _inside(tag, attributes, outer, next(numbers), named.hides, shows_hidden)
                    elif tag == "a" and "href" in attributes:
                        inside = _Inside(*outer[:4], (next(numbers), attributes["href"]))
                    if not gap and tells and makes_block(attributes.get("style", "").lower()):
                        gap = 2
                    if not gap and named.makes_block:
                        gap = 2
                if not gap and "-" in tag and (len(node) or (node.text and not node.text.isspace())):
                    gap = 2  # an element of the site's own
                opened.append((gap, outer))
                place = inside.place
                # What is hidden parts no line: in "a <span hidden>…</span> b" the reader sees one line.
                if gap:
                    depth += 1
                    if gap > pending and place != "hidden":
                        pending = gap
                elif tag == "br" and place != "hidden":
                    pending = 1 if pending == 0 else 2
                if place in left_out or (place in headings_of and outer.place != place and not _holds_heading(node)):
                    walk.skip_subtree()
                    continue
                text = node.text
            else:
                if event == "end":
                    gap, outer = opened.pop()
                    if gap:
                        depth -= 1
                        lowest = min(lowest, depth)
                        if gap > pending and inside.place != "hidden":
                            pending = gap
                    inside = outer
                text = node.tail if node is not root else None
            if not text:
                continue
            is_first = True
            for piece in text.split("\n", MOST_BLOCKS) if inside.keeps_lines else (text,):
                if not is_first and inside.place != "hidden":
                    pending = 1 if pending == 0 else 2
                is_first = False
                if not pending or inside.place == "hidden":
                    line.append((piece, inside))
                elif piece and not piece.isspace():
                    if line:
                        self._flush(line, line_shared, depth, paragraph=line_paragraph)
                    line = [(piece, inside)]
                    line_paragraph = pending == 2
                    line_shared, lowest = lowest, depth
                    pending = 0
        self._flush(line, line_shared, depth, paragraph=line_paragraph)
        return blocks

    def _flush(self, line: list[tuple[str, _Inside]], shared: int, depth: int, *, paragraph: bool) -> None:
        if len(line) == 1:
            ((text, inside),) = line
            cleaned = _cleaned(text)
            if cleaned:
                is_linked = inside.link is not None and len(text) <= LONGEST_LINE
                link = (Link(inside.link[1], 0, len(cleaned)),) if is_linked and inside.link else ()
                self.blocks.append(Block(cleaned, link, inside.heading, paragraph, inside.place, shared))
            return
        for place in dict.fromkeys(inside.place for _, inside in line):
            pieces = [piece for piece in line if piece[1].place == place]
            text, links = _joined(pieces)
            if text:
                heading = next((inside.heading for piece, inside in pieces if not piece.isspace()), 0)
                self.blocks.append(Block(text, links, heading, paragraph, place, shared))
                shared = depth


def _inside(
    tag: str, attributes: Mapping[str, str], outer: _Inside, number: int, is_hidden: bool, shows_hidden: bool
) -> _Inside:
    """What stands inside an element; *number*: of its link, *is_hidden*: whether a style sheet hides it."""
    role = attributes.get("role", "").strip().lower()
    style = attributes.get("style", "").lower()
    sectioned = outer.sectioned or tag in _SECTIONING
    place = _PLACE_OF_ROLE.get(role, _PLACE_OF_TAG.get(tag))
    if place in {"header", "footer"} and sectioned:
        place = None
    if (
        "hidden" in attributes
        or attributes.get("aria-hidden") == "true"
        or (tag == "dialog" and "open" not in attributes)
        or hides(style)
        or is_hidden
    ):
        place = "hidden"
    if place == "hidden" and shows_hidden:
        place = None
    # The outermost place counts, but what is hidden is hidden wherever it stands.
    if place is None or (place != "hidden" and outer.place != "main"):
        place = outer.place
    heading = _HEADINGS.get(tag, outer.heading)
    if role == "heading":
        heading = _HEADINGS.get("h" + attributes.get("aria-level", "2"), 2)
    link = outer.link
    if (tag == "a" and "href" in attributes) or tag == "button" or role == "button":
        link = (number, attributes.get("href"))
    as_typed = outer.keeps_lines or tag == "pre" or bool(_KEEPS_LINES.search(style))
    return _Inside(place, heading, as_typed, sectioned, link)


@lru_cache(maxsize=_REMEMBERED_PLACES)
def _inside_plain(tag: str, outer: _Inside, shows_hidden: bool) -> _Inside:
    """What stands inside an element that has no attribute to say so, outside of links."""
    return _inside(tag, {}, outer, 0, False, shows_hidden)


def _holds_heading(element: etree._Element) -> bool:
    """Whether a heading stands in *element*, or it may be one itself: by its tag or its role."""
    if next(element.iter(*_HEADINGS), None) is not None:
        return True
    roles = _ROLES(element)
    return isinstance(roles, list) and any("heading" in str(role).lower() for role in roles)


def _joined(pieces: list[tuple[str, _Inside]]) -> tuple[str, tuple[Link, ...]]:
    """The text of a line with its white space folded, and the spans of its links in it."""
    if not any(inside.link for _, inside in pieces) or sum(len(text) for text, _ in pieces) > LONGEST_LINE:
        return _cleaned("".join([text for text, _ in pieces])), ()
    text = ""
    spans: dict[tuple[int, str | None], tuple[int, int]] = {}
    for piece, inside in pieces:
        folded = clean_line(f"|{piece}|")[1:-1]
        if not text or text.endswith(" "):
            folded = folded.lstrip(" ")
        if inside.link and folded.strip():
            start = spans.get(inside.link, (len(text), 0))[0]
            spans[inside.link] = (start, len(text) + len(folded.rstrip(" ")))
        text += folded
    return text.rstrip(" "), tuple([Link(key[1], start, end) for key, (start, end) in spans.items()])
