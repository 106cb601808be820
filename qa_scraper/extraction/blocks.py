"""HTML or plain text becomes one ordered list of text blocks: what a reader of the page sees, line by line.

A block is one visual line: a line break, a list item, a table cell or any block-level element ends it. Markup decides
only where lines end, which paragraphs stand apart, and which places are no part of the page's own text (hidden,
navigation, page header and footer, asides); class names and tag paths decide nothing.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Final, Literal

from lxml import etree

from qa_scraper.page import Page
from qa_scraper.text import clean_line

_WORD: Final = re.compile(r"\w")
MOST_BLOCKS: Final = 20_000
"""Lines of the longest page that is read; ``page_blocks`` gives one more where there are more, and stops."""
LONGEST_LINE: Final = 200_000
"""Characters of the longest line that is read; a line that has more is given with its first 200,001, as they are."""

Place = Literal["main", "hidden", "nav", "header", "footer", "aside"]


@dataclass(frozen=True, slots=True)
class Link:
    """A link or button inside a block: ``href`` as written (None for a button), its span in the block's text."""

    href: str | None
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Block:
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


def page_blocks(page: Page) -> list[Block]:
    """All blocks of *page* in reading order, those outside its own text included and marked with their place."""
    if page.kind == "text":
        return list(islice(_text_blocks(page.text), MOST_BLOCKS + 1))
    return _Walk(_styled(page.tree)).run(page.tree) if page.tree is not None else []


def element_text(
    element: etree._Element, leave_out: Collection[etree._Element] = (), *, with_hidden: bool = False
) -> str:
    """The prose of *element*: paragraphs parted by a blank line, ``<br>`` = newline.

    Of what it holds, *leave_out*, hidden parts (unless *with_hidden*), navigation and buttons are not in it.
    """
    walk = _Walk(_NO_STYLES, skipped=frozenset(leave_out))
    left_out = {"nav"} if with_hidden else {"hidden", "nav"}
    lines = [block for block in walk.run(element) if block.place not in left_out]
    return "".join(("\n\n" if line.paragraph else "\n") + line.text for line in lines).strip()


def visible(blocks: list[Block], places: tuple[Place, ...] = ("main",)) -> list[Block]:
    """The blocks that stand in *places*, with ``shared`` adjusted for those that are left out between them."""
    kept: list[Block] = []
    shared: int | None = None
    for block in blocks:
        shared = block.shared if shared is None else min(shared, block.shared)
        if block.place in places:
            kept.append(block if shared == block.shared else replace(block, shared=shared))
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
# Inside these a header or footer belongs to the text (HTML Living Standard §4.3.8, §4.3.9).
_SECTIONING: Final = frozenset(("main", "article", "section"))
# Elements that mean something without any attribute.
_SPECIAL: Final = frozenset((*_PLACE_OF_TAG, *_HEADINGS, *_SECTIONING, "pre", "dialog", "button"))
# On declarations in small letters: without IGNORECASE the search skips what cannot begin a match.
_HIDING: Final = re.compile(
    r"display\s*+:\s*+none|visibility\s*+:\s*+(?:hidden|collapse)|left\s*+:\s*+-\d{4,}+px|top\s*+:\s*+-\d{4,}+px"
    r"|text-indent\s*+:\s*+-\d{4,}+px|clip\s*+:\s*+rect\(0"
)
_BLOCK: Final = re.compile(r"display\s*+:\s*+(?:block|flex|grid|list-item|table(?!-column))")
_KEEPS_LINES: Final = re.compile(r"white-space\s*+:\s*+(?:pre|break-spaces)")
_CSS_COMMENT: Final = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)
_STYLE_SHEET: Final = 1_000_000  # characters of a style sheet that are looked at
_CLASSES: Final = 4096  # characters of a class attribute that are looked at
_CSS_SIMPLE: Final = re.compile(r"\s*([.#])([\w\-]+)\s*")


