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
from typing import Final

from lxml import etree

from qa_scraper.extraction.lines import Block, Link, Place
from qa_scraper.extraction.style_sheets import NO_STYLES, UNNAMED, Styled, hides, makes_block, page_styles
from qa_scraper.page import Page
from qa_scraper.text import clean_line

MOST_BLOCKS: Final = 20_000
"""Lines of the longest page that is read; ``page_blocks`` gives one more where there are more, and stops."""
LONGEST_LINE: Final = 200_000
"""Characters of the longest line that is read; a line that has more is given with its first 200,001, as they are."""


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
_ONLY_CLASS: Final = ["class"]
# What an element puts around its text beside a new line (1) or paragraph (2).
_LINE_BREAK: Final = -1
_UNREAD: Final = -2  # nothing: its text is none of the page
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


class _Inside:
    """What the open elements mean for the text inside them. ``link``: its number on the page, and its address."""

    __slots__ = ("heading", "keeps_lines", "link", "place", "sectioned")

    # No dataclass: compiled or not, one takes several times as long to make.
    def __init__(
        self, place: Place, heading: int, keeps_lines: bool, sectioned: bool, link: tuple[int, str | None] | None
    ) -> None:
        self.place = place
        self.heading = heading
        self.keeps_lines = keeps_lines
        self.sectioned = sectioned
        self.link = link


_OUTSIDE: Final = _Inside("main", heading=0, keeps_lines=False, sectioned=False, link=None)


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
        self.numbers = count()

    def run(self, root: etree._Element) -> list[Block]:  # noqa: PLR0912, PLR0915 - a call each would cost as much
        blocks, plain, skipped = self.blocks, self.styled.plain, self.skipped
        opened: list[tuple[etree._Element, int, _Inside]] = []  # what holds the node at hand, from the root on
        inside = outer = _OUTSIDE
        line: list[tuple[str, _Inside]] = []
        line_paragraph, line_shared = True, 0
        gap = 0  # what the node at hand puts around its text
        pending = 2  # between the line so far and the next text: 0 none, 1 new line, 2 new paragraph
        depth = lowest = 0  # lowest: smallest depth since the line so far began
        # Step by step from node to node: lxml's iterwalk takes three times as long.
        node, is_begin = root, True
        while True:
            goes_in, text = False, None
            if is_begin:
                if len(blocks) > MOST_BLOCKS:
                    return blocks
                tag, names, outer = node.tag, node.keys(), inside
                key = tag if not names else (tag, node.get("class", "")) if names == _ONLY_CLASS else None
                known = plain.get(key) if key else None
                if not isinstance(tag, str) or (skipped is not None and (tag == "button" or node in skipped)):
                    gap = _UNREAD  # a comment, or what is left out
                elif known is not None:
                    gap = known
                else:
                    gap, inside = self._meaning(node, names, outer, key)
                # What is hidden parts no line: in "a <span hidden>…</span> b" the reader sees one line.
                if gap > 0:
                    depth += 1
                    if gap > pending and inside.place != "hidden":
                        pending = gap
                elif gap == _LINE_BREAK and inside.place != "hidden":
                    pending = 1 if pending == 0 else 2
                if gap != _UNREAD and (inside.place == outer.place or self._enters(node, inside.place)):
                    goes_in, text = len(node) > 0, node.text
            else:
                if gap > 0:
                    depth -= 1
                    lowest = min(lowest, depth)
                    if gap > pending and inside.place != "hidden":
                        pending = gap
                inside = outer
                if node is root:
                    break
                text = node.tail
            if text and not (pending and text.isspace() and inside.place != "hidden" and not inside.keeps_lines):
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
            if goes_in:
                opened.append((node, gap, outer))
                node = node[0]
            elif is_begin:
                is_begin = False
            else:
                following = node.getnext()
                if following is None:
                    node, gap, outer = opened.pop()
                else:
                    node, is_begin = following, True
        self._flush(line, line_shared, depth, paragraph=line_paragraph)
        return blocks

    def _meaning(
        self, node: etree._Element, names: Collection[object], outer: _Inside, key: str | tuple[str, str] | None
    ) -> tuple[int, _Inside]:
        """What *node*, which has attributes of these *names*, puts around its text, and what stands inside it.

        *key*: what to remember it by if it means the same wherever it stands; None where more than that says it.
        """
        tag, styled = node.tag, self.styled
        if tag in _NO_TEXT:
            return _UNREAD, outer
        tells = not _TELLING.isdisjoint(names)
        named = styled.of(node, names) if names and styled.any else UNNAMED
        gap = _GAPS.get(tag, 0)
        if not gap and (named.makes_block or (tells and makes_block(node.get("style", "").lower()))):
            gap = 2
        if not gap and "-" in tag:  # an element of the site's own
            gap, key = 2 if len(node) or (node.text and not node.text.isspace()) else 0, None
        if not gap and tag == "br":
            gap = _LINE_BREAK
        if tag in _SAYS_ALL and outer.link is None and not (tells or named.hides):
            return gap, _inside_plain(tag, outer, self.shows_hidden)
        if tells or named.hides or tag in _SPECIAL:
            attributes = {str(name): str(value) for name, value in node.items()}
            return gap, _inside(tag, attributes, outer, next(self.numbers), named.hides, self.shows_hidden)
        if tag == "a" and "href" in names:
            link = next(self.numbers), node.get("href")
            return gap, _Inside(outer.place, outer.heading, outer.keeps_lines, outer.sectioned, link)
        if key is not None:
            styled.remember(key, gap)
        return gap, outer

    def _enters(self, node: etree._Element, place: Place) -> bool:
        """Whether *node*, at which *place* begins, is looked into."""
        return place not in self.left_out and (place not in self.headings_of or _holds_heading(node))

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
