"""The frames of a thread: which parts of a page without known marks are its posts.

Every post shows its date, and the posts of a thread are built alike. So the dates of the page are found, those at like
places belong together, and what holds one of them and none of its fellows is a post.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise
from typing import Final

from lxml import etree

from qa_scraper.extraction.dates import DateOrder, find_dates, is_time_gone_by
from qa_scraper.page import Page

_MOST_LABELS: Final = 3_000  # texts that are looked at for a date
_LONGEST_LABEL: Final = 160
_NO_TEXT: Final = frozenset(
    ("script", "style", "head", "title", "option", "select", "textarea", "svg", "iframe", "nav")
)
_DIGIT: Final = re.compile(r"\d")
_NUMBERS: Final = re.compile(r"\d++")
_BESIDE: Final = re.compile(r"(?<![^\s])(?:related|similar|recommended|popular|latest|trending)(?![^\W_])")
_MACHINE: Final = frozenset(("datetime", "data-time", "data-timestamp"))
_LEAST_PROSE: Final = 10  # characters beside the label that a post has
_SHORT: Final = 40
_NEAR: Final = 10  # elements that may stand between one date shown in two ways
_MOST_GROUPS: Final = 12
_NAMED_LEVELS: Final = 2


@dataclass(frozen=True, slots=True)
class Frame:
    """One post: the elements that hold it (one, or several in a row) and the one that shows its date, if any does."""

    parts: tuple[etree._Element, ...]
    dated: etree._Element | None

    def __iter__(self) -> Iterator[etree._Element]:
        """All elements of the post in page order."""
        for part in self.parts:
            yield from (node for node in part.iter() if isinstance(node.tag, str))


def signature(node: etree._Element) -> str:
    """What an element is called: its tag and its classes without their numbers."""
    return f"{node.tag} {_NUMBERS.sub('', node.get('class', '')[:200]).strip()}"


def text_length(node: etree._Element) -> int:
    """Characters of text in *node*, white space folded roughly."""
    return sum(len(text.strip()) for text in map(str, node.itertext()))


def holds(outer: etree._Element, node: etree._Element) -> bool:
    """Whether *node* is *outer* or stands in it."""
    return outer is node or any(ancestor is outer for ancestor in node.iterancestors())


def precedes(first: etree._Element, second: etree._Element) -> bool:
    """Whether *first* begins before *second* in page order, or holds it."""
    paths = [[*reversed([*node.iterancestors()]), node] for node in (first, second)]
    for one, other in zip(*paths, strict=False):
        if one is not other:
            outer = one.getparent()
            return outer is not None and outer.index(one) < outer.index(other)
    return len(paths[0]) <= len(paths[1])


def frames(dated: Sequence[etree._Element]) -> list[list[Frame]]:
    """The candidates for the posts of a page that shows dates in *dated*, in page order each, most text first."""
    groups: dict[tuple[str, ...], list[etree._Element]] = defaultdict(list)
    for node in dated:
        path = tuple(str(outer.tag) for outer in node.iterancestors())
        names = tuple(signature(outer) for outer in (node, *islice(node.iterancestors(), _NAMED_LEVELS)))
        # Replies in replies stand deeper and deeper, but what is near their dates is called the same.
        has_names = any(len(name.split()) > 1 for name in names[1:])
        for key in (path, names) if has_names else (path,):
            group = groups[key]
            if not group or not _is_shown_twice(group[-1], node):
                group.append(node)
    found = []
    seen: set[tuple[etree._Element, ...]] = set()
    for nodes in groups.values():
        framed = _frames(nodes) if tuple(nodes) not in seen else []
        seen.add(tuple(nodes))
        if framed:
            found.append(framed)
    found.sort(key=_prose, reverse=True)
    return found[:_MOST_GROUPS]


def _is_shown_twice(last: etree._Element, node: etree._Element) -> bool:
    """Whether *last* and *node*, the next in page order, are one date in two ways: nothing stands between them."""
    if last.getparent() is not node.getparent():
        return False
    length = len((last.tail or "").strip())
    for between in islice(last.itersiblings(), _NEAR):
        if between is node or length >= _LEAST_PROSE:
            return length < _LEAST_PROSE
        length += len((between.tail or "").strip()) + (text_length(between) if isinstance(between.tag, str) else 0)
    return False


def _prose(framed: Sequence[Frame]) -> int:
    return sum(sum(map(text_length, frame.parts)) for frame in framed)


def dated_elements(
    root: etree._Element, page: Page, leave_out: etree._Element | None = None
) -> Iterator[etree._Element]:
    """The elements below *root* that show a date as a label, not in running text; what is in *leave_out* is none."""
    looked_at = 0
    walk = etree.iterwalk(root, events=("start",))
    for _, node in walk:
        if not isinstance(node.tag, str) or node.tag in _NO_TEXT or node is leave_out or _is_beside(node):
            walk.skip_subtree()
            continue
        if not _MACHINE.isdisjoint(node.keys()) and any(map(node.get, _MACHINE)):
            yield node
            walk.skip_subtree()
            continue
        texts = [node.text or "", *[child.tail or "" for child in node]]
        own = " ".join([text.strip() for text in texts if text and not text.isspace()])
        if len(own) > _LONGEST_LABEL or not own:
            label = next((t for t in texts if _DIGIT.search(t) and len(t) <= _LONGEST_LABEL), "") if own else ""
        else:
            label = own
        label = label or node.get("title", "")[:_LONGEST_LABEL]
        if not label or looked_at > _MOST_LABELS:
            continue
        if not _DIGIT.search(label) and len(label) > _SHORT:
            continue
        looked_at += 1
        is_dated = find_dates(label, page.language, DateOrder.DAY_FIRST, page.seen_on)
        if is_dated or (len(label) <= _SHORT and is_time_gone_by(label)):
            yield node


def _is_beside(node: etree._Element) -> bool:
    """Whether *node* is called what stands beside a page's own content, and does not hold its heading."""
    names = node.get("class", "")[:_LONGEST_LABEL].lower()
    return bool(names) and bool(_BESIDE.search(names)) and node.find(".//h1") is None