@dataclass(frozen=True, slots=True)
class _Styled:
    """``.class`` and ``#id`` names that style sheets hide, and that they make blocks of."""

    hidden: frozenset[str]
    blocks: frozenset[str]


_NO_STYLES: Final = _Styled(frozenset(), frozenset())


@dataclass(frozen=True, slots=True)
class _Inside:
    """What the open elements mean for the text inside them."""

    place: Place = "main"
    heading: int = 0
    keeps_lines: bool = False
    sectioned: bool = False
    link: tuple[int, str | None] | None = None


@dataclass(slots=True)
class _Piece:
    """Text of one node, with what it stands inside."""

    text: str
    inside: _Inside


@dataclass(slots=True)
class _Walk:
    """Walks a tree once, without recursion, and ends a block wherever a visual line ends."""

    styled: _Styled
    skipped: frozenset[etree._Element] | None = None  # None: a page; else the parts of an element that are left out
    blocks: list[Block] = field(default_factory=list)
    line: list[_Piece] = field(default_factory=list)
    line_paragraph: bool = True
    line_shared: int = 0
    gap: int = 2  # between the line so far and the next text: 0 none, 1 new line, 2 new paragraph
    depth: int = 0
    lowest: int = 0  # smallest depth since the line so far began

    def run(self, root: etree._Element) -> list[Block]:
        opened: list[tuple[int, _Inside]] = []
        inside = _Inside()
        walk = etree.iterwalk(root, events=("start", "end", "comment", "pi"))
        for event, node in walk:
            if len(self.blocks) > MOST_BLOCKS:
                return self.blocks
            if event == "start":
                tag = str(node.tag)
                if tag in _NO_TEXT or (self.skipped is not None and (tag == "button" or node in self.skipped)):
                    walk.skip_subtree()
                    opened.append((0, inside))
                    continue
                outer = inside
                if node.attrib or tag in _SPECIAL:
                    inside = self._enter(node, tag, inside)
                gap = _GAPS.get(tag, 0) or self._gap_by_style(node, tag)
                opened.append((gap, outer))
                if gap:
                    self.depth += 1
                    self._end_line(gap, inside)
                elif tag == "br":
                    self._end_line(1 if self.gap == 0 else 2, inside)
                if node.text:
                    self._add(node.text, inside)
                continue
            if event == "end":
                gap, outer = opened.pop()
                if gap:
                    self.depth -= 1
                    self.lowest = min(self.lowest, self.depth)
                    self._end_line(gap, inside)
                inside = outer
            if node.tail and node is not root:
                self._add(node.tail, inside)
        self._flush()
        return self.blocks

    def _enter(self, node: etree._Element, tag: str, outer: _Inside) -> _Inside:
        attributes = node.attrib
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
            or _HIDING.search(style)
            or (self.styled.hidden and not self.styled.hidden.isdisjoint(_names(attributes)))
        ):
            place = "hidden"
        # The outermost place counts, but what is hidden is hidden wherever it stands.
        if place is None or (place != "hidden" and outer.place != "main"):
            place = outer.place
        heading = _HEADINGS.get(tag, outer.heading)
        if role == "heading":
            heading = _HEADINGS.get("h" + attributes.get("aria-level", "2"), 2)
        link = outer.link
        if (tag == "a" and "href" in attributes) or tag == "button" or role == "button":
            link = (id(node), attributes.get("href"))
        keeps_lines = outer.keeps_lines or tag == "pre" or bool(_KEEPS_LINES.search(style))
        return _Inside(place, heading, keeps_lines, sectioned, link)

    def _gap_by_style(self, node: etree._Element, tag: str) -> int:
        """The gap that an inline element makes because its style, or being an element of the site's own, says so."""
        if "-" in tag:
            return 2 if len(node) or (node.text and not node.text.isspace()) else 0
        attributes = node.attrib
        if not attributes:
            return 0
        if _BLOCK.search(attributes.get("style", "").lower()):
            return 2
        return 2 if self.styled.blocks and not self.styled.blocks.isdisjoint(_names(attributes)) else 0

    def _end_line(self, gap: int, inside: _Inside) -> None:
        # What is hidden parts no line: in "a <span hidden>…</span> b" the reader sees one line.
        if inside.place != "hidden":
            self.gap = max(self.gap, gap)

    def _add(self, text: str, inside: _Inside) -> None:
        if inside.keeps_lines and "\n" in text:
            first, *rest = text.split("\n", MOST_BLOCKS)
            self._add_to_line(first, inside)
            for line in rest:
                self._end_line(1 if self.gap == 0 else 2, inside)
                self._add_to_line(line, inside)
        else:
            self._add_to_line(text, inside)

    def _add_to_line(self, text: str, inside: _Inside) -> None:
        if self.gap and inside.place != "hidden":
            if not text or text.isspace():
                return
            self._flush()
            self.line_paragraph = self.gap == 2
            self.line_shared, self.lowest = self.lowest, self.depth
            self.gap = 0
        self.line.append(_Piece(text, inside))

    def _flush(self) -> None:
        places = dict.fromkeys(piece.inside.place for piece in self.line)
        for place in places:
            pieces = [piece for piece in self.line if piece.inside.place == place]
            text, links = _joined(pieces)
            if text:
                heading = next((piece.inside.heading for piece in pieces if not piece.text.isspace()), 0)
                self.blocks.append(Block(text, links, heading, self.line_paragraph, place, self.line_shared))
                self.line_shared = self.depth
        self.line = []


