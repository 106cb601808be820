"""What style sheets and ``style`` attributes say of a page's lines: what is hidden, what is a block of its own.

Only rules that name one class or one id count, outside of any media query.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final, NamedTuple, TypeVar

from lxml import etree

# On declarations in small letters: without IGNORECASE the search skips what cannot begin a match.
_HIDING: Final = re.compile(
    r"display\s*+:\s*+none|visibility\s*+:\s*+(?:hidden|collapse)|left\s*+:\s*+-\d{4,}+px|top\s*+:\s*+-\d{4,}+px"
    r"|text-indent\s*+:\s*+-\d{4,}+px|clip\s*+:\s*+rect\(0"
)
_BLOCK: Final = re.compile(r"display\s*+:\s*+(?:block|flex|grid|list-item|table(?!-column))")
_CSS_COMMENT: Final = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)
_STYLE_SHEETS: Final = 1_000_000  # characters of a page's style sheets that are looked at
_REMEMBERED: Final = 8  # pages' style sheets: pages of a site share theirs
_CLASSES_REMEMBERED: Final = 256  # of a page's style sheets
_CLASSES: Final = 4096  # characters of a class attribute that are looked at
_Key = TypeVar("_Key")
_Value = TypeVar("_Value")
_CSS_SIMPLE: Final = re.compile(r"\s*([.#])([\w\-]+)\s*")


class Named(NamedTuple):
    """What style sheets say of an element by its class or id."""

    hides: bool
    makes_block: bool


UNNAMED: Final = Named(hides=False, makes_block=False)


@dataclass(frozen=True, slots=True)
class Styled:
    """``.class`` and ``#id`` names that style sheets hide, and that they make blocks of."""

    hidden: frozenset[str]
    blocks: frozenset[str]
    plain: dict[str | tuple[str, str], int] = field(default_factory=dict, repr=False, compare=False)
    """What ``blocks`` remembers of elements, by their tag, or tag and class: all of it, where these say all."""
    _by_class: dict[str, Named] = field(default_factory=dict, repr=False, compare=False)

    @property
    def any(self) -> bool:
        """Whether they say anything of any class or id."""
        return bool(self.hidden or self.blocks)

    def of(self, element: etree._Element, names: Collection[object]) -> Named:
        """What they say of *element*, which has attributes of these *names*."""
        found = UNNAMED
        if "class" in names:
            called = element.get("class", "")
            found = self._by_class.get(called) or self._of_class(called[:_CLASSES])
        if "id" not in names:
            return found
        own = "#" + element.get("id", "")
        return Named(found.hides or own in self.hidden, found.makes_block or own in self.blocks)

    def remember(self, key: str | tuple[str, str], meaning: int) -> None:
        """Puts *meaning* into ``plain``, unless *key* is longer than any that a site repeats."""
        if sum(map(len, key)) <= _CLASSES:
            _make_room(self.plain)
            self.plain[key] = meaning

    def _of_class(self, called: str) -> Named:
        names = ["." + name for name in called.split()]
        found = Named(not self.hidden.isdisjoint(names), not self.blocks.isdisjoint(names))
        if len(called) < _CLASSES:
            _make_room(self._by_class)
            self._by_class[called] = found
        return found


def _make_room(remembered: dict[_Key, _Value]) -> None:
    """Forgets all of *remembered* once it is as much as is kept."""
    if len(remembered) >= _CLASSES_REMEMBERED:
        remembered.clear()


NO_STYLES: Final = Styled(frozenset(), frozenset())


def hides(declarations: str) -> bool:
    """Whether *declarations*, in small letters, hide what they are said of."""
    return _HIDING.search(declarations) is not None


def makes_block(declarations: str) -> bool:
    """Whether *declarations*, in small letters, make a block of what they are said of."""
    return _BLOCK.search(declarations) is not None


def page_styles(root: etree._Element) -> Styled:
    """What the page's own style sheets hide or lay out as blocks, outside of any media query."""
    sheets, left = [], _STYLE_SHEETS
    for style in root.iter("style"):
        sheets.append((style.text or "")[:left])
        left -= len(sheets[-1])
    return _read_sheets(tuple(sheets)) if sheets else NO_STYLES


@lru_cache(maxsize=_REMEMBERED)
def _read_sheets(sheets: tuple[str, ...]) -> Styled:
    hidden: set[str] = set()
    blocks: set[str] = set()
    for selectors, body in (rule for css in sheets for rule in _css_rules(css)):
        names = hidden if hides(body) else blocks if makes_block(body) else None
        if names is not None:
            simple = (_CSS_SIMPLE.fullmatch(selector) for selector in selectors.split(","))
            names.update(match[1] + match[2] for match in simple if match)
    return Styled(frozenset(hidden), frozenset(blocks))


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