def _frames(nodes: Sequence[etree._Element]) -> list[Frame]:
    """The posts around the dates *nodes*: the largest elements that hold one of them each."""
    ancestors = [[node, *node.iterancestors()] for node in nodes]
    holders: dict[etree._Element, int] = defaultdict(int)
    for path in ancestors:
        for outer in path:
            holders[outer] += 1
    if len(nodes) == 1:
        return []
    framed = []
    for node, path in zip(nodes, ancestors, strict=True):
        alone = [outer for outer in path if holders[outer] == 1]
        if not alone:
            continue
        framed.append(Frame((alone[-1],), node))
    if not framed:
        return []
    lengths = sorted(map(_beside_date, framed))
    if lengths[len(lengths) // 2] < _SHORT:
        return _in_rows(framed)
    return [frame for frame in _with_undated(framed) if _beside_date(frame) >= _LEAST_PROSE]


def _with_undated(framed: list[Frame]) -> list[Frame]:
    """The posts, and those among them whose date no rule reads: they stand beside the others and are called the same.

    Where most are dated; else it is the dates that stand there by chance.
    """
    first = framed[0].parts[0]
    parent, name = first.getparent(), signature(first)
    dated = {frame.parts[0]: frame for frame in framed}
    # Rows of buttons between the posts are called the same, but do not hold what all posts do.
    inside = set.intersection(*map(_signatures_in, dated))
    has_class = bool(name.partition(" ")[2])
    if parent is None or not (has_class and inside) or any(node.getparent() is not parent for node in dated):
        return framed
    alike = [
        node
        for node in parent
        if node in dated or (isinstance(node.tag, str) and signature(node) == name and inside <= _signatures_in(node))
    ]
    if not len(framed) < len(alike) <= 2 * len(framed):
        return framed
    return [dated.get(node) or Frame((node,), None) for node in alike]


def _signatures_in(node: etree._Element) -> set[str]:
    return {signature(child) for child in node if isinstance(child.tag, str)}


def _beside_date(frame: Frame) -> int:
    return sum(map(text_length, frame.parts)) - (text_length(frame.dated) if frame.dated is not None else 0)


def _in_rows(framed: Sequence[Frame]) -> list[Frame]:
    """Posts whose heads and bodies stand side by side in one list: each goes on until the next begins."""
    starts = {frame.parts[0]: frame for frame in framed}
    parents = {frame.parts[0].getparent() for frame in framed}
    if len(parents) != 1:
        return []
    found: list[Frame] = []
    for first, following in pairwise([*framed, None]):
        assert first is not None
        parts = [first.parts[0]]
        for sibling in first.parts[0].itersiblings():
            if sibling in starts:
                break
            if isinstance(sibling.tag, str):
                parts.append(sibling)
        if following is None and found:
            # Behind the last post the page goes on: as many rows as the others have.
            parts = parts[: max(len(frame.parts) for frame in found)]
        found.append(Frame(tuple(parts), first.dated))
    return [frame for frame in found if _beside_date(frame) >= _LEAST_PROSE]


def apart_from(node: etree._Element, others: Iterable[etree._Element]) -> etree._Element | None:
    """The largest element around *node* that holds none of *others*; None where *node* itself does."""
    holding = {outer for other in others for outer in (other, *other.iterancestors())}
    best = None
    for outer in (node, *node.iterancestors()):
        if outer in holding:
            break
        best = outer
    return best