def _joined(pieces: list[_Piece]) -> tuple[str, tuple[Link, ...]]:
    """The text of a line with its white space folded, and the spans of its links in it."""
    if sum(len(piece.text) for piece in pieces) > LONGEST_LINE or not any(piece.inside.link for piece in pieces):
        return _cleaned("".join(piece.text for piece in pieces)), ()
    text = ""
    spans: dict[tuple[int, str | None], tuple[int, int]] = {}
    for piece in pieces:
        folded = clean_line(f"|{piece.text}|")[1:-1]
        if not text or text.endswith(" "):
            folded = folded.lstrip(" ")
        if piece.inside.link and folded.strip():
            start = spans.get(piece.inside.link, (len(text), 0))[0]
            spans[piece.inside.link] = (start, len(text) + len(folded.rstrip(" ")))
        text += folded
    return text.rstrip(" "), tuple(Link(key[1], start, end) for key, (start, end) in spans.items())


def _names(attributes: etree._Attrib) -> list[str]:
    return [*("." + name for name in attributes.get("class", "")[:_CLASSES].split()), "#" + attributes.get("id", "")]


def _styled(root: etree._Element) -> _Styled:
    """What the page's own style sheets hide or lay out as blocks, outside of any media query."""
    hidden: set[str] = set()
    blocks: set[str] = set()
    for style in root.iter("style"):
        for selectors, body in _css_rules((style.text or "")[:_STYLE_SHEET]):
            names = hidden if _HIDING.search(body) else blocks if _BLOCK.search(body) else None
            if names is not None:
                simple = (_CSS_SIMPLE.fullmatch(selector) for selector in selectors.split(","))
                names.update(match[1] + match[2] for match in simple if match)
    return _Styled(frozenset(hidden), frozenset(blocks))


def _css_rules(css: str) -> Iterator[tuple[str, str]]:
    """Selectors and own declarations (in small letters) of each outermost rule; what is nested in it is left out."""
    depth, selectors = 0, ""
    own: list[str] = []
    for closed in _CSS_COMMENT.sub("", css).split("}"):
        for opened, text in enumerate(closed.split("{")):
            depth += opened > 0
            if depth == 0:
                # In front of the selectors there may be statements: @charset "utf-8";
                selectors, own = text.rpartition(";")[2], []
            elif depth == 1:
                own.append(text)
        if depth == 1:
            yield selectors, "".join(own).lower()
        depth = max(0, depth - 1)
