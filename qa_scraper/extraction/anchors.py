"""Finds the element of a page that shows a given text, of which only the beginning may be known."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from lxml import etree

_KEY: Final = 48
"""Letters and digits by which a text is looked for."""
_LEAST: Final = 4
_MOST_PLACES: Final = 8
_NO_TEXT: Final = frozenset("script style head template textarea svg".split())
_PROSE: Final = frozenset("p br ul ol pre blockquote code em strong i b a span h2 h3 h4 img table".split())
_CUT: Final = 0.95
_WHOLE: Final = 0.97
_LONGER: Final = 1.15


def letters(text: str) -> str:
    """Letters and digits of *text* in small letters: what two renderings of it have in common."""
    return "".join(filter(str.isalnum, text)).lower()


def _is_prose(node: etree._Element) -> bool:
    """Whether nothing but paragraphs and the like stands in *node*."""
    return all(str(child.tag) in _PROSE for child in node.iterchildren("*"))


@dataclass(frozen=True, slots=True)
class PageText:
    """The letters and digits of a page's body, and the spans of all elements in them."""

    text: str
    spans: dict[etree._Element, tuple[int, int]]
    starts: Sequence[int]
    nodes: Sequence[etree._Element]

    @classmethod
    def of(cls, root: etree._Element) -> PageText:
        """Reads all text below *root* once."""
        pieces: list[str] = []
        length = 0
        begun: dict[etree._Element, int] = {}
        spans: dict[etree._Element, tuple[int, int]] = {}
        starts, nodes = [], []
        walk = etree.iterwalk(root, events=("start", "end", "comment", "pi"))
        for event, node in walk:
            if event == "start":
                begun[node] = length
                if node.tag in _NO_TEXT:
                    walk.skip_subtree()
                elif node.text and (said := letters(node.text)):
                    starts.append(length)
                    nodes.append(node)
                    pieces.append(said)
                    length += len(said)
                continue
            if event == "end":
                spans[node] = begun[node], length
            outer = node.getparent()
            if node.tail and outer is not None and node is not root and (said := letters(node.tail)):
                starts.append(length)
                nodes.append(outer)
                pieces.append(said)
                length += len(said)
        return cls("".join(pieces), spans, starts, nodes)

    def element_of(self, text: str) -> etree._Element | None:
        """The element that shows *text* and nothing in front of it; more behind it only where *text* is cut short.

        None where no element does.
        """
        wanted = letters(text)
        key = wanted[:_KEY]
        if len(key) < _LEAST:
            return None
        best: tuple[float, etree._Element] | None = None
        at = self.text.find(key)
        for _ in range(_MOST_PLACES):
            if at < 0:
                break
            found = self._around(at, len(wanted), is_cut=text.rstrip().endswith(("…", "...")))
            if found is not None and (best is None or found[0] > best[0]):
                best = found
            at = self.text.find(key, at + 1)
        return best[1] if best else None

    def _around(self, start: int, length: int, *, is_cut: bool) -> tuple[float, etree._Element] | None:
        """The element that begins at *start* and whose length is nearest to *length*, and how well it fits, 0 to 1."""
        node: etree._Element | None = self.nodes[bisect_right(self.starts, start) - 1]
        best: tuple[float, etree._Element] | None = None
        while node is not None and node in self.spans:
            begun, ended = self.spans[node]
            if begun < start:
                break
            own = ended - begun
            fit = min(own, length) / max(own, length, 1)
            if is_cut and own > length and (best is None or _is_prose(node)):
                fit = max(fit, _CUT)  # how much longer it is says nothing: all of its paragraphs belong to it
            if best is None or fit > best[0] or fit == _CUT:
                best = fit, node
            node = node.getparent()
        if best is None or (best[0] < _WHOLE / _LONGER and not is_cut):
            return None
        return best
