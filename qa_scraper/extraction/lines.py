"""The lines of a page as values: what a block says, what is linked in it, and where on the page it stands."""

from __future__ import annotations

import re
from typing import Final, Literal

_WORD: Final = re.compile(r"\w")
Place = Literal["main", "hidden", "nav", "header", "footer", "aside"]
NEVER_READ: Final[tuple[Place, ...]] = ("hidden", "nav", "footer")
"""Places that no layout reads: nothing of a question ever stands there."""


# Values, but plain classes: a page has a hundred of each, and compiled a tuple with names takes ten times as long to
# make, a frozen dataclass longer still. Nobody changes one that is made.


class Link:
    """A link or button inside a block: ``href`` as written (None for a button), its span in the block's text."""

    __slots__ = ("end", "href", "start")

    def __init__(self, href: str | None, start: int, end: int) -> None:
        self.href = href
        self.start = start
        self.end = end

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Link) and self._parts() == other._parts()

    def __hash__(self) -> int:
        return hash(self._parts())

    def __repr__(self) -> str:
        return f"Link{self._parts()!r}"

    def _parts(self) -> tuple[str | None, int, int]:
        return self.href, self.start, self.end

    def behind(self, cut: int) -> Link:
        """The same link in the text that is left of its block behind *cut*."""
        return Link(self.href, max(0, self.start - cut), self.end - cut)


class Block:
    """One visual line of a page.

    ``paragraph``: it begins a paragraph (else it is a further line of the one before). ``heading``: 1 to 6, 0 for none.
    ``shared``: how many block-level elements hold both this block and the one before it; a section that begins at
    block *i* has been left at the first later block whose ``shared`` is smaller than that of block *i* + 1.
    """

    __slots__ = ("heading", "links", "paragraph", "place", "shared", "text")

    def __init__(
        self,
        text: str,
        links: tuple[Link, ...] = (),
        heading: int = 0,
        paragraph: bool = True,
        place: Place = "main",
        shared: int = 0,
    ) -> None:
        self.text = text
        self.links = links
        self.heading = heading
        self.paragraph = paragraph
        self.place = place
        self.shared = shared

    def __repr__(self) -> str:
        return f"Block({self.text!r}, {self.links!r}, {self.heading}, {self.paragraph}, {self.place!r}, {self.shared})"

    def saying(self, text: str, links: tuple[Link, ...], *, goes_on: bool = False) -> Block:
        """A block with other text and links in the same place; *goes_on*: as a further line of its paragraph."""
        return Block(text, links, self.heading, self.paragraph and not goes_on, self.place, self.shared)

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


def visible(blocks: list[Block], places: tuple[Place, ...] = ("main",)) -> list[Block]:
    """The blocks that stand in *places*, with ``shared`` adjusted for those that are left out between them."""
    if {block.place for block in blocks}.issubset(places):
        return list(blocks)
    kept: list[Block] = []
    shared: int | None = None
    for block in blocks:
        shared = block.shared if shared is None else min(shared, block.shared)
        if block.place in places:
            if shared != block.shared:
                kept.append(Block(block.text, block.links, block.heading, block.paragraph, block.place, shared))
            else:
                kept.append(block)
            shared = None
    return kept
