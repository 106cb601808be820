"""What a page's style sheets and style attributes say of its lines: what is hidden, what is a block of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from lxml import etree

# On declarations in small letters: without IGNORECASE the search skips what cannot begin a match.
_HIDING: Final = re.compile(
    r"display\s*+:\s*+none|visibility\s*+:\s*+(?:hidden|collapse)|left\s*+:\s*+-\d{4,}+px|top\s*+:\s*+-\d{4,}+px"
    r"|text-indent\s*+:\s*+-\d{4,}+px|clip\s*+:\s*+rect\(0"
)
_BLOCK: Final = re.compile(r"display\s*+:\s*+(?:block|flex|grid|list-item|table(?!-column))")
_KEEPS_LINES: Final = re.compile(r"white-space\s*+:\s*+(?:pre|break-spaces)")
_CSS_COMMENT: Final = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)
_STYLE_SHEET: Final = 1_000_000  # characters of a style sheet that are looked at
_REMEMBERED: Final = 8  # style sheets: pages of a site share theirs
_CSS_SIMPLE: Final = re.compile(r"\s*([.#])([\w\-]+)\s*")


@dataclass(frozen=True, slots=True)
class Styled:
    """``.class`` and ``#id`` names that style sheets hide, and that they make blocks of."""

    hidden: frozenset[str]
    blocks: frozenset[str]


NO_STYLES: Final = Styled(frozenset(), frozenset())


def hides(style: str) -> bool:
    """Whether the declarations *style* (in small letters) hide what they are said of."""
    return _HIDING.search(style) is not None


def makes_block(style: str) -> bool:
    """Whether the declarations *style* (in small letters) lay an element out as a block of its own."""
    return _BLOCK.search(style) is not None


def keeps_lines(style: str) -> bool:
    """Whether under the declarations *style* (in small letters) line ends in the text are line ends."""
    return _KEEPS_LINES.search(style) is not None


def styled_by(root: etree._Element) -> Styled:
    """What the page's own style sheets hide or lay out as blocks, outside of any media query."""
    sheets = [_sheet((style.text or "")[:_STYLE_SHEET]) for style in root.iter("style")]
    if not sheets:
        return NO_STYLES
    if len(sheets) == 1:
        return sheets[0]
    return Styled(
        frozenset().union(*(sheet.hidden for sheet in sheets)), frozenset().union(*(sheet.blocks for sheet in sheets))
    )


@lru_cache(maxsize=_REMEMBERED)
def _sheet(css: str) -> Styled:
    hidden: set[str] = set()
    blocks: set[str] = set()
    for selectors, body in _css_rules(css):
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
